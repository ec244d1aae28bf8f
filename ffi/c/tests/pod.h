/* For tests that need a pod, a token and an STS: a test that includes this is run by `irsa-local run`, with a pod's
 * variables, on demo/irsa-local.yaml. */
#ifndef POD_H
#define POD_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define POD_ROLE "arn:aws:iam::111122223333:role/checkout"

/* The port of the irsa-local around this program; 0 where there is none. */
static inline int pod_port(void) {
    const char *url = getenv("IRSA_LOCAL_URL");
    const char *colon = url == NULL ? NULL : strrchr(url, ':');
    return colon == NULL ? 0 : atoi(colon + 1);
}

/* Has irsa-local fail from now on as the lines say (`throttle 3`, `slow 2s`, `down 60s`, none: as it should). Its HTTP
 * status: 204 where it took them. */
static inline int pod_fault(const char *lines) {
    char text[1024];
    struct sockaddr_in to;
    int status = 0, port = pod_port(), length;
    int with = socket(AF_INET, SOCK_STREAM, 0);
    memset(&to, 0, sizeof to);
    to.sin_family = AF_INET;
    to.sin_port = htons((unsigned short)port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    length = snprintf(text, sizeof text,
                      "POST /_irsa/fault HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                      port, strlen(lines), lines);
    if (with >= 0 && length < (int)sizeof text && connect(with, (struct sockaddr *)&to, sizeof to) == 0 &&
        write(with, text, (size_t)length) == length) {
        ssize_t got = read(with, text, sizeof text - 1);
        text[got > 0 ? got : 0] = 0;
        if (sscanf(text, "HTTP/1.1 %d", &status) != 1)
            status = 0;
    }
    if (with >= 0)
        close(with);
    return status;
}

#endif
