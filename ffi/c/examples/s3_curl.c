/* s3_curl.c: GET and PUT of S3 objects with libcurl; libirsa brings the credentials and signs.
 *
 * Shows the provider level beside an HTTP client of the program's own: irsa_provider_sign gives header lines for
 * curl_slist_append. A file of any size is sent without being held in memory: it is hashed in one pass and sent in a
 * second one, or with `put-unsigned` (over https) sent at once.
 *
 * Build  cc -std=c99 -D_POSIX_C_SOURCE=200809L s3_curl.c $(pkg-config --cflags --libs irsa libcurl) -o s3_curl
 * Run    in a pod:  ./s3_curl put https://s3.eu-west-1.amazonaws.com/BUCKET/KEY FILE, and `get` likewise.
 */
#include <curl/curl.h>
#include <irsa.h>
#include <stdio.h>
#include <stdlib.h>

static int report(irsa_error *err) {
    fprintf(stderr, "s3_curl: %s\n", irsa_error_text(err));
    irsa_error_free(err);
    return 1;
}

/* The hash of a file, in hexadecimal. */
static int hash_file(FILE *file, char hash[65], irsa_error **err) {
    static uint8_t piece[65536];
    irsa_hash *hashing = NULL;
    irsa_bytes view = {piece, 0};
    int failed = irsa_hash_new(&hashing, err);
    while (!failed && (view.len = fread(piece, 1, sizeof piece, file)) > 0)
        failed = irsa_hash_update(hashing, view, err);
    if (!failed)
        failed = irsa_hash_finish(hashing, hash, 65, err);
    irsa_hash_free(hashing);
    rewind(file);
    return failed;
}

/* `Host`, as curl will send it: with the port where it is not the scheme's. */
static void host_of(CURLU *url, char *host, size_t room) {
    char *name = NULL, *port = NULL;
    curl_url_get(url, CURLUPART_HOST, &name, 0);
    curl_url_get(url, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT);
    snprintf(host, room, "%s%s%s", name, port == NULL ? "" : ":", port == NULL ? "" : port);
    curl_free(name);
    curl_free(port);
}

/* The signature's headers, for CURLOPT_HTTPHEADER. */
static int sign(irsa_provider *provider, CURLU *url, const char *method, const char *hash, struct curl_slist **lines,
                irsa_error **err) {
    char host[300], *path = NULL, *query = NULL;
    irsa_header header = {IRSA_STR("host"), {NULL, 0}};
    irsa_request request = {.size = sizeof request, .method = irsa_str_of(method), .headers = &header,
                            .header_count = 1, .hash = irsa_str_of(hash)};
    irsa_signed *headers = NULL;
    size_t i;
    int failed;
    host_of(url, host, sizeof host);
    header.value = irsa_str_of(host);
    curl_url_get(url, CURLUPART_PATH, &path, 0);
    curl_url_get(url, CURLUPART_QUERY, &query, 0);
    request.path = irsa_str_of(path);
    request.query = irsa_str_of(query);
    request.payload = hash == NULL ? IRSA_PAYLOAD_UNSIGNED : IRSA_PAYLOAD_HASH;
    failed = irsa_provider_sign(provider, NULL, &request, "s3", NULL, &headers, err);
    for (i = 0; i < irsa_signed_count(headers); i++)
        *lines = curl_slist_append(*lines, irsa_signed_line(headers, i));
    irsa_signed_free(headers);
    curl_free(path);
    curl_free(query);
    return failed;
}

static int transfer(CURLU *url, int putting, FILE *file, struct curl_slist *lines) {
    CURL *curl = curl_easy_init();
    CURLcode code;
    long status = 0;
    curl_easy_setopt(curl, CURLOPT_CURLU, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 300L);
    if (putting) {
        fseek(file, 0, SEEK_END);
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)ftell(file));
        curl_easy_setopt(curl, CURLOPT_READDATA, file);
        rewind(file);
    } else {
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, file);
    }
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    printf("%ld\n", status);
    if (code != CURLE_OK)
        fprintf(stderr, "s3_curl: %s\n", curl_easy_strerror(code));
    return code == CURLE_OK ? 0 : 1;
}

int main(int argc, char **argv) {
    int putting = argc == 4 && strncmp(argv[1], "put", 3) == 0;
    int unsigned_body = argc == 4 && strcmp(argv[1], "put-unsigned") == 0;
    int failed = 0;
    char hash[65] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; /* of nothing */
    struct curl_slist *lines = NULL;
    irsa_provider *provider = NULL;
    irsa_error *err = NULL;
    FILE *file;
    CURLU *url;
    if (argc != 4 || (!putting && strcmp(argv[1], "get") != 0))
        return fprintf(stderr, "usage: s3_curl get|put|put-unsigned URL FILE\n"), 2;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    url = curl_url();
    file = fopen(argv[3], putting ? "rb" : "wb");
    if (file == NULL || curl_url_set(url, CURLUPART_URL, argv[2], 0) != CURLUE_OK)
        return fprintf(stderr, "s3_curl: no such %s\n", file == NULL ? "file" : "URL"), 1;
    if (putting && !unsigned_body)
        failed = hash_file(file, hash, &err);
    if (failed || irsa_provider_from_env(&provider, &err) != IRSA_OK ||
        sign(provider, url, putting ? "PUT" : "GET", unsigned_body ? NULL : hash, &lines, &err) != IRSA_OK)
        failed = report(err);
    else
        failed = transfer(url, putting, file, lines);
    curl_slist_free_all(lines);
    curl_url_cleanup(url);
    irsa_provider_free(provider);
    fclose(file);
    curl_global_cleanup();
    return failed;
}
