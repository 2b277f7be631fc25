// Preloaded under ThreadSanitizer: tells it of order that it cannot see, since Swift's libraries are not instrumented.
//
//   clang -shared -fPIC -o order.so order.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
#define ASYNC __attribute__((swiftasynccall))

// In programs with the sanitizer's runtime; others run as they are.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

// MARK: Mutex. Its fast path is in our code, but when there is a queue, the kernel hands the lock over.

SWIFT void lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK);
SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
    SWIFT void (*next)(uint32_t, SELF void *) = dlsym(RTLD_NEXT, LOCK);
    next(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT _Bool try_slow(SELF void *handle) __asm__(TRY);
SWIFT _Bool try_slow(SELF void *handle) {
    SWIFT _Bool (*next)(SELF void *) = dlsym(RTLD_NEXT, TRY);
    _Bool isTaken = next(handle);
    if (isTaken && __tsan_acquire) __tsan_acquire(handle);
    return isTaken;
}

SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF void *handle) {
    SWIFT void (*next)(SELF void *) = dlsym(RTLD_NEXT, UNLOCK);
    if (__tsan_release) __tsan_release(handle);
    next(handle);
}

// MARK: Continuations. Swift tells that one was resumed, and that a task which waited for it goes on. A task that finds it
// resumed already does not wait, and goes on untold.

extern SWIFT void *swift_task_getCurrent(void) __attribute__((weak));

ASYNC void swift_continuation_await(void *continuation) {
    ASYNC void (*next)(void *) = dlsym(RTLD_NEXT, "swift_continuation_await");
    if (__tsan_acquire) __tsan_acquire(swift_task_getCurrent());
    __attribute__((musttail)) return next(continuation);
}
