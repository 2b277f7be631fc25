/// Where a value of type `Context` lives that one thread at a time may use, beside an epoll loop: on a thread of its own
/// (`EpollThread`), or as the guest of an event loop of NIO (`EpollGuest`).
public protocol EpollPlace<Context>: Sendable {
    associatedtype Context

    /// Runs `command` there, after those submitted before it; at once when the caller is there already.
    /// - Returns: `false` when the place has been stopped and the command will never run.
    @discardableResult
    func submit(_ command: @escaping @Sendable (Context) -> Void) -> Bool

    /// As `submit`, but never before the place has looked at its descriptors again: for what makes more of the same, which
    /// would keep everything else waiting.
    @discardableResult
    func submitForNextTurn(_ command: @escaping @Sendable (Context) -> Void) -> Bool

    /// Refuses further commands and lets the place end; returns at once.
    func stop()
}

extension EpollPlace {
    @discardableResult
    public func submitForNextTurn(_ command: @escaping @Sendable (Context) -> Void) -> Bool { submit(command) }
}
