import GleanerCore
import Synchronization

/// Of spans that tell of one call, the one that is kept. A framework's instrumentation and that of the client below it name
/// the same answer.
extension [SpanCall] {
    /// Each answer once, by its innermost span with what was said: that one knows best what was sent, and how long it took.
    func withoutTwins() -> [SpanCall] {
        var best: [String: Int] = [:]
        for (place, call) in enumerated() {
            guard let completion = call.completionID else { continue }
            if let other = best[completion], !call.isCloser(than: self[other]) { continue }
            best[completion] = place
        }
        return enumerated().filter { place, call in call.completionID.map { best[$0] == place } ?? true }.map(\.element)
    }
}

extension SpanCall {
    fileprivate func isCloser(than other: SpanCall) -> Bool {
        hasTexts == other.hasTexts ? nanoseconds < other.nanoseconds : hasTexts
    }
}

/// Which span told of an answer, for those that the database may not have yet.
final class RecentCompletions: Sendable {
    private struct State {
        var spans: [String: String] = [:]
        /// In order of their coming, `next` the oldest once it is full.
        var order: [String] = []
        var next = 0
    }
    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int = 10_000) { self.limit = limit }

    /// - Returns: whether `span` is the one: nobody else came with this answer, or it did itself.
    func claim(_ completion: String, of project: ID<Project>, for span: String) -> Bool {
        let name = "\(project) \(completion)"
        return state.withLock { state in
            if let first = state.spans[name] { return first == span }
            state.spans[name] = span
            if state.order.count < limit {
                state.order.append(name)
            } else {
                state.spans[state.order[state.next]] = nil
                state.order[state.next] = name
                state.next = (state.next + 1) % limit
            }
            return true
        }
    }
}
