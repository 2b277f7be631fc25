/// What a provider does with one request, step by step; the end of the list ends the response properly.
///
/// Steps before `.head` happen before the status line is sent. A list without a head closes the connection unanswered,
/// and bytes without a head come under a plain 200.
public struct ProviderAnswer: Sendable, Hashable {
    public enum Step: Sendable, Hashable {
        case head(status: Int, headers: [String: String])
        case bytes([UInt8])
        case pause(Duration)
        /// Closes the connection in the middle: no last chunk, no more bytes.
        case cut
        /// Sends nothing and keeps the connection open until the client leaves or the provider stops.
        case silence
    }

    public var steps: [Step]

    public init(_ steps: [Step]) { self.steps = steps }

    /// A whole answer with its length declared.
    public static func whole(
        status: Int = 200, contentType: String = "application/json", headers: [String: String] = [:], _ body: [UInt8]
    ) -> Self {
        let headers = headers.merging(["content-type": contentType]) { given, _ in given }
        return Self([.head(status: status, headers: headers), .bytes(body)])
    }

    /// A server-sent event stream, one step an event.
    public static func stream(headers: [String: String] = [:], _ events: [[UInt8]]) -> Self {
        let fixed = ["content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"]
        return Self(
            [.head(status: 200, headers: headers.merging(fixed) { given, _ in given })] + events.map(Step.bytes))
    }
}

extension ProviderAnswer {
    /// The first `count` pieces of the body, then `ending` in place of the rest.
    func interrupted(after count: Int, by ending: Step) -> Self {
        var left = count
        var kept: [Step] = []
        for step in steps {
            if case .bytes = step {
                guard left > 0 else { break }
                left -= 1
            }
            kept.append(step)
        }
        return Self(kept + [ending])
    }

    /// The same bytes with a pause before each piece of the body.
    func slowed(by delay: Duration) -> Self {
        Self(
            steps.flatMap { step -> [Step] in
                if case .bytes = step { [.pause(delay), step] } else { [step] }
            })
    }

    /// The same bytes, the body in pieces of at most `size` bytes.
    func inPieces(of size: Int) -> Self {
        Self(
            steps.flatMap { step -> [Step] in
                guard case .bytes(let bytes) = step else { return [step] }
                return stride(from: 0, to: bytes.count, by: size).map { start in
                    .bytes(Array(bytes[start..<min(start + size, bytes.count)]))
                }
            })
    }
}
