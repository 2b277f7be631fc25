#ifndef GLEANER_CEPOLL_SHIM_H
#define GLEANER_CEPOLL_SHIM_H

// What the Glibc module leaves out, with plain integers in place of epoll_event's union of pointers.
#include <linux/aio_abi.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CEPOLL_READ = 1, CEPOLL_WRITE = 2, CEPOLL_CLOSED = 4 };
enum { CEPOLL_BATCH = 256 };

typedef struct {
    uint64_t token;
    uint32_t ready;
} cepoll_ready;

static inline int cepoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int cepoll_set(int epoll, int operation, int fd, uint32_t interest, uint64_t token) {
    struct epoll_event event = {0};
    if (interest & CEPOLL_READ) event.events |= EPOLLIN | EPOLLRDHUP;
    if (interest & CEPOLL_WRITE) event.events |= EPOLLOUT;
    event.data.u64 = token;
    return epoll_ctl(epoll, operation, fd, &event);
}
static inline int cepoll_add(int epoll, int fd, uint32_t interest, uint64_t token) {
    return cepoll_set(epoll, EPOLL_CTL_ADD, fd, interest, token);
}
static inline int cepoll_modify(int epoll, int fd, uint32_t interest, uint64_t token) {
    return cepoll_set(epoll, EPOLL_CTL_MOD, fd, interest, token);
}
static inline int cepoll_remove(int epoll, int fd) { return cepoll_set(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

/// Fills at most CEPOLL_BATCH entries of `out`; returns their number, or -1 with errno.
static inline int cepoll_wait(int epoll, cepoll_ready *out, int timeout_ms) {
    struct epoll_event events[CEPOLL_BATCH];
    int count = epoll_wait(epoll, events, CEPOLL_BATCH, timeout_ms);
    for (int i = 0; i < count; i++) {
        uint32_t is = events[i].events;
        out[i].token = events[i].data.u64;
        out[i].ready = ((is & (EPOLLIN | EPOLLRDHUP)) ? CEPOLL_READ : 0) | ((is & EPOLLOUT) ? CEPOLL_WRITE : 0) |
                       ((is & (EPOLLERR | EPOLLHUP)) ? CEPOLL_READ | CEPOLL_WRITE | CEPOLL_CLOSED : 0);
    }
    return count;
}

static inline int cepoll_wakeup_create(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
static inline int cepoll_gate_create(void) { return eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC); }

// Linux AIO, which glibc has no functions for: one poll at a time, whose completion is counted by an eventfd.

/// 0 and a context in `*context`, or -1 with errno where the kernel or a sandbox does not allow it.
static inline int cepoll_aio_create(uint64_t *context) {
    aio_context_t made = 0;
    int result = (int)syscall(SYS_io_setup, 1, &made);
    *context = made;
    return result;
}
static inline void cepoll_aio_destroy(uint64_t context) { syscall(SYS_io_destroy, (aio_context_t)context); }

/// Has `event` counted up once, as soon as `fd` is readable. Returns 1, or -1 with errno.
static inline int cepoll_aio_poll(uint64_t context, int fd, int event) {
    struct iocb poll = {
        .aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = (uint32_t)fd, .aio_buf = POLLIN, .aio_flags = IOCB_FLAG_RESFD,
        .aio_resfd = (uint32_t)event,
    };
    struct iocb *one[1] = {&poll};
    return (int)syscall(SYS_io_submit, (aio_context_t)context, 1, one);
}
/// Takes the completion away, so that there is room for the next; returns how many there were.
static inline int cepoll_aio_reap(uint64_t context) {
    struct io_event event;
    struct timespec now = {0, 0};
    return (int)syscall(SYS_io_getevents, (aio_context_t)context, 0, 1, &event, &now);
}

static inline void cepoll_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

#endif
