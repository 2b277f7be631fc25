import GleanerCore

/// What the closed loop came to, counted as it happened and as Gleaner itself says it.
public struct FullDemoReport: Sendable, Codable {
    struct Answer: Sendable {
        let variant: String
        /// `nil` when there was no answer.
        let quality: String?
        let thumb: Bool?
    }

    /// What people heard, by variant; in truth, which nobody in production knows.
    public struct Heard: Sendable, Codable {
        public struct Share: Sendable, Codable {
            public var answers = 0
            public var good = 0
            public var ratings = 0
            public var thumbsUp = 0
        }
        public var variants: [String: Share] = [:]
        public var failed = 0

        mutating func note(_ answers: [Answer]) {
            for answer in answers { note(answer) }
        }

        private mutating func note(_ answer: Answer) {
            guard let quality = answer.quality else {
                failed += 1
                return
            }
            variants[answer.variant, default: Share()].answers += 1
            if quality == "good" { variants[answer.variant, default: Share()].good += 1 }
            guard let thumb = answer.thumb else { return }
            variants[answer.variant, default: Share()].ratings += 1
            if thumb { variants[answer.variant, default: Share()].thumbsUp += 1 }
        }

        mutating func add(_ other: Heard) {
            failed += other.failed
            variants.merge(other.variants) {
                Share(
                    answers: $0.answers + $1.answers, good: $0.good + $1.good, ratings: $0.ratings + $1.ratings,
                    thumbsUp: $0.thumbsUp + $1.thumbsUp)
            }
        }
    }

    public struct Dataset: Sendable, Codable {
        public let version: Int
        public let train: Int
        public let validation: Int
        public let holdout: Int
        public let anchors: Int
        public let excluded: [String: Int]
    }

    public struct Gate: Sendable, Codable {
        public let id: String
        /// `pass`, `fail`, `not_enough_data`, or `failed` when it could not be measured.
        public let verdict: String
        public let summary: String
        /// One line for each rule.
        public let rules: [String]

        init(_ document: JSONValue) {
            id = document["id"]?.stringValue ?? ""
            verdict = document["verdict"]?.stringValue ?? document["state"]?.stringValue ?? "failed"
            summary = document["summary"]?.stringValue ?? document["failure"]?["what"]?.stringValue ?? ""
            rules = (document["report"]?["rules"]?.arrayValue ?? []).map { rule in
                let metric = rule["metric"]?.stringValue ?? "?"
                let outcome = rule["outcome"]?.stringValue ?? "?"
                return
                    "\(metric): \(outcome), \(Figure(rule["estimate"])) (\(Figure(rule["low"])) to \(Figure(rule["high"])))"
            }
        }
    }

    public struct Canary: Sendable, Codable {
        /// `promoted`, `rolled_back`, or `running` when nothing was certain yet.
        public let state: String
        public let reason: String
        public let conversations: Int
        /// Candidate's mean rating minus the incumbent's, as the last look saw it, and its confidence sequence.
        public let estimate: Double?
        public let low: Double?
        public let high: Double?
        public let heard: Heard
        /// Newest first.
        public let decisions: [String]

        init(_ document: JSONValue, rating: JSONValue?, heard: Heard, conversations: Int) {
            state = document["state"]?.stringValue ?? "?"
            reason = document["reason"]?.stringValue ?? ""
            self.conversations = conversations
            estimate = rating?["estimate"]?.doubleValue
            low = rating?["low"]?.doubleValue
            high = rating?["high"]?.doubleValue
            self.heard = heard
            decisions = (document["decisions"]?.arrayValue ?? []).map {
                "\($0["kind"]?.stringValue ?? "?"): \($0["why"]?.stringValue ?? "")"
            }
        }

        static let none = Canary(.null, rating: nil, heard: Heard(), conversations: 0)
    }

    public var before = Heard()
    public var reviews = 0
    public var dataset = Dataset(version: 0, train: 0, validation: 0, holdout: 0, anchors: 0, excluded: [:])
    public var model = ""
    public var trainedOn = 0
    public var gate = Gate(.null)
    public var canary = Canary.none
    public var poisonedGate = Gate(.null)
    public var poisonedCanaryRefused = false
    public var wiltingGate = Gate(.null)
    public var wiltingCanary = Canary.none

    /// The loop closed: better with an interval that excludes zero, the poison refused, the wilted rolled back.
    public var isClosed: Bool {
        gate.verdict == "pass" && canary.state == "promoted" && (canary.low ?? 0) > 0 && poisonedGate.verdict != "pass"
            && poisonedCanaryRefused && wiltingCanary.state == "rolled_back"
    }

    private struct Figure: CustomStringConvertible {
        let description: String
        init(_ value: JSONValue?) {
            guard let number = value?.doubleValue else {
                description = "?"
                return
            }
            description = String(Double(Int((number * 1000).rounded())) / 1000)
        }
    }

    enum CodingKeys: String, CodingKey {
        case before, reviews, dataset, model, gate, canary
        case trainedOn = "trained_on"
        case poisonedGate = "poisoned_gate"
        case poisonedCanaryRefused = "poisoned_canary_refused"
        case wiltingGate = "wilting_gate"
        case wiltingCanary = "wilting_canary"
    }
}
