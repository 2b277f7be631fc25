import CEpoll
import Glibc

/// Has the kernel count up an eventfd when a descriptor becomes readable, once for every time it is asked.
///
/// This turns an epoll set, which nothing but `epoll_wait` can read, into a descriptor that any event loop can read.
/// It is Linux AIO's `IOCB_CMD_POLL` (4.19 and newer), as Seastar uses it.
struct ReadinessPoll: Sendable {
    private let context: UInt64
    /// To be read by the host, 8 bytes at a time; closed by whoever reads it.
    let event: Int32

    /// `nil` where the kernel or a sandbox does not allow it.
    init?() {
        var made: UInt64 = 0
        guard unsafe cepoll_aio_create(&made) == 0 else { return nil }
        context = made
        event = cepoll_wakeup_create()
        guard event >= 0 else {
            cepoll_aio_destroy(made)
            return nil
        }
    }

    /// One call stands for one notice; to be repeated after each.
    func arm(_ fd: Int32) {
        let result = cepoll_aio_poll(context, fd, event)
        precondition(result == 1, "io_submit failed: errno \(errno)")
    }

    /// To be called after a notice.
    /// - Returns: whether the descriptor was readable, and `arm` is due again; the notice may be one of `notify`.
    func reap() -> Bool { cepoll_aio_reap(context) > 0 }

    /// A notice without a cause.
    func notify() {
        var one: UInt64 = 1
        _ = unsafe write(event, &one, 8)
    }

    func close() { cepoll_aio_destroy(context) }
}
