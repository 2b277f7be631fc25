import ArgumentParser
import Foundation
import GleanerCore
import GleanerLoop

extension Loops {
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a document, and show it with every default. Keeps nothing.")
        @OptionGroup var common: Common
        @Argument(help: "A JSON file; - is standard input.") var file: String

        func run() async throws {
            let document = try Document.read(JSONValue.self, file)
            let checked = try await common.withService { try await $0.check(document, in: $1) }
            try Output.json(LoopBodies.Checked(checked))
        }
    }

    struct Put: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a loop its document. This agrees to what the document lets it spend.")
        @OptionGroup var common: Common
        @Argument(help: "The loop's name.") var name: String
        @Argument(help: "A JSON file; - is standard input.") var file: String
        @Option(help: "Kept with the version.") var note = ""

        func run() async throws {
            let document = try Document.read(JSONValue.self, file)
            try await common.show {
                try await $0.put(document, as: name, in: $1, by: CommandEnvironment.actor, note: note)
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "No round and no step begins until it is resumed; what runs ends.")
        @OptionGroup var common: Common
        @Argument(help: "The loop's name.") var name: String
        @Option(help: "Kept with the loop.") var why = ""

        func run() async throws {
            try await common.show { try await $0.pause(name, in: $1, by: CommandEnvironment.actor, why: why) }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a paused loop go on.")
        @OptionGroup var common: Common
        @Argument(help: "The loop's name.") var name: String
        @Option(help: "Kept with the loop.") var why = ""

        func run() async throws {
            try await common.show { try await $0.resume(name, in: $1, by: CommandEnvironment.actor, why: why) }
        }
    }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin a round now; when nothing is new, with the newest version.")
        @OptionGroup var common: Common
        @Argument(help: "The loop's name.") var name: String
        @Option(help: "Kept with the round.") var why = ""

        func run() async throws {
            try common.show(
                try await common.withService {
                    try await $0.start(name, in: $1, by: CommandEnvironment.actor, why: why)
                })
        }
    }

    struct Rounds: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Rounds with their steps, newest first.")
        @OptionGroup var common: Common
        @Argument(help: "A loop's name; without one those of all loops.") var name: String?
        @Option(help: "At most this many.") var limit = 20

        func run() async throws {
            let limit = min(max(limit, 1), 10_000)
            let rounds = try await common.withService { try await $0.rounds(of: $1, loop: name, limit: limit) }
            if common.json { return try Output.json(LoopBodies.Rounds(rounds, limit: limit)) }
            if rounds.isEmpty { print("no round has begun yet") }
            for round in rounds { print(Loops.text(round)) }
        }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the round under way stop before its next step.")
        @OptionGroup var common: Common
        @Argument(help: "The loop's name.") var name: String
        @Option(help: "Kept with the round.") var why = ""
        func run() async throws { try await common.say(.hold, over: name, why) }
    }

    struct Continue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the step that holds go on, and agree to what it says. It may spend money.")
        @OptionGroup var common: Common
        @Argument(help: "The loop's name.") var name: String
        @Option(help: "Kept with the round.") var why = ""
        func run() async throws { try await common.say(.goOn, over: name, why) }
    }

    struct Skip: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Leave the step out that holds, or an approval that is awaited.")
        @OptionGroup var common: Common
        @Argument(help: "The loop's name.") var name: String
        @Option(help: "Kept with the round.") var why = ""
        func run() async throws { try await common.say(.skip, over: name, why) }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End the round under way. A fine-tune is cancelled; a canary goes on by its own rules.")
        @OptionGroup var common: Common
        @Argument(help: "The loop's name.") var name: String
        @Option(help: "Kept with the round.") var why = ""
        func run() async throws { try await common.say(.cancel, over: name, why) }
    }

    struct Events: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What was decided over a loop, by whom and why, newest first.")
        @OptionGroup var common: Common
        @Argument(help: "The loop's name.") var name: String
        @Option(help: "At most this many.") var limit = 50

        func run() async throws {
            let events = try await common.withService {
                try await $0.events(of: name, in: $1, limit: min(max(limit, 1), 10_000))
            }
            if common.json { return try Output.json(LoopBodies.Events(events)) }
            for event in events {
                let parts = [
                    event.at.ISO8601Format(), event.kind.rawValue, event.step?.rawValue, event.actor, event.why,
                ]
                print(parts.compactMap(\.self).joined(separator: "  "))
            }
        }
    }
}
