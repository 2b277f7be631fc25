public import NIOCore

/// Runs the tasks of a connection on the thread that reads and writes it.
///
/// A call waits for the network, the journal and the provider in turn, and computes little between. On the shared pool
/// each of these steps would wake one more thread; here most need none (docs/adr/0011).
public final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    public init(_ loop: any EventLoop) { self.loop = loop }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
