/* A malloc of the test's own, which the library uses, too: it counts, and looks for IRSACANARY in what is freed. glibc alone.
 * No sanitizer and no valgrind beside it: they have theirs. */
#ifndef HEAP_H
#define HEAP_H

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <string.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static volatile unsigned long heap_taken, heap_freed;
/* Blocks that were freed with a canary in them. */
static volatile unsigned long heap_canaries;

/* For a debugger's breakpoint: who frees this. */
__attribute__((noinline)) static void heap_found(const char *canary) {
    __atomic_fetch_add(&heap_canaries, canary != NULL, __ATOMIC_RELAXED);
}

static inline void heap_look(const void *it) {
    static const char canary[] = "IRSACANARY";
    const char *at = (const char *)it, *end = at + malloc_usable_size((void *)it);
    while ((at = (const char *)memchr(at, 'I', (size_t)(end - at))) != NULL) {
        if ((size_t)(end - at) >= sizeof canary - 1 && memcmp(at, canary, sizeof canary - 1) == 0) {
            heap_found(at);
            return;
        }
        at++;
    }
}

static inline void *heap_took(void *it) {
    __atomic_fetch_add(&heap_taken, 1, __ATOMIC_RELAXED);
    return it;
}

void *malloc(size_t size) { return heap_took(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return heap_took(__libc_calloc(count, size)); }
void *memalign(size_t align, size_t size) { return heap_took(__libc_memalign(align, size)); }
void *aligned_alloc(size_t align, size_t size) { return heap_took(__libc_memalign(align, size)); }

int posix_memalign(void **out, size_t align, size_t size) {
    void *it = heap_took(__libc_memalign(align, size));
    if (it == NULL)
        return ENOMEM;
    *out = it;
    return 0;
}

/* The old block is left behind as it is where the new one is elsewhere. */
void *realloc(void *it, size_t size) {
    if (it != NULL)
        heap_look(it);
    return heap_took(__libc_realloc(it, size));
}

void free(void *it) {
    if (it == NULL)
        return;
    __atomic_fetch_add(&heap_freed, 1, __ATOMIC_RELAXED);
    heap_look(it);
    __libc_free(it);
}

#endif
