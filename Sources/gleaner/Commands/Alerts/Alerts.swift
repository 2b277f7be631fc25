import ArgumentParser
import Foundation
import GleanerAlerts
import GleanerCore
import GleanerServer

struct Alerts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What is wrong, what is watched, and a person's word over it.",
        discussion: """
            A running server looks at each rule every minute. Nothing is watched until somebody asks for it: `init` \
            makes rules to begin with, `put` one of your own, `test` says when it would have spoken.
            """,
        subcommands: [
            List.self, Show.self, Ack.self, Resolve.self, Rules.self, RuleCommand.self, Check.self, Put.self,
            Remove.self, Init.self, Test.self, Silence.self, Silences.self, Unsilence.self,
        ])

    struct Common: ParsableArguments {
        @Option(help: "Whose alerts.") var project = "default"
        @Flag(help: "As JSON.") var json = false

        func withService<Value: Sendable>(
            _ body: (AlertService, ID<Project>) async throws -> Value
        ) async throws -> Value {
            let environment = try await CommandEnvironment.load()
            return try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                let channels = environment.configuration.alertChannels.map(\.name)
                return try await body(AlertService(pool: pool, channels: channels), project)
            }
        }

        func show(_ whole: AlertService.Whole) throws {
            if json { return try Output.json(AlertBodies.Whole(whole)) }
            print(Alerts.text(whole))
        }
    }

    static func line(_ alert: Alert) -> String {
        let state =
            alert.resolution.map { "over (\($0.rawValue))" }
            ?? alert.acknowledgedBy.map { "open, \($0) looks after it" } ?? "open"
        return [
            "\(alert.id)", alert.openedAt.ISO8601Format(), alert.severity.rawValue, alert.rule, state, alert.words,
        ].joined(separator: "  ")
    }

    static func text(_ whole: AlertService.Whole) -> String {
        var lines = [line(whole.alert)]
        if let since = whole.alert.since { lines.append("  since about \(since.ISO8601Format())") }
        if !whole.alert.document.advice.isEmpty { lines.append("  \(whole.alert.document.advice)") }
        if let path = AlertEvidence.exchanges(of: whole.alert) { lines.append("  its exchanges: \(path)") }
        lines += whole.events.map { event in
            "  \(event.at.ISO8601Format())  \(event.kind.rawValue)  \(event.actor)  \(event.why)"
        }
        lines += whole.deliveries.map { delivery in
            let outcome =
                delivery.sentAt.map { "sent \($0.ISO8601Format())" } ?? delivery.failure.map { "failed: \($0)" }
                ?? "waits"
            return "  to \(delivery.channel)  \(delivery.kind.rawValue)  \(outcome)"
        }
        return lines.joined(separator: "\n")
    }

    static func text(_ rule: AlertRule, _ standings: [AlertStanding]) -> String {
        var lines = ["\(rule.name)  version \(rule.version)  \(rule.document.severity.rawValue)  \(rule.words)"]
        if let trouble = rule.trouble { lines.append("  \(trouble)") }
        for standing in standings {
            let value = standing.value.map { AlertFigure.text($0, rule.document) }
            let interval = standing.low.flatMap { low in
                standing.high.map {
                    "\(AlertFigure.text(low, rule.document)) to \(AlertFigure.text($0, rule.document))"
                }
            }
            let parts = [
                standing.slice.isEmpty ? nil : standing.slice, standing.verdict.rawValue, value, interval,
                rule.document.measure.isGauge ? nil : "of \(AlertFigure.plain(standing.count))",
            ]
            lines.append("  " + parts.compactMap(\.self).joined(separator: "  "))
        }
        if standings.isEmpty { lines.append("  not looked at yet") }
        return lines.joined(separator: "\n")
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Open alerts, newest first.")
        @OptionGroup var common: Common
        @Flag(help: "Those that are over, too.") var all = false
        @Option(help: "Of this rule only.") var rule: String?
        @Option(help: "At most this many.") var limit = 50

        func run() async throws {
            let limit = min(max(limit, 1), 10_000)
            let alerts = try await common.withService {
                try await $0.alerts(of: $1, isOpen: all ? nil : true, rule: rule, limit: limit)
            }
            if common.json { return try Output.json(AlertBodies.List(alerts, limit: limit)) }
            if alerts.isEmpty { print(all ? "nothing was ever wrong" : "nothing is wrong, as far as rules can tell") }
            for alert in alerts { print(Alerts.line(alert)) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One alert, what became of it, and who was told.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String

        func run() async throws {
            try common.show(try await common.withService { try await $0.alert(Alerts.id(id), of: $1) })
        }
    }

    struct Ack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say that you look after an alert.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String
        @Option(help: "Kept with the alert.") var why = ""

        func run() async throws {
            try common.show(
                try await common.withService {
                    try await $0.acknowledge(Alerts.id(id), in: $1, by: CommandEnvironment.actor, why: why)
                })
        }
    }

    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that an alert is over. It opens again only for what comes from here on.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String
        @Option(help: "Kept with the alert.") var why = ""

        func run() async throws {
            try common.show(
                try await common.withService {
                    try await $0.resolve(Alerts.id(id), in: $1, by: CommandEnvironment.actor, why: why)
                })
        }
    }

    static func id(_ text: String) throws -> ID<Alert> {
        guard let id = ID<Alert>(text) else { throw AlertError.alertUnknown(text) }
        return id
    }
}
