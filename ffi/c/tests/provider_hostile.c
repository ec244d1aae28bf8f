/* An STS, a token file and a proxy that do what they should not: a typed error each, soon. */
#include "check.h"
#include "pod.h"
#include <sys/stat.h>
#include <time.h>

static irsa_error *err;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Gets credentials within two seconds and the call's own one; gives the error's number. */
static int got(const irsa_chain *chain) {
    irsa_provider_options options = IRSA_ZERO;
    irsa_provider *provider = NULL;
    irsa_credentials *mine = NULL;
    double begun = seconds();
    int code;
    options.size = sizeof options;
    options.chain = chain;
    options.timeout_ms = 2000;
    CHECK_OK(irsa_provider_new(&options, &provider, &err));
    code = irsa_provider_get(provider, NULL, &mine, &err);
    CHECK((code == IRSA_OK) == (mine != NULL) && (code == IRSA_OK) == (err == NULL));
    CHECK(seconds() - begun < 6);
    if (err != NULL) {
        CHECK(strlen(irsa_error_fix(err)) > 0 && strlen(irsa_error_message(err)) > 0);
        CHECK(strchr(irsa_error_text(err), '\n') == NULL);
    }
    irsa_error_free(err);
    err = NULL;
    irsa_credentials_free(mine);
    irsa_provider_free(provider);
    return code;
}

static void an_sts_that_misbehaves(void) {
    static const struct {
        const char *script;
        int code, other;
    } cases[] = {
        {"html\nhtml\nhtml\nhtml", IRSA_ANSWER_HTML, 0},
        {"huge\nhuge\nhuge\nhuge", IRSA_ANSWER_TOO_LARGE, 0},
        {"redirect", IRSA_ANSWER_REDIRECT, 0},
        {"cut\ncut\ncut\ncut", IRSA_NET_CLOSED, IRSA_ANSWER_CUT},
        {"drip", IRSA_NET_TIMEOUT, IRSA_DEADLINE},
        {"slow 3s", IRSA_NET_TIMEOUT, IRSA_DEADLINE},
        {"throttle 9", IRSA_STS_THROTTLED, 0},
        {"unavailable 9", IRSA_STS_INTERNAL, 0},
        {"verification-key-blip 3", IRSA_STS_VERIFICATION_KEY, 0},
        {"propagation 4", IRSA_STS_ACCESS_DENIED, 0},
        {"expired 4", IRSA_STS_EXPIRED_TOKEN, 0},
        {"down 3s", IRSA_NET_CLOSED, 0},
    };
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int code, tries;
        CHECK_EQ(pod_fault(cases[i].script), 204);
        code = got(NULL);
        if (!CHECK(code == cases[i].code || (cases[i].other != 0 && code == cases[i].other)))
            fprintf(stderr, "    %s gave %d\n", cases[i].script, code);
        /* What the script has left is for others. */
        for (tries = 0; tries < 20 && got(NULL) != IRSA_OK; tries++)
            ;
        CHECK(tries < 20);
    }
}

static void a_file_that_is_no_token(void) {
    static const struct {
        const char *content;
        int code;
    } cases[] = {
        {"", IRSA_TOKEN_EMPTY},
        {"no token", IRSA_TOKEN_CHARACTER},
        {"a.b", IRSA_TOKEN_CUT},
        {"a.b\xff.c", IRSA_TOKEN_FILE_UTF8},
        {"\xff\xfe.b.c", IRSA_TOKEN_FILE_BOM},
        {"\xef\xbb\xbf" "a.b.c", IRSA_TOKEN_FILE_BOM},
    };
    char path[] = "/tmp/irsa-token-XXXXXX";
    int file = mkstemp(path);
    irsa_chain chain = IRSA_ZERO;
    size_t i;
    chain.size = sizeof chain;
    chain.role_arn = irsa_str_of(POD_ROLE);
    chain.token_file = irsa_str_of(path);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length = strlen(cases[i].content);
        CHECK(ftruncate(file, 0) == 0 && pwrite(file, cases[i].content, length, 0) == (ssize_t)length);
        CHECK_EQ(got(&chain), cases[i].code);
    }
    CHECK(ftruncate(file, 100 << 20) == 0);
    CHECK_EQ(got(&chain), IRSA_TOKEN_FILE_TOO_LARGE);
    close(file);
    unlink(path);
    CHECK_EQ(got(&chain), IRSA_TOKEN_FILE_MISSING);
    chain.token_file = irsa_str_of("/tmp");
    CHECK_EQ(got(&chain), IRSA_TOKEN_FILE_DIRECTORY);
    CHECK(mkfifo(path, 0600) == 0); /* which nobody writes to */
    chain.token_file = irsa_str_of(path);
    CHECK(got(&chain) != IRSA_OK);
    unlink(path);
}

/* One that accepts and is silent, and one that says no. */
static void a_proxy_that_does_not(void) {
    char token[512], proxy[64];
    const char *variables[] = {"AWS_ROLE_ARN=" POD_ROLE, token, "AWS_REGION=eu-west-1", proxy, NULL};
    struct sockaddr_in at;
    socklen_t length = sizeof at;
    irsa_chain chain = IRSA_ZERO;
    int silent = socket(AF_INET, SOCK_STREAM, 0), code;
    memset(&at, 0, sizeof at);
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(silent, (struct sockaddr *)&at, sizeof at) == 0 && listen(silent, 16) == 0);
    CHECK(getsockname(silent, (struct sockaddr *)&at, &length) == 0);
    snprintf(token, sizeof token, "AWS_WEB_IDENTITY_TOKEN_FILE=%s", getenv("AWS_WEB_IDENTITY_TOKEN_FILE"));
    snprintf(proxy, sizeof proxy, "HTTPS_PROXY=http://127.0.0.1:%d", ntohs(at.sin_port));
    chain.size = sizeof chain;
    chain.environment = variables;
    code = got(&chain);
    CHECK(code == IRSA_NET_PROXY || code == IRSA_DEADLINE || code == IRSA_NET_TIMEOUT);
    close(silent);
    CHECK_EQ(got(&chain), IRSA_NET_PROXY); /* nobody is there */
    /* irsa-local is none: it answers CONNECT with an error. */
    snprintf(proxy, sizeof proxy, "HTTPS_PROXY=http://127.0.0.1:%d", pod_port());
    code = got(&chain);
    CHECK(code == IRSA_NET_PROXY || code == IRSA_NET_PROXY_REFUSED);
}

int main(void) {
    RUN(an_sts_that_misbehaves);
    RUN(a_file_that_is_no_token);
    RUN(a_proxy_that_does_not);
    return check_end("provider_hostile");
}
