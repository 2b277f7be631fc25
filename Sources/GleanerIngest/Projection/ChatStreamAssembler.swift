import AsyncPostgres
import SimdJSON

/// Puts the deltas of a streamed chat completion together.
///
/// Choices are keyed by their `index`, tool calls by theirs; text concatenates, ids and names are set once (some
/// servers repeat them), usage is the last one sent, never a sum. A chunk that does not parse, or has something else
/// where text belongs, is counted as unreadable. Texts are `WTF8` until the end, because a delta may end inside a
/// character.
struct ChatStreamAssembler {
    private var answer = ChatAnswer()
    private var model: [UInt8] = []
    private var choices = Indexed<StreamedChoice>()
    private var sawDone = false
    private(set) var unreadableChunks = 0

    static func assemble(_ body: [UInt8]) -> (answer: ChatAnswer, unreadableChunks: Int) {
        var assembler = ChatStreamAssembler()
        var parser = JSONParser(ExchangeProjection.rules)
        _ = ServerSentEvents.read(body) { data in assembler.take(data, &parser) }
        return (assembler.finished(), assembler.unreadableChunks)
    }

    private mutating func take(_ data: RawSpan, _ parser: inout JSONParser) {
        if data.starts(with: "[DONE]") {
            sawDone = true
            return
        }
        let isReadable = parser.read(data) { result in
            guard case .success(let chunk) = result, chunk.root.kind == .object else { return false }
            return take(chunk.root)
        }
        if !isReadable { unreadableChunks += 1 }
    }

    /// - Returns: whether all that was looked for is of its type.
    private mutating func take(_ chunk: JSONElement) -> Bool {
        var isReadable = true
        for member in chunk.members {
            let value = member.value
            if value.isNull { continue }
            if member.key == "choices" {
                for choice in value.elements { isReadable = take(choice: choice) && isReadable }
            } else if member.key == "id" {
                if answer.completionID == nil, let id = value.text, !id.isEmpty { answer.completionID = id.string }
            } else if member.key == "model" {
                if let text = value.text, !text.isEmpty, !(text == model) { model = text.bytes }
            } else if member.key == "usage" {
                answer.usage = Usage(value) ?? answer.usage
            } else if member.key == "error" {
                answer.hasError = true
            }
        }
        return isReadable
    }

    private mutating func take(choice: JSONElement) -> Bool {
        var index: Int64 = 0
        var delta: JSONElement?
        var reason: JSONText?
        for member in choice.members {
            if member.key == "index" {
                index = member.value.wholeNumber ?? 0
            } else if member.key == "delta" {
                delta = member.value
            } else if member.key == "finish_reason" {
                reason = member.value.text
            }
        }
        return choices.change(index, else: StreamedChoice()) { choice in
            if let reason { choice.finishReason = reason.bytes }
            return delta.map { choice.take($0) } ?? true
        }
    }

    private func finished() -> ChatAnswer {
        var answer = answer
        let ordered = choices.sorted
        if !model.isEmpty { answer.model = String(decoding: WTF8.repaired(model), as: UTF8.self) }
        answer.finishReason = ordered.first?.element.finishReason.map {
            String(decoding: WTF8.repaired($0), as: UTF8.self)
        }
        let allFinished = !ordered.isEmpty && ordered.allSatisfy { $0.element.finishReason != nil }
        answer.isComplete = sawDone && allFinished && !answer.hasError && unreadableChunks == 0
        guard !ordered.isEmpty else { return answer }

        var writer = JSONWriter(replacingNUL: true)
        writer.raw(#"{"choices":["#)
        for (place, (index, choice)) in ordered.enumerated() {
            writer.raw(place == 0 ? #"{"index":"# : #",{"index":"#)
            writer.integer(index)
            choice.write(to: &writer)
            writer.raw("}")
        }
        writer.raw("]}")
        answer.document = JSONB(bytes: writer.bytes)
        answer.repairs.take(from: writer)
        return answer
    }
}

extension RawSpan {
    func starts(with text: StaticString) -> Bool {
        guard byteCount >= text.utf8CodeUnitCount else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy {
            unsafeLoad(fromByteOffset: $0, as: UInt8.self) == text.utf8Start[$0]
        }
    }
}
