// Preloaded under ThreadSanitizer. Swift's Mutex takes its fast path in instrumented code, but when there is a queue, the
// kernel hands the lock over, and ThreadSanitizer sees no order between the two holders. This tells it.
//
//   clang -shared -fPIC -o mutex.so mutex.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// In programs with the sanitizer's runtime; others run as they are.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

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
