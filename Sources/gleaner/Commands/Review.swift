import ArgumentParser
import Foundation
import GleanerCore
import GleanerReview
import GleanerServer

struct Review: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Review sampled exchanges, and what reviews tell.",
        subcommands: [ReviewTerminal.self, ReviewEstimate.self, ReviewAgreement.self, ReviewRubric.self],
        defaultSubcommand: ReviewTerminal.self)
}

struct ReviewTerminal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Review on the terminal.",
        discussion: """
            Shows one exchange after another and asks the questions of the project's rubric, scales from 1 to 5. \
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
            let service = ReviewService(pool: pool, corrected: GleanerService.corrected(on: pool))
            let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
            if progress { return try await report(service.progress(in: project, withMeans: true)) }
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

/// From when to when, as options.
struct TimeOptions: ParsableArguments {
    @Option(help: "Exchanges from this time on: 2026-11-25 or 2026-11-25T10:00:00Z. Default: 30 days ago.")
    var from: String?
    @Option(help: "Up to this time. Default: now.") var to: String?

    func range() throws -> TimeRange {
        let standard = TimeRange(lastDays: 30)
        return TimeRange(from: try date(from) ?? standard.from, to: try date(to) ?? standard.to)
    }
    private func date(_ text: String?) throws -> Date? {
        guard let text else { return nil }
        guard let date = TimeRange.date(text) else { throw ValidationError("`\(text)` is no time.") }
        return date
    }
}

struct ReviewEstimate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "estimate", abstract: "Say how good the answers are, with 95 % intervals.",
        discussion: """
            Estimates from the drawn and reviewed exchanges, each weighted by the chance it had: over-sampling what is \
            flagged does not move the result. `response` is how much of what was drawn has been reviewed.
            """)

    @Option(help: "Whose exchanges.") var project = "default"
    @Option(help: "Split by route, variant, model, language, source, rule, flag, rating, tag or system_prompt.") var by:
        String?
    @OptionGroup var time: TimeOptions
    @Flag(help: "Also the mean over slices of counted sizes; counts every exchange of the time.") var stratified = false
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        let query = EstimateQuery(
            range: try time.range(), by: try by.map { try EstimateQuery.slice($0) }, isStratified: stratified)
        try await environment.withDatabase { pool in
            let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
            let report = try await GleanerService.estimates(on: pool).report(of: project, query)
            if json { return try Output.json(report) }
            show("all", report.overall)
            for slice in report.slices { show(slice.value ?? "(none)", slice) }
            for measure in report.stratified ?? [] { print("stratified  \(Self.line(measure))") }
        }
    }

    private func show(_ name: String, _ slice: EstimateReport.Slice) {
        let response = String(format: "%.0f %%", 100 * slice.response)
        let all = String(format: "%.0f", slice.population)
        print(
            "\(name.terminalText): \(slice.reviewed) reviewed of \(slice.drawn) drawn (\(response)), for about \(all)")
        for measure in slice.measures { print("  \(Self.line(measure))") }
    }

    private static func line(_ measure: Measure) -> String {
        guard let value = measure.value, let low = measure.low, let high = measure.high else {
            return "\(measure.name): not enough data (\(measure.count) of \(Measure.leastCount))"
        }
        let numbers = String(
            format: "%.3f  [%.3f, %.3f]  n %d, effective %.0f", value, low, high, measure.count, measure.effectiveCount)
        return "\(measure.name): \(numbers)"
    }
}

struct ReviewAgreement: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agreement", abstract: "Say how far reviewers agree, and how they differ from hidden checks.")

    @Option(help: "Whose reviews.") var project = "default"
    @OptionGroup var time: TimeOptions
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        let range = try time.range()
        try await environment.withDatabase { pool in
            let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
            let report = try await AgreementService(pool: pool).report(of: project, in: range)
            if json { return try Output.json(report) }
            for question in report.questions { print(Self.line(question)) }
            for pair in report.pairs { print(Self.line(pair)) }
            for reviewer in report.reviewers { print(Self.line(reviewer)) }
            if report.reviewers.isEmpty { print("Nobody has reviewed anything in that time.") }
        }
    }

    private static func line(_ question: AgreementReport.Question) -> String {
        guard let alpha = question.alpha else {
            return
                "\(question.question) (\(question.rubric)): alpha not defined (\(question.undefined?.rawValue ?? "")), \(question.items) items"
        }
        let interval = question.low.flatMap { low in
            question.high.map { String(format: " [%.3f, %.3f]", low, $0) }
        }
        let others = [
            ("Fleiss", question.fleissKappa), ("AC1", question.gwetAC1), ("below 4", question.positiveAgreement),
        ].map { name, value in ", \(name) " + (value.map { String(format: "%.3f", $0) } ?? "–") }.joined()
        return
            "\(question.question) (\(question.rubric)): alpha \(String(format: "%.3f", alpha))\(interval ?? "")\(others), "
            + "\(question.items) items"
    }

    private static func line(_ pair: AgreementReport.Pair) -> String {
        let kappa = pair.kappa.map { String(format: "%.3f", $0) } ?? "not defined (\(pair.undefined?.rawValue ?? ""))"
        return
            "\(pair.first.terminalText) and \(pair.second.terminalText), \(pair.question) (\(pair.rubric)): kappa \(kappa), "
            + "\(pair.items) items"
    }

    private static func line(_ reviewer: AgreementReport.Reviewer) -> String {
        func number(_ value: Double?, _ format: String) -> String { value.map { String(format: format, $0) } ?? "–" }
        return
            "\(reviewer.reviewer.terminalText): \(reviewer.reviews) reviews, median \(number(reviewer.medianSeconds, "%.0f s")), "
            + "\(number(reviewer.itemsPerHour, "%.0f"))/h, against gold \(number(reviewer.biasAgainstGold?.mean, "%+.2f")), "
            + "against others \(number(reviewer.biasAgainstOthers?.mean, "%+.2f"))"
    }
}

struct ReviewRubric: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rubric", abstract: "List, show and set what reviewers are asked.",
        subcommands: [List.self, Show.self, Set.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Name every rubric, and which one is in use.")
        @Option(help: "Whose rubrics.") var project = "default"

        func run() async throws {
            try await CommandEnvironment.load().withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                let service = RubricService(pool: pool)
                let used = try await service.settings(of: project).rubric
                for rubric in try await service.all(of: project) {
                    let names = rubric.questions.map(\.name).joined(separator: ", ")
                    print("\(rubric.reference == used ? "*" : " ") \(rubric.reference)  \(names)")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print a rubric as JSON.")
        @Option(help: "Whose rubric.") var project = "default"
        @Argument(help: "NAME@VERSION") var rubric: String

        func run() async throws {
            try await CommandEnvironment.load().withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                try Output.json(try await RubricService(pool: pool).rubric(rubric, in: project).document)
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a new version from a JSON file, and use it.")
        @Option(help: "Whose rubric.") var project = "default"
        @Argument(help: "Its name.") var name: String
        @Argument(help: "A file like the one `show` prints.") var file: String

        func run() async throws {
            let data = try Data(contentsOf: URL(fileURLWithPath: file))
            try await CommandEnvironment.load().withDatabase { pool in
                let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
                let service = RubricService(pool: pool)
                let document: RubricDocument
                do {
                    document = try JSONDecoder().decode(RubricDocument.self, from: data)
                } catch let error as DecodingError {
                    throw CommandError.unusable(
                        "\(file) is no rubric: \(error)", fix: "See `gleaner review rubric show`.")
                }
                let author = CommandEnvironment.actor
                let rubric = try await service.add(document, named: name, in: project, by: author)
                var settings = try await service.settings(of: project)
                settings.rubric = rubric.reference
                try await service.set(settings, of: project, by: author)
                print(rubric.reference)
            }
        }
    }
}
