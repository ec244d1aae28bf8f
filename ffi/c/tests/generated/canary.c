/* No function leaves a secret in memory that it frees, nor do its handles when they are freed; calls.h sees to it that none is
 * in an error. A panic within changes nothing of it. */
#include "heap.h"

#include "calls.c"

static void what_is_freed_is_looked_at(void) {
    static const char text[] = "IRSACANARY-secret";
    volatile char *block = (volatile char *)malloc(64);
    unsigned long before = heap_canaries;
    size_t i;
    for (i = 0; i < sizeof text; i++)
        block[i + 7] = text[i];
    free((void *)block);
    CHECK_EQ(heap_canaries, before + 1);
}

/* The texts are those of calls.h; a round with spoilt ones goes through what fails halfway. */
static void no_secret_is_left(void) {
    size_t i;
    int round;
    for (i = 0; i < sizeof all_calls / sizeof *all_calls; i++) {
        const struct call *it = &all_calls[i];
        unsigned long before = heap_canaries;
        /* What is sent is copied by the HTTP client, whose memory is not ours to wipe. */
        if (strcmp(it->name, "irsa_provider_send") == 0 || strncmp(it->name, "irsa_received_", 14) == 0)
            continue;
        for (round = 0; round < 50 && heap_canaries == before; round++) {
            chance = round < 2 ? 0 : 12;
            armed = round == 1 ? it->name : NULL;
            it->call(armed != NULL && it->frees ? ~0u : 0);
        }
        rule(heap_canaries == before, it->name, "it frees a secret that is not wiped");
    }
    chance = 0;
    armed = NULL;
}

int main(void) {
    RUN(what_is_freed_is_looked_at);
    RUN(no_secret_is_left);
    return check_end("canary");
}
