// Preloaded into Gleaner: makes chosen calls on files below one directory fail, as a bad disk would, sets the wall clock as
// a bad clock would, and watches whether the journal's log is synced before anything leaves that waits for it.
//
//   TORTURE_SHIM_DIR    only files below it are meant
//   TORTURE_SHIM_FAULT  call:n:what[:count]   call: sync, write or any; n: the first call that fails, from 1;
//                       what: EIO, ENOSPC, EINTR, EROFS or short; count: how many in a row fail, 0 for all that follow
//   TORTURE_SHIM_LOG    a file that gets one line for each fault that was played
//   TORTURE_SHIM_CLOCK  a file with two 64-bit numbers of nanoseconds, read at each look at the wall clock: what is added
//                       to it, and, when not 0, the time at which it stands still; the monotonic clock stays true
//   TORTURE_SHIM_ORDER  a file with four 64-bit numbers, counted up: calls sent to a provider, and those of a thread whose
//                       last write to a log below TORTURE_SHIM_DIR was not synced then; the same of answers that are no stream
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { SYNC = 1, WRITE = 2 };
static atomic_long calls;
static long first, count = 1;
static int kinds, number, is_short, ready;
static const char *directory, *log_path;

static void prepare(void) {
    if (ready) return;
    ready = 1;
    directory = getenv("TORTURE_SHIM_DIR");
    log_path = getenv("TORTURE_SHIM_LOG");
    const char *fault = getenv("TORTURE_SHIM_FAULT");
    char call[16] = "", what[16] = "";
    if (!directory || !fault || sscanf(fault, "%15[^:]:%ld:%15[^:]:%ld", call, &first, what, &count) < 3) return;
    kinds = !strcmp(call, "sync") ? SYNC : !strcmp(call, "write") ? WRITE : SYNC | WRITE;
    is_short = !strcmp(what, "short");
    number = !strcmp(what, "ENOSPC") ? ENOSPC : !strcmp(what, "EINTR") ? EINTR : !strcmp(what, "EROFS") ? EROFS : EIO;
}

static void tell(long call, const char *name, const char *path) {
    char line[640];
    int length = snprintf(line, sizeof line, "%ld %s %s\n", call, name, path);
    int fd = log_path ? open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
    if (fd < 0) return;
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    real(fd, line, length);
    close(fd);
}

// The path of a file below the directory. Returns its length, or 0 for others.
static size_t find_path(int fd, char *path, size_t size) {
    char link[64];
    prepare();
    if (!directory) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strncmp(path, directory, strlen(directory)) ? 0 : length;
}

// 0: let it through. 1: fail with errno set. 2: do half of it.
static int fate(int fd, enum kind kind, const char *name) {
    char path[512];
    prepare();
    if (!(kinds & kind) || !find_path(fd, path, sizeof path)) return 0;
    long call = atomic_fetch_add(&calls, 1) + 1;
    if (call < first || (count && call >= first + count)) return 0;
    tell(call, name, path);
    if (is_short && kind == WRITE) return 2;
    errno = number;
    return 1;
}

static void *mapped(const char *name, size_t size) {
    const char *path = getenv(name);
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *place = fd >= 0 ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (fd >= 0) close(fd);
    return place == MAP_FAILED ? NULL : place;
}

// Which writes to the log have been synced: those up to `synced`, in their order.
static atomic_long writes, synced;
static _Thread_local long last_write;

static atomic_long *order(void) {
    static atomic_long *counts;
    static atomic_int tried;
    if (!atomic_exchange(&tried, 1)) counts = mapped("TORTURE_SHIM_ORDER", 4 * sizeof(atomic_long));
    return counts;
}
static int is_log(int fd) {
    char path[512];
    size_t length = order() ? find_path(fd, path, sizeof path) : 0;
    return length > 4 && !strcmp(path + length - 4, "-wal");
}
enum { SENT = 0, ANSWERED = 2 };
static void leaves(int what) {
    atomic_fetch_add(&order()[what], 1);
    if (last_write > atomic_load(&synced)) atomic_fetch_add(&order()[what + 1], 1);
}
// An exchange's answer as a whole begins here.
static int is_answer(const void *bytes, size_t size) {
    if (size < 12 || memcmp(bytes, "HTTP/1.1 200", 12) || !order()) return 0;
    size_t head = size < 1024 ? size : 1024;
    return memmem(bytes, head, "X-Gleaner-Exchange-Id", 21) && !memmem(bytes, head, "text/event-stream", 17);
}
static ssize_t wrote(int fd, ssize_t result) {
    if (result > 0 && is_log(fd)) last_write = atomic_fetch_add(&writes, 1) + 1;
    return result;
}
static int sync_log(int fd, int (*real)(int)) {
    long before = atomic_load(&writes);
    int result = real(fd);
    if (result || !is_log(fd)) return result;
    for (long known = atomic_load(&synced); known < before && !atomic_compare_exchange_weak(&synced, &known, before);) {}
    return 0;
}

#define REAL(type, name, ...) type (*real)(__VA_ARGS__) = dlsym(RTLD_NEXT, #name)

int fsync(int fd) {
    REAL(int, fsync, int);
    return fate(fd, SYNC, "fsync") ? -1 : sync_log(fd, real);
}
int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    return fate(fd, SYNC, "fdatasync") ? -1 : sync_log(fd, real);
}
int ftruncate64(int fd, off64_t length) {
    REAL(int, ftruncate64, int, off64_t);
    return fate(fd, WRITE, "ftruncate") == 1 ? -1 : real(fd, length);
}
ssize_t write(int fd, const void *bytes, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (is_answer(bytes, size)) leaves(ANSWERED);
    int f = fate(fd, WRITE, "write");
    return f == 1 ? -1 : real(fd, bytes, f ? size / 2 : size);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    int f = fate(fd, WRITE, "pwrite");
    return f == 1 ? -1 : wrote(fd, real(fd, bytes, f ? size / 2 : size, at));
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    int f = fate(fd, WRITE, "pwrite64");
    return f == 1 ? -1 : wrote(fd, real(fd, bytes, f ? size / 2 : size, at));
}
ssize_t writev(int fd, const struct iovec *parts, int number_of_parts) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    if (number_of_parts > 0 && is_answer(parts->iov_base, parts->iov_len)) leaves(ANSWERED);
    return fate(fd, WRITE, "writev") == 1 ? -1 : real(fd, parts, number_of_parts);
}
ssize_t pwritev(int fd, const struct iovec *parts, int number_of_parts, off_t at) {
    REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t);
    return fate(fd, WRITE, "pwritev") == 1 ? -1 : real(fd, parts, number_of_parts, at);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags) {
    REAL(ssize_t, send, int, const void *, size_t, int);
    if (size > 9 && !memcmp(bytes, "POST /v1/", 9) && order()) leaves(SENT);
    return real(fd, bytes, size, flags);
}

static volatile int64_t *hands(void) {
    static volatile int64_t *set;
    static atomic_int tried;
    if (!atomic_exchange(&tried, 1)) set = mapped("TORTURE_SHIM_CLOCK", 16);
    return set;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(int, clock_gettime, clockid_t, struct timespec *);
    int result = real(clock, now);
    volatile int64_t *set = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? hands() : NULL;
    if (result || !set) return result;
    int64_t time = set[1] ? set[1] : now->tv_sec * 1000000000LL + now->tv_nsec + set[0];
    now->tv_sec = time / 1000000000;
    now->tv_nsec = time % 1000000000;
    return 0;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec time;
    int result = clock_gettime(CLOCK_REALTIME, &time);
    (void)zone;
    now->tv_sec = time.tv_sec;
    now->tv_usec = time.tv_nsec / 1000;
    return result;
}
time_t time(time_t *place) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place) *place = now.tv_sec;
    return now.tv_sec;
}
