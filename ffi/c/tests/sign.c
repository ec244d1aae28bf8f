/* irsa_request_sign does what AWS's own example says, in header and in query form, and a cache of keys changes nothing. */
#include "request.h"

static void the_example_of_aws(void) {
    irsa_signing signing;
    irsa_request request;
    irsa_error *err = NULL;
    irsa_keys *keys = NULL;
    irsa_str rest;
    irsa_header header;
    char out[2048], again[2048];
    size_t length = 0, second = 0;
    int lines = 0;
    example(&signing, &request);
    CHECK_OK(irsa_request_sign(&signing, &request, NULL, out, sizeof out, &length, &err));
    CHECK_OK(irsa_keys_new(0, &keys, &err));
    CHECK_OK(irsa_request_sign(&signing, &request, keys, again, sizeof again, &second, &err));
    CHECK(second == length && memcmp(out, again, length) == 0);
    CHECK_OK(irsa_request_sign(&signing, &request, keys, again, sizeof again, &second, &err));
    CHECK(second == length && memcmp(out, again, length) == 0);
    irsa_keys_free(keys);
    rest.data = out;
    rest.len = length;
    while (irsa_headers_next(&rest, &header)) {
        lines++;
        if (header.name.len == 13 && memcmp(header.name.data, "authorization", 13) == 0) {
            CHECK(header.value.len > 64);
            CHECK(memcmp(header.value.data + header.value.len - 64, SIGNATURE, 64) == 0);
        }
    }
    CHECK_EQ(lines, 2);
    CHECK_EQ(rest.len, 0);
}

static void a_query(void) {
    irsa_signing signing;
    irsa_request request;
    irsa_error *err = NULL;
    char out[2048];
    size_t length = 0;
    example(&signing, &request);
    signing.expires = 60;
    CHECK_OK(irsa_request_sign(&signing, &request, NULL, out, sizeof out - 1, &length, &err));
    out[length] = 0;
    CHECK(strstr(out, "Action=ListUsers&Version=2010-05-08") == out);
    CHECK(strstr(out, "X-Amz-Expires=60") != NULL);
    CHECK(strstr(out, "X-Amz-Signature=") != NULL);
}

int main(void) {
    RUN(the_example_of_aws);
    RUN(a_query);
    return check_end("sign");
}
