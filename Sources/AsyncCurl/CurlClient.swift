import AsyncEpoll
import CLibcurl
public import NIOCore
import Synchronization

/// Sends HTTP/1.1 requests and mails through libcurl. All transfers share one thread and its pool of connections.
public final class CurlClient: Sendable {
    private let place: any EpollPlace<CurlMulti>
    private let numbers = Mutex<UInt64>(0)
    private let open = CurlMulti.Counter()
    /// Whether transfers run on the event loop that was given.
    public let isGuest: Bool

    /// Once a process, before the first handle; not safe to repeat beside running transfers.
    private static let initialized: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// - Parameter host: the event loop on which transfers run, best the one whose tasks read them. `nil`, or where the
    ///   kernel does not allow it: a thread of their own.
    public init(configuration: CurlConfiguration = .init(), on host: (any EventLoop)? = nil) {
        precondition(Self.initialized, "curl_global_init failed")
        let open = self.open
        let makeMulti: @Sendable (EpollLoop) -> CurlMulti = { CurlMulti($0, configuration, open: open) }
        let guest = host.flatMap { EpollGuest(of: $0, makeContext: makeMulti, tearDown: { $0.close() }) }
        isGuest = guest != nil
        place = guest ?? EpollThread(name: "curl", makeContext: makeMulti, tearDown: { $0.close() })
    }

    /// Sends `request`, and returns once the head of the response is in.
    ///
    /// Cancelling the task ends the transfer and closes its connection.
    public func send(_ request: CurlRequest) async throws(CurlError) -> CurlResponse {
        try await start(request).response()
    }

    /// Begins to send `request` and returns at once. A transfer that is let go of ends.
    public func start(_ request: CurlRequest) throws(CurlError) -> CurlTransfer {
        try request.check()
        let sentAt = ContinuousClock.now
        return CurlTransfer(handle: try begin(.request(request)), sentAt: sentAt)
    }

    func begin(_ errand: Errand) throws(CurlError) -> TransferHandle {
        let number = numbers.withLock { number in
            number += 1
            return number
        }
        let delivery = Delivery()
        guard place.submit({ $0.start(number, errand, delivery) }) else { throw .cancelled }
        return TransferHandle(number: number, delivery: delivery, place: place)
    }

    /// Ends what is open with `.cancelled`, and refuses what comes later. Returns at once.
    public func shutdown() { place.stop() }

    /// Transfers that have an easy handle now.
    package var openTransfers: Int { open.count }
}

/// A request on its way.
public struct CurlTransfer: Sendable {
    fileprivate let handle: TransferHandle
    let sentAt: ContinuousClock.Instant

    /// The response once its head has come; to be asked for once.
    public func response() async throws(CurlError) -> CurlResponse {
        let head = await withTaskCancellationHandler { [handle] in
            await handle.delivery.head()
        } onCancel: { [handle] in
            handle.cancel()
        }
        return CurlResponse(head: try head.get(), transfer: handle, sentAt: sentAt, headAt: .now)
    }

    /// Ends the transfer and closes its connection; `response()` then throws `.cancelled`.
    public func cancel() { handle.cancel() }
}

/// Keeps a transfer alive while anybody may still read it; a response that is dropped unread ends its transfer.
final class TransferHandle: Sendable {
    private let number: UInt64
    private let place: any EpollPlace<CurlMulti>
    let delivery: Delivery

    init(number: UInt64, delivery: Delivery, place: any EpollPlace<CurlMulti>) {
        self.number = number
        self.delivery = delivery
        self.place = place
    }

    func cancel() {
        let number = number
        place.submit { $0.cancel(number) }
    }

    func resumeIfPaused() {
        guard delivery.takePause() else { return }
        let number = number
        place.submitForNextTurn { $0.resume(number) }
    }

    deinit { if !delivery.hasEnded { cancel() } }
}

/// A response whose head has come; its body comes as it is read.
public struct CurlResponse: Sendable {
    public let status: Int
    public private(set) var headers: CurlHeaders
    /// When the request was handed to libcurl.
    public let sentAt: ContinuousClock.Instant
    public let headAt: ContinuousClock.Instant
    private let transfer: TransferHandle

    init(
        head: Delivery.Head, transfer: TransferHandle, sentAt: ContinuousClock.Instant, headAt: ContinuousClock.Instant
    ) {
        status = head.status
        headers = head.headers
        self.transfer = transfer
        self.sentAt = sentAt
        self.headAt = headAt
    }

    /// The same without its headers, for who has read them and holds it for long.
    public var bare: CurlResponse {
        var bare = self
        bare.headers = CurlHeaders()
        return bare
    }

    /// To be read by one task, once.
    public var body: CurlBody { CurlBody(transfer: transfer) }

    /// Ends the transfer; the body then throws `.cancelled`.
    public func cancel() { transfer.cancel() }

    /// The whole body.
    /// - Throws: `.bodyTooLarge` above `limit` bytes, and the transfer ends.
    public func collect(upTo limit: Int) async throws(CurlError) -> ByteBuffer {
        var whole = ByteBuffer()
        let iterator = body.makeAsyncIterator()
        while let piece = try await iterator.next() {
            guard whole.readableBytes + piece.readableBytes <= limit else {
                cancel()
                throw .bodyTooLarge(limit: limit)
            }
            whole.writeImmutableBuffer(piece)
        }
        return whole
    }
}

/// The bytes of a response, in the pieces in which they came; what gathered while nobody read comes as one piece.
public struct CurlBody: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer
    public typealias Failure = CurlError
    fileprivate let transfer: TransferHandle

    public func makeAsyncIterator() -> Iterator { Iterator(transfer: transfer) }

    /// Hands each piece to `take` when and where it comes, which may be on another thread, while the task waits. `take` must
    /// not block.
    /// - Parameter take: answers `false` when it has taken the piece, but not the next.
    /// - Returns: whether there may be more; `false` at the end of the body.
    public func pass(to take: @escaping @Sendable (ByteBuffer) -> Bool) async throws(CurlError) -> Bool {
        while true {
            let end = await withTaskCancellationHandler {
                await transfer.delivery.pass(to: take)
            } onCancel: {
                transfer.cancel()
            }
            transfer.resumeIfPaused()
            switch try end.get() {
            case .ended: return false
            case .refused: return true
            case .interrupted: continue
            }
        }
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let transfer: TransferHandle

        public func next() async throws(CurlError) -> ByteBuffer? {
            if let now = transfer.delivery.nextNow() {
                transfer.resumeIfPaused()
                return try now.get()
            }
            let transfer = transfer
            let next = await withTaskCancellationHandler {
                await transfer.delivery.next()
            } onCancel: {
                transfer.cancel()
            }
            transfer.resumeIfPaused()
            return try next.get()
        }

        public func next(isolation actor: isolated (any Actor)?) async throws(CurlError) -> ByteBuffer? {
            try await next()
        }
    }
}
