/* fork with a live provider: its refreshing thread on, other threads in the middle of getting credentials, waiting,
 * throwing switches. A child goes on with what it inherits, and hangs in nothing. memcheck: long
 *
 * A sanitizer's own heap has locks that a child inherits as they are, so under one nothing forks amid threads. */
#include "check.h"
#include "pod.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define THREADS 6
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static irsa_error *err;
static irsa_provider *shared;
static irsa_cancel *busy, *thrown;
static volatile int stop;

static void *get_often(void *unused) {
    while (!stop) {
        irsa_credentials *mine = NULL;
        if (irsa_provider_get(shared, busy, &mine, NULL) == IRSA_OK) {
            irsa_provider_invalidate(shared, irsa_credentials_generation(mine), NULL, NULL);
            irsa_credentials_free(mine);
        }
    }
    return unused;
}

static void *wait_often(void *unused) {
    while (!stop) {
        irsa_provider *own = NULL;
        irsa_credentials *mine = NULL;
        if (irsa_provider_from_env(&own, NULL) == IRSA_OK && irsa_provider_get(own, busy, &mine, NULL) == IRSA_OK)
            irsa_credentials_free(mine);
        irsa_provider_free(own);
    }
    return unused;
}

static void *throw_often(void *unused) {
    while (!stop)
        irsa_cancel_throw(thrown);
    return unused;
}

/* What a child does; its exit code says where it failed. */
static int child(const char *id) {
    irsa_credentials *mine = NULL, *again = NULL;
    irsa_cancel *own = NULL;
    irsa_buffer *json = NULL, *bytes = NULL, *url = NULL;
    int code;
    alarm(20);
    if (irsa_cancel_is_thrown(thrown) != 1 || irsa_cancel_is_thrown(busy) != 0)
        return 11;
    if (irsa_provider_get(shared, busy, &mine, NULL) != IRSA_OK)
        return 12;
    if (id != NULL && strcmp(irsa_credentials_access_key_id(mine), id) != 0)
        return 13; /* not those in hand */
    code = irsa_provider_get(shared, thrown, &again, NULL); /* cached, so there is no wait to end */
    if (code != IRSA_OK)
        return code;
    if (strcmp(irsa_credentials_access_key_id(mine), irsa_credentials_access_key_id(again)) != 0)
        return 14;
    irsa_credentials_free(again);
    if (irsa_provider_presign(shared, NULL, "GET", "https://b.s3.amazonaws.com/", "s3", NULL, 60, &url, NULL) != IRSA_OK)
        return 15;
    if (irsa_provider_explain(shared, &json, NULL) != IRSA_OK || irsa_provider_export(shared, &bytes, NULL) != IRSA_OK)
        return 16;
    if (irsa_cancel_new(&own, NULL) != IRSA_OK)
        return 17;
    irsa_cancel_throw(own);
    irsa_cancel_throw(busy); /* its own: the parent's is another */
    if (!irsa_cancel_is_thrown(busy))
        return 18;
    irsa_cancel_free(own);
    irsa_buffer_free(json);
    irsa_buffer_free(bytes);
    irsa_buffer_free(url);
    irsa_credentials_free(mine);
    irsa_provider_free(shared);
    irsa_cancel_free(busy);
    irsa_cancel_free(thrown);
    return 0;
}

static int ended(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static irsa_provider *with_background(void) {
    irsa_provider_options options = IRSA_ZERO;
    irsa_provider *provider = NULL;
    options.size = sizeof options;
    options.background = SANITIZED ? IRSA_NO : IRSA_YES;
    options.timeout_ms = 15000;
    CHECK_OK(irsa_provider_new(&options, &provider, &err));
    return provider;
}

static void a_child_has_what_is_in_hand(void) {
    irsa_credentials *mine = NULL;
    pid_t pid;
    shared = with_background();
    CHECK_OK(irsa_cancel_new(&busy, &err));
    CHECK_OK(irsa_cancel_new(&thrown, &err));
    irsa_cancel_throw(thrown);
    CHECK_OK(irsa_provider_get(shared, NULL, &mine, &err));
    pid = fork();
    if (pid == 0)
        _exit(child(irsa_credentials_access_key_id(mine)));
    CHECK_EQ(ended(pid), 0);
    CHECK_EQ(irsa_cancel_is_thrown(busy), 0);
    /* Of a child's child. */
    pid = fork();
    if (pid == 0) {
        irsa_credentials *here = NULL;
        int code = irsa_provider_get(shared, NULL, &here, NULL);
        pid_t below = code == IRSA_OK ? fork() : -1;
        if (below == 0)
            _exit(child(irsa_credentials_access_key_id(here)));
        _exit(below < 0 ? 21 : ended(below));
    }
    CHECK_EQ(ended(pid), 0);
    irsa_credentials_free(mine);
    irsa_provider_free(shared);
    irsa_cancel_free(busy);
    irsa_cancel_free(thrown);
}

/* Its own refreshing thread: credentials that live for seconds are replaced although nobody asks. */
static void a_child_refreshes_by_itself(void) {
    irsa_credentials *mine = NULL, *later = NULL;
    pid_t pid;
    struct timespec span = {4, 0};
    CHECK_EQ(pod_fault("lifetime 6s"), 204);
    shared = with_background();
    CHECK_OK(irsa_provider_get(shared, NULL, &mine, &err));
    pid = fork();
    if (pid == 0) {
        alarm(30);
        if (irsa_provider_get(shared, NULL, &later, NULL) != IRSA_OK)
            _exit(31);
        irsa_credentials_free(later);
        nanosleep(&span, NULL);
        if (irsa_provider_get(shared, NULL, &later, NULL) != IRSA_OK)
            _exit(32);
        _exit(irsa_credentials_generation(later) > irsa_credentials_generation(mine) ? 0 : 33);
    }
    CHECK_EQ(ended(pid), 0);
    CHECK_EQ(pod_fault("lifetime off"), 204);
    irsa_credentials_free(mine);
    irsa_provider_free(shared);
}

static void two_hundred_forks_amid_threads(void) {
    pthread_t threads[THREADS + 2];
    irsa_credentials *mine = NULL;
    int i, forks = check_often(200), good = 0;
    stop = 0;
    shared = with_background();
    CHECK_OK(irsa_cancel_new(&busy, &err));
    CHECK_OK(irsa_cancel_new(&thrown, &err));
    irsa_cancel_throw(thrown);
    CHECK_OK(irsa_provider_get(shared, NULL, &mine, &err));
    irsa_credentials_free(mine);
    for (i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, get_often, NULL);
    pthread_create(&threads[THREADS], NULL, wait_often, NULL);
    pthread_create(&threads[THREADS + 1], NULL, throw_often, NULL);
    for (i = 0; i < forks; i++) {
        int code;
        pid_t pid = fork();
        if (pid == 0)
            _exit(child(NULL));
        code = ended(pid);
        good += code == 0;
        if (!CHECK_EQ(code, 0))
            break;
    }
    CHECK_EQ(good, forks);
    stop = 1;
    for (i = 0; i < THREADS + 2; i++)
        pthread_join(threads[i], NULL);
    irsa_provider_free(shared);
    irsa_cancel_free(busy);
    irsa_cancel_free(thrown);
}

int main(void) {
    RUN(a_child_has_what_is_in_hand);
    if (!SANITIZED) {
        RUN(a_child_refreshes_by_itself);
        RUN(two_hundred_forks_amid_threads);
    }
    return check_end("provider_fork");
}
