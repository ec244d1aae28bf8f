/* Every function panics once, as irsa_test_panic has it: IRSA_BUG and an error that names it, or its fallback; the next call
 * is as if nothing had been. */
#include "calls.c"

int main(void) {
    size_t i;
    for (i = 0; i < sizeof all_calls / sizeof *all_calls; i++) {
        const struct call *it = &all_calls[i];
        unsigned null = it->frees ? ~0u : 0;
        long long plain = it->call(null), got, after;
        check_broken = 0;
        armed = it->name;
        got = it->call(null);
        armed = NULL;
        rule(!irsa_test_panic(""), it->name, "it is guarded under its own name");
        if (it->fails)
            rule(got == IRSA_BUG, it->name, "a panic is IRSA_BUG");
        else
            rule(it->pointers == 0 || got == it->nothing, it->name, "a panic gives NULL or 0");
        after = it->call(null);
        if (it->fails)
            rule(after == plain && after != IRSA_BUG, it->name, "the next call is as before");
        if (check_broken > 0) {
            check_failed++;
            printf("FAILED %s\n", it->name);
        } else {
            check_passed++;
        }
    }
    return check_end("panic");
}
