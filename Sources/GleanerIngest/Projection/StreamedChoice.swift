import SimdJSON

/// One choice of a streamed completion as far as it has come. Texts are `WTF8`; `nil` is what was never set.
struct StreamedChoice {
    struct Call {
        var id: [UInt8] = []
        var type = Array("function".utf8)
        var name: [UInt8] = []
        var arguments: [UInt8] = []
    }
    private var role = Array("assistant".utf8)
    private var content: [UInt8]?
    private var refusal: [UInt8]?
    private var reasoning: [UInt8]?
    private var calls = Indexed<Call>()
    private var indexes: [[UInt8]: Int64] = [:]
    private var lastIndex: Int64?
    private var functionCall: Call?
    var finishReason: [UInt8]?

    init() {}

    /// - Returns: whether all that was looked for is of its type.
    mutating func take(_ delta: JSONElement) -> Bool {
        guard delta.kind == .object else { return delta.isNull }
        var isReadable = true
        for member in delta.members {
            let value = member.value
            if value.isNull { continue }
            if member.key == "content" {
                isReadable = Self.append(value, to: &content) && isReadable
            } else if member.key == "tool_calls" {
                for fragment in value.elements { isReadable = take(fragment: fragment) && isReadable }
            } else if member.key == "role" {
                if let text = value.text, !text.isEmpty { role = text.bytes }
            } else if member.key == "refusal" {
                isReadable = Self.append(value, to: &refusal) && isReadable
            } else if member.key == "reasoning_content" {
                isReadable = Self.append(value, to: &reasoning) && isReadable
            } else if member.key == "function_call" {
                functionCall = functionCall ?? Call()
                isReadable = functionCall!.take(function: value) && isReadable
            }
        }
        return isReadable
    }

    private static func append(_ value: JSONElement, to text: inout [UInt8]?) -> Bool {
        guard let piece = value.text else { return false }
        if text == nil { text = [] }
        piece.append(to: &text!)
        return true
    }

    private mutating func take(fragment: JSONElement) -> Bool {
        let id = fragment["id"]?.text.flatMap { $0.isEmpty ? nil : $0.bytes }
        let index = fragment["index"]?.wholeNumber ?? indexWithoutOne(id)
        lastIndex = max(lastIndex ?? index, index)
        if let id { indexes[id] = indexes[id] ?? index }
        return calls.change(index, else: Call()) { call in
            if let id { call.id = id }
            if let type = fragment["type"]?.text, !type.isEmpty { call.type = type.bytes }
            return fragment["function"].map { call.take(function: $0) } ?? true
        }
    }

    /// Some compatible servers leave `index` out: a new id begins a new call, anything else continues the last.
    private func indexWithoutOne(_ id: [UInt8]?) -> Int64 {
        guard let id else { return lastIndex ?? 0 }
        return indexes[id] ?? lastIndex.map { $0 &+ 1 } ?? 0
    }

    /// `,"message":{…},"finish_reason":…`
    func write(to writer: inout JSONWriter) {
        writer.raw(#","message":{"role":"#)
        writer.string(role)
        writer.raw(#","content":"#)
        // "" and null both mean nothing, but what was never set stays null.
        if let content, !content.isEmpty || calls.isEmpty { writer.string(content) } else { writer.null() }
        for (name, text) in [(#","refusal":"# as StaticString, refusal), (#","reasoning_content":"#, reasoning)] {
            guard let text, !text.isEmpty else { continue }
            writer.raw(name)
            writer.string(text)
        }
        if let functionCall {
            writer.raw(#","function_call":"#)
            functionCall.write(to: &writer)
        }
        if !calls.isEmpty {
            for (place, call) in calls.sorted.enumerated() {
                writer.raw(place == 0 ? #","tool_calls":[{"id":"# : #",{"id":"#)
                writer.string(call.element.id)
                writer.raw(#","type":"#)
                writer.string(call.element.type)
                writer.raw(#","function":"#)
                call.element.write(to: &writer)
                writer.raw("}")
            }
            writer.raw("]")
        }
        writer.raw(#"},"finish_reason":"#)
        if let finishReason { writer.string(finishReason) } else { writer.null() }
    }
}

extension StreamedChoice.Call {
    mutating func take(function: JSONElement) -> Bool {
        if let text = function["name"]?.text, !text.isEmpty { name = text.bytes }
        guard let piece = function["arguments"], !piece.isNull else { return true }
        guard let text = piece.text else { return false }
        text.append(to: &arguments)
        return true
    }

    func write(to writer: inout JSONWriter) {
        writer.raw(#"{"name":"#)
        writer.string(name)
        writer.raw(#","arguments":"#)
        writer.string(arguments)
        writer.raw("}")
    }
}
