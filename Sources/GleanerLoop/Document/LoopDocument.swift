public import GleanerCore

/// What a loop does, and what its owner allows it to do by itself.
public struct LoopDocument: Sendable, Hashable {
    /// Which exchanges become examples.
    public enum Policy: Sendable, Hashable {
        /// A stored promotion policy, its newest version at the time.
        case named(String)
        case document(JSONValue)
    }

    public var dataset: String
    public var policy: Policy
    public var trigger: LoopTrigger
    /// `nil`: left out, as are all below.
    public var compare: CompareChoice?
    /// `false`: no more approvals than the policy itself asks for.
    public var wantsApproval: Bool
    public var tune: TuneChoice?
    public var gate: GateChoice?
    public var canary: CanaryChoice?

    /// Which differences from the version before are for a person to look at.
    public struct CompareChoice: Sendable, Hashable {
        /// Lines of the version before that are gone, of all of them. 0…1.
        public var maximumGoneShare = 0.1
        /// Population stability index of the lines' lengths. A line counts only where chance alone would not explain it.
        public var maximumLengthPSI = 0.25
        /// The same of languages.
        public var maximumLanguagePSI = 0.25
        /// Phrases that many new answers share and hardly any old one.
        public var maximumSurges = 0

        public init() {}
    }

    /// What may be spent without asking.
    public struct Spending: Sendable, Hashable {
        public enum Unpriced: String, Sendable, Hashable, CaseIterable { case hold, go }

        /// US dollars at a time; `nil`: a person is asked each time.
        public var maximumUSD: Double?
        /// When no price is known.
        public var ifPriceUnknown = Unpriced.hold

        public init(maximumUSD: Double? = nil, ifPriceUnknown: Unpriced = .hold) {
            self.maximumUSD = maximumUSD
            self.ifPriceUnknown = ifPriceUnknown
        }
    }

    public struct TuneChoice: Sendable, Hashable {
        public enum Driver: String, Sendable, Hashable, CaseIterable { case openai, command }
        public enum Method: String, Sendable, Hashable, CaseIterable { case sft, dpo }

        public var driver = Driver.openai
        public var provider = "default"
        public var baseModel: String
        public var method = Method.sft
        /// `{"n_epochs": 3}`; what is left out the trainer chooses.
        public var hyperparameters: JSONValue = .object([:])
        public var suffix: String?
        public var seed: Int?
        /// Where the tuned model answers; the trainer's own provider unless a program trains.
        public var servedBy: String
        public var spending = Spending()
        /// US dollars of all fine-tunes of the loop in a calendar month, UTC; `nil`: no limit.
        public var maximumUSDPerMonth: Double?

        public init(baseModel: String, servedBy: String = "default") {
            self.baseModel = baseModel
            self.servedBy = servedBy
        }
    }

    /// Whom the candidate is measured against.
    public enum Incumbent: Sendable, Hashable {
        /// `{"provider","model","parameters"}`
        case model(JSONValue)
        /// Without a variant it is the one with the most weight.
        case route(String, variant: String?)
    }

    public struct GateChoice: Sendable, Hashable {
        public var incumbent: Incumbent
        /// A gate policy.
        public var policy: JSONValue = .object([:])
        public var spending = Spending(maximumUSD: 5)

        public init(incumbent: Incumbent) { self.incumbent = incumbent }
    }

    public struct CanaryChoice: Sendable, Hashable {
        public var route: String
        /// A variant of the route; `nil`: the one with the most weight.
        public var incumbent: String?
        /// A canary plan.
        public var plan: JSONValue = .object([:])

        public init(route: String) { self.route = route }
    }

    public init(
        dataset: String, policy: Policy = .document(.object([:])), trigger: LoopTrigger = LoopTrigger(),
        wantsApproval: Bool = false
    ) {
        self.dataset = dataset
        self.policy = policy
        self.trigger = trigger
        self.wantsApproval = wantsApproval
    }

    /// Whether the round has that step at all.
    func has(_ step: LoopStep.Name) -> Bool {
        switch step {
        // Whether approvals are needed the version itself may say.
        case .build, .approve: true
        case .compare: compare != nil
        case .tune: tune != nil
        case .gate: gate != nil
        case .canary: canary != nil
        }
    }
}
