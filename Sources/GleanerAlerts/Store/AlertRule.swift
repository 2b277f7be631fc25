public import Foundation
public import GleanerCore

/// A rule as it stands: one row of `alert_rules` with the document in force.
public struct AlertRule: Sendable, Hashable {
    public let id: ID<AlertRule>
    public let project: ID<Project>
    public let projectName: String
    public let name: String
    public let version: Int
    public let document: AlertRuleDocument
    public let author: String
    public let note: String
    public let changedAt: Date
    public let lookedAt: Date?
    /// Why the last look failed.
    public let trouble: String?

    /// Has it not been looked at for so many seconds, or since it was changed?
    func isDue(at time: Date, every pause: TimeInterval) -> Bool {
        guard let lookedAt, lookedAt > changedAt else { return true }
        return time.timeIntervalSince(lookedAt) >= pause
    }

    /// "share of thumbs that are down above 0.4, over 7d".
    public var words: String {
        let isChange = document.against == .change
        let held =
            switch document.against {
            case .fixed: "\(document.direction.rawValue) \(AlertFigure.text(document.line, document.measure))"
            case .previous, .lastWeek, .change:
                (document.measure.isRelative
                    ? "\(document.direction.rawValue) \(AlertFigure.plain(document.line)) times"
                    : document.measure.isDrift
                        ? "above \(AlertFigure.plain(document.line)) against"
                        : "\(document.direction.rawValue) by \(AlertFigure.plain(document.line)) against")
                    + (isChange
                        ? " what it was before it changed"
                        : document.against == .previous
                            ? " the \(document.window.rawValue) before" : " the week before")
            }
        let slices = document.filter.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            "\($0.key.rawValue) \($0.value)"
        }
        let of = [document.of].compactMap(\.self) + slices + (document.by.map { ["each \($0.rawValue)"] } ?? [])
        let time = document.measure.isGauge ? "" : ", over \(document.window.rawValue)"
        return "\(document.measure.words)\(of.isEmpty ? "" : " (\(of.joined(separator: ", ")))") \(held)\(time)"
    }
}

/// What the last look found of a slice: one row of `alert_standings`.
public struct AlertStanding: Sendable, Hashable {
    /// Empty where the rule has no `by`.
    public let slice: String
    public let verdict: RuleLook.Verdict
    public let value: Double?
    public let low: Double?
    public let high: Double?
    public let count: Double
    public let from: Date
    public let to: Date
    public let lookedAt: Date
}

/// One row of `alerts`.
public struct Alert: Sendable, Hashable {
    public enum Resolution: String, Sendable, Hashable, CaseIterable, Codable {
        case within
        case noData = "no_data"
        case byHand = "by_hand"
        case ruleRemoved = "rule_removed"
    }
    public let id: ID<Alert>
    public let project: ID<Project>
    public let projectName: String
    public let rule: String
    public let ruleVersion: Int
    /// The rule as it was.
    public let document: AlertRuleDocument
    public let slice: String
    public let severity: AlertSeverity
    public let value: Double
    public let low: Double
    public let high: Double
    public let line: Double
    public let count: Double
    public let from: Date
    public let to: Date
    /// When the change most likely began.
    public let since: Date?
    public let openedAt: Date
    public let notifiedAt: Date?
    public let acknowledgedBy: String?
    public let acknowledgedAt: Date?
    public let resolvedAt: Date?
    public let resolution: Resolution?

    public var isOpen: Bool { resolvedAt == nil }

    /// "share of errors of variant b is 0.12 (0.081 to 0.17), above 0.05; of 640 since 14:00".
    public var words: String {
        let of =
            (document.of.map { " (\($0))" } ?? "")
            + (document.by.map { " of \($0.rawValue) \(slice.isEmpty ? "(none)" : slice)" } ?? "")
        let bounds =
            document.measure.isGauge
            ? "" : " (\(AlertFigure.text(low, document)) to \(AlertFigure.text(high, document)))"
        let held =
            document.against == .fixed ? "" : document.measure.isRelative ? " times what it was" : " more than it was"
        return "\(document.measure.words)\(of) is \(AlertFigure.text(value, document))\(bounds)\(held), "
            + "\(document.direction.rawValue) \(AlertFigure.text(line, document))"
    }
}

/// Figures as people read them.
public enum AlertFigure {
    public static func text(_ value: Double, _ document: AlertRuleDocument) -> String {
        document.against == .fixed ? text(value, document.measure) : plain(value)
    }

    static func text(_ value: Double, _ measure: AlertMeasure) -> String {
        guard value.isFinite else { return plain(value) }
        return switch measure {
        case .durationP50, .durationP95, .durationP99, .ttftP50, .ttftP95: "\(plain(value)) ms"
        case .cost: "$\(plain(value))"
        case .jobsAge, .journalAge, .rollupAge, .reviewAge: "\(plain(value)) s"
        default: plain(value)
        }
    }

    /// Three digits that count, or a whole number: `0.0147`, `12,096`.
    public static func plain(_ value: Double) -> String {
        guard value.isFinite else { return "more than was seen" }
        if value.magnitude >= 1000 || value == value.rounded() {
            return value.formatted(.number.precision(.fractionLength(0)).locale(Locale(identifier: "en")))
        }
        return String(format: "%.3g", value)
    }
}

/// What became of an alert: one row of `alert_events`.
public struct AlertEvent: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        case open, notify, hold, acknowledge, resolve
    }
    /// Who acts where nobody else does.
    public static let itself = "gleaner"

    public let kind: Kind
    public let actor: String
    public let why: String
    public let at: Date
}

/// Until when alerts are written down and nobody is told: one row of `alert_silences`.
public struct AlertSilence: Sendable, Hashable {
    public let id: ID<AlertSilence>
    /// `nil`: all of the project.
    public let rule: String?
    /// `nil`: all of the rule.
    public let slice: String?
    public let until: Date
    public let author: String
    public let why: String
    public let createdAt: Date
}

/// What a channel is told: one row of `alert_deliveries`.
public struct AlertDelivery: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable { case firing, resolved }
    public let id: ID<AlertDelivery>
    public let alert: ID<Alert>
    public let channel: String
    public let kind: Kind
    public let attempts: Int
    public let failure: String?
    public let createdAt: Date
    public let sentAt: Date?
}
