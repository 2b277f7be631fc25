import ArgumentParser
import Foundation
import GleanerAlerts
import GleanerCore

extension Alerts {
    struct Rules: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What is watched, and what the last look found of it.")
        @OptionGroup var common: Common

        func run() async throws {
            let (rules, channels) = try await common.withService { (try await $0.rules(of: $1), $0.channels) }
            if common.json { return try Output.json(AlertBodies.Rules(rules, channels: channels)) }
            if rules.isEmpty { print("nothing is watched yet: gleaner alerts init") }
            for (rule, standings) in rules { print(Alerts.text(rule, standings)) }
        }
    }

    struct RuleCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rule", abstract: "One rule with its document, and what the last look found.")
        @OptionGroup var common: Common
        @Argument(help: "Its name.") var name: String

        func run() async throws {
            let (rule, standings) = try await common.withService { try await $0.rule(name, of: $1) }
            if common.json { return try Output.json(AlertBodies.Rule(rule, standings: standings)) }
            print(Alerts.text(rule, standings))
            print(String(decoding: try rule.document.rendered.canonicalBytes(), as: UTF8.self))
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a rule's document, and show it with every default. Keeps nothing.")
        @OptionGroup var common: Common
        @Argument(help: "A JSON file; - is standard input.") var file: String

        func run() async throws {
            let document = try Document.read(JSONValue.self, file)
            try Output.json(try await common.withService { service, _ in try service.check(document) }.rendered)
        }
    }

    struct Put: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a rule, or give it a new version.")
        @OptionGroup var common: Common
        @Argument(help: "The rule's name.") var name: String
        @Argument(help: "A JSON file; - is standard input.") var file: String
        @Option(help: "Kept with the version.") var note = ""
        @Option(help: "Refuse the edit when another version is in force; 0 for none.") var expected: Int?

        func run() async throws {
            let document = try Document.read(JSONValue.self, file)
            let rule = try await common.withService {
                try await $0.put(
                    document, as: name, in: $1, by: CommandEnvironment.actor, note: note, expected: expected)
            }
            if common.json { return try Output.json(AlertBodies.Rule(rule, standings: [])) }
            print(Alerts.text(rule, []))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Watch a rule no longer. Its open alerts end with it.")
        @OptionGroup var common: Common
        @Argument(help: "The rule's name.") var name: String
        @Option(help: "Kept among what people did.") var why = ""

        func run() async throws {
            try await common.withService {
                try await $0.remove(name, in: $1, by: CommandEnvironment.actor, why: why)
            }
            if !common.json { print("removed \(name)") }
        }
    }

    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Make the standard rules that are not there yet.")
        @OptionGroup var common: Common
        @Option(name: .customLong("channel"), help: "Of the server's; may be repeated. Each rule tells them.")
        var channels: [String] = []

        func run() async throws {
            let made = try await common.withService {
                try await $0.putStandard(in: $1, by: CommandEnvironment.actor, channels: channels)
            }
            if common.json { return try Output.json(AlertBodies.Made(made: made)) }
            print(made.isEmpty ? "all of them are there" : "made \(made.joined(separator: ", "))")
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "When a rule would have spoken in the past. Keeps nothing.")
        @OptionGroup var common: Common
        @Argument(help: "A rule's name, or a JSON file with its document.") var rule: String
        @Option(help: "So many days back, 1 to 90; rules that read five minutes reach back eight at most.") var days = 7

        func run() async throws {
            let isFile = rule.contains(".") || rule.contains("/")
            let typed: JSONValue? = isFile ? .some(try Document.read(JSONValue.self, rule)) : .none
            let (document, replay) = try await common.withService { service, project in
                let document =
                    if let typed { try service.check(typed) } else {
                        try await service.rule(rule, of: project).rule.document
                    }
                return (document, try await service.replay(document, of: project, days: days))
            }
            if common.json { return try Output.json(AlertBodies.Replay(replay)) }
            print("\(replay.looks) looks from \(replay.from.ISO8601Format()) to \(replay.to.ISO8601Format())")
            for found in replay.found {
                let end = found.resolvedAt.map { "to \($0.ISO8601Format())" } ?? "and still"
                let slice = found.slice.isEmpty ? "" : "\(found.slice): "
                print(
                    "  \(found.openedAt.ISO8601Format()) \(end)  \(slice)\(AlertFigure.text(found.value, document)) "
                        + "(\(AlertFigure.text(found.low, document)) to \(AlertFigure.text(found.high, document)))")
            }
            if replay.found.isEmpty { print("  it would have been quiet") }
            let all = replay.looks * max(replay.slices, 1)
            if replay.withoutEnough * 2 > all {
                print(
                    "  \(replay.withoutEnough) of \(all) looks had not enough data: a longer window, or a lower minimum"
                )
            }
        }
    }
}
