/// A model for every way in which a provider can misbehave, chosen by model name. Numbers stand for `K` and `N`.
///
/// | model | what it does |
/// | --- | --- |
/// | `nasty-silent` | takes the request and never answers |
/// | `nasty-reset` | closes the connection without a byte |
/// | `nasty-stall-K` | falls silent after K chunks |
/// | `nasty-cut-K` | closes after K chunks, in the middle of the transfer |
/// | `nasty-no-done` | ends properly, but without finish reason and what ends a stream of its dialect |
/// | `nasty-status-N` | answers with status N; 429, 503 and 529 with `Retry-After` |
/// | `nasty-error-event` | 200, some chunks, then an error event of the dialect |
/// | `nasty-failed` | the Responses API's `response.failed`; elsewhere like `nasty-error-event` |
/// | `nasty-html`, `nasty-empty` | 200 with a web page; 200 with no byte |
/// | `nasty-id-null` | a good answer whose id is null |
/// | `nasty-unicode` | escaped NUL, and a surrogate pair split over two deltas |
/// | `nasty-surrogate` | a surrogate whose other half never comes |
/// | `nasty-slow-N` | N milliseconds before each chunk |
/// | `nasty-huge-N` | an answer of N MiB |
/// | `nasty-crlf` | CRLF framing, comments, data over several lines |
/// | `nasty-tools` | two choices interleaved, one of them a tool call in fragments |
///
/// All of them answer every dialect. A chunk is one event of a stream; an answer that is not streamed counts in pieces of 32 bytes.
public struct NastyScript: ProviderScript {
    public init() {}

    public let models: [ProviderModel] = [
        "nasty-silent", "nasty-reset", "nasty-stall-3", "nasty-cut-3", "nasty-no-done", "nasty-status-429",
        "nasty-status-500", "nasty-error-event", "nasty-html", "nasty-empty", "nasty-id-null", "nasty-unicode",
        "nasty-surrogate", "nasty-slow-50", "nasty-huge-8", "nasty-crlf", "nasty-tools", "nasty-status-529",
        "nasty-failed",
    ].map { ProviderModel(id: $0, ownedBy: "gleaner-demo") }

    public func answer(_ request: ChatRequest) -> ProviderAnswer? {
        NastyBehaviour(model: request.model)?.answer(to: request)
    }
}

/// A model name of `NastyScript`, parsed.
enum NastyBehaviour: Sendable, Hashable {
    case silent, reset, noDone, errorEvent, failed, html, empty, idNull, unicode, surrogate, crlf, tools
    case stall(after: Int)
    case cut(after: Int)
    case status(Int)
    case slow(milliseconds: Int)
    case huge(mebibytes: Int)

    init?(model: String) {
        guard model.hasPrefix("nasty-") else { return nil }
        let name = model.dropFirst("nasty-".count)
        if let plain = Self.plain[String(name)] {
            self = plain
            return
        }
        guard let dash = name.lastIndex(of: "-"), let number = Int(name[name.index(after: dash)...]), number >= 0 else {
            return nil
        }
        switch name[..<dash] {
        case "stall" where number <= 10_000: self = .stall(after: number)
        case "cut" where number <= 10_000: self = .cut(after: number)
        case "status" where (200...599).contains(number): self = .status(number)
        case "slow" where number <= 60_000: self = .slow(milliseconds: number)
        case "huge" where number <= 1024: self = .huge(mebibytes: number)
        default: return nil
        }
    }

    private static let plain: [String: NastyBehaviour] = [
        "silent": .silent, "reset": .reset, "no-done": .noDone, "error-event": .errorEvent, "html": .html,
        "empty": .empty, "id-null": .idNull, "unicode": .unicode, "surrogate": .surrogate, "crlf": .crlf,
        "tools": .tools, "failed": .failed,
    ]
}
