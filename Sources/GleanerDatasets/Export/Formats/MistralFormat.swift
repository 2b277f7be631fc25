import Crypto
import GleanerCore

/// OpenAI's shape under Mistral's rules: tool call ids of nine letters and digits, text or calls in an answer, a first
/// message from the user or the system.
///
/// Source: `MistralRequestValidator` of mistral_common in its mode for fine-tuning.
struct MistralFormat: LineFormat {
    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        let turns = try example.learnt()
        guard let first = turns.first, first.role == .system || first.role == .user else { throw .noQuestion }
        guard turns.contains(where: { $0.role == .user }) else { throw .noQuestion }
        var ids = MistralCallIDs()
        var names: [String: String] = [:]
        var messages: [JSONValue] = []
        for turn in turns {
            for call in turn.calls { names[call.id] = call.name }
            messages.append(try Self.message(turn, &ids, names))
        }
        var line: [String: JSONValue] = ["messages": .array(messages)]
        if !example.tools.isEmpty {
            for tool in example.tools where !Self.isName(tool["function"]?["name"]?.stringValue) { throw .functionName }
            line["tools"] = .array(example.tools)
        }
        return Written(.object(line), simplified: example.lossOfMarks().subtracting([.weights]))
    }

    private static func message(
        _ turn: Turn, _ ids: inout MistralCallIDs, _ names: [String: String]
    ) throws(Unfit) -> JSONValue {
        var members: [String: JSONValue] = ["role": .string(turn.role.rawValue)]
        if let weight = turn.weight { members["weight"] = .integer(Int64(weight)) }
        if turn.role == .tool {
            members["tool_call_id"] = .string(ids.id(for: turn.callID ?? ""))
            members["name"] = turn.callID.flatMap { names[$0] }.map { .string($0) }
            members["content"] = .string(try turn.text())
        } else if turn.calls.isEmpty {
            members["content"] = .string(try turn.someText())
        } else {
            guard turn.parts.isEmpty else { throw .textBesideCalls }
            members["content"] = ""
            members["tool_calls"] = .array(try calls(turn.calls, &ids))
        }
        return .object(members)
    }

    private static func calls(_ calls: [Turn.Call], _ ids: inout MistralCallIDs) throws(Unfit) -> [JSONValue] {
        var written: [JSONValue] = []
        for call in calls {
            guard isName(call.name) else { throw .functionName }
            _ = try call.argumentsObject()
            written.append([
                "id": .string(ids.id(for: call.id)), "type": "function",
                "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
            ])
        }
        return written
    }

    /// `^[a-zA-Z0-9_-]{1,64}$`.
    static func isName(_ name: String?) -> Bool {
        guard let name, (1...64).contains(name.utf8.count) else { return false }
        return name.utf8.allSatisfy { MistralCallIDs.isLetterOrDigit($0) || $0 == 0x5F || $0 == 0x2D }
    }
}

/// Other systems' tool call ids as nine letters and digits: a call and its answer get the same, two calls never do.
struct MistralCallIDs {
    private var known: [String: String] = [:]
    private var taken: Set<String> = []

    /// An id that is right already stays, unless another became the same before.
    mutating func id(for original: String) -> String {
        if let id = known[original] { return id }
        var id = Self.isRight(original) ? original : Self.hash(original, 0)
        var round = 0
        while !taken.insert(id).inserted, round < 1000 {
            round += 1
            id = Self.hash(original, round)
        }
        known[original] = id
        return id
    }

    static func isRight(_ id: String) -> Bool { id.utf8.count == 9 && id.utf8.allSatisfy(isLetterOrDigit) }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    private static func hash(_ original: String, _ round: Int) -> String {
        let digest = SHA256.hash(data: Array("\(round):\(original)".utf8))
        return String(decoding: digest.prefix(9).map { alphabet[Int($0) % alphabet.count] }, as: UTF8.self)
    }
}
