import Foundation
import GleanerCore

/// What a row is about: a subject, or prompt and response of an exchange together.
///
/// Of most exchanges nothing is found on either side. Those have one row instead of two, which is half of what judging every
/// exchange costs PostgreSQL. Only the first judgement is told that way: whatever is said later of one side has a row of its
/// own, and that counts.
struct RowSubject: Hashable {
    /// The target of a row about both sides.
    static let both = "exchange"

    let exchange: ID<Exchange>
    private(set) var target: String
    let subject: UUID

    init(_ subject: ModerationSubject) {
        exchange = subject.exchange
        target = subject.target.rawValue
        self.subject = subject.subject
    }

    /// The subjects that a row with this target speaks of.
    static func subjects(of exchange: ID<Exchange>, target: String, subject: UUID) -> [ModerationSubject] {
        if target == both { return [.prompt, .response].map { ModerationSubject(exchange: exchange, target: $0) } }
        let target = ModerationTarget(rawValue: target) ?? .prompt
        return [ModerationSubject(exchange: exchange, target: target, comment: target == .comment ? subject : nil)]
    }

    /// Whether the other is the other side; then this one is of both from now on.
    mutating func join(_ other: RowSubject) -> Bool {
        guard exchange == other.exchange, [target, other.target].sorted() == ["prompt", "response"] else {
            return false
        }
        target = Self.both
        return true
    }
}

extension ModerationStore.Batch {
    struct ResultRow {
        var subject: RowSubject
        let classifier: String
        var result: Classification
    }

    struct DecisionRow {
        var subject: RowSubject
        let decision: StoredDecision
    }

    var resultRows: [ResultRow] {
        struct Key: Hashable {
            let exchange: ID<Exchange>
            let classifier: String
        }
        var rows: [ResultRow] = []
        var open: [Key: Int] = [:]
        for (subject, classifier, result) in results {
            let row = ResultRow(subject: RowSubject(subject), classifier: classifier, result: result)
            if firsts.contains(subject.exchange), result.hasFoundNothing {
                let key = Key(exchange: subject.exchange, classifier: classifier)
                if let index = open[key], rows[index].result.model == result.model,
                    rows[index].result.flagged == result.flagged, rows[index].subject.join(row.subject)
                {
                    rows[index].result.latency += result.latency
                    continue
                }
                open[key] = rows.count
            }
            rows.append(row)
        }
        return rows
    }

    var decisionRows: [DecisionRow] {
        var rows: [DecisionRow] = []
        var open: [ID<Exchange>: Int] = [:]
        for decision in decisions {
            let row = DecisionRow(subject: RowSubject(decision.subject), decision: decision)
            if firsts.contains(decision.subject.exchange), decision.verdict.action == .allow, decision.actor == nil {
                if let index = open[decision.subject.exchange], rows[index].decision.verdict == decision.verdict,
                    rows[index].subject.join(row.subject)
                {
                    continue
                }
                open[decision.subject.exchange] = rows.count
            }
            rows.append(row)
        }
        return rows
    }
}

extension Classification {
    fileprivate var hasFoundNothing: Bool {
        status == .ok && flagged != true && scores.isEmpty && flags.isEmpty && missing.isEmpty && spans.isEmpty
    }
}
