/* Cold start by libirsa.so: a pod's variables become credentials, once. With `cached N`: then N times what is cached, on one
 * thread and on two; prints nanoseconds of CPU time each. */
#define _POSIX_C_SOURCE 200809L
#include "irsa.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static irsa_provider *provider;
static long calls;
static double took[2];

static void *cached(void *where) {
    struct timespec start, end;
    long i;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    for (i = 0; i < calls; i++) {
        irsa_credentials *mine = NULL;
        if (irsa_provider_get(provider, NULL, &mine, NULL) != IRSA_OK)
            exit(1);
        irsa_credentials_free(mine);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    *(double *)where = ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) / (double)calls;
    return NULL;
}

int main(int argc, char **argv) {
    irsa_credentials *mine = NULL;
    irsa_error *err = NULL;
    if (irsa_provider_from_env(&provider, &err) != IRSA_OK || irsa_provider_get(provider, NULL, &mine, &err) != IRSA_OK) {
        fprintf(stderr, "%s\n", irsa_error_text(err));
        return 1;
    }
    puts(irsa_credentials_access_key_id(mine));
    irsa_credentials_free(mine);
    if (argc == 3) {
        pthread_t other;
        calls = atol(argv[2]);
        cached(&took[0]);
        printf("%.1f ns on one thread, ", took[0]);
        if (pthread_create(&other, NULL, cached, &took[1]) != 0)
            return 1;
        cached(&took[0]);
        pthread_join(other, NULL);
        printf("%.1f ns on two at once\n", (took[0] + took[1]) / 2);
    }
    irsa_provider_free(provider);
    return 0;
}
