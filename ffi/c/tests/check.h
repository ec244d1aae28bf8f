/* Checks for the tests in C. A test is a function that RUN is given: it passes where it checked something and all of it
 * held. `return check_end();` prints `<name>: N passed, M failed`, which tools/c.sh adds up.
 *
 *     static void adds(void) { CHECK_EQ(1 + 1, 2); }
 *     int main(void) { RUN(adds); return check_end("sums"); }
 */
#ifndef CHECK_H
#define CHECK_H

#include "irsa.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_passed, check_failed, check_made, check_broken;

static inline int check_that(int holds, const char *what, const char *file, int line) {
    check_made++;
    if (!holds && check_broken++ < 20)
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    return holds;
}

static inline int check_equal(long long got, long long wanted, const char *what, const char *file, int line) {
    if (!check_that(got == wanted, what, file, line) && check_broken < 20)
        fprintf(stderr, "    it is %lld, not %lld\n", got, wanted);
    return got == wanted;
}

static inline int check_same_text(const char *got, const char *wanted, const char *what, const char *file, int line) {
    int same = got == NULL || wanted == NULL ? got == wanted : strcmp(got, wanted) == 0;
    if (!check_that(same, what, file, line) && check_broken < 20)
        fprintf(stderr, "    it is “%s”, not “%s”\n", got ? got : "(NULL)", wanted ? wanted : "(NULL)");
    return same;
}

/* An error and its number, as a function gave them: *err is freed. */
static inline int check_failure(int got, irsa_error **err, int wanted, const char *what, const char *file, int line) {
    int good = check_equal(got, wanted, what, file, line);
    if (!good && *err != NULL)
        fprintf(stderr, "    %s\n", irsa_error_text(*err));
    good &= check_equal(irsa_error_code(*err), wanted, "the error's own number", file, line);
    good &= check_that((*err == NULL) == (wanted == IRSA_OK), "an error where it failed, and there alone", file, line);
    irsa_error_free(*err);
    *err = NULL;
    return good;
}

static inline void check_run(void (*test)(void), const char *name) {
    check_made = check_broken = 0;
    test();
    if (check_made == 0)
        fprintf(stderr, "%s checks nothing\n", name);
    if (check_made > 0 && check_broken == 0) {
        check_passed++;
        return;
    }
    check_failed++;
    printf("FAILED %s\n", name);
}

static inline int check_end(const char *name) {
    printf("%s: %d passed, %d failed\n", name, check_passed, check_failed);
    return check_passed == 0 || check_failed != 0;
}

/* How often a test does what it does often: rarely under valgrind, where all is some thirty times as slow. */
static inline int check_often(int often) {
    return getenv("IRSA_SLOW") == NULL ? often : often / 30 + 1;
}

/* The holding of it is the value, so that a test can stop where it makes no sense to go on. */
#define CHECK(holds) check_that((holds) != 0, #holds, __FILE__, __LINE__)
#define CHECK_EQ(got, wanted) check_equal((long long)(got), (long long)(wanted), #got " == " #wanted, __FILE__, __LINE__)
#define CHECK_TEXT(got, wanted) check_same_text(got, wanted, #got " == " #wanted, __FILE__, __LINE__)
/* A call whose last argument is &err, the variable of that name. */
#define CHECK_CODE(call, wanted) check_failure((call), &err, (wanted), #call " gives " #wanted, __FILE__, __LINE__)
#define CHECK_OK(call) CHECK_CODE(call, IRSA_OK)

#define RUN(test) check_run(test, #test)

#endif
