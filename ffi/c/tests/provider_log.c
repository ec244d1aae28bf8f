/* The log callback: what it is told, on whose thread, and that it may use the provider. */
#include "check.h"
#include "pod.h"
#include <pthread.h>

static irsa_error *err;

struct log {
    irsa_provider *provider;
    pthread_mutex_t lock;
    char text[16384];
    int lines, warnings, within_ok, within_refused, within_other, wrong;
};

static void note(void *user, int level, const char *text) {
    struct log *log = user;
    irsa_credentials *mine = NULL;
    irsa_buffer *json = NULL;
    int code = IRSA_OK;
    /* It may be locked and waited for: irsa holds no lock of its own. */
    if (log->provider != NULL) {
        code = irsa_provider_get(log->provider, NULL, &mine, NULL);
        irsa_credentials_free(mine);
        irsa_provider_explain(log->provider, &json, NULL);
        irsa_buffer_free(json);
        irsa_provider_invalidate(log->provider, 9999, NULL, NULL);
    }
    pthread_mutex_lock(&log->lock);
    log->lines++;
    log->warnings += level == IRSA_LOG_WARNING;
    log->wrong += level != IRSA_LOG_WARNING && level != IRSA_LOG_INFO;
    log->wrong += strchr(text, '\n') != NULL || strlen(text) < 10;
    log->within_ok += code == IRSA_OK;
    log->within_refused += code == IRSA_C_CALLBACK;
    log->within_other += code != IRSA_OK && code != IRSA_C_CALLBACK;
    if (strlen(log->text) + strlen(text) + 2 < sizeof log->text)
        strcat(strcat(log->text, text), "\n");
    pthread_mutex_unlock(&log->lock);
}

static irsa_provider *told(struct log *log, unsigned background) {
    irsa_provider_options options = IRSA_ZERO;
    irsa_provider *provider = NULL;
    memset(log, 0, sizeof *log);
    pthread_mutex_init(&log->lock, NULL);
    options.size = sizeof options;
    options.log = note;
    options.log_user = log;
    options.background = background;
    options.timeout_ms = 10000;
    CHECK_OK(irsa_provider_new(&options, &provider, &err));
    return provider;
}

static void tells_of_an_exchange(void) {
    static struct log log;
    irsa_credentials *mine = NULL;
    irsa_provider *provider = told(&log, IRSA_NO);
    CHECK_EQ(pod_fault("throttle 1"), 204);
    CHECK_OK(irsa_provider_get(provider, NULL, &mine, &err));
    CHECK(strncmp(log.text, "refresh-started: ", 17) == 0);
    CHECK(strstr(log.text, "\nretrying: an attempt failed") != NULL);
    CHECK(strstr(log.text, "\nrefresh-ended: new credentials ") != NULL);
    CHECK(strstr(log.text, irsa_credentials_access_key_id(mine)) != NULL);
    CHECK(strstr(log.text, irsa_credentials_secret_access_key(mine)) == NULL);
    CHECK(strstr(log.text, irsa_credentials_session_token(mine)) == NULL);
    CHECK_EQ(log.warnings, 0);
    CHECK_EQ(log.wrong, 0);
    irsa_credentials_free(mine);
    mine = NULL;
    log.text[0] = 0;
    CHECK_EQ(pod_fault("redirect"), 204);
    CHECK_OK(irsa_provider_invalidate(provider, 1, NULL, &err));
    CHECK_OK(irsa_provider_get(provider, NULL, &mine, &err)); /* the old ones, which still hold */
    CHECK(strstr(log.text, "refresh-failed: ") != NULL);
    CHECK(log.warnings >= 1);
    irsa_credentials_free(mine);
    irsa_provider_free(provider);
}

/* The thread that is told is the one that fetches: it would wait for itself. */
static void a_callback_may_use_the_provider(void) {
    static struct log log;
    irsa_credentials *mine = NULL;
    irsa_provider *provider = told(&log, IRSA_NO);
    log.provider = provider;
    CHECK_OK(irsa_provider_get(provider, NULL, &mine, &err));
    CHECK(log.within_refused >= 1); /* before there were any */
    CHECK(log.within_ok >= 1);      /* when they had come */
    CHECK_EQ(log.within_other, 0);
    irsa_credentials_free(mine);
    mine = NULL;
    log.within_refused = 0;
    CHECK_OK(irsa_provider_invalidate(provider, 1, NULL, &err));
    CHECK_OK(irsa_provider_get(provider, NULL, &mine, &err));
    CHECK_EQ(irsa_credentials_generation(mine), 2);
    CHECK_EQ(log.within_refused, 0); /* the old ones were in hand */
    irsa_credentials_free(mine);
    irsa_provider_free(provider);
}

static void a_refreshing_thread_tells_too(void) {
    static struct log log;
    irsa_credentials *mine = NULL;
    irsa_provider *provider = told(&log, IRSA_YES);
    log.provider = provider;
    CHECK_OK(irsa_provider_get(provider, NULL, &mine, &err));
    irsa_credentials_free(mine);
    irsa_provider_free(provider); /* after which nobody calls */
    CHECK(log.lines >= 2);
    CHECK_EQ(log.wrong, 0);
    CHECK_EQ(log.within_other, 0);
}

int main(void) {
    RUN(tells_of_an_exchange);
    RUN(a_callback_may_use_the_provider);
    RUN(a_refreshing_thread_tells_too);
    return check_end("provider_log");
}
