import GleanerCore

/// Reads one object of a policy document, knowing where in the document it is: a mistake is named by its path.
struct PolicyReader {
    private let members: [String: JSONValue]
    private let path: String

    init(_ value: JSONValue, at path: String = "", knowing known: Set<String>) throws(ModerationPolicyError) {
        guard let members = value.objectValue else { throw .wrong(path.isEmpty ? "policy" : path, wanted: "an object") }
        if let unknown = members.keys.filter({ !known.contains($0) }).min() {
            throw .unknownMember(path.isEmpty ? unknown : "\(path).\(unknown)", known: known.sorted())
        }
        self.members = members
        self.path = path
    }

    func place(_ member: String) -> String { path.isEmpty ? member : "\(path).\(member)" }

    /// `nil` when it is left out or null.
    func value(_ member: String) -> JSONValue? {
        guard let value = members[member], value != .null else { return nil }
        return value
    }

    func wrong(_ member: String, _ wanted: String) -> ModerationPolicyError { .wrong(place(member), wanted: wanted) }

    func text(_ member: String, upTo limit: Int) throws(ModerationPolicyError) -> String? {
        guard let value = value(member) else { return nil }
        guard let text = value.stringValue, (1...limit).contains(text.utf8.count), !text.utf8.contains(0) else {
            throw wrong(member, "a text of 1 to \(limit) bytes")
        }
        return text
    }

    func number(_ member: String, in range: ClosedRange<Double>) throws(ModerationPolicyError) -> Double? {
        guard let value = value(member) else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            throw wrong(member, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func milliseconds(_ member: String, in range: ClosedRange<Int64>) throws(ModerationPolicyError) -> Duration? {
        guard let value = value(member) else { return nil }
        guard let number = value.intValue, range.contains(number) else {
            throw wrong(member, "whole milliseconds from \(range.lowerBound) to \(range.upperBound)")
        }
        return .milliseconds(number)
    }

    func flag(_ member: String) throws(ModerationPolicyError) -> Bool? {
        guard let value = value(member) else { return nil }
        guard let flag = value.boolValue else { throw wrong(member, "true or false") }
        return flag
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ member: String, of type: Choice.Type = Choice.self
    ) throws(ModerationPolicyError) -> Choice? where Choice.RawValue == String {
        guard let value = value(member) else { return nil }
        guard let choice = value.stringValue.flatMap(Choice.init(rawValue:)) else {
            throw wrong(member, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    func choices<Choice: RawRepresentable & CaseIterable & Hashable>(
        _ member: String, of type: Choice.Type = Choice.self
    ) throws(ModerationPolicyError) -> Set<Choice>? where Choice.RawValue == String {
        guard let value = value(member) else { return nil }
        let wanted = "a list of some of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))"
        guard let values = value.arrayValue, !values.isEmpty else { throw wrong(member, wanted) }
        var choices: Set<Choice> = []
        for value in values {
            guard let choice = value.stringValue.flatMap(Choice.init(rawValue:)) else { throw wrong(member, wanted) }
            choices.insert(choice)
        }
        return choices
    }
}
