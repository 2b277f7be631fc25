// What the provider and the load generator share: a clock, hexadecimal stamps, and a heap of timers.
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

// Nanoseconds of the machine's monotonic clock, which all processes of a machine share: a stamp that the provider
// writes into a chunk can be compared with the time at which the load generator reads it.
static inline uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void write_hex(char *to, uint64_t value) {
    for (int i = 15; i >= 0; i--, value >>= 4) to[i] = "0123456789abcdef"[value & 15];
}

static inline void *grown(void *memory, size_t bytes) {
    memory = realloc(memory, bytes);
    if (!memory) { fputs("out of memory\n", stderr); exit(70); }
    return memory;
}

// As many descriptors as this process may have.
static inline void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) { limit.rlim_cur = limit.rlim_max; setrlimit(RLIMIT_NOFILE, &limit); }
}

// When a connection wants to be looked at again. A closed connection's timers stay, and are known by their age.
struct timer { uint64_t due; int fd; uint32_t age; };
struct timers { struct timer *heap; size_t count, capacity; };

static inline void timers_add(struct timers *t, struct timer new) {
    if (t->count == t->capacity) t->heap = grown(t->heap, (t->capacity = t->capacity * 2 + 64) * sizeof *t->heap);
    size_t i = t->count++;
    for (; i > 0 && t->heap[(i - 1) / 2].due > new.due; i = (i - 1) / 2) t->heap[i] = t->heap[(i - 1) / 2];
    t->heap[i] = new;
}

static inline struct timer timers_take(struct timers *t) {
    struct timer first = t->heap[0], last = t->heap[--t->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < t->count; i = child) {
        if (child + 1 < t->count && t->heap[child + 1].due < t->heap[child].due) child++;
        if (last.due <= t->heap[child].due) break;
        t->heap[i] = t->heap[child];
    }
    t->heap[i] = last;
    return first;
}

// `epoll_pwait2`'s timeout until `due`; nothing is due at UINT64_MAX.
static inline struct timespec *wait_until(uint64_t due, struct timespec *room) {
    if (due == UINT64_MAX) return NULL;
    uint64_t now = now_ns(), left = due > now ? due - now : 0;
    *room = (struct timespec){.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};
    return room;
}

#endif
