/* filter.c: a filter as nginx and HAProxy have them, that signs each request on its way upstream, in place.
 *
 * Shows the hot path: `irsa_provider_get` hands out what is cached, `irsa_request_sign` writes into the request's own
 * memory, and the request's list of headers points there. No malloc, no lock, no thread. Two phases, as in a server:
 *   filter_init_worker   once in each worker process
 *   filter_request       for each request; 0, or the status to answer with
 * The rest plays the server: it sends requests through the filter, then verifies the last one as the upstream would.
 *
 * Build  cc -std=c99 filter.c $(pkg-config --cflags --libs irsa) -o filter
 * Run    in a pod, or anywhere as one: irsa-local run --config demo/irsa-local.yaml -- ./filter 1000
 */
#include <ctype.h>
#include <irsa.h>
#include <stdio.h>
#include <stdlib.h>

#define SERVICE "execute-api"
enum { HEADERS = 32, ROOM = 4096 };

/* A request as the server has it: views of what was read, and memory that ends with it. */
struct request {
    irsa_str method, path, query;
    irsa_bytes body;
    irsa_header headers[HEADERS];
    size_t header_count;
    char room[ROOM];
};

/* What a worker keeps. One thread at a time: a worker is one. */
struct worker {
    irsa_provider *provider;
    irsa_keys *keys;
};

static void report(irsa_error *err) {
    fprintf(stderr, "filter: %s\n", irsa_error_text(err));
    irsa_error_free(err);
}

static int filter_init_worker(struct worker *worker) {
    irsa_error *err = NULL;
    if (irsa_keys_new(0, &worker->keys, &err) == IRSA_OK &&
        irsa_provider_from_env(&worker->provider, &err) == IRSA_OK)
        return 0;
    report(err);
    return -1;
}

/* Replaces a header, or adds it. irsa writes names in lower case. */
static int set_header(struct request *request, irsa_header header) {
    size_t i, j;
    for (i = 0; i < request->header_count; i++) {
        irsa_str name = request->headers[i].name;
        for (j = 0; j < name.len && j < header.name.len; j++)
            if (tolower((unsigned char)name.data[j]) != header.name.data[j])
                break;
        if (j == name.len && j == header.name.len)
            break;
    }
    if (i == HEADERS)
        return -1;
    request->headers[i] = header;
    if (i == request->header_count)
        request->header_count++;
    return 0;
}

static irsa_request view_of(const struct request *request) {
    irsa_request view = {.size = sizeof view, .method = request->method, .path = request->path,
                         .query = request->query, .headers = request->headers,
                         .header_count = request->header_count, .body = request->body};
    return view;
}

static int filter_request(struct worker *worker, struct request *request) {
    irsa_credentials *credentials = NULL;
    irsa_signing signing = {.size = sizeof signing, .service = irsa_str_of(SERVICE)};
    irsa_request view = view_of(request);
    irsa_error *err = NULL;
    irsa_header header;
    irsa_str rest;
    size_t length = 0;
    int failed;

    /* Cached but for the first request and where they are about to end. A server that must not wait for that one either
     * sets `background` in irsa_provider_options. */
    failed = irsa_provider_get(worker->provider, NULL, &credentials, &err) != IRSA_OK ||
             irsa_credentials_lend(credentials, irsa_clock_now().wall_ms, &signing, &err) != IRSA_OK ||
             irsa_request_sign(&signing, &view, worker->keys, request->room, ROOM, &length, &err) != IRSA_OK;
    irsa_credentials_free(credentials);
    if (failed) {
        report(err);
        return 503; /* closed, not unsigned */
    }
    rest = (irsa_str){request->room, length};
    while (irsa_headers_next(&rest, &header))
        if (set_header(request, header) != 0)
            return 431;
    return 0;
}

/* What stands behind the filter. */
static int upstream(struct worker *worker, const struct request *request) {
    irsa_credentials *known = NULL;
    irsa_verifying rules = {.size = sizeof rules, .service = irsa_str_of(SERVICE)};
    irsa_request view = view_of(request);
    irsa_error *err = NULL;
    rules.time_ms = irsa_clock_now().wall_ms;
    if (irsa_provider_get(worker->provider, NULL, &known, &err) == IRSA_OK) {
        rules.credentials = known;
        irsa_request_verify(&rules, &view, NULL, NULL, &err);
    }
    irsa_credentials_free(known);
    if (err == NULL)
        return 200;
    report(err);
    return 403;
}

int main(int argc, char **argv) {
    static struct request request;
    static const irsa_header received[] = {
        {IRSA_STR("Host"), IRSA_STR("abc123.execute-api.eu-west-1.amazonaws.com")},
        {IRSA_STR("Content-Type"), IRSA_STR("application/json")},
        {IRSA_STR("X-Amz-Date"), IRSA_STR("of the client's own, to be replaced")},
    };
    struct worker worker = {NULL, NULL};
    long count = argc > 1 ? atol(argv[1]) : 1, i;
    int status = filter_init_worker(&worker);
    for (i = 0; i < count && status == 0; i++) {
        request.method = irsa_str_of("POST");
        request.path = irsa_str_of("/orders");
        request.query = irsa_str_of("dry=1");
        request.body.data = (const uint8_t *)"{\"item\":7}";
        request.body.len = 10;
        memcpy(request.headers, received, sizeof received);
        request.header_count = sizeof received / sizeof *received;
        status = filter_request(&worker, &request);
    }
    if (status == 0)
        status = upstream(&worker, &request);
    printf("%ld requests, %d\n", i, status);
    irsa_keys_free(worker.keys);
    irsa_provider_free(worker.provider);
    return status == 200 ? 0 : 1;
}
