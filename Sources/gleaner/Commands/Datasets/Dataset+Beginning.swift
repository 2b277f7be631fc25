import ArgumentParser
import Foundation
import GleanerCore
import GleanerDatasets
import GleanerGateway
import GleanerServer

extension Dataset {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take examples that people wrote by hand into a dataset.",
            discussion: """
                One {"messages": […]} a line, checked as `verify` does. All lines are taken or, when one is faulty, none. \
                The same file again adds nothing. Exit status 1 when nothing was taken.
                """)

        @Argument(help: "The dataset's name.") var name: String
        @Argument(help: "A .jsonl file.") var file: String
        @Option(help: "Whose dataset.") var project = "default"
        @Option(help: "Who wrote them, for their lineage.") var author = NSUserName()
        @Option(help: "Tokens that one example may have.") var maxTokens = 16_385
        @Flag(help: "Take the lines that are good.") var skipBad = false
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            let report = try await environment.withDatabase { pool in
                try await ExampleImport(
                    pool: pool, project: PostgresKeyStore(pool: pool).existingProject(named: project),
                    maximumTokens: maxTokens
                ).run(URL(fileURLWithPath: file), into: name, author: author, skipsBad: skipBad)
            }
            if json { try Output.json(report) } else { show(report) }
            if !report.isTaken { throw ExitCode(1) }
        }

        private func show(_ report: ExampleImportReport) {
            for finding in report.findings {
                let place = finding.line.map { "\(finding.file):\($0)" } ?? finding.file
                print("\(finding.severity.rawValue)  \(place)  \(finding.what) \(finding.fix)  [\(finding.code)]")
            }
            print(
                "\(report.lines) lines: \(report.added) added, \(report.known) there already, \(report.faulty) faulty")
            if !report.isTaken {
                print("nothing was taken: correct the file, or take what is good with --skip-bad")
            } else {
                print("see what they are like: gleaner dataset stats \(name) --project \(project)")
            }
        }
    }

    struct Draft: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have a teacher model write questions and answers for a system message.",
            discussion: """
                Shows what it will cost and asks first. Drafts become exchanges with the tag synthetic and go through \
                review like any other. The same command again goes on where it stopped.
                """)

        @Argument(help: "The dataset's name.") var name: String
        @Option(help: "What users ask about: a file with one a line, or a list with commas.") var topics: String?
        @Option(help: "The message the bot will run with, or @FILE.") var system: String
        @Option(help: "The model that writes.") var teacher: String
        @Option(help: "Which of the configured providers has it.") var provider = "default"
        @Option(help: "Examples wanted.") var count = 50
        @Option(help: "A file of questions as users send them, one a line.") var examples: String?
        @Option(help: "Whose dataset.") var project = "default"
        @Flag(help: "Do not ask.") var yes = false
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            guard let provider = environment.configuration.providers?[provider] else {
                throw BeginningError.providerUnknown(provider)
            }
            let settings = try DraftSettings(
                system: text(system), teacher: teacher, provider: provider.name, topics: lines(topics, orList: true),
                examples: lines(examples, orList: false), count: count)
            let writer = ProviderTeacher(environment.configuration, provider: provider)
            defer { writer.stop() }
            let result = try await environment.withDatabase { pool in
                let run = try await DraftRun(
                    settings, for: name, pool: pool,
                    project: PostgresKeyStore(pool: pool).existingProject(named: project),
                    teacher: writer, log: GleanerService.draftLog(on: pool))
                let estimate = try await run.estimate()
                let cost = try await GleanerService.cost(
                    of: estimate.promptTokens, estimate.completionTokens, model: teacher, from: provider.name, on: pool)
                if estimate.calls > 0, !yes { try ask(estimate, cost) }
                let progress = Progress(isQuiet: json)
                let result = try await run.run {
                    progress.show("\($0.questions) questions, answers", $0.drafted, of: $0.wanted)
                }
                progress.end()
                return result
            }
            if json { return try Output.json(result) }
            print(
                "\(result.drafted) of \(result.wanted) drafted in \(result.calls) calls, \(result.promptTokens) tokens in, "
                    + "\(result.completionTokens) out; \(result.failed) failed")
            print("they wait for review: pick them by the tag synthetic, then gleaner review --project \(project)")
        }

        private func ask(_ estimate: DraftEstimate, _ cost: Double?) throws {
            let price =
                cost.map { "about $" + String(format: "%.2f", $0) }
                ?? "no price is known for \(teacher): gleaner prices set \(teacher) --input USD --output USD"
            let line =
                "about \(estimate.calls) calls to \(teacher), \(estimate.promptTokens) tokens in and "
                + "\(estimate.completionTokens) out; \(price)\n"
            FileHandle.standardError.write(Data(line.utf8))
            guard isatty(STDIN_FILENO) == 1 else {
                throw CommandError.unusable(
                    "Spending must be confirmed, and nobody is there to ask.", fix: "Add --yes when that is all right.")
            }
            FileHandle.standardError.write(Data("Go on? [y/N] ".utf8))
            guard ["y", "yes"].contains(readLine()?.lowercased()) else { throw ExitCode(1) }
        }

        private func text(_ value: String) throws -> String {
            guard value.hasPrefix("@") else { return value }
            return try read(String(value.dropFirst()))
        }

        private func lines(_ value: String?, orList: Bool) throws -> [String] {
            guard let value else { return [] }
            if orList, !FileManager.default.fileExists(atPath: value) { return value.components(separatedBy: ",") }
            return try read(value).components(separatedBy: .newlines)
        }

        private func read(_ path: String) throws -> String {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw DatasetError.fileUnreadable(path: path)
            }
            return text
        }
    }

    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what a dataset or a training file is like, with advice.",
            discussion: "Of a dataset its newest version; of one without any, the examples that were written by hand.")

        @Argument(help: "The dataset's name, or a .jsonl file.") var source: String
        @Option(help: "Whose dataset.") var project = "default"
        @Option(help: "Tokens that one example may have.") var maxTokens = 16_385
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let statistics: DatasetStatistics
            if FileManager.default.fileExists(atPath: source) {
                statistics = try DatasetStatistics(file: URL(fileURLWithPath: source), maximumTokens: maxTokens)
            } else {
                let environment = try await CommandEnvironment.load()
                statistics = try await environment.withDatabase { pool in
                    try await StatisticsService(pool: pool).statistics(
                        of: source, in: PostgresKeyStore(pool: pool).existingProject(named: project),
                        maximumTokens: maxTokens)
                }
            }
            if json { return try Output.json(statistics) }
            show(statistics)
        }

        private func show(_ found: DatasetStatistics) {
            func list(_ counts: [String: Int]) -> String {
                counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
                    .joined(separator: ", ")
            }
            print("\(found.examples) examples, \(found.tokens.total) tokens (estimate)")
            print("  length in tokens: 5 % \(found.tokens.p5), half \(found.tokens.p50), 95 % \(found.tokens.p95)")
            print(
                "  system messages: \(found.systemMessages), the commonest in "
                    + "\(Int((found.uniformSystemShare * 100).rounded())) %")
            print("  questions: \(list(found.questionLanguages)); answers: \(list(found.answerLanguages))")
            print(
                "  roles: \(list(found.roles)); with tools: \(found.withTools); answers an example: \(list(found.turns))"
            )
            print("  duplicates: \(found.exactDuplicates) exact, \(found.nearDuplicates) nearly the same question")
            print("  by the usual rule \(found.epochs) epochs, \(found.billedTokens) tokens billed (estimate)")
            for advice in found.advice { print("\(advice.level)  \(advice.text)  [\(advice.code)]") }
        }
    }
}
