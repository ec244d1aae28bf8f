/* Every length of the output, from nothing to one more than is needed: what does not fit says how much is needed, and what
 * lies behind the room stays as it is. */
#include "request.h"

#define BEHIND 32

static void every_room(int form) {
    irsa_signing signing;
    irsa_request request;
    irsa_keys *keys = NULL;
    irsa_error *err = NULL;
    char whole[4096], *out;
    size_t needed = 0, room, length, i;
    example_form(form, &signing, &request);
    CHECK_OK(irsa_keys_new(1, &keys, &err));
    CHECK_OK(irsa_request_sign(&signing, &request, keys, whole, sizeof whole, &needed, &err));
    for (room = 0; room <= needed + 1; room++) {
        int status;
        out = (char *)malloc(room + BEHIND);
        memset(out, 0x5a, room + BEHIND);
        length = 12345;
        status = irsa_request_sign(&signing, &request, keys, room == 0 ? NULL : out, room, &length, NULL);
        if (status != (room < needed ? IRSA_SIGN_TOO_SMALL : IRSA_OK) || length != needed)
            CHECK_EQ(room, SIZE_MAX);
        if (room >= needed && memcmp(out, whole, needed) != 0)
            CHECK_EQ(room, SIZE_MAX);
        for (i = room >= needed ? needed : room; i < room + BEHIND; i++)
            if (out[i] != 0x5a)
                CHECK_EQ(room, SIZE_MAX);
        free(out);
    }
    CHECK(needed > 100);
    irsa_keys_free(keys);
}

static void headers(void) { every_room(0); }
static void a_query(void) { every_room(1); }
static void s3(void) { every_room(2); }

/* The memory ends where the room ends, so that valgrind and ASan see a byte too many. */
static void to_the_last_byte(void) {
    irsa_signing signing;
    irsa_request request;
    char small[1], *out;
    size_t needed = 0, length = 0;
    int form;
    for (form = 0; form < 3; form++) {
        example_form(form, &signing, &request);
        CHECK_EQ(irsa_request_sign(&signing, &request, NULL, small, sizeof small, &needed, NULL), IRSA_SIGN_TOO_SMALL);
        out = (char *)malloc(needed);
        CHECK_EQ(irsa_request_sign(&signing, &request, NULL, out, needed, &length, NULL), IRSA_OK);
        CHECK_EQ(length, needed);
        free(out);
    }
}

int main(void) {
    RUN(headers);
    RUN(a_query);
    RUN(s3);
    RUN(to_the_last_byte);
    return check_end("room");
}
