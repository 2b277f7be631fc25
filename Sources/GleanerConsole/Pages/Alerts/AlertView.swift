import Foundation
import GleanerAlerts
import GleanerCore

/// An alert in a list, and above its own page.
struct AlertCard: Sendable {
    let path: String
    let rule: String
    let rulePath: String
    let slice: String?
    let severity: String
    let tone: String
    let words: String
    let openedAt: String
    let since: String?
    let state: String
    let advice: String?
    let exchanges: String?
    let interval: String
    let bars: [IntervalBar]

    init(_ alert: Alert) {
        path = "/alerts/\(alert.id)"
        rule = alert.rule
        rulePath = "/alerts/rules/\(alert.rule)"
        slice = alert.document.by == nil ? nil : alert.slice
        severity = alert.severity.rawValue
        tone = alert.isOpen ? Self.tone(alert.severity) : ""
        words = alert.words
        openedAt = alert.openedAt.ISO8601Format()
        since = alert.since?.ISO8601Format()
        state =
            alert.resolution.map(Self.words)
            ?? alert.acknowledgedBy.map { "\($0) looks after it" }
            ?? (alert.notifiedAt == nil ? "open, and silenced" : "open")
        advice = alert.document.advice.isEmpty ? nil : alert.document.advice
        exchanges = AlertEvidence.exchanges(of: alert)
        interval = "\(AlertFigure.text(alert.low, alert.document)) to \(AlertFigure.text(alert.high, alert.document))"
        bars =
            alert.document.measure.isGauge
            ? [] : [IntervalBar(low: alert.low, estimate: alert.value, high: alert.high, limit: alert.line)]
    }

    static func tone(_ severity: AlertSeverity) -> String {
        switch severity {
        case .critical: "bad"
        case .warning: "warn"
        case .info: "accent"
        }
    }

    static func words(_ resolution: Alert.Resolution) -> String {
        switch resolution {
        case .within: "over: back on the good side"
        case .noData: "over: nothing more was heard"
        case .byHand: "over: somebody said so"
        case .ruleRemoved: "over: the rule was removed"
        }
    }
}

/// A rule with how it stands.
struct AlertRuleRow: Sendable {
    struct Standing: Sendable {
        let slice: String?
        let word: String
        let tone: String
        let value: String?
        let interval: String?
        let count: String?
        let bars: [IntervalBar]
    }
    let name: String
    let path: String
    let words: String
    let severity: String
    let trouble: String?
    let standings: [Standing]
    let isUnseen: Bool
    let lookedAt: String?
    let line: String

    init(_ rule: AlertRule, _ standings: [AlertStanding]) {
        name = rule.name
        path = "/alerts/rules/\(rule.name)"
        words = rule.words
        severity = rule.document.severity.rawValue
        trouble = rule.trouble
        isUnseen = standings.isEmpty
        lookedAt = rule.lookedAt?.ISO8601Format()
        line = AlertFigure.text(rule.document.line, rule.document)
        self.standings = standings.map { Self.standing($0, rule.document) }
    }

    private static func standing(_ standing: AlertStanding, _ document: AlertRuleDocument) -> Standing {
        let (word, tone) =
            switch standing.verdict {
            case .beyond: ("beyond the line", AlertCard.tone(document.severity))
            case .within: ("within", "good")
            case .unclear: ("not clear yet", "")
            case .notEnoughData: ("not enough data", "")
            }
        var (interval, bars): (String?, [IntervalBar]) = (nil, [])
        if let value = standing.value, let low = standing.low, let high = standing.high, !document.measure.isGauge {
            interval = "\(AlertFigure.text(low, document)) to \(AlertFigure.text(high, document))"
            bars = [IntervalBar(low: low, estimate: value, high: high, limit: document.line)]
        }
        return Standing(
            slice: document.by == nil ? nil : standing.slice, word: word, tone: tone,
            value: standing.value.map { AlertFigure.text($0, document) }, interval: interval,
            count: document.measure.isGauge
                ? nil : "\(AlertFigure.plain(standing.count)); \(AlertFigure.plain(document.minimum)) needed",
            bars: bars)
    }
}

struct AlertSilenceView: Sendable {
    let path: String
    let what: String
    let until: String
    let author: String
    let why: String?
    let mayEnd: Bool

    init(_ silence: AlertSilence, mayEnd: Bool) {
        path = "/alerts/silences/\(silence.id)/end"
        what = [silence.rule ?? "all rules", silence.slice].compactMap(\.self).joined(separator: ", ")
        until = silence.until.ISO8601Format()
        author = silence.author
        why = silence.why.isEmpty ? nil : silence.why
        self.mayEnd = mayEnd
    }
}

/// The form that keeps rules quiet for a while.
struct AlertSilenceForm: Sendable {
    let rules: [String]
}

/// The form that changes a rule, as it was typed, or makes a new one.
struct AlertRuleForm: Sendable {
    let name: String
    let document: String
    /// That was read; the edit is refused when another is in force by then.
    let version: Int
    let problem: String?

    init(name: String, document: String, version: Int, problem: String?) {
        self.name = name
        self.document = document
        self.version = version
        self.problem = problem
    }

    init(_ rule: AlertRule, typed: String?, problem: String?) {
        let pretty = try? PrettyJSON.text(rule.document.rendered)
        self.init(name: rule.name, document: typed ?? pretty ?? "{}", version: rule.version, problem: problem)
    }

    static let example = """
        {
          "measure": "thumbs_down_share",
          "by": "variant",
          "window": "1d",
          "minimum": 100,
          "line": 0.3
        }
        """
}

/// What `alert.mustache` shows.
struct AlertPageView: Sendable {
    struct Event: Sendable {
        let at: String
        let kind: String
        let tone: String
        let actor: String
        let why: String?
    }
    struct Delivery: Sendable {
        let id: String
        let channel: String
        let kind: String
        let outcome: String
        let tone: String
    }
    let card: AlertCard
    let facts: [Fact]
    let events: [Event]
    let deliveries: [Delivery]
    let hasDeliveries: Bool
    let mayAcknowledge: Bool
    let mayAct: Bool
    let problem: String?

    struct Fact: Sendable {
        let name: String
        var value = ""
        /// Shown as browsers show times.
        var time: String?
    }

    init(_ whole: AlertService.Whole, for role: Role, problem: String?) {
        let alert = whole.alert
        let document = alert.document
        card = AlertCard(alert)
        self.problem = problem
        var facts = [
            Fact(name: "Figure", value: AlertFigure.text(alert.value, document)),
            Fact(name: "Line", value: "\(document.direction.rawValue) \(AlertFigure.text(alert.line, document))"),
        ]
        if !document.measure.isGauge {
            facts.insert(Fact(name: "Interval", value: card.interval), at: 1)
            facts.append(Fact(name: "Counted", value: AlertFigure.plain(alert.count)))
            facts.append(Fact(name: "From", time: alert.from.ISO8601Format()))
            facts.append(Fact(name: "To", time: alert.to.ISO8601Format()))
        }
        for (slice, value) in document.filter.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            facts.append(Fact(name: slice.rawValue, value: value))
        }
        if let by = document.by { facts.append(Fact(name: by.rawValue, value: alert.slice)) }
        self.facts = facts
        events = whole.events.map { event in
            let tone =
                switch event.kind {
                case .open: AlertCard.tone(alert.severity)
                case .resolve: "good"
                case .hold: "warn"
                case .notify, .acknowledge: "accent"
                }
            return Event(
                at: event.at.ISO8601Format(), kind: event.kind.rawValue, tone: tone, actor: event.actor,
                why: event.why.isEmpty ? nil : event.why)
        }
        deliveries = whole.deliveries.map { delivery in
            let outcome =
                delivery.sentAt.map { "sent \($0.ISO8601Format())" } ?? delivery.failure.map { "failed: \($0)" }
                ?? "waits"
            return Delivery(
                id: delivery.id.description, channel: delivery.channel, kind: delivery.kind.rawValue,
                outcome: outcome, tone: delivery.sentAt != nil ? "good" : delivery.failure != nil ? "bad" : "")
        }
        hasDeliveries = !deliveries.isEmpty
        mayAct = alert.isOpen && role.may(.engineer)
        mayAcknowledge = mayAct && alert.acknowledgedBy == nil
    }
}

/// What `alert-rule.mustache` shows.
struct AlertRulePageView: Sendable {
    let row: AlertRuleRow
    let version: Int
    let author: String
    let changedAt: String
    let note: String?
    let advice: String?
    let channels: [String]
    let hasChannels: Bool
    let alerts: [AlertCard]
    let hasAlerts: Bool
    let form: AlertRuleForm
    let problem: String?
    let mayEdit: Bool
    let test: String

    init(
        _ rule: AlertRule, _ standings: [AlertStanding], alerts: [Alert], for role: Role, problem: String?,
        typed: String?
    ) {
        row = AlertRuleRow(rule, standings)
        version = rule.version
        author = rule.author
        changedAt = rule.changedAt.ISO8601Format()
        note = rule.note.isEmpty ? nil : rule.note
        advice = rule.document.advice.isEmpty ? nil : rule.document.advice
        channels = rule.document.channels
        hasChannels = !channels.isEmpty
        self.alerts = alerts.map(AlertCard.init)
        hasAlerts = !alerts.isEmpty
        form = AlertRuleForm(rule, typed: typed, problem: problem)
        self.problem = problem
        mayEdit = role.may(.admin)
        test = "gleaner alerts test \(rule.name) --project \(rule.projectName)"
    }
}
