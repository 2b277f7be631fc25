import ArgumentParser
import Foundation
import GleanerConsole
import GleanerCore
import GleanerHTTP
import GleanerMail
import GleanerReport
import GleanerServer

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "What the bot was worth and what it cost: the last seven days beside those before.",
        discussion: """
            Reads the counts of rollups, as the console's overview does. Columns for a terminal, one file of HTML to print or \
            mail, or what `GET /api/report` answers.
            """)

    @Option(help: "Whose exchanges.") var project = "default"
    @Option(
        help: "From this time on: 2026-11-01, ISO 8601, or a span before now as 30d; else the last seven whole days.")
    var since: String?
    @Option(help: "Before this time; else now.") var until: String?
    @Option(help: "Only these exchanges, as route=chat; may be repeated.") var only: [String] = []
    @Option(help: "Rows for each route, variant, provider, model, language, prompt or source.") var by = "variant"
    @Option(
        help: "Beside the previous time, nothing (none), or two values of a slice: variant, with --first and --second.")
    var compare = "previous"
    @Option(help: "One of two values.") var first: String?
    @Option(help: "The other.") var second: String?
    @Option(help: "Write one file of HTML, for paper or mail; - is standard output.") var html: String?
    @Flag(help: "As JSON.") var json = false
    @Flag(help: "Mail it to those whom GLEANER_REPORT_TO names.") var mail = false

    func validate() throws {
        if (html == nil ? 0 : 1) + (json ? 1 : 0) + (mail ? 1 : 0) > 1 {
            throw ValidationError("Choose one of --html, --json and --mail.")
        }
        for condition in only where !condition.dropFirst().dropLast().contains("=") {
            throw ValidationError("\(condition) is no condition; write it as route=chat.")
        }
    }

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        let query = try self.query(now: Date())
        let (report, work) = try await environment.withDatabase { pool in
            let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
            let service = ReportService(pool: pool)
            return (try await service.report(query, of: project), try await service.openWork(of: project))
        }
        if json { return try Output.json(ReportBody(report)) }
        let base = environment.configuration.publicURL ?? "http://\(environment.configuration.listen)"
        let printed = try PrintedReport(base: base)
        if mail { return try await send(printed.letter(report, work), environment.configuration) }
        switch html {
        case nil: print(printed.text(report, work))
        case "-": print(printed.html(report, work))
        case let file?:
            do {
                try printed.html(report, work).write(toFile: file, atomically: true, encoding: .utf8)
            } catch {
                throw CommandError.unusable(file, fix: "Name a file that can be written, or - for standard output.")
            }
        }
    }

    private func send(_ letter: ReportLetter, _ configuration: ServerConfiguration) async throws {
        guard let server = configuration.mail else { throw MailError.notConfigured }
        let recipients = configuration.report.recipients
        if recipients.isEmpty { throw SettingsError.missing(.reportRecipients) }
        let post = MailedReport(sender: SMTPMailer(server))
        var failures: [any Error] = []
        for recipient in recipients {
            do {
                try await post.mail(letter, to: recipient)
                print("\(server.url) has taken it for \(recipient)")
            } catch {
                failures.append(error)
            }
        }
        for failure in failures.dropLast() { FileHandle.standardError.write(Data("error: \(failure)\n".utf8)) }
        if let failure = failures.last { throw failure }
    }

    /// The same parameters as the API's, so the same words where one cannot be meant.
    private func query(now: Date) throws -> ReportQuery {
        var items = only.map { condition in
            let halves = condition.split(separator: "=", maxSplits: 1)
            return (String(halves[0]), String(halves[1]))
        }
        let more: [(String, String?)] = [
            ("since", since), ("until", until), ("by", by), ("first", first), ("second", second),
            ("compare", compare == "none" ? nil : compare),
        ]
        for (name, value) in more { if let value { items.append((name, value)) } }
        let text = items.map { "\($0.0)=\($0.1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }
        let known = ReportQuery.parameters.subtracting(["range"])
        var query = try ReportQuery(QueryItems(text.joined(separator: "&"), only: known), now: now)
        if since == nil { query.range = ReportRange(days: 7, before: now) }
        return query
    }
}
