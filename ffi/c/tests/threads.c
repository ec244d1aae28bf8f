/* Sixteen threads sign with the same credentials, each with its own keys, and read the same error and the same switch. */
#include "request.h"
#include <pthread.h>

#define THREADS 16

static irsa_credentials *shared;
static irsa_error *shared_error;
static irsa_cancel *shared_cancel;
static char expected[4096];
static size_t expected_length;

static int sign_with(irsa_keys *keys, char *out, size_t room, size_t *length) {
    irsa_signing signing;
    irsa_request request;
    example(&signing, &request);
    return irsa_credentials_lend(shared, signing.time_ms, &signing, NULL) ||
           irsa_request_sign(&signing, &request, keys, out, room, length, NULL);
}

static void *one(void *argument) {
    char out[4096];
    size_t length = 0;
    irsa_keys *keys = NULL;
    long wrong = irsa_keys_new(0, &keys, NULL) != IRSA_OK;
    int times = check_often(500), number = *(int *)argument;
    while (times-- > 0) {
        irsa_error *own = NULL;
        wrong += sign_with(keys, out, sizeof out, &length) != IRSA_OK;
        wrong += length != expected_length || memcmp(out, expected, length) != 0;
        wrong += strcmp(irsa_error_text(shared_error), irsa_error_text(shared_error)) != 0;
        /* Errors and failures of one thread are its own. */
        wrong += irsa_keys_new(2000 + (size_t)number, NULL, &own) != IRSA_C_NULL;
        irsa_error_free(own);
        if (times == 100 && number == 7)
            irsa_cancel_throw(shared_cancel);
        wrong += irsa_cancel_is_thrown(shared_cancel) > 1;
    }
    irsa_keys_free(keys);
    return (void *)wrong;
}

static void sixteen(void) {
    pthread_t threads[THREADS];
    int numbers[THREADS], i;
    irsa_error *err = NULL;
    CHECK_OK(irsa_credentials_new("AKIDEXAMPLE", "IRSACANARY-secret", "IRSACANARY-token", IRSA_NEVER, &shared, &err));
    CHECK_OK(irsa_cancel_new(&shared_cancel, &err));
    CHECK_EQ(irsa_keys_new(SIZE_MAX, NULL, &shared_error), IRSA_C_NULL);
    CHECK_EQ(sign_with(NULL, expected, sizeof expected, &expected_length), IRSA_OK);
    for (i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK_EQ(pthread_create(&threads[i], NULL, one, &numbers[i]), 0);
    }
    for (i = 0; i < THREADS; i++) {
        void *wrong = NULL;
        CHECK_EQ(pthread_join(threads[i], &wrong), 0);
        CHECK_EQ((long)wrong, 0);
    }
    irsa_cancel_free(shared_cancel);
    irsa_error_free(shared_error);
    irsa_credentials_free(shared);
}

int main(void) {
    RUN(sixteen);
    return check_end("threads");
}
