/* NULL for all of a function's arguments, then for each alone: no crash; IRSA_C_NULL, or nothing from functions that cannot
 * fail, unless the comment says that the argument may be NULL. */
#include "calls.c"

int main(void) {
    size_t i;
    unsigned succeed = 0;
    for (i = 0; i < sizeof all_calls / sizeof *all_calls; i++) {
        const struct call *it = &all_calls[i];
        unsigned at, needed = it->pointers & ~it->optional;
        long long plain, got = it->call(~0u);
        check_broken = 0;
        if (it->fails)
            rule(needed != 0 ? got == IRSA_C_NULL : got != IRSA_BUG, it->name, "all arguments NULL: IRSA_C_NULL");
        else
            rule(it->pointers == 0 || got == it->nothing, it->name, "all arguments NULL: NULL or 0");
        plain = it->call(0);
        succeed += plain == 0;
        if (getenv("IRSA_SHOW") != NULL)
            fprintf(stderr, "%s with made-up arguments: %lld\n", it->name, plain);
        for (at = 0; at < 32; at++) {
            if ((it->pointers >> at & 1) == 0)
                continue;
            got = it->call(1u << at);
            if (it->optional >> at & 1)
                rule(!it->fails || got != IRSA_BUG, it->name, "an argument that may be NULL");
            else if (it->fails)
                /* Another argument's fault may come first. */
                rule(got == IRSA_C_NULL || (plain != 0 && got == plain), it->name, "an argument is NULL: IRSA_C_NULL");
            else
                rule(got == it->nothing, it->name, "an argument is NULL: NULL or 0");
            if (check_broken > 0) {
                fprintf(stderr, "    argument %u, %lld, with none NULL %lld\n", at + 1, got, plain);
                break;
            }
        }
        if (check_broken > 0) {
            check_failed++;
            printf("FAILED %s\n", it->name);
        } else {
            check_passed++;
        }
    }
    printf("%u succeed with made-up arguments\n", succeed);
    return check_end("null");
}
