import GleanerCore

/// A frozen line, read: whatever its kind, a context and the answer to it.
struct CanonicalExample: Sendable, Hashable {
    let kind: DatasetKind
    let context: [Turn]
    /// The last answer, or the preferred one of a pair.
    let answer: [Turn]
    /// The one not preferred; empty unless this is a pair.
    let rejected: [Turn]
    /// Of a single judgement.
    let isGood: Bool?
    let tools: [JSONValue]
    let parallelCalls: Bool?

    /// - Throws: `Unfit.unreadable`, or `noAnswer` when the last message is not the assistant's.
    init(parsing line: some Sequence<UInt8>, kind: DatasetKind) throws(Unfit) {
        guard let document = try? JSONValue(parsing: line) else { throw .unreadable }
        try self.init(document, kind: kind)
    }

    init(_ document: JSONValue, kind: DatasetKind) throws(Unfit) {
        self.kind = kind
        let head = kind == .preference ? document["input"] : document
        var turns = try Turn.all(head?["messages"])
        if kind == .preference {
            answer = try Turn.all(document["preferred_output"])
            rejected = try Turn.all(document["non_preferred_output"])
            guard answer.last?.role == .assistant, rejected.last?.role == .assistant else { throw .noAnswer }
        } else {
            guard let last = turns.popLast(), last.role == .assistant else { throw .noAnswer }
            answer = [last]
            rejected = []
        }
        context = turns
        isGood = kind == .unpaired ? document["label"]?.boolValue : nil
        if kind == .unpaired, isGood == nil { throw .unreadable }
        tools = head?["tools"]?.arrayValue ?? []
        parallelCalls = head?["parallel_tool_calls"]?.boolValue
    }

    /// The whole conversation, for formats of answers to learn.
    /// - Throws: when the answer is not one to learn.
    func learnt() throws(Unfit) -> [Turn] {
        if isGood == false { throw .rejectedAnswer }
        if kind != .preference, answer.last?.weight == 0 { throw .answerNotLearnt }
        return context + answer
    }

    /// The two answers of a pair, each one message.
    func sides() throws(Unfit) -> (chosen: Turn, rejected: Turn) {
        guard answer.count == 1, rejected.count == 1 else { throw .severalAnswers }
        if answer == rejected { throw .sidesEqual }
        return (answer[0], rejected[0])
    }

    var usesTools: Bool {
        !tools.isEmpty || (context + answer + rejected).contains { $0.role == .tool || !$0.calls.isEmpty }
    }

    /// What every format without weights and names loses.
    func lossOfMarks(names: Bool = true) -> Set<Simplification> {
        var lost: Set<Simplification> = []
        if context.contains(where: { $0.weight == 0 }) { lost.insert(.weights) }
        if names, context.contains(where: { $0.name != nil }) { lost.insert(.names) }
        if (context + answer + rejected).contains(where: { $0.parts.count > 1 }) { lost.insert(.partsJoined) }
        if parallelCalls != nil { lost.insert(.parallelSetting) }
        return lost
    }
}
