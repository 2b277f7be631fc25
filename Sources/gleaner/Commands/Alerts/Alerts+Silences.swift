import ArgumentParser
import Foundation
import GleanerAlerts
import GleanerCore

extension Alerts {
    struct Silence: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write alerts down for a while, and tell nobody.",
            discussion: "What is still wrong when the silence ends is told then.")
        @OptionGroup var common: Common
        @Argument(help: "A rule's name; without one all of the project.") var rule: String?
        @Option(help: "One value of what the rule tells apart.") var slice: String?
        @Option(name: .customLong("for"), help: "How long: 30m, 4h or 7d.") var length: String
        @Option(help: "Kept with it.") var why = ""

        func validate() throws {
            if Alerts.seconds(length) == nil { throw ValidationError("--for is a number with m, h or d, such as 4h") }
            if slice != nil, rule == nil { throw ValidationError("--slice is of a rule: name it") }
        }

        func run() async throws {
            let until = Date(timeIntervalSinceNow: Alerts.seconds(length) ?? 0)
            let silence = try await common.withService {
                try await $0.silence(
                    rule, slice: slice, until: until, in: $1, by: CommandEnvironment.actor, why: why)
            }
            if common.json { return try Output.json(AlertBodies.Silence(silence)) }
            print(Alerts.text(silence))
        }
    }

    struct Silences: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Silences in force.")
        @OptionGroup var common: Common

        func run() async throws {
            let silences = try await common.withService { try await $0.silences(of: $1) }
            if common.json { return try Output.json(AlertBodies.Silences(silences)) }
            if silences.isEmpty { print("nothing is silenced") }
            for silence in silences { print(Alerts.text(silence)) }
        }
    }

    struct Unsilence: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a silence.")
        @OptionGroup var common: Common
        @Argument(help: "Its id.") var id: String

        func run() async throws {
            guard let silence = ID<AlertSilence>(id) else { throw AlertError.silenceUnknown(id) }
            try await common.withService { try await $0.end(silence, in: $1, by: CommandEnvironment.actor) }
            if !common.json { print("ended") }
        }
    }

    static func text(_ silence: AlertSilence) -> String {
        let what = [silence.rule ?? "all rules", silence.slice].compactMap(\.self).joined(separator: " ")
        return ["\(silence.id)", what, "until \(silence.until.ISO8601Format())", silence.author, silence.why]
            .joined(separator: "  ")
    }

    /// `30m`, `4h`, `7d`.
    static func seconds(_ text: String) -> Double? {
        let units: [Character: Double] = ["m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number > 0 else {
            return nil
        }
        return number * unit
    }
}
