/// What is judged. The raw value is what SQL, JSON and policies say.
public enum ModerationTarget: String, Sendable, Hashable, CaseIterable, Codable {
    /// The user's last message, and the system prompt when the policy asks for it.
    case prompt
    /// The model's answer, all choices of it.
    case response
    /// What a person wrote about the exchange.
    case comment
}

/// What follows from a judgement, mildest first.
public enum ModerationAction: String, Sendable, Hashable, CaseIterable, Codable, Comparable {
    case allow
    /// A classifier that the policy relies on gave no answer. Never the same as `allow`.
    case unknown
    case flag
    /// Personal data should not be passed on as it is.
    case redact
    /// Not to be sent, shown, or learnt from.
    case block

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
}

/// What a project wants of moderation: a document, kept by version.
///
/// Every member has a default, so `{}` is a policy: the built-in rules, after the answer, flagging only, personal data
/// kept.
public struct ModerationPolicy: Sendable, Hashable {
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// Off the hot path: a call waits for nothing.
        case after
        /// A prompt is judged before it is sent, or an answer before it is shown.
        case blocking
    }

    /// One classifier, and how it is asked.
    public struct Choice: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            case rules(languages: Set<RuleLanguage>)
            /// A provider's `/v1/moderations`.
            case moderations(provider: String, model: String?)
            case guardModel(provider: String, model: String, dialect: GuardDialect)
        }
        public var name: String
        public var kind: Kind
        public var targets: Set<ModerationTarget>
        /// For one request, off the hot path.
        public var timeout: Duration

        public init(
            name: String, kind: Kind, targets: Set<ModerationTarget> = Set(ModerationTarget.allCases),
            timeout: Duration = .seconds(10)
        ) {
            self.name = name
            self.kind = kind
            self.targets = targets
            self.timeout = timeout
        }

        public var isRules: Bool { if case .rules = kind { true } else { false } }
    }

    /// What a score of a category leads to.
    public struct Rule: Sendable, Hashable {
        /// From here on it counts. 0…1.
        public var threshold: Double
        public var action: ModerationAction
        public var targets: Set<ModerationTarget>

        public init(
            threshold: Double, action: ModerationAction,
            targets: Set<ModerationTarget> = Set(ModerationTarget.allCases)
        ) {
            self.threshold = threshold
            self.action = action
            self.targets = targets
        }
    }

    public struct Blocking: Sendable, Hashable {
        public enum OnError: String, Sendable, Hashable, CaseIterable {
            /// What cannot be judged in time passes, and is judged afterwards.
            case open
            /// What cannot be judged in time is refused.
            case closed
        }
        public var targets: Set<ModerationTarget>
        /// For all classifiers together, on each side.
        public var timeout: Duration
        public var onError: OnError
        /// What the end user reads instead.
        public var refusal: String

        public init(
            targets: Set<ModerationTarget> = [.prompt], timeout: Duration = .milliseconds(1500),
            onError: OnError = .open, refusal: String = standardRefusal
        ) {
            self.targets = targets
            self.timeout = timeout
            self.onError = onError
            self.refusal = refusal
        }
        public static let standardRefusal = "Sorry, I can't help with that."
    }

    public enum PersonalData: String, Sendable, Hashable, CaseIterable {
        case keep
        /// What people read and search has placeholders; the exact bytes stay.
        case redactProjection = "redact_projection"
        /// The bytes themselves have placeholders before they are stored.
        case redactStored = "redact_stored"
    }

    public var mode = Mode.after
    public var classifiers = [Choice(name: RuleClassifier.name, kind: .rules(languages: Set(RuleLanguage.allCases)))]
    public var includesSystemPrompt = false
    /// By category, exact; else by what stands before its last `/`; else `*`.
    public var rules: [String: Rule] = standardRules
    public var blocking = Blocking()
    public var personalData = PersonalData.keep
    /// What is redacted, where anything is.
    public var kinds = Set(PIIKind.allCases).subtracting([.ipAddress])

    public init() {}

    public static let standardRules: [String: Rule] = [
        "*": Rule(threshold: 0.7, action: .flag), "pii": Rule(threshold: 0.8, action: .flag),
        "secret": Rule(threshold: 0.5, action: .flag),
    ]

    /// The rule for a category.
    public func rule(for category: String) -> Rule? {
        var name = Substring(category)
        while true {
            if let rule = rules[String(name)] { return rule }
            guard let slash = name.lastIndex(of: "/") else { return rules["*"] }
            name = name[..<slash]
        }
    }

    /// Classifiers that judge this target.
    public func classifiers(of target: ModerationTarget) -> [Choice] {
        classifiers.filter { $0.targets.contains(target) }
    }

    /// Whether calls wait for a judgement of this side.
    public func blocks(_ target: ModerationTarget) -> Bool {
        mode == .blocking && blocking.targets.contains(target)
    }
}
