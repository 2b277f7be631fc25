import Foundation
import GleanerDatasets

/// What `dataset-diff.mustache` shows of two versions.
struct VersionDiffView: Sendable {
    struct Change: Sendable {
        let name: String
        let value: String
    }
    struct Surge: Sendable {
        let phrase: [Span]
        let after: String
        let before: String
        let users: String
        /// Few people behind many lines.
        let isSuspicious: Bool
    }
    struct Shift: Sendable {
        let name: String
        let before: String
        let after: String
    }
    struct Drift: Sendable {
        let title: String
        let shifts: [Shift]
        let verdict: String
        let tone: String
    }
    struct Case: Sendable {
        let id: String
        let side: String
        let prompt: [Span]
        let answer: [Span]
    }
    struct Cases: Sendable {
        let title: String
        let cases: [Case]
    }
    let from: Int
    let counts: [Change]
    let policy: String?
    let surges: [Surge]
    let hasSurges: Bool
    let drifts: [Drift]
    let groups: [Cases]

    init(_ diff: VersionDiff) {
        from = diff.from
        counts = [
            ("added", diff.added), ("gone", diff.gone), ("changed", diff.changed), ("on another side", diff.moved),
            ("as they were", diff.same),
        ].map { Change(name: $0.0, value: Figure.count($0.1)) }
        policy = diff.policyChanges.isEmpty ? nil : diff.policyChanges.joined(separator: ", ")
        surges = diff.surges.map {
            Surge(
                phrase: Span.visible($0.phrase), after: Figure.count($0.after), before: Figure.count($0.before),
                users: Figure.count($0.endUsers), isSuspicious: $0.endUsers * 4 <= $0.after)
        }
        hasSurges = !surges.isEmpty
        drifts = [
            ("Languages", diff.languages), ("Answers", diff.answerSources), ("Answered by", diff.models),
        ].compactMap { Drift($0.0, $0.1) }
        groups = [
            ("Added", diff.addedLines), ("Gone", diff.goneLines), ("Changed", diff.changedLines),
        ].filter { !$0.1.isEmpty }.map { title, lines in
            Cases(
                title: title,
                cases: lines.map {
                    Case(
                        id: $0.id, side: $0.split, prompt: Span.visible($0.prompt), answer: Span.visible($0.answer))
                })
        }
    }
}

extension VersionDiffView.Drift {
    /// - Returns: `nil` when nothing moved.
    init?(_ title: String, _ drift: VersionDiff.Drift) {
        guard drift.shifts.contains(where: { $0.before != $0.after }) else { return nil }
        let isMore = drift.psi > drift.psiByChance
        self.init(
            title: title,
            shifts: drift.shifts.prefix(8).map {
                .init(
                    name: $0.value.replacing("_", with: " "), before: Figure.percent($0.before),
                    after: Figure.percent($0.after))
            }, verdict: isMore ? "moved by more than chance" : "within chance", tone: isMore ? "warn" : "")
    }
}
