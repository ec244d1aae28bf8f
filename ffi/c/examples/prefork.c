/* prefork.c: a pre-fork server on loopback that sends its clients to presigned URLs of S3: GET /KEY -> 302.
 *
 * Shows what processes share. The parent has the provider: one exchange with STS serves all workers, which inherit the
 * credentials by fork. On SIGHUP the parent fetches new ones and hands them on as bytes (irsa_provider_export), which
 * each worker adopts. Each worker has one cache of keys for all of its requests, and signs without a lock.
 *
 * Build  cc -std=c99 -D_POSIX_C_SOURCE=200809L prefork.c $(pkg-config --cflags --libs irsa) -o prefork
 * Run    ./prefork https://s3.eu-west-1.amazonaws.com/BUCKET WORKERS, in a pod. It prints its URL; SIGTERM ends it.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <irsa.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 64, ROOM = 8192 };
static char scheme[6], host[256], bucket[64];

static int report(irsa_error *err) {
    fprintf(stderr, "prefork: %s\n", irsa_error_text(err));
    irsa_error_free(err);
    return 1;
}

/* The presigned query for GET /BUCKET/KEY into `out`; its length, or 0. */
static size_t presign(irsa_provider *provider, irsa_keys *keys, const char *path, char *out, size_t room) {
    irsa_header header = {IRSA_STR("host"), irsa_str_of(host)};
    irsa_request request = {.size = sizeof request, .method = irsa_str_of("GET"), .path = irsa_str_of(path),
                            .headers = &header, .header_count = 1, .payload = IRSA_PAYLOAD_UNSIGNED};
    irsa_signing signing = {.size = sizeof signing, .service = irsa_str_of("s3"), .expires = 60};
    irsa_credentials *credentials = NULL;
    irsa_error *err = NULL;
    size_t length = 0;
    if (irsa_provider_get(provider, NULL, &credentials, &err) != IRSA_OK ||
        irsa_credentials_lend(credentials, irsa_clock_now().wall_ms, &signing, &err) != IRSA_OK ||
        irsa_request_sign(&signing, &request, keys, out, room, &length, &err) != IRSA_OK)
        report(err);
    irsa_credentials_free(credentials);
    return length;
}

static void answer(int client, irsa_provider *provider, irsa_keys *keys) {
    char got[2048], path[2200] = "", key[1025], query[ROOM], reply[2 * ROOM];
    ssize_t count = recv(client, got, sizeof got - 1, 0);
    size_t length = 0;
    got[count > 0 ? count : 0] = 0;
    if (sscanf(got, "GET /%1024[^ ?\r\n] HTTP/1.", key) == 1) {
        snprintf(path, sizeof path, "/%s/%s", bucket, key);
        length = presign(provider, keys, path, query, sizeof query);
    }
    snprintf(reply, sizeof reply, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\nX-Worker: %ld\r\n"
             "Location: %s://%s%s?%.*s\r\n\r\n", length == 0 ? "503 Not signed" : "302 Found", (long)getpid(),
             scheme, host, path, (int)length, query);
    send(client, reply, strlen(reply), MSG_NOSIGNAL);
}

static int work(irsa_provider *provider, int listener, int news) {
    struct pollfd ready[2] = {{listener, POLLIN, 0}, {news, POLLIN, 0}};
    irsa_keys *keys = NULL;
    irsa_error *err = NULL;
    uint8_t bytes[ROOM];
    if (irsa_keys_new(0, &keys, &err) != IRSA_OK)
        return report(err);
    while (poll(ready, 2, -1) > 0) {
        if (ready[1].revents != 0) {
            ssize_t got = read(news, bytes, sizeof bytes);
            irsa_bytes view = {bytes, got > 0 ? (size_t)got : 0};
            if (irsa_provider_adopt(provider, view, NULL, &err) != IRSA_OK)
                report(err);
        } else {
            int client = accept(listener, NULL, NULL);
            if (client >= 0) /* else another worker was quicker */
                answer(client, provider, keys);
            close(client);
        }
    }
    return 1;
}

/* Sees to it that there are credentials; which, goes to `generation`. */
static int fetch(irsa_provider *provider, uint64_t *generation, irsa_error **err) {
    irsa_credentials *credentials = NULL;
    int failed = irsa_provider_get(provider, NULL, &credentials, err);
    *generation = irsa_credentials_generation(credentials);
    irsa_credentials_free(credentials);
    return failed;
}

/* Fetches new credentials, whatever is left of those in hand, and hands them on. */
static void renew(irsa_provider *provider, uint64_t *generation, const int *news, int count) {
    irsa_buffer *bytes = NULL;
    irsa_error *err = NULL;
    int i;
    if (irsa_provider_invalidate(provider, *generation, NULL, &err) || fetch(provider, generation, &err) ||
        irsa_provider_export(provider, &bytes, &err))
        report(err);
    for (i = 0; bytes != NULL && i < count; i++)
        if (write(news[i], irsa_buffer_bytes(bytes).data, irsa_buffer_bytes(bytes).len) < 0)
            perror("prefork: write");
    irsa_buffer_free(bytes);
}

int main(int argc, char **argv) {
    int count = argc > 2 ? atoi(argv[2]) : 0, i, number, news[WORKERS], ends[2];
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof place;
    irsa_provider *provider = NULL;
    irsa_error *err = NULL;
    uint64_t generation;
    pid_t workers[WORKERS];
    sigset_t signals;
    if (count < 1 || count > WORKERS || sscanf(argv[1], "%5[a-z]://%255[^/]/%63s", scheme, host, bucket) != 3)
        return fprintf(stderr, "usage: prefork URL/BUCKET WORKERS\n"), 2;
    if (bind(listener, (struct sockaddr *)&place, size) != 0 || listen(listener, 64) != 0 ||
        fcntl(listener, F_SETFL, O_NONBLOCK) != 0 || getsockname(listener, (struct sockaddr *)&place, &size) != 0)
        return perror("prefork"), 1;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    /* The one exchange, before the fork: workers find its outcome in their own provider. */
    if (irsa_provider_from_env(&provider, &err) != IRSA_OK || fetch(provider, &generation, &err) != IRSA_OK)
        return report(err);
    for (i = 0; i < count; i++) {
        if (pipe(ends) != 0 || (workers[i] = fork()) < 0)
            return perror("prefork"), 1;
        if (workers[i] == 0) {
            sigprocmask(SIG_UNBLOCK, &signals, NULL);
            _exit(work(provider, listener, ends[0]));
        }
        close(ends[0]);
        news[i] = ends[1];
    }
    printf("http://127.0.0.1:%d\n", ntohs(place.sin_port));
    fflush(stdout);
    while (sigwait(&signals, &number) == 0 && number == SIGHUP)
        renew(provider, &generation, news, count);
    for (i = 0; i < count; i++)
        kill(workers[i], SIGTERM), waitpid(workers[i], NULL, 0);
    irsa_provider_free(provider);
    return 0;
}
