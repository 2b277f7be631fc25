import GleanerCore
import SimdJSON

/// Takes the events of one streamed answer and says at the end what they amount to.
protocol EventAssembler {
    /// - Returns: whether all that was looked for is of its type.
    mutating func take(_ event: JSONElement) -> Bool
    /// `data: [DONE]`, in the dialects that have it.
    mutating func takeDone()
    func finished() -> ChatAnswer
}

extension EventAssembler {
    mutating func takeDone() {}
}

enum EventStream {
    /// Events that do not parse are counted, and leave the answer incomplete.
    static func assemble(
        _ body: [UInt8], _ assembler: consuming some EventAssembler
    ) -> (answer: ChatAnswer, unreadableChunks: Int) {
        var assembler = assembler
        var parser = JSONParser(ExchangeProjection.rules)
        var unreadable = 0
        _ = ServerSentEvents.read(body) { data in
            if data.starts(with: "[DONE]") { return assembler.takeDone() }
            let isReadable = parser.read(data) { result in
                guard case .success(let event) = result, event.root.kind == .object else { return false }
                return assembler.take(event.root)
            }
            if !isReadable { unreadable += 1 }
        }
        var answer = assembler.finished()
        if unreadable > 0 { answer.isComplete = false }
        return (answer, unreadable)
    }
}

/// A text that arrives in pieces, which may end inside a character.
struct StreamedText: Hashable {
    private var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }
    var string: String { String(decoding: WTF8.repaired(bytes), as: UTF8.self) }
    /// Half of a surrogate pair never met the other half.
    var isRepaired: Bool {
        var writer = JSONWriter()
        writer.string(bytes)
        return writer.hasReplacedSurrogates
    }

    /// - Returns: whether `piece` is a text; null and nothing are as good as an empty one.
    mutating func append(_ piece: JSONElement?) -> Bool {
        guard let piece, !piece.isNull else { return true }
        guard let text = piece.text else { return false }
        text.append(to: &bytes)
        return true
    }
}
