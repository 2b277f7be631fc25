import ArgumentParser
import Foundation
import GleanerReview
import GleanerServer

struct Review: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Review sampled exchanges on the terminal.",
        discussion: """
            Shows one exchange after another and asks for relevance, accuracy and appropriateness, 1 to 5. \
            `c` corrects the answer, `s` skips, `q` quits, `?` helps. Ratings and the model's name are not shown.
            """)

    @Option(help: "Whose exchanges.") var project = "default"
    @Option(help: "Your name, as it will stand beside your reviews.") var reviewer: String?
    @Flag(help: "Only say how far the queue is.") var progress = false
    @Flag(help: "With --progress: as JSON.") var json = false

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        let name = reviewer ?? ProcessInfo.processInfo.userName
        try await environment.withDatabase { pool in
            let service = ReviewService(pool: pool)
            let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
            if progress { return try await report(service.progress(in: project)) }
            _ = try await TerminalReview(
                review: service, project: project, reviewer: name, read: { readLine(strippingNewline: true) },
                write: { text in
                    print(text, terminator: "")
                    Output.flush()
                }
            ).run()
        }
    }

    private func report(_ progress: ReviewProgress) throws {
        if json { return try Output.json(progress) }
        print("open \(progress.open), leased \(progress.leased), done \(progress.done), skipped \(progress.skipped)")
        for (question, mean) in progress.means.sorted(by: { $0.key < $1.key }) {
            print("\(question): mean \(String(format: "%.2f", mean))")
        }
    }
}
