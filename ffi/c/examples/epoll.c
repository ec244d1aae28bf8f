/* epoll.c: credentials in a program with an event loop of its own: libirsa asks, the loop does it.
 *
 * Shows the flow level on epoll with curl's multi socket interface. irsa_flow_next gives one question at a time (read
 * this file, send this request, wait until), irsa_flow_answer takes the answer; libirsa does no input or output of its
 * own, and starts no thread. (curl may: a build without c-ares resolves names on one.) Prints the access key id.
 *
 * Build  cc -std=c99 -D_POSIX_C_SOURCE=200809L epoll.c $(pkg-config --cflags --libs irsa libcurl) -o epoll
 * Run    ./epoll, in a pod
 */
#include <curl/curl.h>
#include <errno.h>
#include <irsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

enum { ROOM = 1 << 20, HEADERS = 64 };

static struct {
    int epoll;
    CURLM *multi;
    CURL *curl;   /* the request under way */
    struct curl_slist *lines;
    char body[ROOM]; /* of the answer, or a file */
    size_t length, limit;
    irsa_header headers[HEADERS];
} loop;

static int on_socket(CURL *curl, curl_socket_t socket, int what, void *user, void *known) {
    struct epoll_event event = {.data.fd = socket};
    (void)curl, (void)user;
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    curl_multi_assign(loop.multi, socket, what == CURL_POLL_REMOVE ? NULL : &loop);
    what = what == CURL_POLL_REMOVE ? EPOLL_CTL_DEL : known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    return epoll_ctl(loop.epoll, what, socket, &event);
}

static size_t on_body(char *bytes, size_t one, size_t count, void *user) {
    (void)one, (void)user;
    if (count > loop.limit - loop.length)
        return 0;
    memcpy(loop.body + loop.length, bytes, count);
    loop.length += count;
    return count;
}

static void send_request(const irsa_http_request *request, uint64_t left_ms) {
    char line[16384];
    size_t i;
    loop.length = 0;
    loop.limit = request->response_limit < ROOM ? request->response_limit : ROOM;
    loop.curl = curl_easy_init();
    for (i = 0; i < request->header_count; i++) {
        snprintf(line, sizeof line, "%s: %s", request->headers[i].name.data, request->headers[i].value.data);
        loop.lines = curl_slist_append(loop.lines, line);
    }
    curl_easy_setopt(loop.curl, CURLOPT_URL, request->url.data);
    curl_easy_setopt(loop.curl, CURLOPT_HTTPHEADER, loop.lines);
    curl_easy_setopt(loop.curl, CURLOPT_POSTFIELDSIZE, (long)request->body.len);
    if (request->body.len > 0)
        curl_easy_setopt(loop.curl, CURLOPT_COPYPOSTFIELDS, request->body.data);
    curl_easy_setopt(loop.curl, CURLOPT_CUSTOMREQUEST, request->method.data);
    curl_easy_setopt(loop.curl, CURLOPT_PROXY, request->direct ? "" : NULL);
    curl_easy_setopt(loop.curl, CURLOPT_TIMEOUT_MS, left_ms < 300000 ? (long)left_ms + 1 : 300000L);
    curl_easy_setopt(loop.curl, CURLOPT_WRITEFUNCTION, on_body);
    if (getenv("AWS_CA_BUNDLE") != NULL)
        curl_easy_setopt(loop.curl, CURLOPT_CAINFO, getenv("AWS_CA_BUNDLE"));
    curl_multi_add_handle(loop.multi, loop.curl);
}

/* One turn of the loop, of `ms` at most. Other sockets of the program would be here, too. */
static void turn(long ms) {
    struct epoll_event event;
    long timer = -1; /* curl's own */
    int left, count;
    curl_multi_timeout(loop.multi, &timer);
    count = epoll_wait(loop.epoll, &event, 1, (int)(timer >= 0 && timer < ms ? timer : ms));
    curl_multi_socket_action(loop.multi, count > 0 ? event.data.fd : CURL_SOCKET_TIMEOUT, 0, &left);
}

/* What came of a request that has ended. */
static void read_answer(CURLcode code, irsa_answer *answer) {
    struct curl_header *header = NULL;
    long status = 0;
    curl_easy_getinfo(loop.curl, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int32_t)status;
    answer->bytes = (irsa_bytes){(const uint8_t *)loop.body, loop.length};
    if (code != CURLE_OK) /* a program of more care tells DNS, TLS and time apart */
        answer->fault = code == CURLE_COULDNT_CONNECT ? IRSA_HTTP_FAULT_CONNECT : IRSA_HTTP_FAULT_UNKNOWN;
    answer->detail = irsa_str_of(curl_easy_strerror(code));
    while (answer->header_count < HEADERS && (header = curl_easy_nextheader(loop.curl, CURLH_HEADER, -1, header)) != NULL)
        loop.headers[answer->header_count++] = (irsa_header){irsa_str_of(header->name), irsa_str_of(header->value)};
    answer->headers = loop.headers;
}

static void read_file(const irsa_effect *effect, irsa_answer *answer) {
    FILE *file = fopen(effect->path.data, "rb");
    answer->fault = file != NULL ? 0 : errno == ENOENT ? IRSA_FILE_FAULT_MISSING : IRSA_FILE_FAULT_DENIED;
    if (file == NULL)
        return;
    answer->bytes = (irsa_bytes){(const uint8_t *)loop.body, fread(loop.body, 1, sizeof loop.body, file)};
    fclose(file);
}

int main(void) {
    uint64_t now = irsa_clock_now().mono_ms;
    const irsa_effect *effect = NULL;
    irsa_credentials *mine = NULL;
    irsa_flow *flow = NULL;
    irsa_error *err = NULL;
    int failed, left;
    loop.epoll = epoll_create1(0);
    loop.multi = curl_multi_init();
    curl_multi_setopt(loop.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    failed = irsa_flow_new_chain(NULL, now + 30000, &flow, &err);
    while (!failed && !(failed = irsa_flow_next(flow, irsa_clock_now(), &effect, &err)) && effect != NULL) {
        irsa_answer answer = {.size = sizeof answer, .id = effect->id, .kind = effect->kind};
        CURLMsg *ended = NULL;
        now = irsa_clock_now().mono_ms;
        if (effect->kind == IRSA_EFFECT_READ_FILE) {
            read_file(effect, &answer);
        } else if (effect->kind == IRSA_EFFECT_HTTP) {
            if (loop.curl == NULL)
                send_request(effect->request, effect->time_ms > now ? effect->time_ms - now : 0);
            turn(1000);
            if ((ended = curl_multi_info_read(loop.multi, &left)) == NULL)
                continue; /* not done: the flow asks again */
            read_answer(ended->data.result, &answer);
        } else if (effect->kind != IRSA_EFFECT_WAIT) {
            answer.kind = IRSA_EFFECT_UNSUPPORTED;
        } else if (effect->time_ms > now) {
            turn(effect->time_ms - now < 1000 ? (long)(effect->time_ms - now) : 1000);
            continue;
        }
        failed = irsa_flow_answer(flow, &answer, &err);
        curl_easy_cleanup(loop.curl); /* also takes it from the multi handle */
        curl_slist_free_all(loop.lines);
        loop.curl = NULL, loop.lines = NULL;
    }
    if (!failed && !(failed = irsa_flow_credentials(flow, &mine, &err)))
        puts(irsa_credentials_access_key_id(mine));
    else
        fprintf(stderr, "epoll: %s\n", irsa_error_text(err));
    irsa_credentials_free(mine);
    irsa_error_free(err);
    irsa_flow_free(flow);
    curl_multi_cleanup(loop.multi);
    return failed ? 1 : 0;
}
