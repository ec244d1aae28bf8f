/* The provider in a pod: what it hands out, signs, sends, explains and exports, and what it says to wrong arguments. */
#include "check.h"
#include "pod.h"

static irsa_error *err;

static irsa_provider *of_this_pod(void) {
    irsa_provider *provider = NULL;
    CHECK_OK(irsa_provider_from_env(&provider, &err));
    return provider;
}

static void gets_and_caches(void) {
    irsa_provider *provider = of_this_pod();
    irsa_credentials *first = NULL, *second = NULL;
    CHECK_OK(irsa_provider_get(provider, NULL, &first, &err));
    CHECK(strncmp(irsa_credentials_access_key_id(first), "ASIA", 4) == 0);
    CHECK(irsa_credentials_session_token(first) != NULL);
    CHECK_TEXT(irsa_credentials_source(first), "web identity");
    CHECK_TEXT(irsa_credentials_region(first), "eu-west-1");
    CHECK_TEXT(irsa_credentials_account_id(first), "111122223333");
    CHECK_EQ(irsa_credentials_generation(first), 1);
    CHECK(irsa_credentials_expiration_ms(first) != IRSA_NEVER);
    CHECK_OK(irsa_provider_get(provider, NULL, &second, &err));
    CHECK(first == second); /* one, counted */
    irsa_credentials_free(second);
    irsa_provider_free(provider);
    /* They outlive it. */
    CHECK(strncmp(irsa_credentials_access_key_id(first), "ASIA", 4) == 0);
    irsa_credentials_free(first);
}

static void invalidates_by_generation(void) {
    irsa_provider *provider = of_this_pod();
    irsa_credentials *first = NULL, *second = NULL;
    int changed = 7;
    CHECK_OK(irsa_provider_get(provider, NULL, &first, &err));
    CHECK_OK(irsa_provider_invalidate(provider, 99, &changed, &err));
    CHECK_EQ(changed, 0);
    CHECK_OK(irsa_provider_invalidate(provider, 1, &changed, &err));
    CHECK_EQ(changed, 1);
    CHECK_OK(irsa_provider_get(provider, NULL, &second, &err));
    CHECK_EQ(irsa_credentials_generation(second), 2);
    CHECK(strcmp(irsa_credentials_access_key_id(first), irsa_credentials_access_key_id(second)) != 0);
    CHECK_OK(irsa_provider_invalidate(provider, 1, NULL, &err)); /* nobody asks what came of it */
    irsa_credentials_free(first);
    irsa_credentials_free(second);
    irsa_provider_free(provider);
}

static void explains_itself(void) {
    irsa_provider *provider = of_this_pod();
    irsa_credentials *mine = NULL;
    irsa_buffer *json = NULL;
    CHECK_OK(irsa_provider_explain(provider, &json, &err));
    CHECK(strstr(irsa_buffer_text(json), "\"credentials\":null") != NULL);
    irsa_buffer_free(json);
    CHECK_OK(irsa_provider_get(provider, NULL, &mine, &err));
    CHECK_OK(irsa_provider_explain(provider, &json, &err));
    CHECK(strstr(irsa_buffer_text(json), "\"outcome\":\"chosen\"") != NULL);
    CHECK(strstr(irsa_buffer_text(json), irsa_credentials_access_key_id(mine)) != NULL);
    CHECK(strstr(irsa_buffer_text(json), irsa_credentials_secret_access_key(mine)) == NULL);
    CHECK(strstr(irsa_buffer_text(json), irsa_credentials_session_token(mine)) == NULL);
    irsa_buffer_free(json);
    irsa_credentials_free(mine);
    irsa_provider_free(provider);
}

static void hands_on_what_it_has(void) {
    irsa_provider *one = of_this_pod(), *other = of_this_pod();
    irsa_credentials *ones = NULL, *others = NULL;
    irsa_buffer *bytes = NULL;
    int taken = 7;
    CHECK_OK(irsa_provider_export(one, &bytes, &err));
    CHECK_EQ(irsa_buffer_bytes(bytes).len, 0); /* nothing yet */
    CHECK(irsa_provider_adopt(other, irsa_buffer_bytes(bytes), &taken, NULL) != IRSA_OK);
    CHECK_EQ(taken, 7);
    irsa_buffer_free(bytes);
    CHECK_OK(irsa_provider_get(one, NULL, &ones, &err));
    CHECK_OK(irsa_provider_export(one, &bytes, &err));
    CHECK_OK(irsa_provider_adopt(other, irsa_buffer_bytes(bytes), &taken, &err));
    CHECK_EQ(taken, 1);
    CHECK_OK(irsa_provider_get(other, NULL, &others, &err));
    CHECK_TEXT(irsa_credentials_access_key_id(others), irsa_credentials_access_key_id(ones));
    CHECK_OK(irsa_provider_adopt(other, irsa_buffer_bytes(bytes), &taken, &err));
    CHECK_EQ(taken, 0);
    irsa_buffer_free(bytes);
    irsa_credentials_free(ones);
    irsa_credentials_free(others);
    irsa_provider_free(one);
    irsa_provider_free(other);
}

/* Asks irsa-local's Secrets Manager, which judges the signature: by headers that this program puts into a request. */
static void signs_and_sends(void) {
    const char *endpoint = getenv("AWS_ENDPOINT_URL_SECRETS_MANAGER");
    const char *body = "{\"SecretId\":\"shop/db\"}";
    irsa_provider *provider = of_this_pod();
    irsa_credentials *mine = NULL;
    irsa_signed *added = NULL;
    irsa_prepared *prepared = NULL;
    irsa_received *received = NULL;
    irsa_header headers[3] = {
        {IRSA_STR("host"), IRSA_STR("")},
        {IRSA_STR("content-type"), IRSA_STR("application/x-amz-json-1.1")},
        {IRSA_STR("x-amz-target"), IRSA_STR("secretsmanager.GetSecretValue")},
    };
    irsa_request request = IRSA_ZERO;
    irsa_http_call call = IRSA_ZERO;
    irsa_signing signing = IRSA_ZERO;
    irsa_now now = irsa_clock_now();
    const irsa_http_response *response;
    size_t i, dated = 0;
    if (!CHECK(endpoint != NULL))
        return;
    headers[0].value = irsa_str_of(endpoint + strlen("http://"));
    request.size = sizeof request;
    request.method = irsa_str_of("POST");
    request.path = irsa_str_of("/");
    request.headers = headers;
    request.header_count = 3;
    request.body.data = (const uint8_t *)body;
    request.body.len = strlen(body);
    CHECK_OK(irsa_provider_sign(provider, NULL, &request, "secretsmanager", NULL, &added, &err));
    CHECK(irsa_signed_count(added) >= 3);
    CHECK_EQ(irsa_signed_generation(added), 1);
    for (i = 0; i < irsa_signed_count(added); i++) {
        const irsa_header *header = irsa_signed_header(added, i);
        const char *line = irsa_signed_line(added, i);
        CHECK(strncmp(line, header->name.data, header->name.len) == 0);
        CHECK(strcmp(line + header->name.len, ": ") > 0);
        CHECK_TEXT(header->value.data, line + header->name.len + 2);
        CHECK_EQ(strlen(header->value.data), header->value.len);
        dated += strcmp(header->name.data, "x-amz-date") == 0;
    }
    CHECK_EQ(dated, 1);
    CHECK(irsa_signed_header(added, i) == NULL);
    CHECK(irsa_signed_line(added, i) == NULL);
    irsa_signed_free(added);

    call.size = sizeof call;
    call.method = request.method;
    call.url = irsa_str_of(endpoint);
    call.headers = headers + 1;
    call.header_count = 2;
    call.body = request.body;
    signing.size = sizeof signing;
    signing.service = irsa_str_of("secretsmanager");
    CHECK_OK(irsa_provider_get(provider, NULL, &mine, &err));
    CHECK_OK(irsa_credentials_lend(mine, now.wall_ms, &signing, &err));
    CHECK_OK(irsa_http_call_sign(&signing, &call, NULL, &prepared, &err));
    CHECK_OK(irsa_provider_send(provider, NULL, prepared, &received, &err));
    response = irsa_received_response(received);
    CHECK_EQ(response->size, sizeof *response);
    CHECK_EQ(response->status, 200);
    CHECK(strstr((const char *)response->body.data, "correct horse battery staple") != NULL);
    CHECK(response->header_count > 0 && response->headers[0].name.len > 0);
    irsa_received_free(received);
    irsa_prepared_free(prepared);
    irsa_credentials_free(mine);
    irsa_provider_free(provider);
}

static void presigns(void) {
    irsa_provider *provider = of_this_pod();
    irsa_buffer *url = NULL;
    CHECK_OK(irsa_provider_presign(provider, NULL, "GET", "https://b.s3.eu-west-1.amazonaws.com/a%20b?x=1", "s3", NULL, 900,
                                   &url, &err));
    CHECK(strncmp(irsa_buffer_text(url), "https://b.s3.eu-west-1.amazonaws.com/a%20b?", 43) == 0);
    CHECK(strstr(irsa_buffer_text(url), "X-Amz-Expires=900") != NULL);
    CHECK(strstr(irsa_buffer_text(url), "%2Feu-west-1%2Fs3%2Faws4_request") != NULL);
    irsa_buffer_free(url);
    url = NULL;
    CHECK_CODE(irsa_provider_presign(provider, NULL, "GET", "b.s3", "s3", NULL, 900, &url, &err), IRSA_SIGN_URL);
    CHECK(url == NULL);
    irsa_provider_free(provider);
}

/* An environment of its own, whatever the process has; and what the program says itself. */
static void says_more_than_the_environment(void) {
    const char *keys[] = {"AWS_ACCESS_KEY_ID=AKIDIRSACANARY", "AWS_SECRET_ACCESS_KEY=IRSACANARY", "HOME=/nowhere", NULL};
    const char *nothing[] = {NULL};
    irsa_chain chain = IRSA_ZERO;
    irsa_provider_options options = IRSA_ZERO;
    irsa_provider *provider = NULL;
    irsa_credentials *mine = NULL;
    irsa_buffer *url = NULL;
    options.size = sizeof options;
    options.chain = &chain;
    chain.size = sizeof chain;
    chain.environment = keys;
    CHECK_OK(irsa_provider_new(&options, &provider, &err));
    CHECK_OK(irsa_provider_get(provider, NULL, &mine, &err));
    CHECK_TEXT(irsa_credentials_access_key_id(mine), "AKIDIRSACANARY");
    CHECK_EQ(irsa_credentials_expiration_ms(mine), IRSA_NEVER);
    CHECK(irsa_credentials_region(mine) == NULL);
    CHECK_CODE(irsa_provider_presign(provider, NULL, "GET", "https://h/", "s3", NULL, 9, &url, &err), IRSA_REGION_MISSING);
    CHECK_OK(irsa_provider_presign(provider, NULL, "GET", "https://h/", "s3", "eu-west-1", 9, &url, &err));
    irsa_buffer_free(url);
    irsa_credentials_free(mine);
    irsa_provider_free(provider);

    chain.environment = nothing;
    mine = NULL;
    CHECK_OK(irsa_provider_new(&options, &provider, &err));
    CHECK_CODE(irsa_provider_get(provider, NULL, &mine, &err), IRSA_NO_CREDENTIALS);
    CHECK(mine == NULL);
    irsa_provider_free(provider);

    /* A role and a token of the program's own, with the rest of the pod. */
    chain.environment = NULL;
    chain.role_arn = irsa_str_of(POD_ROLE);
    chain.token_file = irsa_str_of("/no/such/token");
    CHECK_OK(irsa_provider_new(&options, &provider, &err));
    CHECK_CODE(irsa_provider_get(provider, NULL, &mine, &err), IRSA_TOKEN_FILE_MISSING);
    irsa_provider_free(provider);
    chain.token_file = irsa_str_of(getenv("AWS_WEB_IDENTITY_TOKEN_FILE"));
    chain.duration_seconds = 900;
    options.timeout_ms = 10000;
    CHECK_OK(irsa_provider_new(&options, &provider, &err));
    CHECK_OK(irsa_provider_get(provider, NULL, &mine, &err));
    CHECK(irsa_credentials_expiration_ms(mine) - irsa_clock_now().wall_ms <= 900 * 1000);
    irsa_credentials_free(mine);
    irsa_provider_free(provider);
}

/* The head of a PUT has no body: sent as it is, it would write an empty object. */
static void a_head_is_not_sent(void) {
    irsa_provider *provider = NULL;
    irsa_received *received = NULL;
    irsa_error *err = NULL;
    irsa_s3_ask put = IRSA_ZERO;
    irsa_endpoint endpoint = IRSA_ZERO;
    irsa_credentials *mine = NULL;
    irsa_prepared *head = NULL;

    CHECK_OK(irsa_provider_from_env(&provider, &err));
    put.size = sizeof put;
    put.operation = IRSA_S3_PUT;
    put.bucket = irsa_str_of("shop");
    put.key = irsa_str_of("orders/17.json");
    put.payload = IRSA_PAYLOAD_UNSIGNED;
    endpoint.size = sizeof endpoint;
    endpoint.region = irsa_str_of("eu-central-1");
    CHECK_OK(irsa_credentials_new("AKIDEXAMPLE", "IRSACANARY-secret", NULL, IRSA_NEVER, &mine, &err));
    CHECK_OK(irsa_s3_object(&put, &endpoint, mine, INT64_C(1440938160000), &head, &err));
    CHECK_CODE(irsa_provider_send(provider, NULL, head, &received, &err), IRSA_C_ORDER);
    irsa_prepared_free(head);
    irsa_credentials_free(mine);
    irsa_provider_free(provider);
}

/* Proxies are of the given environment, too: this one refuses what irsa sends over it. */
static void proxies_come_with_the_environment(void) {
    char token[512], proxy[128];
    const char *variables[] = {"AWS_ROLE_ARN=" POD_ROLE, token, "AWS_REGION=eu-west-1", proxy,
                               "AWS_ENDPOINT_URL_STS=http://sts.invalid", NULL};
    irsa_chain chain = IRSA_ZERO;
    irsa_provider_options options = IRSA_ZERO;
    irsa_provider *provider = NULL;
    irsa_credentials *mine = NULL;
    snprintf(token, sizeof token, "AWS_WEB_IDENTITY_TOKEN_FILE=%s", getenv("AWS_WEB_IDENTITY_TOKEN_FILE"));
    snprintf(proxy, sizeof proxy, "HTTP_PROXY=http://127.0.0.1:1");
    options.size = sizeof options;
    options.chain = &chain;
    options.timeout_ms = 4000;
    chain.size = sizeof chain;
    chain.environment = variables;
    CHECK_OK(irsa_provider_new(&options, &provider, &err));
    CHECK_CODE(irsa_provider_get(provider, NULL, &mine, &err), IRSA_NET_PROXY);
    irsa_provider_free(provider);
}

static void refuses_null(void) {
    irsa_provider *provider = of_this_pod();
    irsa_provider_options options = IRSA_ZERO;
    irsa_credentials *mine = NULL;
    irsa_request request = IRSA_ZERO;
    irsa_buffer *buffer = NULL;
    irsa_bytes nothing = IRSA_ZERO, lies = IRSA_ZERO;
    irsa_signed *added = NULL;
    irsa_received *received = NULL;
    request.size = sizeof request;
    options.size = sizeof options;
    lies.len = 3;
    CHECK_CODE(irsa_provider_from_env(NULL, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_new(NULL, &provider, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_new(&options, NULL, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_get(NULL, NULL, &mine, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_get(provider, NULL, NULL, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_sign(NULL, NULL, &request, "s3", NULL, &added, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_sign(provider, NULL, NULL, "s3", NULL, &added, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_sign(provider, NULL, &request, NULL, NULL, &added, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_sign(provider, NULL, &request, "s3", NULL, NULL, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_presign(NULL, NULL, "GET", "https://h/", "s3", NULL, 9, &buffer, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_presign(provider, NULL, NULL, "https://h/", "s3", NULL, 9, &buffer, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_presign(provider, NULL, "GET", NULL, "s3", NULL, 9, &buffer, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_presign(provider, NULL, "GET", "https://h/", NULL, NULL, 9, &buffer, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_presign(provider, NULL, "GET", "https://h/", "s3", NULL, 9, NULL, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_send(provider, NULL, NULL, &received, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_send(NULL, NULL, NULL, &received, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_invalidate(NULL, 1, NULL, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_explain(NULL, &buffer, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_explain(provider, NULL, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_export(NULL, &buffer, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_export(provider, NULL, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_adopt(NULL, nothing, NULL, &err), IRSA_C_NULL);
    CHECK_CODE(irsa_provider_adopt(provider, lies, NULL, &err), IRSA_C_NULL);
    CHECK(mine == NULL && buffer == NULL && added == NULL && received == NULL);
    CHECK(irsa_signed_count(NULL) == 0 && irsa_signed_generation(NULL) == 0);
    CHECK(irsa_signed_header(NULL, 0) == NULL && irsa_signed_line(NULL, 0) == NULL);
    CHECK(irsa_received_response(NULL) == NULL);
    irsa_provider_free(NULL);
    irsa_signed_free(NULL);
    irsa_received_free(NULL);
    irsa_provider_free(provider);
}

static void refuses_wrong_values(void) {
    struct {
        irsa_provider_options options;
        char newer[16];
    } future;
    irsa_provider_options *options = &future.options;
    irsa_chain chain = IRSA_ZERO;
    irsa_provider *provider = NULL, *pods = of_this_pod();
    irsa_credentials *mine = NULL;
    irsa_request request = IRSA_ZERO;
    irsa_signed *added = NULL;
    irsa_bytes junk;
    memset(&future, 0, sizeof future);
    CHECK_CODE(irsa_provider_new(options, &provider, &err), IRSA_C_STRUCT);
    options->size = sizeof *options - 8;
    CHECK_CODE(irsa_provider_new(options, &provider, &err), IRSA_C_STRUCT);
    options->size = (size_t)-1;
    CHECK_CODE(irsa_provider_new(options, &provider, &err), IRSA_C_STRUCT);
    options->size = sizeof future;
    CHECK_OK(irsa_provider_new(options, &provider, &err));
    irsa_provider_free(provider);
    provider = NULL;
    future.newer[3] = 1;
    CHECK_CODE(irsa_provider_new(options, &provider, &err), IRSA_C_STRUCT);
    options->size = sizeof *options;
    options->background = 3;
    CHECK_CODE(irsa_provider_new(options, &provider, &err), IRSA_C_VALUE);
    options->background = IRSA_NO;
    options->chain = &chain;
    CHECK_CODE(irsa_provider_new(options, &provider, &err), IRSA_C_STRUCT);
    chain.size = sizeof chain;
    chain.region = irsa_str_of("eu-\xff");
    CHECK_CODE(irsa_provider_new(options, &provider, &err), IRSA_C_TEXT);
    chain.region = irsa_str_of(NULL);
    chain.strict = 3;
    CHECK_CODE(irsa_provider_new(options, &provider, &err), IRSA_C_VALUE);
    CHECK(provider == NULL);

    CHECK_CODE(irsa_provider_sign(pods, NULL, &request, "s3", NULL, &added, &err), IRSA_C_STRUCT);
    request.size = sizeof request;
    CHECK_CODE(irsa_provider_sign(pods, NULL, &request, "s\xff", NULL, &added, &err), IRSA_C_TEXT);
    CHECK_CODE(irsa_provider_sign(pods, NULL, &request, "s3", "\xff", &added, &err), IRSA_C_TEXT);
    request.payload = 9;
    CHECK_CODE(irsa_provider_sign(pods, NULL, &request, "s3", NULL, &added, &err), IRSA_C_VALUE);
    request.payload = IRSA_PAYLOAD_BODY;
    CHECK(irsa_provider_sign(pods, NULL, &request, "s3", NULL, &added, &err) != IRSA_OK); /* no method, no host */
    irsa_error_free(err);
    err = NULL;
    junk.data = (const uint8_t *)"no snapshot at all";
    junk.len = 18;
    CHECK_CODE(irsa_provider_adopt(pods, junk, NULL, &err), IRSA_ENCODING);
    CHECK(added == NULL && mine == NULL);
    irsa_provider_free(pods);
}

int main(void) {
    RUN(gets_and_caches);
    RUN(invalidates_by_generation);
    RUN(explains_itself);
    RUN(hands_on_what_it_has);
    RUN(signs_and_sends);
    RUN(a_head_is_not_sent);
    RUN(presigns);
    RUN(says_more_than_the_environment);
    RUN(proxies_come_with_the_environment);
    RUN(refuses_null);
    RUN(refuses_wrong_values);
    return check_end("provider");
}
