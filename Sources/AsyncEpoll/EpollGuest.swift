import Glibc
public import NIOCore
import NIOPosix
import Synchronization

/// A context and its epoll loop as guests of an event loop of NIO: what happens on their descriptors is handled on the
/// thread that serves connections, so nothing has to be handed from one thread to another (docs/adr/0012).
///
/// NIO watches no descriptors but those of its own channels. So the kernel polls the guest's epoll set and counts up an
/// eventfd when something is ready, and that eventfd is such a channel. While much happens the set is looked at every
/// millisecond instead (docs/adr/0020).
public final class EpollGuest<Context>: EpollPlace {
    private let host: any EventLoop
    private let guest: NIOLoopBoundBox<Guest<Context>?>
    private let isOpen = Mutex(true)

    /// - Parameters:
    ///   - makeContext: runs on `host`; gets the loop on which the context may watch descriptors and set timers.
    ///   - tearDown: runs on `host` after the last command.
    /// - Returns: `nil` where the kernel or a sandbox does not allow it.
    public init?(
        of host: any EventLoop, makeContext: @escaping @Sendable (EpollLoop) -> Context,
        tearDown: @escaping @Sendable (Context) -> Void = { _ in }
    ) {
        guard let poll = ReadinessPoll() else { return nil }
        self.host = host
        let guest = NIOLoopBoundBox<Guest<Context>?>.makeEmptyBox(eventLoop: host)
        self.guest = guest
        host.execute {
            let arrived = Guest(host: host, poll: poll, makeContext: makeContext, tearDown: tearDown)
            guest.value = arrived
            arrived.moveIn()
        }
    }

    @discardableResult
    public func submit(_ command: @escaping @Sendable (Context) -> Void) -> Bool {
        // Not from inside the context's own work, which a command could pull the ground from under.
        if host.inEventLoop, let guest = guest.value, !guest.isBusy, isOpen.withLock({ $0 }) {
            guest.run { command($0) }
            return true
        }
        return isOpen.withLock { isOpen in
            // Under the lock, so that what was accepted is queued before the end.
            if isOpen { host.execute { [guest] in guest.value?.run { command($0) } } }
            return isOpen
        }
    }

    /// NIO runs tasks until there are none, so what a task starts must not be able to start the task again: a stream whose
    /// client takes it as fast as it comes would never let another be read.
    @discardableResult
    public func submitForNextTurn(_ command: @escaping @Sendable (Context) -> Void) -> Bool {
        isOpen.withLock { isOpen in
            guard isOpen else { return false }
            if host.inEventLoop {
                guest.value?.runLater(command)
            } else {
                host.execute { [guest] in guest.value?.runLater(command) }
            }
            return true
        }
    }

    public func stop() {
        isOpen.withLock { isOpen in
            guard isOpen else { return }
            isOpen = false
            host.execute { [guest] in
                guest.value?.moveOut()
                guest.value = nil
            }
        }
    }

    deinit { stop() }
}

/// What lives on the host's thread.
private final class Guest<Context>: ChannelInboundHandler, NIOScheduledCallbackHandler {
    typealias InboundIn = ByteBuffer

    private let host: any EventLoop
    private let poll: ReadinessPoll
    private let epoll = EpollLoop()
    private let context: Context
    private let tearDown: (Context) -> Void
    private(set) var isBusy = false
    private var wake: (at: ContinuousClock.Instant, task: Scheduled<Void>)?
    private var channel: (any Channel)?
    private var hasLeft = false
    private var later: [(Context) -> Void] = []
    private var pace = LookPace(now: .now)
    /// The next look, when it is one that nothing asked for.
    private var nextLook: NIOScheduledCallback?

    init(
        host: any EventLoop, poll: ReadinessPoll, makeContext: (EpollLoop) -> Context,
        tearDown: @escaping (Context) -> Void
    ) {
        self.host = host
        self.poll = poll
        self.tearDown = tearDown
        context = makeContext(epoll)
    }

    func moveIn() {
        let bound = NIOLoopBound(self, eventLoop: host)
        NIOPipeBootstrap(group: host)
            // An eventfd gives all it has in one read of 8 bytes.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 8))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .takingOwnershipOfDescriptor(input: poll.event)
            .assumeIsolated().whenComplete { result in
                guard case .success(let channel) = result else { preconditionFailure("no channel for an eventfd") }
                self.channel = channel
                if self.hasLeft { self.moveOut() } else { self.poll.arm(self.epoll.epoll) }
            }
    }

    /// Runs `body`, then what became due by it.
    func run(_ body: (Context) -> Void) {
        isBusy = true
        body(context)
        epoll.fireTimers()
        isBusy = false
        setWake()
    }

    func runLater(_ body: @escaping (Context) -> Void) {
        if later.isEmpty { poll.notify() }
        later.append(body)
    }

    func channelRead(context _: ChannelHandlerContext, data: NIOAny) {
        guard !hasLeft else { return }
        let wasReady = poll.reap()
        let bodies = later
        later.removeAll(keepingCapacity: true)
        run { context in for body in bodies { body(context) } }
        if wasReady {
            look()
        } else if nextLook == nil {
            run { _ in epoll.turn(waits: false) }
        }
    }

    func handleScheduledCallback(eventLoop _: some EventLoop) {
        nextLook = nil
        if !hasLeft { look() }
    }

    /// Handles what is ready, and sees to the next look.
    private func look() {
        var found = 0
        run { _ in found = epoll.turn(waits: false) }
        pace.found(found, at: .now)
        // What is left unread does not rest.
        var rounds = 1
        while pace.isBusy, found > 0, rounds < Self.roundsOfALook {
            run { _ in found = epoll.turn(waits: false) }
            rounds += 1
        }
        if pace.isBusy, found == 0 { rest() } else { poll.arm(epoll.epoll) }
    }

    private static var roundsOfALook: Int { 4 }

    private func rest() {
        let amount = TimeAmount(LookPace.rest)
        do {
            nextLook = try host.assumeIsolated().scheduleCallback(in: amount, handler: self)
        } catch {
            poll.arm(epoll.epoll)
        }
    }

    /// One timer of the host for all of the guest's: it may be early, and looks again then.
    private func setWake() {
        guard let next = epoll.nextDue else { return }
        if let wake, wake.at <= next { return }
        wake?.task.cancel()
        let delay = (next - .now).components
        let nanoseconds = max(0, delay.seconds * 1_000_000_000 + delay.attoseconds / 1_000_000_000)
        let task = host.assumeIsolated().scheduleTask(in: .nanoseconds(nanoseconds)) {
            self.wake = nil
            if !self.hasLeft { self.run { _ in } }
        }
        wake = (next, task)
    }

    func moveOut() {
        if !hasLeft {
            hasLeft = true
            wake?.task.cancel()
            nextLook?.cancel()
            for body in later { body(context) }
            later.removeAll()
            tearDown(context)
        }
        guard let channel else { return }
        poll.close()
        channel.close(promise: nil)
    }
}
