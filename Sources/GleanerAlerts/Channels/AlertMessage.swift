import Crypto
import Foundation
import GleanerCore
import GleanerMail

/// What a channel is told of an alert, in the words of each kind of channel.
struct AlertMessage: Sendable {
    let alert: Alert
    let kind: AlertDelivery.Kind
    /// The receiver knows a repetition by it.
    let delivery: String
    /// Where browsers know the console; `nil` when nobody said.
    let console: String?

    var page: String { (console ?? "") + "/alerts/\(alert.id)" }
    var evidence: String? { AlertEvidence.exchanges(of: alert).map { (console ?? "") + $0 } }
    var numbers: String { (console ?? "") + "/alerts/rules/\(alert.rule)" }

    var title: String {
        let slice = alert.slice.isEmpty ? "" : " (\(alert.slice))"
        let state = kind == .firing ? alert.severity.rawValue : "resolved"
        return "[\(state)] \(alert.projectName): \(alert.rule)\(slice)"
    }

    /// What is the matter, in a few lines.
    var text: String {
        var lines = [alert.words + "."]
        if kind == .resolved, let resolution = alert.resolution {
            lines = [AlertMessage.words(resolution), "It was: \(alert.words)."]
        }
        if kind == .firing, let since = alert.since { lines.append("Since about \(since.ISO8601Format()).") }
        if kind == .firing, !alert.document.advice.isEmpty { lines.append(alert.document.advice) }
        return lines.joined(separator: "\n")
    }

    static func words(_ resolution: Alert.Resolution) -> String {
        switch resolution {
        case .within: "It is certainly back on the good side of its line."
        case .noData: "Too little was heard of it for three windows."
        case .byHand: "Somebody said that it is over."
        case .ruleRemoved: "Its rule was removed."
        }
    }

    // MARK: Webhook

    var document: JSONValue {
        var slice: [String: JSONValue] = alert.document.filter.reduce(into: [:]) {
            $0[$1.key.rawValue] = .string($1.value)
        }
        if let by = alert.document.by { slice[by.rawValue] = .string(alert.slice) }
        func time(_ date: Date?) -> JSONValue { date.map { .string($0.ISO8601Format()) } ?? .null }
        func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
        return [
            "delivery": .string(delivery), "kind": .string(kind.rawValue), "project": .string(alert.projectName),
            "title": .string(title), "text": .string(text),
            "alert": [
                "id": .string(alert.id.description), "rule": .string(alert.rule),
                "rule_version": .integer(Int64(alert.ruleVersion)), "severity": .string(alert.severity.rawValue),
                "measure": .string(alert.document.measure.rawValue), "slice": .object(slice),
                "value": number(alert.value), "low": number(alert.low), "high": number(alert.high),
                "line": number(alert.line), "direction": .string(alert.document.direction.rawValue),
                "against": .string(alert.document.against.rawValue), "count": number(alert.count),
                "from": time(alert.from), "to": time(alert.to), "since": time(alert.since),
                "opened_at": time(alert.openedAt), "resolved_at": time(alert.resolvedAt),
                "resolution": alert.resolution.map { .string($0.rawValue) } ?? .null,
                "advice": .string(alert.document.advice),
            ],
            "links": [
                "alert": .string(page), "exchanges": evidence.map { .string($0) } ?? .null, "rule": .string(numbers),
            ],
        ]
    }

    /// `t=…,v1=…`: HMAC-SHA256 over the time, a dot and the body.
    static func signature(of body: [UInt8], at time: Date, secret: String) -> String {
        let seconds = Int64(time.timeIntervalSince1970)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(seconds).".utf8) + body, using: SymmetricKey(data: Array(secret.utf8)))
        return "t=\(seconds),v1=\(code.hexadecimal)"
    }

    // MARK: Slack

    var slack: JSONValue {
        func escaped(_ text: String) -> String {
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        }
        var lines = ["*\(escaped(title))*", escaped(text)]
        if console != nil {
            let links = ["<\(page)|the alert>"] + (evidence.map { ["<\($0)|the exchanges>"] } ?? [])
            lines.append(links.joined(separator: " · "))
        }
        return ["text": .string(lines.joined(separator: "\n"))]
    }

    // MARK: Alertmanager

    /// - Parameter until: when Alertmanager is to think it over unless it is told again.
    func alertmanager(until: Date) -> JSONValue {
        var labels: [String: JSONValue] = [
            "alertname": .string(alert.rule), "gleaner_project": .string(alert.projectName),
            "severity": .string(alert.severity.rawValue),
        ]
        for (slice, value) in alert.document.filter where !value.isEmpty { labels[slice.rawValue] = .string(value) }
        if let by = alert.document.by, !alert.slice.isEmpty { labels[by.rawValue] = .string(alert.slice) }
        var one: [String: JSONValue] = [
            "labels": .object(labels), "annotations": ["summary": .string(title), "description": .string(text)],
            "startsAt": .string(alert.openedAt.ISO8601Format()),
            "endsAt": .string((alert.resolvedAt ?? until).ISO8601Format()),
        ]
        if console != nil { one["generatorURL"] = .string(page) }
        return [.object(one)]
    }

    // MARK: E-mail

    func mail(to addresses: [String]) -> MailMessage {
        var lines = [text, ""]
        if console != nil {
            lines.append("The alert: \(page)")
            if let evidence { lines.append("The exchanges: \(evidence)") }
        }
        lines.append("Delivery \(delivery).")
        return MailMessage(
            to: addresses, subject: title, text: lines.joined(separator: "\n"), id: UUID(uuidString: delivery) ?? UUID()
        )
    }
}

/// Where the console shows what an alert was made of.
public enum AlertEvidence {
    /// A path of the exchanges page, narrowed to the slice, the time, and what was counted; `nil` where an alert is of no
    /// exchanges.
    public static func exchanges(of alert: Alert) -> String? {
        let document = alert.document
        guard !document.measure.isGauge else { return nil }
        var items = [("since", alert.from.ISO8601Format()), ("until", alert.to.ISO8601Format())]
        var slices = document.filter
        if let by = document.by { slices[by] = alert.slice }
        for (slice, value) in slices.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            items.append((slice.searchName, value))
        }
        if slices[.source] == nil { items.append(("source", "api,gateway")) }
        items += narrowing(document)
        return "/exchanges?" + items.map { "\($0.0)=\(encoded($0.1))" }.joined(separator: "&")
    }

    /// Of a share those that are part of it, of a quantile those beyond the line, else those that were counted.
    private static func narrowing(_ document: AlertRuleDocument) -> [(String, String)] {
        switch document.measure {
        case .thumbsDownShare: [("rating", "down"), ("marked", "false")]
        case .ratingMean, .ratingDrift: [("rating", "scored"), ("marked", "false")]
        case .responseRate: [("rating", "rated"), ("marked", "false")]
        case .regeneratedShare: [("feedback", "regenerated")]
        case .flaggedShare: [("moderation", "flagged")]
        case .blockedShare: [("moderation", "blocked")]
        case .unjudgedShare: [("moderation", "unjudged")]
        case .reportedShare: [("reported", "true")]
        case .errorShare: [("failed", "true")]
        case .httpErrorShare: [("http_status", "error")]
        case .cutShortShare: [("finish_reason", "length")]
        case .filteredShare: [("finish_reason", "content_filter")]
        case .turnedAwayShare: [("status", "refused")]
        case .clientGoneShare: [("status", "client_gone")]
        case .languageShare: document.of.map { [("language", $0)] } ?? []
        case .durationP50, .durationP95, .durationP99, .durationDrift: [("min_ms", least(document))]
        case .ttftP50, .ttftP95, .ttftDrift: [("min_ttft_ms", least(document))]
        case .cost: [("min_cost_usd", "0")]
        // Usage is known as a whole, or not.
        case .promptTokens, .completionTokens: [("min_prompt_tokens", "0")]
        case .refusalShare: [("figure", "refusal.refused"), ("figure_min", "1")]
        case .figureDrift, .figureMean: document.of.map { [("figure", $0)] } ?? []
        case .figureShare: document.of.map { [("figure", $0), ("figure_min", "1")] } ?? []
        case .topicDrift: [("figure", "\(AlertRuleDocument.embedder).similarity")]
        case .qualityMean: document.of.map { [("judged", $0)] } ?? []
        case .traffic, .languageDrift, .modelDrift, .promptDrift, .moderationDrift, .jobsAge, .deadJobs, .journalAge,
            .rollupAge, .reviewAge:
            []
        }
    }

    /// The line in milliseconds, where it is one and slowness is what is looked for.
    private static func least(_ document: AlertRuleDocument) -> String {
        document.against == .fixed && document.direction == .above
            ? String(Int(max(0, min(document.line, 1e9)))) : "0"
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._"))) ?? ""
    }
}
