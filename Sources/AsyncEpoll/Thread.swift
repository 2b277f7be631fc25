import CEpoll
import Glibc

/// A detached POSIX thread with all signals blocked, so that the process's own signal handling is not disturbed.
public enum Thread {
    /// - Parameters:
    ///   - name: cut to the 15 bytes Linux keeps.
    ///   - niceness: above 0 it gives way to the process's other threads when there are not cores enough; at most 19.
    public static func start(name: String, niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void) {
        let name = String(name.utf8.prefix(15)) ?? "thread"
        let box = unsafe Unmanaged.passRetained(Body(name: name, niceness: niceness, run: body)).toOpaque()
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // 1 MiB: libpq and libcurl need far less, and a default of 8 MiB only costs address space.
        unsafe pthread_attr_setstacksize(&attributes, 1 << 20)
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, &attributes,
            { raw in
                let body = unsafe Unmanaged<Body>.fromOpaque(raw!).takeRetainedValue()
                var all = sigset_t()
                unsafe sigfillset(&all)
                unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
                unsafe body.name.withCString { unsafe cepoll_name_thread($0) }
                // Of this thread alone, as Linux has it.
                if body.niceness > 0 { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, body.niceness) }
                body.run()
                return nil
            }, box)
        unsafe pthread_attr_destroy(&attributes)
        precondition(code == 0, "pthread_create failed: \(code)")
    }

    private final class Body: Sendable {
        let name: String
        let niceness: Int32
        let run: @Sendable () -> Void
        init(name: String, niceness: Int32, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.niceness = niceness
            self.run = run
        }
    }
}

/// Closed until `open()`; whoever waits blocks its thread. For tear-down only.
final class Gate: Sendable {
    private let fd: Int32
    init() {
        fd = cepoll_gate_create()
        precondition(fd >= 0, "eventfd failed: errno \(errno)")
    }
    deinit { close(fd) }
    func open() {
        var many: UInt64 = 1 << 32
        _ = unsafe write(fd, &many, 8)
    }
    func wait() {
        var one: UInt64 = 0
        while unsafe read(fd, &one, 8) < 0, errno == EINTR {}
    }
}
