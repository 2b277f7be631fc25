/// What the stricter formats need of a conversation: its system text apart, and roles that alternate.
struct Turns: Sendable, Hashable {
    /// Of all system messages at the front; `nil` without one.
    let system: String?
    let rest: [Turn]
    let simplified: Set<Simplification>

    /// Takes the system messages off the front.
    /// - Throws: `systemInTheMiddle`, `noQuestion`.
    init(_ turns: [Turn]) throws(Unfit) {
        let front = turns.prefix { $0.role == .system }
        var texts: [String] = []
        for turn in front { texts.append(try turn.text()) }
        system = texts.isEmpty ? nil : texts.joined(separator: "\n\n")
        rest = Array(turns.dropFirst(front.count))
        guard !rest.contains(where: { $0.role == .system }) else { throw .systemInTheMiddle }
        guard rest.contains(where: { $0.role == .user }) else { throw .noQuestion }
        simplified = front.count > 1 ? [.turnsJoined] : []
    }

    private init(system: String?, rest: [Turn], simplified: Set<Simplification>) {
        (self.system, self.rest, self.simplified) = (system, rest, simplified)
    }

    /// Users' successive messages become one, an empty line between them; so do the assistant's when neither calls a
    /// tool and both are learnt, or neither is. Gleaner keeps requests with several user messages in a row.
    func joined() -> Turns {
        var joined: [Turn] = []
        for turn in rest {
            if let last = joined.last, last.mayTake(turn) {
                joined[joined.count - 1].take(turn)
            } else {
                joined.append(turn)
            }
        }
        return Turns(
            system: system, rest: joined,
            simplified: joined.count < rest.count ? simplified.union([.turnsJoined]) : simplified)
    }

    /// User, assistant, user …
    /// - Throws: `notAlternating`.
    func alternating() throws(Unfit) -> Turns {
        for (place, turn) in rest.enumerated() where turn.role != (place.isMultiple(of: 2) ? .user : .assistant) {
            throw .notAlternating
        }
        return self
    }
}

extension Turn {
    fileprivate func mayTake(_ next: Turn) -> Bool {
        guard role == next.role, calls.isEmpty, next.calls.isEmpty else { return false }
        return role == .user || (role == .assistant && (weight ?? 1) == (next.weight ?? 1))
    }

    fileprivate mutating func take(_ next: Turn) {
        guard let text = try? text(), let other = try? next.text() else {
            parts += next.parts
            return
        }
        parts = [.text("\(text)\n\n\(other)")]
    }
}
