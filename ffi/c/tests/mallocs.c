/* The hot path takes no memory: irsa_request_sign with a cache of keys, 10,000 times in each form, and what goes with it. */
#include "heap.h"
#include "request.h"

static unsigned long taken_by(int form, irsa_credentials *credentials, irsa_keys *keys, int times) {
    irsa_signing signing;
    irsa_request request;
    irsa_header header;
    irsa_str rest;
    char out[4096];
    size_t length;
    unsigned long before;
    int failed = 0;
    example_form(form, &signing, &request);
    before = heap_taken + heap_freed;
    while (times-- > 0) {
        if (credentials != NULL)
            failed |= irsa_credentials_lend(credentials, signing.time_ms + times, &signing, NULL);
        failed |= irsa_request_sign(&signing, &request, keys, out, sizeof out, &length, NULL);
        rest.data = out;
        rest.len = length;
        while (irsa_headers_next(&rest, &header))
            ;
    }
    CHECK_EQ(failed, 0);
    return heap_taken + heap_freed - before;
}

static void none_over_10000_signatures(void) {
    irsa_keys *keys = NULL;
    irsa_error *err = NULL;
    int form;
    CHECK_OK(irsa_keys_new(0, &keys, &err));
    /* The first signature derives a key; it has its place already. */
    for (form = 0; form < 3; form++)
        CHECK_EQ(taken_by(form, NULL, keys, 1), 0);
    for (form = 0; form < 3; form++)
        CHECK_EQ(taken_by(form, NULL, keys, 10000), 0);
    irsa_keys_free(keys);
}

static void none_with_credentials_of_a_handle(void) {
    irsa_keys *keys = NULL;
    irsa_credentials *mine = NULL;
    irsa_error *err = NULL;
    CHECK_OK(irsa_keys_new(0, &keys, &err));
    CHECK_OK(irsa_credentials_new("AKIDEXAMPLE", "IRSACANARY-secret", "IRSACANARY-token", IRSA_NEVER, &mine, &err));
    CHECK_EQ(taken_by(0, mine, keys, 10000), 0);
    irsa_credentials_free(mine);
    irsa_keys_free(keys);
}

/* A new day each time, more than the cache has room for: deriving takes none either. */
static void none_while_keys_are_derived(void) {
    irsa_keys *keys = NULL;
    irsa_error *err = NULL;
    irsa_signing signing;
    irsa_request request;
    char out[4096];
    size_t length;
    unsigned long before;
    int day, failed = 0;
    example(&signing, &request);
    CHECK_OK(irsa_keys_new(2, &keys, &err));
    before = heap_taken + heap_freed;
    for (day = 0; day < 1000; day++) {
        signing.time_ms += 86400000;
        failed |= irsa_request_sign(&signing, &request, keys, out, sizeof out, &length, NULL);
    }
    CHECK_EQ(failed, 0);
    CHECK_EQ(heap_taken + heap_freed - before, 0);
    irsa_keys_free(keys);
}

/* Else the counts above would say nothing. */
static void without_a_cache_it_is_counted(void) { CHECK(taken_by(0, NULL, NULL, 1) > 0); }

int main(void) {
    RUN(without_a_cache_it_is_counted);
    RUN(none_over_10000_signatures);
    RUN(none_with_credentials_of_a_handle);
    RUN(none_while_keys_are_derived);
    return check_end("mallocs");
}
