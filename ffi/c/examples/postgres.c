/* postgres.c: libpq logs in to RDS with a token in place of a password.
 *
 * Shows irsa_provider_presign as RDS wants it: the token is a presigned URL of `rds-db` for host, port and user,
 * without its `https://`. It is good for 15 minutes and only needed to log in. TLS has to be verified, since the token
 * is sent over it: sslmode=verify-full is the default here.
 *
 * Build  cc -std=c99 postgres.c $(pkg-config --cflags --libs irsa libpq) -o postgres
 * Run    in a pod:  ./postgres "host=db.abc.eu-west-1.rds.amazonaws.com user=app dbname=shop sslrootcert=rds.pem"
 *        `./postgres --token …` prints the token alone.
 */
#include <irsa.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

static int report(irsa_error *err) {
    fprintf(stderr, "postgres: %s\n", irsa_error_text(err));
    irsa_error_free(err);
    return 1;
}

/* A user's name as a URL has it. */
static void escape(const char *text, char *out, size_t room) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    size_t at = 0;
    for (; *text != 0 && at + 4 < room; text++)
        at += (size_t)snprintf(out + at, room - at, strchr(plain, *text) ? "%c" : "%%%02X", (unsigned char)*text);
    out[at] = 0;
}

/* The token; the caller frees it. It lies behind the URL's `https://`. */
static int token_for(const char *host, const char *port, const char *user, irsa_buffer **url, irsa_error **err) {
    char escaped[512], request[1024];
    irsa_provider *provider = NULL;
    int failed;
    escape(user, escaped, sizeof escaped);
    snprintf(request, sizeof request, "https://%s:%s/?Action=connect&DBUser=%s", host, port, escaped);
    failed = irsa_provider_from_env(&provider, err);
    if (!failed)
        failed = irsa_provider_presign(provider, NULL, "GET", request, "rds-db", NULL, 900, url, err);
    irsa_provider_free(provider); /* a program that logs in again keeps it */
    return failed;
}

static int query(const char *const *names, const char *const *values) {
    PGconn *connection = PQconnectdbParams(names, values, 1);
    PGresult *result = NULL;
    int failed = PQstatus(connection) != CONNECTION_OK;
    if (!failed) {
        result = PQexec(connection, "select current_user, ssl from pg_stat_ssl where pid = pg_backend_pid()");
        failed = PQresultStatus(result) != PGRES_TUPLES_OK;
    }
    if (failed)
        fprintf(stderr, "postgres: %s", PQerrorMessage(connection));
    else
        printf("%s, TLS: %s\n", PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1));
    PQclear(result);
    PQfinish(connection);
    return failed;
}

int main(int argc, char **argv) {
    int only_token = argc == 3 && strcmp(argv[1], "--token") == 0, failed;
    const char *host = NULL, *port = "5432", *user = NULL;
    const char *names[] = {"sslmode", "dbname", "password", NULL}, *values[] = {"verify-full", NULL, NULL, NULL};
    PQconninfoOption *options, *option;
    irsa_buffer *url = NULL;
    irsa_error *err = NULL;
    char *wrong = NULL;
    if (argc != 2 + only_token)
        return fprintf(stderr, "usage: postgres [--token] CONNECTION-STRING\n"), 2;
    options = PQconninfoParse(argv[argc - 1], &wrong);
    if (options == NULL)
        return fprintf(stderr, "postgres: %s", wrong), 1;
    for (option = options; option->keyword != NULL; option++) {
        const char **where = strcmp(option->keyword, "host") == 0   ? &host
                             : strcmp(option->keyword, "port") == 0 ? &port
                             : strcmp(option->keyword, "user") == 0 ? &user
                                                                    : NULL;
        if (where != NULL && option->val != NULL)
            *where = option->val;
    }
    if (host == NULL || user == NULL)
        return fprintf(stderr, "postgres: the connection string needs host and user\n"), 2;
    failed = token_for(host, port, user, &url, &err);
    if (failed) {
        failed = report(err);
    } else {
        const char *token = irsa_buffer_text(url) + strlen("https://");
        values[1] = argv[argc - 1];
        values[2] = token;
        if (only_token)
            puts(token);
        else
            failed = query(names, values);
    }
    irsa_buffer_free(url);
    PQconninfoFree(options);
    return failed;
}
