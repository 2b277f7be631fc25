import ArgumentParser
import Foundation
import GleanerDashboards

struct DashboardsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboards", abstract: "Grafana dashboards and Prometheus rules.", subcommands: [Export.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write them into a directory, over those of an earlier export.")
        @Option(help: "Where; made when it is not there.") var directory = "dashboards"

        func run() async throws {
            let directory = URL(fileURLWithPath: directory, isDirectory: true)
            for file in Dashboards.all {
                let target = directory.appendingPathComponent(file.path)
                try FileManager.default.createDirectory(
                    at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.bytes).write(to: target, options: .atomic)
                print(target.path)
            }
        }
    }
}
