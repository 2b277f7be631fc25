import NIOCore
import Synchronization

/// What passes between a transfer on libcurl's thread and the task that waits for it: first a head, then bytes, then
/// an end. Bytes that come while nobody waits gather in one buffer; who only passes them on can have each on the thread
/// on which it comes, without being woken.
final class Delivery: Sendable {
    struct Head: Sendable {
        let status: Int
        let headers: CurlHeaders
    }
    /// Why pieces are passed on no more.
    enum PassEnd {
        case refused, ended
        /// The transfer may wait to be told to go on, or more has come meanwhile.
        case interrupted
    }
    fileprivate enum Waiting {
        case nobody
        case forHead(CheckedContinuation<Result<Head, CurlError>, Never>)
        case forBytes(CheckedContinuation<Result<ByteBuffer?, CurlError>, Never>)
        case passing((ByteBuffer) -> Bool, CheckedContinuation<Result<PassEnd, CurlError>, Never>)
    }
    fileprivate struct State {
        var head: Head?
        var bytes = ByteBuffer()
        var end: Result<Void, CurlError>?
        var waiting = Waiting.nobody
        var isPaused = false
    }
    private let state = Mutex(State())

    // MARK: From the thread

    func deliver(head: Head) {
        let waiter: CheckedContinuation<Result<Head, CurlError>, Never>? = state.withLock { state in
            guard case .forHead(let waiter) = state.waiting else {
                state.head = head
                return nil
            }
            state.waiting = .nobody
            return waiter
        }
        waiter?.resume(returning: .success(head))
    }

    func deliver(bytes: ByteBuffer) {
        let waiting = state.withLock { state -> Waiting in
            switch state.waiting {
            case .passing: return state.waiting
            case .forBytes:
                defer { state.waiting = .nobody }
                return state.waiting
            case .nobody, .forHead:
                state.add(bytes)
                return .nobody
            }
        }
        switch waiting {
        case .nobody, .forHead: break
        case .forBytes(let waiter): waiter.resume(returning: .success(bytes))
        case .passing(let take, let waiter):
            guard !take(bytes) else { return }
            // Nobody else delivers meanwhile, but `take` may have ended the transfer.
            let isWaiting = state.withLock { state in
                guard case .passing = state.waiting else { return false }
                state.waiting = .nobody
                return true
            }
            if isWaiting { waiter.resume(returning: .success(.refused)) }
        }
    }

    func end(_ end: Result<Void, CurlError>) {
        let waiting = state.withLock { state -> Waiting in
            guard state.end == nil else { return .nobody }
            state.end = end
            defer { state.waiting = .nobody }
            return state.waiting
        }
        switch waiting {
        case .nobody: break
        case .forHead(let waiter): waiter.resume(returning: .failure(end.error ?? .cut(receivedBytes: 0)))
        case .forBytes(let waiter): waiter.resume(returning: end.map { nil })
        case .passing(_, let waiter): waiter.resume(returning: end.map { .ended })
        }
    }

    /// Bytes the consumer has not taken.
    var backlog: Int { state.withLock(\.bytes.readableBytes) }

    var hasEnded: Bool { state.withLock { $0.end != nil } }

    func paused() { state.withLock { $0.isPaused = true } }

    // MARK: From the consumer

    /// One consumer at a time, first for the head, then for bytes.
    func head() async -> Result<Head, CurlError> {
        await withCheckedContinuation { continuation in
            let now: Result<Head, CurlError>? = state.withLock { state in
                if let head = state.head.take() { return .success(head) }
                if let end = state.end { return .failure(end.error ?? .cut(receivedBytes: 0)) }
                state.waiting = .forHead(continuation)
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }

    /// All bytes that have come, or waits for the next; `nil` at the end.
    func next() async -> Result<ByteBuffer?, CurlError> {
        await withCheckedContinuation { continuation in
            let now: Result<ByteBuffer?, CurlError>? = state.withLock { state in
                if state.bytes.readableBytes > 0 { return .success(state.takeBytes()) }
                if let end = state.end { return end.map { nil } }
                state.waiting = .forBytes(continuation)
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }

    /// Hands what has come, and from now on what comes, to `take`: at once, on the thread on which it comes. `take` answers
    /// `false` when it wants no more for now.
    func pass(to take: @escaping @Sendable (ByteBuffer) -> Bool) async -> Result<PassEnd, CurlError> {
        while let gathered = state.withLock({ $0.bytes.readableBytes > 0 ? $0.takeBytes() : nil }) {
            guard take(gathered) else { return .success(.refused) }
        }
        return await withCheckedContinuation { continuation in
            let now: Result<PassEnd, CurlError>? = state.withLock { state in
                // More may have come since; the caller looks again.
                if state.isPaused || state.bytes.readableBytes > 0 { return .success(.interrupted) }
                if let end = state.end { return end.map { .ended } }
                state.waiting = .passing(take, continuation)
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }

    /// What is there now, without waiting; the outer `nil` means: wait with `next()`.
    func nextNow() -> Result<ByteBuffer?, CurlError>? {
        state.withLock { state in
            if state.bytes.readableBytes > 0 { return .success(state.takeBytes()) }
            return state.end.map { $0.map { nil } }
        }
    }

    /// `true` once after each pause: the caller must tell the thread to go on.
    func takePause() -> Bool {
        state.withLock { state in
            defer { state.isPaused = false }
            return state.isPaused
        }
    }
}

extension Delivery.State {
    fileprivate mutating func add(_ more: ByteBuffer) {
        if bytes.readableBytes == 0 { bytes = more } else { bytes.writeImmutableBuffer(more) }
    }

    fileprivate mutating func takeBytes() -> ByteBuffer {
        defer { bytes = ByteBuffer() }
        return bytes
    }
}

extension Result where Success == Void, Failure == CurlError {
    fileprivate var error: CurlError? { if case .failure(let error) = self { error } else { nil } }
}
