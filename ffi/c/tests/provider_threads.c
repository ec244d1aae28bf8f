/* One provider and many threads; what ends a wait: another thread, the total timeout, the end of the provider. */
#include "check.h"
#include "pod.h"
#include <pthread.h>
#include <time.h>

#define THREADS 16

static irsa_error *err;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void pause_ms(long ms) {
    struct timespec span;
    span.tv_sec = ms / 1000;
    span.tv_nsec = ms % 1000 * 1000000;
    nanosleep(&span, NULL);
}

static irsa_provider *provider_of(unsigned timeout_ms, unsigned background) {
    irsa_provider_options options = IRSA_ZERO;
    irsa_provider *provider = NULL;
    options.size = sizeof options;
    options.timeout_ms = timeout_ms;
    options.background = background;
    CHECK_OK(irsa_provider_new(&options, &provider, &err));
    return provider;
}

struct job {
    irsa_provider *provider;
    irsa_cancel *cancel;
    int often, failed;
    unsigned long long generation;
    char id[64];
    double took;
};

static void *get_often(void *of) {
    struct job *job = of;
    double begun = seconds();
    int i;
    for (i = 0; i < job->often; i++) {
        irsa_credentials *mine = NULL;
        int code = irsa_provider_get(job->provider, job->cancel, &mine, NULL);
        if (code != IRSA_OK) {
            job->failed = code;
            break;
        }
        job->generation = irsa_credentials_generation(mine);
        snprintf(job->id, sizeof job->id, "%s", irsa_credentials_access_key_id(mine));
        if (i % 64 == 63 && irsa_credentials_generation(mine) == 1)
            irsa_provider_invalidate(job->provider, 1, NULL, NULL);
        irsa_credentials_free(mine);
    }
    job->took = seconds() - begun;
    return NULL;
}

static void run_all(struct job *jobs, int count) {
    pthread_t threads[THREADS];
    int i;
    for (i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, get_often, &jobs[i]);
    for (i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

/* A slow STS: all wait for one exchange. */
static void one_exchange_serves_all(void) {
    struct job jobs[THREADS];
    irsa_provider *provider = provider_of(0, IRSA_NO);
    int i;
    CHECK_EQ(pod_fault("slow 300ms"), 204);
    memset(jobs, 0, sizeof jobs);
    for (i = 0; i < THREADS; i++) {
        jobs[i].provider = provider;
        jobs[i].often = 1;
    }
    run_all(jobs, THREADS);
    for (i = 0; i < THREADS; i++) {
        CHECK_EQ(jobs[i].failed, 0);
        CHECK_EQ(jobs[i].generation, 1);
        CHECK_TEXT(jobs[i].id, jobs[0].id);
    }
    irsa_provider_free(provider);
}

/* Readers, invalidations and a refreshing thread at once. */
static void many_read_while_it_is_replaced(void) {
    struct job jobs[THREADS];
    irsa_provider *provider = provider_of(0, IRSA_YES);
    int i;
    memset(jobs, 0, sizeof jobs);
    for (i = 0; i < THREADS; i++) {
        jobs[i].provider = provider;
        jobs[i].often = check_often(20000);
    }
    run_all(jobs, THREADS);
    for (i = 0; i < THREADS; i++)
        CHECK_EQ(jobs[i].failed, 0);
    irsa_provider_free(provider);
}

static void another_thread_ends_a_wait(void) {
    struct job jobs[2];
    pthread_t threads[2];
    irsa_provider *provider = provider_of(20000, IRSA_NO);
    irsa_cancel *cancel = NULL, *thrown = NULL;
    irsa_credentials *mine = NULL;
    double before;
    int i;
    CHECK_OK(irsa_cancel_new(&cancel, &err));
    CHECK_OK(irsa_cancel_new(&thrown, &err));
    CHECK_EQ(pod_fault("slow 8s\nslow 8s"), 204);
    memset(jobs, 0, sizeof jobs);
    for (i = 0; i < 2; i++) {
        jobs[i].provider = provider;
        jobs[i].cancel = cancel;
        jobs[i].often = 1;
        pthread_create(&threads[i], NULL, get_often, &jobs[i]);
    }
    pause_ms(200);
    irsa_cancel_throw(cancel);
    irsa_cancel_free(cancel); /* which a call that waits with it outlives */
    for (i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        CHECK_EQ(jobs[i].failed, IRSA_CANCELLED);
        CHECK(jobs[i].took < 3);
    }
    irsa_cancel_throw(thrown);
    CHECK(irsa_cancel_is_thrown(thrown));
    before = seconds();
    CHECK_CODE(irsa_provider_get(provider, thrown, &mine, &err), IRSA_CANCELLED);
    CHECK(seconds() - before < 1);
    CHECK(mine == NULL);
    irsa_cancel_free(thrown);
    pause_ms(1500); /* after three in a row that were given up the keeper pauses for a second */
    CHECK_OK(irsa_provider_get(provider, NULL, &mine, &err)); /* nobody's end but theirs */
    irsa_credentials_free(mine);
    irsa_provider_free(provider);
}

static void a_call_has_a_total_timeout(void) {
    irsa_provider *provider = provider_of(400, IRSA_NO);
    irsa_credentials *mine = NULL;
    double before = seconds();
    int code;
    CHECK_EQ(pod_fault("drip"), 204);
    code = irsa_provider_get(provider, NULL, &mine, &err);
    CHECK(code == IRSA_NET_TIMEOUT || code == IRSA_DEADLINE);
    CHECK(seconds() - before < 3);
    CHECK(mine == NULL && err != NULL);
    irsa_error_free(err);
    err = NULL;
    irsa_provider_free(provider);
}

static void freeing_ends_its_thread(void) {
    int i;
    double before = seconds();
    CHECK_EQ(pod_fault("slow 8s"), 204);
    for (i = 0; i < 20; i++)
        irsa_provider_free(provider_of(20000, IRSA_YES));
    CHECK(seconds() - before < 5);
}

int main(void) {
    RUN(one_exchange_serves_all);
    RUN(many_read_while_it_is_replaced);
    RUN(another_thread_ends_a_wait);
    RUN(a_call_has_a_total_timeout);
    RUN(freeing_ends_its_thread);
    return check_end("provider_threads");
}
