import ArgumentParser
import GleanerServer
import SQLMigrations

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the schema up to date.",
        discussion: "`gleaner up` and `gleaner serve` do this at their start; two at once are safe.")

    @Flag(help: "Show what is applied and what is not, and change nothing.") var status = false
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        try await environment.withDatabase { pool in
            let migrator = Migrator.gleaner(pool: pool, logger: environment.logger)
            if !status {
                let applied = try await migrator.apply()
                if !json { print(applied.isEmpty ? "nothing to do" : "applied \(applied.joined(separator: ", "))") }
            }
            guard status || json else { return }
            let lines = try await migrator.status()
            if json {
                try Output.json(lines.map { ["name": $0.name, "state": $0.stateText] })
            } else {
                for line in lines { print("\(line.stateText)  \(line.name)") }
            }
        }
    }
}

extension MigrationStatus {
    fileprivate var stateText: String {
        switch state {
        case .applied: "applied"
        case .pending: "pending"
        case .changed: "changed"
        case .unknown: "unknown"
        }
    }
}
