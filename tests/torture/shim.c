// Preloaded into Gleaner: makes chosen calls on files below one directory fail, as a bad disk would.
//
//   TORTURE_SHIM_DIR    only files below it are meant
//   TORTURE_SHIM_FAULT  call:n:what[:count]   call: sync, write or any; n: the first call that fails, from 1;
//                       what: EIO, ENOSPC, EINTR or short; count: how many in a row fail, 0 for all that follow
//   TORTURE_SHIM_LOG    a file that gets one line for each fault that was played
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
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
    number = !strcmp(what, "ENOSPC") ? ENOSPC : !strcmp(what, "EINTR") ? EINTR : EIO;
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

// 0: let it through. 1: fail with errno set. 2: do half of it.
static int fate(int fd, enum kind kind, const char *name) {
    prepare();
    if (!(kinds & kind)) return 0;
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (strncmp(path, directory, strlen(directory))) return 0;
    long call = atomic_fetch_add(&calls, 1) + 1;
    if (call < first || (count && call >= first + count)) return 0;
    tell(call, name, path);
    if (is_short && kind == WRITE) return 2;
    errno = number;
    return 1;
}

#define REAL(type, name, ...) type (*real)(__VA_ARGS__) = dlsym(RTLD_NEXT, #name)

int fsync(int fd) {
    REAL(int, fsync, int);
    return fate(fd, SYNC, "fsync") ? -1 : real(fd);
}
int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    return fate(fd, SYNC, "fdatasync") ? -1 : real(fd);
}
int ftruncate64(int fd, off64_t length) {
    REAL(int, ftruncate64, int, off64_t);
    return fate(fd, WRITE, "ftruncate") == 1 ? -1 : real(fd, length);
}
ssize_t write(int fd, const void *bytes, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    int f = fate(fd, WRITE, "write");
    return f == 1 ? -1 : real(fd, bytes, f ? size / 2 : size);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    int f = fate(fd, WRITE, "pwrite");
    return f == 1 ? -1 : real(fd, bytes, f ? size / 2 : size, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    int f = fate(fd, WRITE, "pwrite64");
    return f == 1 ? -1 : real(fd, bytes, f ? size / 2 : size, at);
}
ssize_t writev(int fd, const struct iovec *parts, int number_of_parts) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    return fate(fd, WRITE, "writev") == 1 ? -1 : real(fd, parts, number_of_parts);
}
ssize_t pwritev(int fd, const struct iovec *parts, int number_of_parts, off_t at) {
    REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t);
    return fate(fd, WRITE, "pwritev") == 1 ? -1 : real(fd, parts, number_of_parts, at);
}
