/* What calls.py calls functions with, and how it holds them to the rules. A call's texts and numbers go by the names of
 * the arguments; with `chance`, many are spoilt. What a call uses is of its exact size, on the heap. */
#ifndef CALLS_H
#define CALLS_H

#include "check.h"
#include <limits.h>
#include <malloc.h>

int irsa_test_panic(const char *name);

struct call {
    const char *name;
    long long (*call)(unsigned null);
    /* Which arguments are pointers, and which of those may be NULL. */
    unsigned pointers, optional;
    /* Gives an error's number; frees its argument; takes text or bytes. */
    int fails, frees, takes_bytes;
    /* What one that cannot fail gives for NULL, and where it panics. */
    long long nothing;
};

/* The function that panics. */
static const char *armed;
/* One text in so many is spoilt; 0: none. */
static int chance;
static uint64_t chance_state = 1;

static inline uint64_t random_below(uint64_t end) {
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (chance_state * UINT64_C(2685821657736338717) >> 16) % end;
}

static inline void arm(const char *name) {
    if (armed != NULL && strcmp(armed, name) == 0)
        irsa_test_panic(name);
}

/* What lives until the call has ended. */

static struct { void *it; void (*drop)(void *); } kept[1 << 12];
static size_t kept_count;

static inline size_t kept_so_far(void) { return kept_count; }

static inline void *keep(void *it, void (*drop)(void *)) {
    if (it != NULL && kept_count < sizeof kept / sizeof *kept) {
        kept[kept_count].it = it;
        kept[kept_count++].drop = drop;
    }
    return it;
}

static inline void kept_is_gone(const void *it) {
    size_t i;
    for (i = 0; i < kept_count; i++)
        if (kept[i].it == it)
            kept[i].it = NULL;
}

static inline void let_go(size_t mark) {
    while (kept_count > mark)
        if (kept[--kept_count].it != NULL)
            kept[kept_count].drop(kept[kept_count].it);
}

/* What is found in memory that was freed is then the library's. */
static inline void wipe(void *it) {
    volatile char *at = (volatile char *)it;
    size_t left = malloc_usable_size(it);
    while (left-- > 0)
        *at++ = 0;
    free(it);
}

static inline void *make_memory(size_t size) {
    return keep(calloc(1, size > 0 ? size : 1), wipe);
}

/* Values. */

static const char *const values[][2] = {
    {"access_key_id", "AKIDEXAMPLE"},
    {"account_id", "111122223333"},
    {"algorithm", "AWS4-HMAC-SHA256"},
    {"audience", "sts.amazonaws.com"},
    {"bucket", "bucket"},
    {"endpoint", "http://127.0.0.1:9"},
    {"environment", "AWS_REGION=eu-west-1"},
    {"hash", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"host", "db.example.com"},
    {"issuer", "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"},
    {"method", "GET"},
    {"name", "host"},
    {"names", "db"},
    {"path", "/"},
    {"policy", "{\"Version\":\"2012-10-17\",\"Statement\":[]}"},
    {"policy_arns", "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    {"query", "Action=ListUsers&Version=2010-05-08"},
    {"region", "eu-west-1"},
    {"role_arn", "arn:aws:iam::111122223333:role/checkout"},
    {"secret_access_key", "IRSACANARY-secret"},
    {"secret_id", "shop/db"},
    {"service", "s3"},
    {"session_name", "checkout"},
    {"session_token", "IRSACANARY-token"},
    {"token", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIiwic3ViIjoic3lzdGVtOnNlcnZpY2VhY2NvdW50OnNob3A6Y2hlY"
              "2tvdXQiLCJhdWQiOiJzdHMuYW1hem9uYXdzLmNvbSIsImV4cCI6MjAwMDAwMDAwMCwiaWF0IjoxNzAwMDAwMDAwfQ.IRSACANARY-signature"},
    {"token_file", "/nonexistent/token"},
    {"trust_policy", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},"
                     "\"Action\":\"sts:AssumeRole\"}]}"},
    /* Nothing leaves this machine. */
    {"url", "http://127.0.0.1:9/a/b?c=d"},
    {"username", "app"},
    {"value", "example.com"},
};

static const struct { const char *name; int64_t value; } numbers[] = {
    {"code", 20},
    {"expires", 60},
    {"limit", 1000},
    {"now_ms", INT64_C(1440938160000)},
    {"port", 5432},
    {"status", 200},
    {"time_ms", INT64_C(1440938160000)},
    {"timeout_ms", 100},
    {"wall_ms", INT64_C(1440938160000)},
};

/* What parsers care for. */
static const char *const spoilers[] = {
    "", "\"", "{", "}", "[", "]", ":", ",", "\\", "\\u0000", "\\ud800", "<", ">", "</", "<![CDATA[", "&amp;", "&#0;", "%", "%0", "%2F",
    "%FF", "?", "&", "=", "+", "/", "//", "..", "/../", "\r\n", "\n", "\t", "\x7f", "\x01", "\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80",
    "\xf0\x9f\xa6\x80", "\xe2\x80\xae", ".", "arn:", "https://", "http://[::1]:99999", "://", "@", "#", "-1", "18446744073709551616",
    "1e999", "null", "true", "AKID", "UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "host", "x-amz-date",
};

static size_t made_length;

static inline const char *value_of(const char *name) {
    size_t i;
    for (i = 0; i < sizeof values / sizeof *values; i++)
        if (strcmp(values[i][0], name) == 0)
            return values[i][1];
    return "x";
}

static inline char *spoilt(const char *plain, size_t length, size_t *made) {
    size_t many, i;
    char *out, *end;
    switch (random_below(8)) {
    case 0: /* bytes of chance */
        length = random_below(random_below(4) == 0 ? 3000 : 40);
        out = end = (char *)make_memory(length + 1);
        while ((size_t)(end - out) < length)
            *end++ = (char)random_below(256);
        break;
    case 1: /* long */
        length = 1 + random_below(30000);
        out = (char *)make_memory(length + 1);
        memset(out, "a/{\"%\xff &"[random_below(8)], length);
        break;
    case 2: /* cut, or empty */
        length = random_below(length + 1);
        out = (char *)make_memory(length + 1);
        memcpy(out, plain, length);
        break;
    case 3: /* pieces */
        many = random_below(12);
        out = end = (char *)make_memory(many * 40 + 1);
        for (i = 0; i < many; i++) {
            const char *piece = spoilers[random_below(sizeof spoilers / sizeof *spoilers)];
            memcpy(end, piece, strlen(piece));
            end += strlen(piece);
        }
        length = (size_t)(end - out);
        break;
    case 4: /* a piece within */
    case 5: {
        const char *piece = spoilers[random_below(sizeof spoilers / sizeof *spoilers)];
        size_t at = random_below(length + 1), more = strlen(piece);
        out = (char *)make_memory(length + more + 1);
        memcpy(out, plain, at);
        memcpy(out + at, piece, more);
        memcpy(out + at + more, plain + at, length - at);
        length += more;
        break;
    }
    default: /* bits */
        out = (char *)make_memory(length + 1);
        memcpy(out, plain, length);
        for (i = 0; length > 0 && i < 1 + random_below(3); i++)
            out[random_below(length)] ^= (char)(1u << random_below(8));
    }
    *made = length;
    return out;
}

/* Its own end is the end of the memory: no NUL is behind it. */
static inline const char *make_data(const char *name) {
    const char *plain = value_of(name);
    char *it;
    made_length = strlen(plain);
    if (chance && random_below((uint64_t)chance) == 0)
        plain = spoilt(plain, made_length, &made_length);
    it = (char *)make_memory(made_length);
    return (const char *)memcpy(it, plain, made_length);
}

static inline const char *make_text(const char *name) {
    const char *data = make_data(name);
    char *it = (char *)make_memory(made_length + 1);
    memcpy(it, data, made_length);
    return it;
}

static inline irsa_str make_str(const char *name) {
    irsa_str it;
    it.data = make_data(name);
    it.len = made_length;
    return it;
}

static inline irsa_bytes make_bytes(const char *name) {
    irsa_bytes it;
    it.data = (const uint8_t *)make_data(name);
    it.len = made_length;
    return it;
}

static inline irsa_str *made_irsa_str(void) {
    irsa_str *it = (irsa_str *)make_memory(sizeof *it);
    *it = make_str("names");
    return it;
}

static inline irsa_bytes *made_irsa_bytes(void) {
    irsa_bytes *it = (irsa_bytes *)make_memory(sizeof *it);
    *it = make_bytes("names");
    return it;
}

static inline const char *const *make_texts(const char *name) {
    const char **it = (const char **)make_memory(2 * sizeof *it);
    it[0] = make_text(name);
    return it;
}

static inline void *make_room(void) {
    made_length = chance ? random_below(4096) : 4096;
    return make_memory(made_length);
}

static inline int64_t make_number(const char *name) {
    static const int64_t odd[] = {1, 2, 3, 4, 5, 99, 599, 600, 604800, 604801, INT_MAX, INT_MIN, -1, INT64_MAX, INT64_MIN};
    size_t i;
    if (chance && random_below(4) == 0)
        return odd[random_below(sizeof odd / sizeof *odd)];
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(numbers[i].name, name) == 0)
            return numbers[i].value;
    return 0;
}

/* The handle that a call within a call is made for. */
static struct { const char *kind; void *got; int depth; } want;

static inline int wanted(const char *kind, void *it) {
    if (want.kind == NULL || want.got != NULL || strcmp(want.kind, kind) != 0)
        return 0;
    want.got = it;
    return 1;
}

static inline void *make_by(const char *kind, long long (*const makers[])(unsigned), size_t count) {
    const char *outer_kind = want.kind;
    void *outer_got = want.got, *got = NULL;
    int outer_chance = chance;
    size_t i;
    if (want.depth > 5)
        return NULL;
    want.depth++;
    chance = 0;
    for (i = 0; i < count && got == NULL; i++) {
        want.kind = kind;
        want.got = NULL;
        makers[i](0);
        got = want.got;
    }
    want.depth--;
    want.kind = outer_kind;
    want.got = outer_got;
    chance = outer_chance;
    return got;
}

/* The rules. */

static char unset_place;
#define unset ((void *)&unset_place)

static inline int rule(int holds, const char *name, const char *what) {
    CHECK(holds);
    if (!holds)
        fprintf(stderr, "    %s: %s\n", name, what);
    return holds;
}

static inline void error_is(const char *name, long long value, irsa_error *err) {
    if (!rule((void *)err != unset, name, "*err is set"))
        return;
    rule((err == NULL) == (value == 0), name, "an error where it failed, and there alone");
    rule(irsa_error_code(err) == value, name, "the error's number is what the function gives");
    if (err != NULL) {
        const char *text = irsa_error_text(err);
        rule(strstr(text, "IRSACANARY-secret") == NULL && strstr(text, "IRSACANARY-token") == NULL, name, "no secret in an error");
        if (value == IRSA_BUG && !rule(armed != NULL && strstr(text, armed) != NULL && strstr(text, "panicked") != NULL, name, "no panic but ours"))
            fprintf(stderr, "    %s\n", text);
        if (getenv("IRSA_SHOW") != NULL)
            fprintf(stderr, "%s\n", text);
    }
    irsa_error_free(err);
}

/* Whether there is something. */
static inline int output_is(const char *name, long long value, void *it) {
    if (value != 0) {
        rule(it == unset, name, "outputs are untouched by a failure");
        return 0;
    }
    return rule(it != unset, name, "outputs are set by a success") && it != NULL;
}

static inline void untouched(const char *name, long long value, int same) {
    /* The one that says in its comment that it sets an output then. */
    if (value != 0 && value != IRSA_SIGN_TOO_SMALL)
        rule(same, name, "outputs are untouched by a failure");
}

static inline int any_set(const void *it, size_t size) {
    const unsigned char *bytes = (const unsigned char *)it;
    size_t i;
    for (i = 0; i < size; i++)
        if (bytes[i] != 0)
            return 1;
    return 0;
}

#endif
