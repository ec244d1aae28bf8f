/* The request of AWS's own example (GET ListUsers), to sign and to spoil. */
#ifndef REQUEST_H
#define REQUEST_H

#include "check.h"

#define SIGNATURE "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"

static irsa_header example_headers[] = {
    {IRSA_STR("host"), IRSA_STR("iam.amazonaws.com")},
    {IRSA_STR("content-type"), IRSA_STR("application/x-www-form-urlencoded; charset=utf-8")},
};

static inline void example(irsa_signing *signing, irsa_request *request) {
    memset(signing, 0, sizeof *signing);
    memset(request, 0, sizeof *request);
    request->size = sizeof *request;
    request->method = irsa_str_of("GET");
    request->path = irsa_str_of("/");
    request->query = irsa_str_of("Action=ListUsers&Version=2010-05-08");
    request->headers = example_headers;
    request->header_count = 2;
    signing->size = sizeof *signing;
    signing->access_key_id = irsa_str_of("AKIDEXAMPLE");
    signing->secret_access_key = irsa_str_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    signing->region = irsa_str_of("us-east-1");
    signing->service = irsa_str_of("iam");
    signing->time_ms = INT64_C(1440938160000);
}

/* The three forms: headers, a query, S3 with a session token. */
static inline void example_form(int form, irsa_signing *signing, irsa_request *request) {
    example(signing, request);
    if (form == 1)
        signing->expires = 3600;
    if (form == 2) {
        signing->service = irsa_str_of("s3");
        signing->session_token = irsa_str_of("IRSACANARY-token");
        request->path = irsa_str_of("/a%20folder/a%2Bfile");
        request->payload = IRSA_PAYLOAD_UNSIGNED;
    }
}

#endif
