/* The pure level: what is asked of AWS and what it answers, with values that others have computed or recorded. */
#include "check.h"

static irsa_error *err;
static const int64_t then = INT64_C(1440938160000);

static irsa_credentials *mine(void) {
    irsa_credentials *made = NULL;
    CHECK_OK(irsa_credentials_new("AKIDEXAMPLE", "IRSACANARYsecret", "IRSACANARYtoken", IRSA_NEVER, &made, &err));
    return made;
}

static int has_header(const irsa_http_request *request, const char *name) {
    for (size_t i = 0; i < request->header_count; i++)
        if (strcmp(request->headers[i].name.data, name) == 0)
            return 1;
    return 0;
}

/* The key of the AWS guide's worked example. */
static void key_of_the_guide(void) {
    static const unsigned char first[] = {0xc4, 0xaf, 0xb1, 0xcc};
    irsa_buffer *key = NULL;
    CHECK_OK(irsa_signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", then, "us-east-1", "iam", &key, &err));
    CHECK_EQ(irsa_buffer_bytes(key).len, 32);
    CHECK(memcmp(irsa_buffer_bytes(key).data, first, sizeof first) == 0);
    irsa_buffer_free(key);
}

static void hash_in_pieces(void) {
    irsa_hash *hash = NULL;
    irsa_bytes a = {(const uint8_t *)"a", 1}, bc = {(const uint8_t *)"bc", 2};
    char text[65] = "untouched";
    CHECK_OK(irsa_hash_new(&hash, &err));
    CHECK_OK(irsa_hash_update(hash, a, &err));
    CHECK_OK(irsa_hash_update(hash, bc, &err));
    CHECK_CODE(irsa_hash_finish(hash, text, 64, &err), IRSA_SIGN_TOO_SMALL);
    CHECK_TEXT(text, "untouched");
    CHECK_OK(irsa_hash_finish(hash, text, sizeof text, &err));
    CHECK_TEXT(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_OK(irsa_hash_finish(hash, text, sizeof text, &err));
    CHECK_TEXT(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    irsa_hash_free(hash);
}

static const irsa_credentials *find(void *user, irsa_str id) {
    const irsa_credentials *known = user;
    return strcmp(id.data, irsa_credentials_access_key_id(known)) == 0 ? known : NULL;
}

/* What is signed is taken, by one identity and by a lookup; one byte more in the body and it is not. */
static void signed_is_verified(void) {
    irsa_credentials *known = mine();
    irsa_http_call call = IRSA_ZERO;
    irsa_signing signing = IRSA_ZERO;
    irsa_prepared *prepared = NULL;
    irsa_request request = IRSA_ZERO;
    irsa_verifying rules = IRSA_ZERO;
    irsa_verified *verified = NULL;
    irsa_header headers[16];
    size_t count;
    call.size = sizeof call;
    call.method = irsa_str_of("POST");
    call.url = irsa_str_of("https://api.example.com/a/b?c=d");
    call.body.data = (const uint8_t *)"body";
    call.body.len = 4;
    signing.size = sizeof signing;
    signing.region = irsa_str_of("eu-central-1");
    signing.service = irsa_str_of("execute-api");
    CHECK_OK(irsa_credentials_lend(known, then, &signing, &err));
    CHECK_OK(irsa_http_call_sign(&signing, &call, NULL, &prepared, &err));
    count = irsa_prepared_request(prepared)->header_count;
    if (!CHECK(count > 0 && count < 15))
        return;
    memcpy(headers, irsa_prepared_request(prepared)->headers, count * sizeof *headers);
    headers[count].name = irsa_str_of("host");
    headers[count].value = irsa_str_of("api.example.com");
    request.size = sizeof request;
    request.method = call.method;
    request.path = irsa_str_of("/a/b");
    request.query = irsa_str_of("c=d");
    request.headers = headers;
    request.header_count = count + 1;
    request.body = call.body;
    rules.size = sizeof rules;
    rules.time_ms = then + 60000;
    rules.region = signing.region;
    rules.service = signing.service;
    CHECK_CODE(irsa_request_verify(&rules, &request, NULL, &verified, &err), IRSA_C_NULL);
    rules.credentials = known;
    CHECK_OK(irsa_request_verify(&rules, &request, NULL, &verified, &err));
    CHECK_TEXT(irsa_verified_access_key_id(verified), "AKIDEXAMPLE");
    CHECK_TEXT(irsa_verified_service(verified), "execute-api");
    CHECK_EQ(irsa_verified_signed_at_ms(verified), then);
    CHECK_EQ(irsa_verified_expires(verified), 0);
    irsa_verified_free(verified);
    rules.credentials = NULL;
    rules.lookup = find;
    rules.user = known;
    CHECK_OK(irsa_request_verify(&rules, &request, NULL, NULL, &err));
    request.body.len = 3;
    CHECK_CODE(irsa_request_verify(&rules, &request, NULL, NULL, &err), IRSA_VERIFY_MISMATCH);
    rules.time_ms = then + 3600000;
    CHECK_CODE(irsa_request_verify(&rules, &request, NULL, NULL, &err), IRSA_VERIFY_SKEWED);
    irsa_prepared_free(prepared);
    irsa_credentials_free(known);
}

static void sts_is_asked_and_read(void) {
    irsa_web_identity ask = IRSA_ZERO;
    irsa_prepared *prepared = NULL;
    irsa_http_response response = IRSA_ZERO;
    irsa_credentials *got = NULL;
    irsa_assumed *beside = NULL;
    irsa_signing signing = IRSA_ZERO;
    irsa_header date = {IRSA_STR("Date"), IRSA_STR("Sun, 30 Aug 2015 13:36:00 GMT")};
    irsa_now now = {INT64_C(1440938160000), 0};
    const char *body = "{\"Credentials\":{\"AccessKeyId\":\"ASIAX\",\"SecretAccessKey\":\"IRSACANARY1\",\"SessionToken\":"
                       "\"IRSACANARY2\",\"Expiration\":\"2015-08-30T14:36:00Z\"},\"SubjectFromWebIdentityToken\":\"me\"}";
    ask.size = sizeof ask;
    ask.token = irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln");
    CHECK_CODE(irsa_sts_web_identity(&ask, NULL, &prepared, &err), IRSA_ARN_PLACEHOLDER);
    ask.role_arn = irsa_str_of("arn:aws-cn:iam::123456789012:role/app");
    CHECK_OK(irsa_sts_web_identity(&ask, NULL, &prepared, &err));
    if (CHECK(prepared != NULL)) {
        const irsa_http_request *request = irsa_prepared_request(prepared);
        CHECK_TEXT(request->url.data, "https://sts.cn-northwest-1.amazonaws.com.cn/");
        CHECK(strstr((const char *)request->body.data, "WebIdentityToken=eyJ") != NULL);
        CHECK(!has_header(request, "authorization"));
    }
    irsa_prepared_free(prepared);

    response.size = sizeof response;
    response.status = 200;
    response.headers = &date;
    response.header_count = 1;
    response.body.data = (const uint8_t *)body;
    response.body.len = strlen(body);
    CHECK_CODE(irsa_sts_assumed_read(&response, 3, NULL, NULL, &got, NULL, &err), IRSA_C_VALUE);
    CHECK_OK(irsa_sts_assumed_read(&response, IRSA_ACTION_WEB_IDENTITY, &now, &now, &got, &beside, &err));
    CHECK_TEXT(irsa_credentials_session_token(got), "IRSACANARY2");
    CHECK_TEXT(irsa_assumed_subject(beside), "me");
    CHECK_TEXT(irsa_assumed_provider(beside), NULL);
    CHECK_EQ(irsa_assumed_packed_policy_size(beside), -1);
    /* An hour ahead: what is signed with these credentials goes by STS's clock. */
    CHECK(irsa_assumed_skew_ms(beside) >= 3599000 && irsa_assumed_skew_ms(beside) <= 3601000);
    signing.size = sizeof signing;
    CHECK_OK(irsa_credentials_lend(got, now.wall_ms, &signing, &err));
    CHECK_EQ(signing.time_ms, now.wall_ms + irsa_assumed_skew_ms(beside));
    irsa_assumed_free(beside);
    irsa_credentials_free(got);
}

static void services_are_asked(void) {
    irsa_credentials *known = mine();
    irsa_endpoint endpoint = IRSA_ZERO;
    irsa_s3_ask object = IRSA_ZERO;
    irsa_parameter_ask ask = IRSA_ZERO;
    irsa_str names[] = {IRSA_STR("/a"), IRSA_STR("/b")};
    irsa_prepared *prepared = NULL;
    irsa_buffer *text = NULL;
    endpoint.size = sizeof endpoint;
    endpoint.region = irsa_str_of("eu-central-1");
    object.size = sizeof object;
    object.operation = IRSA_S3_PUT;
    object.bucket = irsa_str_of("shop");
    object.key = irsa_str_of("a b/../c");
    object.payload = IRSA_PAYLOAD_UNSIGNED;
    CHECK_OK(irsa_s3_object(&object, &endpoint, known, then, &prepared, &err));
    CHECK_TEXT(irsa_prepared_request(prepared)->url.data, "https://shop.s3.eu-central-1.amazonaws.com/a%20b/../c");
    CHECK(has_header(irsa_prepared_request(prepared), "x-amz-content-sha256"));
    CHECK_EQ(irsa_prepared_request(prepared)->body.len, 0);
    irsa_prepared_free(prepared);
    object.style = 7;
    prepared = NULL;
    CHECK_CODE(irsa_s3_object(&object, &endpoint, known, then, &prepared, &err), IRSA_C_VALUE);
    CHECK(prepared == NULL);

    ask.size = sizeof ask;
    ask.names = names;
    ask.name_count = 2;
    CHECK_OK(irsa_parameters_get(&ask, &endpoint, known, then, &prepared, &err));
    CHECK(strstr((const char *)irsa_prepared_request(prepared)->body.data, "\"Names\":[\"/a\",\"/b\"]") != NULL);
    irsa_prepared_free(prepared);
    ask.path = irsa_str_of("/");
    CHECK_CODE(irsa_parameters_get(&ask, &endpoint, known, then, &prepared, &err), IRSA_C_VALUE);

    CHECK_CODE(irsa_rds_token(known, "db.example.com", 5432, "app", NULL, then, &text, &err), IRSA_REGION_MISSING);
    CHECK_CODE(irsa_rds_token(known, "db.example.com", 70000, "app", "eu-west-1", then, &text, &err), IRSA_C_VALUE);
    CHECK_OK(irsa_rds_token(known, "db.example.com", 5432, "app", "eu-west-1", then, &text, &err));
    CHECK(strncmp(irsa_buffer_text(text), "db.example.com:5432/?Action=connect&DBUser=app&", 47) == 0);
    irsa_buffer_free(text);
    irsa_credentials_free(known);
}

static void answers_are_read(void) {
    irsa_http_response response = IRSA_ZERO;
    irsa_secret *secret = NULL;
    irsa_parameters *parameters = NULL;
    irsa_s3_page *page = NULL;
    irsa_s3_head *head = NULL;
    irsa_header headers[] = {{IRSA_STR("ETag"), IRSA_STR("\"e\"")}, {IRSA_STR("x-amz-meta-Owner"), IRSA_STR("me")}};
    const char *value = "{\"Name\":\"n\",\"SecretString\":\"IRSACANARY\",\"VersionStages\":[\"AWSCURRENT\"]}";
    const char *two = "{\"Parameters\":[{\"Name\":\"/a\",\"Value\":\"IRSACANARY\",\"Type\":\"SecureString\",\"Version\":2}],"
                      "\"NextToken\":\"t\"}";
    const char *list = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>k</Key><Size>3</Size></Contents>"
                       "</ListBucketResult>";
    response.size = sizeof response;
    response.status = 200;
    response.body.data = (const uint8_t *)value;
    response.body.len = strlen(value);
    CHECK_OK(irsa_secret_read(&response, &secret, &err));
    CHECK_TEXT((const char *)irsa_secret_value(secret).data, "IRSACANARY");
    CHECK_TEXT(irsa_secret_version_stage_at(secret, 0), "AWSCURRENT");
    CHECK_TEXT(irsa_secret_version_stage_at(secret, 1), NULL);
    CHECK_EQ(irsa_secret_created_ms(secret), IRSA_UNKNOWN);
    irsa_secret_free(secret);
    response.body.data = (const uint8_t *)two;
    response.body.len = strlen(two);
    CHECK_OK(irsa_parameters_read(&response, &parameters, &err));
    CHECK_EQ(irsa_parameters_count(parameters), 1);
    CHECK_TEXT(irsa_parameters_kind_at(parameters, 0), "SecureString");
    CHECK_EQ(irsa_parameters_version_at(parameters, 0), 2);
    CHECK_TEXT(irsa_parameters_name_at(parameters, 1), NULL);
    CHECK_TEXT(irsa_parameters_next_token(parameters), "t");
    irsa_parameters_free(parameters);
    response.body.data = (const uint8_t *)list;
    response.body.len = strlen(list);
    CHECK_OK(irsa_s3_list_read(&response, &page, &err));
    CHECK_EQ(irsa_s3_page_count(page), 1);
    CHECK_TEXT(irsa_s3_page_key_at(page, 0), "k");
    CHECK_EQ(irsa_s3_page_size_at(page, 0), 3);
    CHECK_TEXT(irsa_s3_page_next_token(page), NULL);
    irsa_s3_page_free(page);
    response.body.len = 0;
    response.headers = headers;
    response.header_count = 2;
    CHECK_OK(irsa_s3_object_read(&response, IRSA_S3_HEAD, &head, &err));
    CHECK_TEXT(irsa_s3_head_etag(head), "\"e\"");
    CHECK_TEXT(irsa_s3_head_metadata(head, "owner"), "me");
    CHECK_EQ(irsa_s3_head_length(head), -1);
    irsa_s3_head_free(head);
    response.status = 404;
    CHECK_CODE(irsa_s3_object_read(&response, IRSA_S3_HEAD, NULL, &err), IRSA_OBJECT_NOT_FOUND);
}

static void documents_are_judged(void) {
    irsa_buffer *answer = NULL;
    irsa_str none = IRSA_STR("");
    CHECK_CODE(irsa_trust_judge(none, &answer, &err), IRSA_DOCUMENT_MALFORMED);
    CHECK_CODE(irsa_trust_judge(irsa_str_of("{\"now\":\"x\"}"), &answer, &err), IRSA_DOCUMENT_MALFORMED);
    CHECK_OK(irsa_trust_judge(irsa_str_of("{\"now\":0,\"role\":null}"), &answer, &err));
    CHECK(strstr(irsa_buffer_text(answer), "\"verdict\"") != NULL);
    irsa_buffer_free(answer);
    CHECK_OK(irsa_role_arn_json("arn:aws:iam::123456789012:role/team/app", &answer, &err));
    CHECK_TEXT(irsa_buffer_text(answer),
               "{\"account\":\"123456789012\",\"name\":\"app\",\"partition\":\"aws\",\"path\":\"/team/\"}");
    irsa_buffer_free(answer);
}

int main(void) {
    RUN(key_of_the_guide);
    RUN(hash_in_pieces);
    RUN(signed_is_verified);
    RUN(sts_is_asked_and_read);
    RUN(services_are_asked);
    RUN(answers_are_read);
    RUN(documents_are_judged);
    return check_end("pure");
}
