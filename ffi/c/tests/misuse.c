/* What a program does wrong by hand: texts that are none, sizes and counts that cannot be, numbers that the header does not
 * list, structs at odd addresses. Each has its error; nothing is read that was not lent. */
#include "request.h"

static irsa_signing signing;
static irsa_request request;
static char out[4096];
static size_t length;
static irsa_error *err;

static int sign(void) {
    return irsa_request_sign(&signing, &request, NULL, out, sizeof out, &length, &err);
}

/* Text with a length of its own. */
static irsa_str text(const char *data, size_t len) {
    irsa_str it;
    it.data = data;
    it.len = len;
    return it;
}

/* All texts of both structs, each spoilt in its turn. */
static irsa_str *const texts[] = {
    &signing.access_key_id, &signing.secret_access_key, &signing.session_token, &signing.region,
    &signing.service,       &request.method,            &request.path,          &request.query,
};
#define TEXTS (sizeof texts / sizeof *texts)

static void every_text(irsa_str spoilt, int code) {
    size_t i;
    for (i = 0; i < TEXTS; i++) {
        example(&signing, &request);
        *texts[i] = spoilt;
        if (!CHECK_CODE(sign(), code))
            fprintf(stderr, "    text %zu\n", i);
    }
}

static void embedded_nul(void) { every_text(text("a\0b", 3), IRSA_C_TEXT); }
static void a_nul_at_the_end(void) { every_text(text("ab", 3), IRSA_C_TEXT); }
static void an_octet_that_utf8_never_has(void) { every_text(text("a\xff", 2), IRSA_C_TEXT); }
static void a_character_cut_in_half(void) { every_text(text("\xc3", 1), IRSA_C_TEXT); }
static void an_overlong_slash(void) { every_text(text("\xc0\xaf", 2), IRSA_C_TEXT); }
static void a_surrogate(void) { every_text(text("\xed\xa0\x80", 3), IRSA_C_TEXT); }
static void null_with_a_length(void) { every_text(text(NULL, 1), IRSA_C_NULL); }
static void a_length_of_all_memory(void) { every_text(text("a", SIZE_MAX), IRSA_C_VALUE); }
static void a_length_of_half_of_it(void) { every_text(text("a", SIZE_MAX / 2 + 1), IRSA_C_VALUE); }

static void texts_within_arrays(void) {
    irsa_header header = {IRSA_STR("host"), IRSA_STR("iam.amazonaws.com")};
    irsa_str name = IRSA_STR("host");
    example(&signing, &request);
    request.headers = &header;
    request.header_count = 1;
    CHECK_OK(sign());
    header.name = text("ho\0st", 5);
    CHECK_CODE(sign(), IRSA_C_TEXT);
    header.name = text("host\xff", 5);
    CHECK_CODE(sign(), IRSA_C_TEXT);
    header.name = text(NULL, 4);
    CHECK_CODE(sign(), IRSA_C_NULL);
    header.name = text("host", SIZE_MAX);
    CHECK_CODE(sign(), IRSA_C_VALUE);
    header.name = irsa_str_of("host");
    header.value = text("a\0b", 3);
    CHECK_CODE(sign(), IRSA_SIGN_HEADER);
    /* Line ends count as white space, as in AWS's own vectors of folded headers; no value comes out again. */
    header.value = text("a\r\nx-injected: b", 16);
    CHECK_OK(sign());
    CHECK(memchr(out, 'j', length) == NULL);
    header.value = text(NULL, 3);
    CHECK_CODE(sign(), IRSA_C_NULL);
    header.value = text("a", SIZE_MAX);
    CHECK_CODE(sign(), IRSA_C_VALUE);
    /* A value is any bytes: it need not be text. */
    header.value = text("a\xff", 2);
    CHECK_OK(sign());
    signing.listed = &name;
    signing.listed_count = 1;
    signing.signed_headers = IRSA_HEADERS_ONLY;
    CHECK_OK(sign());
    name = text("a\xff", 2);
    CHECK_CODE(sign(), IRSA_C_TEXT);
    name = text(NULL, 1);
    CHECK_CODE(sign(), IRSA_C_NULL);
}

static void counts(void) {
    static const size_t huge[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / sizeof(irsa_header) + 1, SIZE_MAX / sizeof(irsa_header)};
    irsa_str name = IRSA_STR("host");
    size_t i;
    for (i = 0; i < sizeof huge / sizeof *huge; i++) {
        example(&signing, &request);
        request.header_count = huge[i];
        CHECK_CODE(sign(), IRSA_C_VALUE);
        request.headers = NULL;
        CHECK_CODE(sign(), IRSA_C_NULL);
        example(&signing, &request);
        signing.listed_count = huge[i];
        CHECK_CODE(sign(), IRSA_C_NULL);
        signing.listed = &name;
        if (huge[i] > SIZE_MAX / 2 / sizeof name)
            CHECK_CODE(sign(), IRSA_C_VALUE);
        example(&signing, &request);
        CHECK_CODE(irsa_request_sign(&signing, &request, NULL, NULL, huge[i], &length, &err), IRSA_C_NULL);
    }
    example(&signing, &request);
    CHECK_CODE(irsa_request_sign(&signing, &request, NULL, out, SIZE_MAX, &length, &err), IRSA_C_VALUE);
    request.body.data = (const uint8_t *)"a";
    request.body.len = SIZE_MAX;
    CHECK_CODE(sign(), IRSA_C_VALUE);
    request.body.data = NULL;
    request.body.len = 1;
    CHECK_CODE(sign(), IRSA_C_NULL);
    example(&signing, &request);
    request.headers = NULL;
    request.header_count = 0;
    CHECK_CODE(sign(), IRSA_SIGN_NO_HOST);
}

static void numbers(void) {
    static const uint32_t none[] = {4, 5, 255, 256, 65536, 0x80000000u, UINT32_MAX};
    static uint32_t *const listed[] = {&request.payload,   &signing.content_sha256, &signing.path,
                                       &signing.normalise, &signing.signed_headers};
    irsa_buffer *buffer = NULL;
    irsa_keys *keys = NULL;
    static const int codes[] = {-1, 9, 65535, 65536 + IRSA_TOKEN_EMPTY, INT32_MAX, INT32_MIN};
    size_t i, j;
    for (i = 0; i < sizeof listed / sizeof *listed; i++)
        for (j = 0; j < sizeof none / sizeof *none; j++) {
            example(&signing, &request);
            *listed[i] = none[j];
            CHECK_CODE(sign(), IRSA_C_VALUE);
        }
    example(&signing, &request);
    signing.expires = 604800;
    CHECK_OK(sign());
    signing.expires++;
    CHECK_CODE(sign(), IRSA_SIGN_EXPIRES);
    signing.expires = UINT32_MAX;
    CHECK_CODE(sign(), IRSA_SIGN_EXPIRES);
    for (i = 0; i < sizeof codes / sizeof *codes; i++) {
        CHECK_CODE(irsa_code_fix(codes[i], &buffer, &err), IRSA_C_VALUE);
        CHECK_CODE(irsa_code_name(codes[i], &buffer, &err), IRSA_C_VALUE);
    }
    CHECK(buffer == NULL);
    CHECK_CODE(irsa_keys_new(1025, &keys, &err), IRSA_C_VALUE);
    CHECK_CODE(irsa_keys_new(SIZE_MAX, &keys, &err), IRSA_C_VALUE);
    CHECK(keys == NULL);
    /* Any time is one. */
    example(&signing, &request);
    signing.time_ms = INT64_MAX;
    CHECK(sign() != IRSA_BUG);
    irsa_error_free(err);
    signing.time_ms = INT64_MIN;
    CHECK(sign() != IRSA_BUG);
    irsa_error_free(err);
    err = NULL;
}

/* A struct of irsa's next version, or of a wrong one: `size` bytes, `set` behind what is known. */
static int sized(int which, size_t size, size_t given, int set) {
    size_t known = which == 0 ? sizeof signing : sizeof request;
    unsigned char *grown = (unsigned char *)calloc(1, given > known ? given : known);
    int status;
    example(&signing, &request);
    memcpy(grown, which == 0 ? (void *)&signing : (void *)&request, known);
    memcpy(grown, &size, sizeof size);
    if (set)
        grown[given - 1] = 1;
    status = which == 0
                 ? irsa_request_sign((irsa_signing *)(void *)grown, &request, NULL, out, sizeof out, &length, &err)
                 : irsa_request_sign(&signing, (irsa_request *)(void *)grown, NULL, out, sizeof out, &length, &err);
    free(grown);
    return status;
}

static void sizes(void) {
    int which;
    for (which = 0; which < 2; which++) {
        size_t known = which == 0 ? sizeof signing : sizeof request, size;
        for (size = 0; size < known; size++)
            CHECK_CODE(sized(which, size, known, 0), IRSA_C_STRUCT);
        CHECK_OK(sized(which, known, known, 0));
        CHECK_OK(sized(which, known + 1, known + 1, 0));
        CHECK_OK(sized(which, known + 64, known + 64, 0));
        CHECK_OK(sized(which, 4096, 4096, 0));
        CHECK_CODE(sized(which, known + 1, known + 1, 1), IRSA_C_STRUCT);
        CHECK_CODE(sized(which, known + 64, known + 64, 1), IRSA_C_STRUCT);
        CHECK_CODE(sized(which, 4096, 4096, 1), IRSA_C_STRUCT);
        /* Then it is not looked at: there is no more of it. */
        CHECK_CODE(sized(which, 4097, known, 0), IRSA_C_STRUCT);
        CHECK_CODE(sized(which, SIZE_MAX, known, 0), IRSA_C_STRUCT);
        CHECK_CODE(sized(which, SIZE_MAX / 2 + 1, known, 0), IRSA_C_STRUCT);
    }
}

/* What is behind the caller's struct is not written to either. */
static void lending_into_a_longer_and_a_wrong_struct(void) {
    struct {
        irsa_signing signing;
        unsigned char behind[64];
    } grown;
    irsa_credentials *mine = NULL;
    size_t i;
    memset(&grown, 0, sizeof grown);
    grown.signing.size = sizeof grown;
    CHECK_OK(irsa_credentials_new("AKIDEXAMPLE", "IRSACANARY-secret", NULL, IRSA_NEVER, &mine, &err));
    CHECK_OK(irsa_credentials_lend(mine, 0, &grown.signing, &err));
    CHECK_EQ(grown.signing.size, sizeof grown);
    CHECK_TEXT(grown.signing.access_key_id.data, "AKIDEXAMPLE");
    for (i = 0; i < sizeof grown.behind; i++)
        CHECK(grown.behind[i] == 0);
    memset(&grown, 0, sizeof grown);
    CHECK_CODE(irsa_credentials_lend(mine, 0, &grown.signing, &err), IRSA_C_STRUCT);
    CHECK(grown.signing.access_key_id.data == NULL);
    irsa_credentials_free(mine);
}

/* Structs may lie anywhere; an array of them has to lie as C lays it. */
static void odd_addresses(void) {
    unsigned char signing_at[sizeof signing + 8], request_at[sizeof request + 8], headers_at[sizeof example_headers + 8];
    size_t odd;
    for (odd = 1; odd < 8; odd++) {
        char same[4096];
        size_t expected;
        example(&signing, &request);
        CHECK_OK(irsa_request_sign(&signing, &request, NULL, same, sizeof same, &expected, &err));
        memcpy(signing_at + odd, &signing, sizeof signing);
        memcpy(request_at + odd, &request, sizeof request);
        CHECK_OK(irsa_request_sign((irsa_signing *)(void *)(signing_at + odd), (irsa_request *)(void *)(request_at + odd), NULL,
                                   out, sizeof out, &length, &err));
        CHECK(length == expected && memcmp(out, same, length) == 0);
    }
    /* Of the eight addresses one is right. */
    for (odd = 0; odd < 8; odd++) {
        memcpy(headers_at + odd, example_headers, sizeof example_headers);
        example(&signing, &request);
        request.headers = (irsa_header *)(void *)(headers_at + odd);
        CHECK_CODE(sign(), (uintptr_t)request.headers % sizeof(void *) == 0 ? IRSA_OK : IRSA_C_VALUE);
    }
}

static void c_strings(void) {
    irsa_credentials *mine = NULL;
    char *long_text = (char *)malloc(1 << 20);
    memset(long_text, 'a', (1 << 20) - 1);
    long_text[(1 << 20) - 1] = 0;
    CHECK_CODE(irsa_credentials_new("AKID\xff", "IRSACANARY", NULL, 0, &mine, &err), IRSA_C_TEXT);
    CHECK_CODE(irsa_credentials_new("AKID", "IRSACANARY\xff", NULL, 0, &mine, &err), IRSA_C_TEXT);
    CHECK_CODE(irsa_credentials_new("AKID", "IRSACANARY", "IRSACANARY\xff", 0, &mine, &err), IRSA_C_TEXT);
    CHECK(mine == NULL);
    CHECK_OK(irsa_credentials_new("AKID", long_text, long_text, INT64_MIN, &mine, &err));
    CHECK_EQ(strlen(irsa_credentials_session_token(mine)), (1 << 20) - 1);
    CHECK(irsa_credentials_expiration_ms(mine) < 0);
    irsa_credentials_free(mine);
    CHECK_EQ(irsa_code_of(long_text), 0);
    CHECK_EQ(irsa_code_of("\xff"), 0);
    CHECK_EQ(irsa_code_of(""), 0);
    free(long_text);
}

/* The text of an error about a secret says which it was, not what. */
static void errors_tell_no_secret(void) {
    irsa_credentials *mine = NULL;
    example(&signing, &request);
    signing.secret_access_key = text("IRSACANARY\xff", 11);
    CHECK_EQ(sign(), IRSA_C_TEXT);
    CHECK(strstr(irsa_error_text(err), "signing.secret_access_key") != NULL);
    CHECK(strstr(irsa_error_text(err), "CANARY") == NULL);
    irsa_error_free(err);
    CHECK_EQ(irsa_credentials_new("AKID", "IRSACANARY\xff", NULL, 0, &mine, &err), IRSA_C_TEXT);
    CHECK(strstr(irsa_error_text(err), "secret_access_key") != NULL);
    CHECK(strstr(irsa_error_text(err), "CANARY") == NULL);
    irsa_error_free(err);
    err = NULL;
}

int main(void) {
    RUN(embedded_nul);
    RUN(a_nul_at_the_end);
    RUN(an_octet_that_utf8_never_has);
    RUN(a_character_cut_in_half);
    RUN(an_overlong_slash);
    RUN(a_surrogate);
    RUN(null_with_a_length);
    RUN(a_length_of_all_memory);
    RUN(a_length_of_half_of_it);
    RUN(texts_within_arrays);
    RUN(counts);
    RUN(numbers);
    RUN(sizes);
    RUN(lending_into_a_longer_and_a_wrong_struct);
    RUN(odd_addresses);
    RUN(c_strings);
    RUN(errors_tell_no_secret);
    return check_end("misuse");
}
