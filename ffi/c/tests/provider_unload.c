/* memcheck: no. What runs when the library is closed is left to run, which is lost memory to valgrind. */
/* The library opened twice, closed while its thread refreshes and a thread waits, and opened again. This program asks by
 * dlsym alone what it calls there. */
#include "check.h"
#include "pod.h"
#include <dlfcn.h>
#include <pthread.h>
#include <time.h>

static irsa_error *err;

typedef int (*new_function)(const irsa_provider_options *, irsa_provider **, irsa_error **);
typedef void (*free_function)(irsa_provider *);
typedef void (*free_credentials_function)(irsa_credentials *);
typedef int (*get_function)(const irsa_provider *, const irsa_cancel *, irsa_credentials **, irsa_error **);

/* ISO C has no cast from an object's pointer to a function's. */
static void find(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    CHECK(found != NULL);
    memcpy(function, &found, sizeof found);
}

/* Where the linked one lies, as the loader says it. */
static const char *path_of_the_library(void) {
    static char path[1000];
    char line[2000];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "irsa") != NULL && strstr(line, ".so") != NULL && strchr(line, '/') != NULL) {
            snprintf(path, sizeof path, "%.900s", strchr(line, '/'));
            path[strcspn(path, "\n")] = 0;
            break;
        }
    if (maps != NULL)
        fclose(maps);
    return path[0] != 0 ? path : NULL;
}

/* A copy under another name is another library to the loader: all of its state is its own. */
static void *copy(char *path, const char *from) {
    char line[1200];
    int file = mkstemp(path);
    close(file);
    snprintf(line, sizeof line, "cp '%s' %s", from, path);
    CHECK_EQ(system(line), 0);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static void closed_under_a_running_thread(void) {
    char path[] = "/tmp/irsa-so-XXXXXX";
    const char *own = path_of_the_library();
    irsa_provider_options options = IRSA_ZERO;
    struct timespec span = {5, 0};
    irsa_provider *provider = NULL, *mine = NULL;
    irsa_credentials *got = NULL, *later = NULL;
    new_function make;
    get_function get;
    free_function end;
    free_credentials_function end_credentials;
    void *once, *twice;
    if (!CHECK(own != NULL))
        return;
    once = copy(path, own);
    twice = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    CHECK(once != NULL && once == twice);
    if (once == NULL)
        return;
    CHECK_EQ(pod_fault("lifetime 6s"), 204);
    find(once, "irsa_provider_new", &make);
    find(once, "irsa_provider_get", &get);
    find(once, "irsa_provider_free", &end);
    find(once, "irsa_credentials_free", &end_credentials);
    options.size = sizeof options;
    options.background = IRSA_YES;
    CHECK_EQ(make(&options, &provider, NULL), IRSA_OK);
    CHECK_EQ(get(provider, NULL, &got, NULL), IRSA_OK);
    /* Beside it the one that this program is linked with. */
    CHECK_OK(irsa_provider_new(&options, &mine, &err));
    CHECK_OK(irsa_provider_get(mine, NULL, &later, &err));
    irsa_credentials_free(later);
    later = NULL;
    irsa_provider_free(mine);
    /* Nothing of it goes away: its thread goes on, and so do its functions. */
    CHECK_EQ(dlclose(twice), 0);
    CHECK_EQ(dlclose(once), 0);
    nanosleep(&span, NULL);
    CHECK_EQ(get(provider, NULL, &later, NULL), IRSA_OK);
    CHECK(got != later); /* replaced meanwhile */
    once = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    CHECK(once != NULL); /* it was there all the while */
    end_credentials(got);
    end_credentials(later);
    end(provider); /* it waits for its thread, which is there to be waited for */
    CHECK_EQ(pod_fault("lifetime off"), 204);
    unlink(path);
}

int main(void) {
    RUN(closed_under_a_running_thread);
    return check_end("provider_unload");
}
