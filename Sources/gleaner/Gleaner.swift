import ArgumentParser
import Foundation
import GleanerCore

@main
struct Gleaner: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gleaner",
        abstract: "The feedback loop of production chatbots.",
        discussion: """
            `gleaner up` starts everything on one machine with nothing configured: a private PostgreSQL, and a demo \
            provider unless GLEANER_PROVIDER_URL names a real one. `gleaner doctor` shows the settings in force.
            """,
        subcommands: [
            Up.self, Serve.self, Migrate.self, Doctor.self, Keys.self, People.self, ProviderCommand.self, Demo.self,
            Review.self, Dataset.self, Tune.self, Evaluate.self, Evaluators.self, CanaryCommand.self, Loops.self,
            Alerts.self, Routes.self, Import.self, Prices.self, Moderation.self, Jobs.self, Rollups.self,
            ReportCommand.self, Releases.self, DashboardsCommand.self, Erase.self, MailCommand.self, Reconcile.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as any Explained {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            Foundation.exit(1)
        } catch {
            exit(withError: error)
        }
    }
}
