import Foundation
import GleanerCore
import Logging

extension FeedbackService {
    /// How long a turn waits for the exchange that answers it.
    static let patience: TimeInterval = 3600
    /// How long a completion id waits to be heard of. Longer than any journal is behind.
    static let longestWait: TimeInterval = LongestWait.seconds
    /// Turns of one conversation that may wait. Further ones are kept for the conversation at once: a conversation whose
    /// exchanges do not come must not make every look for exchanges longer.
    static let mostWaiting = 1000

    // MARK: Landing

    /// Joins what waits for these to the exchanges that have just landed.
    ///
    /// Never fails: ingest would store the same exchanges for ever. What is not joined now is joined by the sweep.
    public func joinEarly(_ landed: [LandedExchange]) async {
        guard !landed.isEmpty else { return }
        do {
            await tell(try await store.join(landed))
        } catch {
            metrics.countFailedJoin()
            logger.warning(
                "early feedback could not be joined to what landed; the sweep will", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Sweeping

    /// Joins whatever can be joined, page by page: catches feedback that came while its exchange was landing. Turns that
    /// have waited long enough are kept for their conversation, whether or not their page could be looked through.
    /// - Returns: how many judgements found their exchange.
    /// - Throws: the first error, when all pages have been tried; `CancellationError`.
    @discardableResult
    func joinAllEarly() async throws -> Int {
        let time = now()
        var (count, last, failure) = (0, UUID.zero, (any Error)?.none)
        while let end = try await store.endOfWaiting(after: last, at: time) {
            try Task.checkCancellation()
            do {
                let joined = try await store.joinWaiting(after: last, through: end, at: time)
                count += joined.count
                await tell(joined)
            } catch {
                metrics.countFailedJoin()
                failure = failure ?? error
            }
            do {
                try await store.keepTurns(
                    after: last, through: end, before: time.addingTimeInterval(-Self.patience))
            } catch {
                failure = failure ?? error
            }
            last = end
        }
        if let failure { throw failure }
        try await expire(at: time)
        return count
    }

    private func expire(at time: Date) async throws {
        for (project, count) in try await store.expire(before: time.addingTimeInterval(-Self.longestWait)) {
            metrics.countExpired(count)
            logger.warning(
                "feedback is deleted: no exchange had its completion id in seven days",
                metadata: ["project.id": "\(project)", "judgements": "\(count)"])
        }
    }

    // MARK: Telling

    /// Of what is stored with its exchange.
    func tell(_ joined: [JoinedFeedback]) async {
        let low = Set(joined.filter(\.isLow).compactMap(\.exchange))
        if !low.isEmpty { await told(.lowRated(low.sorted())) }
        let signalled = Set(joined.filter(\.isSignal).compactMap(\.exchange))
        if !signalled.isEmpty { await told(.signalled(signalled.sorted())) }
        for (project, reports) in Dictionary(grouping: joined.filter(\.isReport), by: \.project) {
            let exchanges = Set(reports.compactMap(\.exchange))
            if !exchanges.isEmpty { await told(.reported(exchanges.sorted(), project)) }
        }
        let texts = Dictionary(grouping: joined.filter { $0.hasText && $0.exchange != nil }, by: \.project)
        for (project, written) in texts.sorted(by: { $0.key < $1.key }) {
            let comments = written.compactMap { text in
                text.exchange.map { FeedbackNews.Comment(exchange: $0, feedback: text.id) }
            }
            await told(.commented(comments, project))
        }
    }
}

extension UUID {
    static let zero = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}
