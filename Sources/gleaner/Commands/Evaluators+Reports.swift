import ArgumentParser
import Foundation
import GleanerCore
import GleanerEvaluation

extension Evaluators {
    struct Judge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A judge beside people's reviews, and corrected by them, with intervals.")
        @OptionGroup var common: Common
        @OptionGroup var range: Range
        @Option(help: "The judge's name in the policy.") var evaluator = "judge"
        @Option(help: "Which of its measures.") var measure = "score"
        @Option(help: "The rubric's question that people answered, on the same scale.") var question = "relevance"
        @Option(help: "Split by route, variant, provider, model, language, prompt or source.") var by: String?

        func validate() throws {
            if let by, JudgeReport.Slice(rawValue: by) == nil {
                throw ValidationError("--by is route, variant, provider, model, language, prompt or source.")
            }
        }

        func run() async throws {
            let (from, to) = try range.times()
            let report = try await common.withService {
                try await $0.judge(
                    evaluator, measure: measure, question: question, of: $1, from: from, to: to,
                    by: by.flatMap(JudgeReport.Slice.init(rawValue:)))
            }
            if common.json { return try Output.json(report) }
            guard let overall = report.overall else { return print("nothing was judged in this time.") }
            let calibration = report.calibration
            let (rho, auc) = (calibration.spearman.map(Self.short) ?? "–", calibration.auc.map(Self.short) ?? "–")
            print("with people's scores: rho \(rho), finds 2 and less \(auc) (n \(calibration.count))")
            for row in [overall] + report.slices {
                print(
                    "\(row.slice ?? "all")  judge \(Self.text(row.raw))  people \(Self.text(row.human))  corrected "
                        + Self.text(row.corrected))
            }
        }

        private static func short(_ value: Double) -> String { String(format: "%.3f", value) }

        private static func text(_ estimate: PredictionPowered.Estimate?) -> String {
            guard let estimate else { return "not enough data" }
            let value = String(format: "%.3f", estimate.value)
            guard let low = estimate.low, let high = estimate.high else { return "\(value) (n \(estimate.count))" }
            return value + String(format: " [%.3f, %.3f]", low, high) + " (n \(estimate.count))"
        }
    }

    struct Spelling: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How consistently the commonest Hindi words are spelt in Latin letters.")
        @OptionGroup var common: Common
        @OptionGroup var range: Range

        func run() async throws {
            let (from, to) = try range.times()
            let report = try await common.withService { try await $0.spelling(of: $1, from: from, to: to) }
            if common.json { return try Output.json(report) }
            func text(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "–" }
            for (name, level) in [
                ("answer", report.answer), ("conversation", report.conversation), ("corpus", report.corpus),
            ] {
                print(
                    "\(name)  n \(level.units)  pair agreement \(text(level.pairAgreement))  "
                        + "modal share \(text(level.modalShare))  inconsistencies \(level.inconsistencies)")
            }
            print("house style  \(text(report.houseStyle))")
            for word in report.words {
                let spellings = word.spellings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                print("\(word.word)  " + spellings.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
            }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What runs, how far it is behind, and what it could not say in the last 24 hours.")
        @OptionGroup var common: Common

        func run() async throws {
            let status = try await common.withService { try await $0.status(of: $1) }
            if common.json { return try Output.json(status) }
            print("waiting \(status.waiting)  lag \(Int(status.lagSeconds)) s" + (status.error.map { "  \($0)" } ?? ""))
            for row in status.evaluators {
                let failures = row.failures.map { "  \($0.reason) \($0.count)" }.joined()
                let pause = row.isPaused ? "  paused" : ""
                print("\(row.name)  share \(row.share)\(pause)  measured \(row.measured)\(failures)")
            }
            for run in status.runs {
                let all = run.of.map { " of \($0)" } ?? ""
                print("backfill \(run.job)  \(run.word)  \(run.exchanges)\(all)  \(run.error ?? "")")
            }
        }
    }

    struct Corpus: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How languages mix and words are spelt over a whole corpus: Cc in both readings, M-index, LE.")
        @OptionGroup var common: Common
        @OptionGroup var range: Range
        @Option(help: "Split by route, variant, provider, model, language, prompt or source.") var by: String?
        @Option(help: "Cut into parts: day or week.") var every: String?

        func validate() throws {
            if let by, JudgeReport.Slice(rawValue: by) == nil {
                throw ValidationError("--by is route, variant, provider, model, language, prompt or source.")
            }
            if let every, CorpusReport.Every(rawValue: every) == nil {
                throw ValidationError("--every is day or week.")
            }
        }

        func run() async throws {
            let (from, to) = try range.times()
            let report = try await common.withService {
                try await $0.corpus(
                    of: $1, from: from, to: to, by: by.flatMap(JudgeReport.Slice.init(rawValue:)),
                    every: every.flatMap(CorpusReport.Every.init(rawValue:)))
            }
            if common.json { return try Output.json(report) }
            guard !report.rows.isEmpty else { return print("nothing was measured in this time.") }
            func text(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }
            for row in report.rows {
                let names = [row.at?.formatted(.iso8601.year().month().day()), row.slice ?? "all"].compactMap { $0 }
                let figures = [
                    "n \(row.answers)", "mixed \(row.mixed)", "cc_paper \(text(row.ccPaper))",
                    "cc_code \(text(row.ccCode))",
                    "M \(text(row.mIndex))", "LE \(text(row.entropy))", "CMI \(text(row.meanCMI))",
                    "pair agreement \(text(row.pairAgreement))",
                ]
                print((names + figures).joined(separator: "  "))
            }
        }
    }

    struct Measure: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare answers with references by BLEU, chrF and ROUGE, without a database or a network.",
            discussion:
                #"Each line of standard input is {"answer":"…","references":["…"]}; one object a line comes back."#)

        func run() async throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            var number = 0
            while let line = readLine(strippingNewline: true) {
                number += 1
                guard let input = try? JSONDecoder().decode(TextComparison.Input.self, from: Data(line.utf8)),
                    let comparison = TextComparison(input)
                else {
                    throw CommandError.unusable(
                        "Line \(number) of standard input", fix: #"Send {"answer":"…","references":["…"]}."#)
                }
                print(String(decoding: try encoder.encode(comparison), as: UTF8.self))
            }
        }
    }
}
