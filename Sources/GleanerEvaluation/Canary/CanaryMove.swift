/// What a canary does next, and why.
enum CanaryMove: Sendable, Hashable {
    /// Takes the next step.
    case advance(why: String)
    case promote(why: String)
    case rollBack(why: String)
    /// Stays, and says so once.
    case hold(CanaryReason, why: String)
    /// Stays, because it is too early.
    case gather(why: String)

    /// By the plan's rules alone.
    init(_ evidence: CanaryEvidence, _ plan: CanaryPlan) {
        // First of all: whatever else is amiss, users are not kept with what is certainly worse.
        let harmful = evidence.metrics.filter { $0.outcome == .worse }
        if !harmful.isEmpty {
            let why = "Certainly worse: \(Self.words(harmful))."
            self = plan.autorollback ? .rollBack(why: why) : .hold(.wantsRollback, why: why)
            return
        }
        let ratio = evidence.sampleRatio
        if ratio.p < SampleRatio.alpha, evidence.candidateUsers + evidence.incumbentUsers >= 100 {
            self = .hold(
                .sampleRatio,
                why:
                    "\(evidence.candidateUsers) users met the candidate and \(evidence.incumbentUsers) the incumbent, where "
                    + "\(Figures.short(ratio.share * 100)) % were meant to meet the candidate (χ² \(Figures.short(ratio.statistic)), "
                    + "p \(Figures.short(ratio.p))). Something besides chance decides who meets which, so the two cannot be compared."
            )
            return
        }
        let fewest = min(evidence.candidateUsers, evidence.incumbentUsers)
        guard fewest >= plan.minimumUsers, evidence.minutes >= Double(plan.minimumMinutes) else {
            self = .gather(
                why:
                    "\(fewest) of \(plan.minimumUsers) users, \(Int(evidence.minutes)) of \(plan.minimumMinutes) minutes."
            )
            return
        }
        self = Self.next(evidence, plan)
    }

    private static func next(_ evidence: CanaryEvidence, _ plan: CanaryPlan) -> CanaryMove {
        let suspicious = evidence.metrics.filter(\.looksBad)
        if !suspicious.isEmpty {
            return .hold(.looksBad, why: "Worse than its margin so far, if not certainly: \(words(suspicious)).")
        }
        guard evidence.step + 1 < plan.steps.count else {
            return .hold(.lastStep, why: "This is the last step of the plan; going further is a person's decision.")
        }
        let share = plan.steps[evidence.step + 1]
        if share >= 1 {
            let unproven = evidence.metrics.filter { !isProven($0, plan) }
            guard unproven.isEmpty else {
                return .hold(.notProven, why: "Not proven enough for all traffic: \(words(unproven)).")
            }
        }
        let percent = "\(Figures.short(share * 100)) %"
        guard share <= plan.maximumShare else {
            return .hold(
                .limit,
                why: "\(percent) is above the \(Figures.short(plan.maximumShare * 100)) % that it may take by itself.")
        }
        let proven = words(evidence.metrics.filter { $0.outcome != .none })
        guard plan.autopromote else { return .hold(.wantsPerson, why: "Ready for \(percent): \(proven).") }
        return share >= 1
            ? .promote(why: "Proven: \(proven).") : .advance(why: "No sign of harm, on to \(percent): \(proven).")
    }

    /// What all traffic asks for. A guardrail that nobody has a value for, as the first token's where nothing is
    /// streamed, stands in nobody's way.
    private static func isProven(_ evidence: CanaryMetricEvidence, _ plan: CanaryPlan) -> Bool {
        switch evidence.outcome {
        case .better: true
        case .shown: evidence.metric.isGuardrail || plan.goal == .nonInferior
        case .none: evidence.metric.isGuardrail
        case .open, .worse, .early: false
        }
    }

    static func words(_ metrics: [CanaryMetricEvidence]) -> String {
        metrics.map { metric in
            guard let estimate = metric.estimate, let low = metric.low, let high = metric.high else {
                return "\(metric.metric.rawValue) not measured"
            }
            return
                "\(metric.metric.rawValue) \(Figures.signed(estimate)) (\(Figures.signed(low)) … \(Figures.signed(high)), "
                + "margin \(Figures.short(metric.margin)), \(metric.candidateUsers) and \(metric.incumbentUsers) users)"
        }.joined(separator: "; ")
    }
}

/// Why a canary stands where it stands. The raw value is what SQL and JSON say.
public enum CanaryReason: String, Sendable, Hashable, Codable {
    case gathering, promoted, ended, pinned
    case rolledBack = "rolled_back"
    case sampleRatio = "sample_ratio"
    case looksBad = "looks_bad"
    case notProven = "not_proven"
    /// The owner's limit.
    case limit
    case lastStep = "last_step"
    /// May not go on by itself.
    case wantsPerson = "wants_person"
    case wantsRollback = "wants_rollback"
    /// A person edited the route since.
    case routeEdited = "route_edited"
}
