import Foundation
import GleanerCore
import GleanerHTTP
public import Hummingbird

/// What `/api/alerts` takes and gives; `gleaner alerts … --json` prints the same.
public enum AlertBodies {
    public struct One: Encodable, Sendable {
        let id: String
        let rule: String
        let rule_version: Int
        let severity: String
        let measure: String
        let slice: String?
        let text: String
        let value: Double?
        let low: Double?
        let high: Double?
        let line: Double
        let direction: String
        let against: String
        let count: Double
        let from: Date
        let to: Date
        let since: Date?
        let opened_at: Date
        let notified_at: Date?
        let acknowledged_by: String?
        let acknowledged_at: Date?
        let resolved_at: Date?
        let resolution: String?
        let advice: String
        /// A path of the console, and of this API.
        let exchanges: String?

        public init(_ alert: Alert) {
            id = alert.id.description
            rule = alert.rule
            rule_version = alert.ruleVersion
            severity = alert.severity.rawValue
            measure = alert.document.measure.rawValue
            slice = alert.document.by == nil ? nil : alert.slice
            text = alert.words
            value = finite(alert.value)
            low = finite(alert.low)
            high = finite(alert.high)
            line = alert.line
            direction = alert.document.direction.rawValue
            against = alert.document.against.rawValue
            count = alert.count
            from = alert.from
            to = alert.to
            since = alert.since
            opened_at = alert.openedAt
            notified_at = alert.notifiedAt
            acknowledged_by = alert.acknowledgedBy
            acknowledged_at = alert.acknowledgedAt
            resolved_at = alert.resolvedAt
            resolution = alert.resolution?.rawValue
            advice = alert.document.advice
            exchanges = AlertEvidence.exchanges(of: alert)
        }
    }

    public struct List: Encodable, Sendable, ResponseEncodable {
        let alerts: [One]
        /// For `before`; none on the last page.
        let next: String?

        public init(_ alerts: [Alert], limit: Int) {
            self.alerts = alerts.map(One.init)
            next = alerts.count == limit ? alerts.last?.id.description : nil
        }
    }

    public struct Whole: Encodable, Sendable, ResponseEncodable {
        struct Event: Encodable, Sendable {
            let kind: String
            let actor: String
            let why: String
            let at: Date
        }
        struct Delivery: Encodable, Sendable {
            let id: String
            let channel: String
            let kind: String
            let attempts: Int
            let failure: String?
            let created_at: Date
            let sent_at: Date?
        }
        let alert: One
        let events: [Event]
        let deliveries: [Delivery]

        public init(_ whole: AlertService.Whole) {
            alert = One(whole.alert)
            events = whole.events.map { Event(kind: $0.kind.rawValue, actor: $0.actor, why: $0.why, at: $0.at) }
            deliveries = whole.deliveries.map {
                Delivery(
                    id: $0.id.description, channel: $0.channel, kind: $0.kind.rawValue, attempts: $0.attempts,
                    failure: $0.failure, created_at: $0.createdAt, sent_at: $0.sentAt)
            }
        }
    }

    public struct Rule: Encodable, Sendable, ResponseEncodable {
        struct Standing: Encodable, Sendable {
            let slice: String?
            let verdict: String
            let value: Double?
            let low: Double?
            let high: Double?
            let count: Double
            let from: Date
            let to: Date
            let looked_at: Date
        }
        let name: String
        let version: Int
        let document: JSONValue
        let text: String
        let author: String
        let note: String
        let changed_at: Date
        let looked_at: Date?
        let trouble: String?
        let standings: [Standing]

        public init(_ rule: AlertRule, standings: [AlertStanding]) {
            name = rule.name
            version = rule.version
            document = rule.document.rendered
            text = rule.words
            author = rule.author
            note = rule.note
            changed_at = rule.changedAt
            looked_at = rule.lookedAt
            trouble = rule.trouble
            self.standings = standings.map {
                Standing(
                    slice: rule.document.by == nil ? nil : $0.slice, verdict: $0.verdict.rawValue,
                    value: finite($0.value), low: finite($0.low), high: finite($0.high), count: $0.count, from: $0.from,
                    to: $0.to, looked_at: $0.lookedAt)
            }
        }
    }

    public struct Rules: Encodable, Sendable, ResponseEncodable {
        let rules: [Rule]
        /// Names that rules may use.
        let channels: [String]

        public init(_ rules: [(rule: AlertRule, standings: [AlertStanding])], channels: [String]) {
            self.rules = rules.map { Rule($0.rule, standings: $0.standings) }
            self.channels = channels
        }
    }

    public struct Made: Encodable, Sendable, ResponseEncodable {
        let made: [String]
        public init(made: [String]) { self.made = made }
    }

    public struct Replay: Encodable, Sendable, ResponseEncodable {
        struct Found: Encodable, Sendable {
            let slice: String
            let opened_at: Date
            let resolved_at: Date?
            let value: Double?
            let low: Double?
            let high: Double?
            let since: Date?
        }
        let from: Date
        let to: Date
        let looks: Int
        let slices: Int
        let without_enough_data: Int
        let alerts: [Found]

        public init(_ replay: RuleReplay) {
            from = replay.from
            to = replay.to
            looks = replay.looks
            slices = replay.slices
            without_enough_data = replay.withoutEnough
            alerts = replay.found.map {
                Found(
                    slice: $0.slice, opened_at: $0.openedAt, resolved_at: $0.resolvedAt, value: finite($0.value),
                    low: finite($0.low), high: finite($0.high), since: $0.since)
            }
        }
    }

    public struct Silence: Encodable, Sendable, ResponseEncodable {
        let id: String
        let rule: String?
        let slice: String?
        let until: Date
        let author: String
        let why: String
        let created_at: Date

        public init(_ silence: AlertSilence) {
            id = silence.id.description
            rule = silence.rule
            slice = silence.slice
            until = silence.until
            author = silence.author
            why = silence.why
            created_at = silence.createdAt
        }
    }

    public struct Silences: Encodable, Sendable, ResponseEncodable {
        let silences: [Silence]
        public init(_ silences: [AlertSilence]) { self.silences = silences.map(Silence.init) }
    }

    /// No bound is JSON's `null`: it knows no infinity.
    private static func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
}
