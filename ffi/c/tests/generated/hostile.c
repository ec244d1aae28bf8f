/* Texts, bytes and numbers of chance for every function that takes text: no crash, no IRSA_BUG, the rules kept. The same each
 * time. */
#include "calls.c"

int main(void) {
    size_t i;
    for (i = 0; i < sizeof all_calls / sizeof *all_calls; i++) {
        const struct call *it = &all_calls[i];
        const char *letter;
        int left = check_often(1500), good = 0;
        if (!it->takes_bytes)
            continue;
        check_broken = 0;
        chance_state = 1;
        for (letter = it->name; *letter != 0; letter++)
            chance_state = chance_state * 31 + (unsigned char)*letter;
        while (left-- > 0 && check_broken == 0) {
            /* Where there are many texts, the few that are spoilt should not hide behind each other. */
            chance = left % 4 == 0 ? 2 : 12;
            good += it->call(0) == 0;
        }
        chance = 0;
        if (getenv("IRSA_SHOW") != NULL)
            fprintf(stderr, "%s: %d successes\n", it->name, good);
        if (check_broken > 0) {
            check_failed++;
            printf("FAILED %s\n", it->name);
        } else {
            check_passed++;
        }
    }
    return check_end("hostile");
}
