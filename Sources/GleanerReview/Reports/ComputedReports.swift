public import Foundation
public import GleanerCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Reports for pages, computed in the background, each by one task however many look at it: a page answers at once with
/// what there is and says how old that is.
///
/// Reports over millions of drawn exchanges take minutes. One task computes them one after another, so that they take one
/// connection of the pool and pages leave the database to ingest and reviewing.
public final class ComputedReports: Service {
    /// What can be asked for.
    public enum Wanted: Hashable, Sendable {
        case estimates(ID<Project>, days: Int, by: EstimateQuery.Slice?)
        case queue(ID<Project>, days: Int)
        case comparisons(ID<Project>, days: Int)
    }
    public struct QueueReport: Sendable {
        public let progress: ReviewProgress
        public let agreement: AgreementReport
    }
    enum Report: Sendable {
        case estimates(EstimateReport)
        case queue(QueueReport)
        case comparisons(ComparisonResults)
    }
    public enum Shown<Value: Sendable>: Sendable {
        case ready(Value, at: Date)
        /// Nobody has asked before, and it takes its time.
        case coming
        /// The log says why.
        case failed

        public var ready: (value: Value, at: Date)? {
            if case .ready(let value, let at) = self { (value, at) } else { nil }
        }
        public var isComing: Bool { if case .coming = self { true } else { false } }
        public var hasFailed: Bool { if case .failed = self { true } else { false } }
    }
    private typealias Shelf = ReportShelf<Wanted, Report>
    private struct State: Sendable {
        var shelf = Shelf()
        var waiting: [UUID: (key: Wanted, continuation: CheckedContinuation<Void, Never>)] = [:]
        /// Went before they were entered in `waiting`.
        var gone: Set<UUID> = []
    }

    /// How long a page waits for a report before it shows an older one, or none.
    private static let patience: Duration = .milliseconds(120)

    private let compute: @Sendable (Wanted) async throws -> Report
    private let logger: Logger?
    private let state = Mutex(State())
    private let asked: AsyncStream<Wanted>
    private let asking: AsyncStream<Wanted>.Continuation

    public convenience init(
        estimates: EstimateService, agreement: AgreementService, queue: ReviewService, comparisons: ComparisonService,
        logger: Logger? = nil
    ) {
        self.init(logger: logger) { wanted in
            switch wanted {
            case .estimates(let project, let days, let slice):
                .estimates(
                    try await estimates.report(
                        of: project, EstimateQuery(range: TimeRange(lastDays: days), by: slice)))
            case .queue(let project, let days):
                .queue(
                    QueueReport(
                        progress: try await queue.progress(in: project),
                        agreement: try await agreement.report(of: project, in: TimeRange(lastDays: days))))
            case .comparisons(let project, let days):
                .comparisons(try await comparisons.results(of: project, in: TimeRange(lastDays: days)))
            }
        }
    }

    init(logger: Logger? = nil, compute: @escaping @Sendable (Wanted) async throws -> Report) {
        self.compute = compute
        self.logger = logger
        (asked, asking) = AsyncStream.makeStream()
    }

    /// Computes what is asked for, until it is shut down.
    public func run() async throws {
        for await wanted in asked.cancelOnGracefulShutdown() {
            let begin = ContinuousClock.now
            var report: Report?
            do {
                report = try await compute(wanted)
            } catch {
                logger?.warning("a report could not be computed", metadata: ["error": "\(error)"])
            }
            let now = ContinuousClock.now
            let waiting = state.withLock { state in
                state.shelf.finish(wanted, report, took: now - begin, at: now)
                let waiting = state.waiting.filter { $0.value.key == wanted }
                for id in waiting.keys { state.waiting[id] = nil }
                return waiting.values.map(\.continuation)
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    // MARK: Asking

    public func estimates(
        of project: ID<Project>, days: Int, by slice: EstimateQuery.Slice?
    ) async -> Shown<EstimateReport> {
        await shown(.estimates(project, days: days, by: slice)) { report in
            if case .estimates(let report) = report { report } else { nil }
        }
    }

    public func queue(of project: ID<Project>, days: Int) async -> Shown<QueueReport> {
        await shown(.queue(project, days: days)) { report in
            if case .queue(let report) = report { report } else { nil }
        }
    }

    public func comparisons(of project: ID<Project>, days: Int) async -> Shown<ComparisonResults> {
        await shown(.comparisons(project, days: days)) { report in
            if case .comparisons(let report) = report { report } else { nil }
        }
    }

    private func shown<Value>(_ key: Wanted, _ unpack: (Report) -> Value?) async -> Shown<Value> {
        var answer = ask(key)
        if case .compute = answer { asking.yield(key) }
        switch answer {
        case .coming, .compute:
            await finished(key)
            answer = ask(key, again: true)
        case .fresh, .failed: break
        }
        switch answer {
        case .fresh(let kept), .coming(let kept?), .compute(let kept?):
            let age = (ContinuousClock.now - kept.at) / .seconds(1)
            return unpack(kept.report).map { .ready($0, at: Date().addingTimeInterval(-age)) } ?? .failed
        case .coming(nil), .compute(nil): return .coming
        case .failed: return .failed
        }
    }

    private func ask(_ key: Wanted, again: Bool = false) -> Shelf.Answer {
        let answer = state.withLock { $0.shelf.ask(key, at: .now) }
        // What took no time at all has no lifetime either: it is wanted again at once, and the one just made is shown.
        if again, case .compute = answer { asking.yield(key) }
        return answer
    }

    /// Returns once `key` has been computed, or patience is at its end.
    private func finished(_ key: Wanted) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitFor(key) }
            group.addTask { try? await Task.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitFor(_ key: Wanted) async {
        let id = UUID()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.gone.remove(id) != nil { return true }
                    guard state.shelf.isComing(key) else { return true }
                    state.waiting[id] = (key, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { state in
                guard let waiting = state.waiting.removeValue(forKey: id) else {
                    state.gone.insert(id)
                    return nil as CheckedContinuation<Void, Never>?
                }
                return waiting.continuation
            }?.resume()
        }
        _ = state.withLock { $0.gone.remove(id) }
    }
}
