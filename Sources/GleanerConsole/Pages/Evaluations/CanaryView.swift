import Foundation
import GleanerCore
import GleanerEvaluation

/// What `canary.mustache` shows.
struct CanaryView: Sendable {
    struct Step: Sendable {
        let share: String
        let isCurrent: Bool
        let isPast: Bool
    }
    struct Number: Sendable {
        let name: String
        let value: String
    }
    struct DecisionRow: Sendable {
        let kind: String
        let tone: String
        let actor: String
        let why: String
        let at: String
        let isVoid: Bool
        let isPending: Bool
        let weights: String?
        let numbers: [Number]
        let hasNumbers: Bool
    }
    struct Fact: Sendable {
        let name: String
        let value: String
    }
    let id: String
    let path: String
    let route: String
    let candidate: String
    let incumbent: String
    let standing: CanaryStanding
    let reason: String
    let share: String
    let steps: [Step]
    let isRunning: Bool
    let isPinned: Bool
    let pinnedBy: String?
    let pinNote: String?
    let evaluationPath: String?
    let facts: [Fact]
    let charts: [Chart]
    let hasCharts: Bool
    let decisions: [DecisionRow]
    let mayDecide: Bool
    var problem: String?
    var note = ""

    init(_ canary: Canary, decisions: [Decision], points: [CanaryPoint], mayDecide: Bool) {
        let plan = canary.plan
        id = canary.id.description
        path = "/canaries/\(canary.id)"
        route = canary.route
        candidate = canary.candidate
        incumbent = canary.incumbent
        standing = CanaryStanding(canary)
        reason = Self.words(canary.reason)
        share = Figure.percent(canary.share)
        isRunning = canary.state == .running
        isPinned = isRunning && canary.pinnedBy != nil
        pinnedBy = canary.pinnedBy
        pinNote = canary.pinNote.flatMap { $0.isEmpty ? nil : $0 }
        steps = Self.steps(canary)
        evaluationPath = canary.evaluation.map { "/evaluations/\($0)" }
        facts = [
            Fact(name: "started", value: canary.author),
            Fact(name: "goal", value: plan.goal == .superior ? "users rate it higher" : "users rate it no lower"),
            Fact(
                name: "a step takes",
                value:
                    "\(Figure.count(plan.minimumUsers)) users of each and \(Figure.count(plan.minimumMinutes)) minutes"),
            Fact(name: "by itself up to", value: Figure.percent(plan.maximumShare)),
            Fact(name: "goes on by itself", value: plan.autopromote ? "yes" : "no, a person does"),
            Fact(name: "rolls back by itself", value: plan.autorollback ? "yes" : "no, a person does"),
            Fact(name: "errs, over all", value: Figure.percent(plan.alpha)),
        ]
        charts = CanaryMetric.allCases.compactMap { metric in
            Chart(metric, points.filter { $0.metric == metric }, margin: plan.margins.margin(of: metric))
        }
        hasCharts = !charts.isEmpty
        self.decisions = decisions.map(Self.row)
        self.mayDecide = mayDecide && isRunning
    }

    private static func steps(_ canary: Canary) -> [Step] {
        let (isPromoted, isRunning) = (canary.state == .promoted, canary.state == .running)
        return canary.plan.steps.enumerated().map { index, share in
            Step(
                share: Figure.percent(share), isCurrent: isPromoted ? share >= 1 : isRunning && index == canary.step,
                isPast: isPromoted ? share < 1 : index < canary.step)
        }
    }

    private static func row(_ decision: Decision) -> DecisionRow {
        let tone =
            switch decision.kind {
            case .promote, .advance: "good"
            case .rollBack: "bad"
            case .hold, .standStill, .pin: "warn"
            case .start, .unpin, .end, .verdict: ""
            }
        let numbers = numbers(decision.evidence)
        return DecisionRow(
            kind: decision.kind.rawValue.replacing("_", with: " "), tone: tone, actor: decision.actor,
            why: decision.why, at: decision.createdAt.ISO8601Format(), isVoid: decision.state == .void,
            isPending: decision.state == .pending,
            weights: decision.weights.map { weights in
                weights.sorted { $0.key < $1.key }.map { "\($0.key) \(Figure.short($0.value))" }.joined(separator: ", ")
            }, numbers: numbers, hasNumbers: !numbers.isEmpty)
    }

    /// What a decision rests on, one metric or member a line.
    private static func numbers(_ evidence: JSONValue) -> [Number] {
        func text(_ value: JSONValue) -> String {
            if case .number(let number) = value { return Figure.short(number) }
            return value.stringValue ?? (try? value.canonicalBytes()).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        var numbers: [Number] = []
        for (name, value) in (evidence.objectValue ?? [:]).sorted(by: { $0.key < $1.key }).prefix(40) {
            if name == "metrics", let metrics = value.arrayValue {
                for metric in metrics {
                    let estimate = Figure.signed(metric["estimate"]?.doubleValue)
                    let (low, high) = (metric["low"]?.doubleValue, metric["high"]?.doubleValue)
                    numbers.append(
                        Number(
                            name: metric["metric"]?.stringValue ?? "metric",
                            value:
                                "\(metric["outcome"]?.stringValue ?? ""), \(estimate) (\(Figure.signed(low)) to \(Figure.signed(high)))"
                        ))
                }
            } else if value != .null {
                numbers.append(Number(name: name.replacing("_", with: " "), value: String(text(value).prefix(300))))
            }
        }
        return numbers
    }

    private static func words(_ reason: CanaryReason) -> String {
        switch reason {
        case .gathering: "gathering users"
        case .promoted: "all traffic is the candidate's"
        case .ended: "the route stays as it is"
        case .pinned: "a person keeps it where it is"
        case .rolledBack: "the candidate takes no traffic"
        case .sampleRatio: "something besides chance decides who meets which"
        case .looksBad: "it looks worse than its margin, if not certainly"
        case .notProven: "not proven enough for all traffic"
        case .limit: "the next step is above what it may take by itself"
        case .lastStep: "this is the last step of the plan"
        case .wantsPerson: "ready for the next step, and waits for a person"
        case .wantsRollback: "it should be rolled back, and waits for a person"
        case .routeEdited: "somebody edited the route"
        }
    }
}
