import ArgumentParser
import Foundation
import GleanerCore
import GleanerMonitoring
import GleanerServer

struct Rollups: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The counts that reports and dashboards read.", subcommands: [Rebuild.self])

    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count everything anew: the numbers come out as they were, unless rows were changed by hand.")
        @Option(help: "Whose counts.") var project = "default"
        @Option(help: "From this day on (UTC), as 2026-11-01; without it from the first exchange that is kept.")
        var since: String?
        @Option(help: "Until before this day (UTC); without it until now.") var until: String?

        func validate() throws {
            for day in [since, until].compactMap({ $0 }) where Self.date(day) == nil {
                throw ValidationError("\(day) is not a day; write it as 2026-11-01.")
            }
        }

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let hours = try await environment.withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                let rollups = RollupService(pool: pool)
                guard let first = try await rollups.firstExchange(of: project) else { return 0 }
                return try await rollups.rebuild(
                    project, from: max(first, since.flatMap(Self.date) ?? first), to: until.flatMap(Self.date) ?? Date()
                )
            }
            print("\(hours) hours counted")
        }

        private static func date(_ day: String) -> Date? {
            try? Date(day, strategy: Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day())
        }
    }
}
