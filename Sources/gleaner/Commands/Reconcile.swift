import ArgumentParser
import Foundation
import GleanerImport

/// Our count beside the provider's bill.
struct Reconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare a provider's bill with what Gleaner counted, by day and model.",
        discussion: """
            Reads JSON of OpenAI's costs and usage API, its CSV exports, or any CSV with date, model, input_tokens, \
            output_tokens and cost. Several files are one bill. The status is 2 when anything differs by more than is \
            tolerated.
            """)

    @Argument(help: "The bill.") var files: [String]
    @Option(help: "Only exchanges of this provider.") var provider: String?
    @Option(help: "Only exchanges of this project; left out, all, as a bill is for an account.") var project: String?
    @Option(help: "The share that ours may differ from theirs by.") var tolerance = 0.02
    @Option(help: "US dollars that it may differ by whatever the share.") var leastUsd = 0.01
    @Option(help: "Tokens that it may differ by whatever the share.") var leastTokens: Int64 = 100
    @Flag(help: "Only what differs.") var differing = false
    @Flag(help: "As JSON.") var json = false

    func validate() throws {
        guard (0...1).contains(tolerance), leastUsd >= 0, leastTokens >= 0 else {
            throw ValidationError("--tolerance is 0 to 1, the least differences are not negative")
        }
    }

    func run() async throws {
        let environment = try await CommandEnvironment.load()
        var bill: [BillLine] = []
        for file in files {
            guard let bytes = FileManager.default.contents(atPath: file) else { throw BillError.unreadable(path: file) }
            bill += try BillFile.reading(Array(bytes))
        }
        let days = bill.map(\.day)
        guard let first = days.min(), let last = days.max() else { return }
        let ledger = try await environment.withDatabase {
            try await LedgerLine.reading(days: first...last, provider: provider, project: project, on: $0)
        }
        let found = Reconciliation(
            bill, beside: ledger, tolerance: .init(share: tolerance, usd: leastUsd, tokens: leastTokens))
        let shown = found.entries.filter { !differing || !$0.isWithin }
        if json {
            try Output.json(Document(found, shown))
        } else {
            show(found, shown)
        }
        if !found.isWithin { throw ExitCode(2) }
    }

    private func show(_ found: Reconciliation, _ shown: [Reconciliation.Entry]) {
        for entry in shown {
            print("\(entry.isWithin ? "ok   " : "DIFF ") \(entry.day)  \(entry.model)")
            let (ours, theirs) = (entry.ours, entry.theirs)
            line("cost", ours.map { usd($0.costUSD) }, theirs?.costUSD.map(usd), entry.costUSD.map(usd))
            line(
                "input", ours.map { "\($0.inputTokens)" }, theirs?.inputTokens.map { "\($0)" },
                entry.input.map { "\($0)" })
            line(
                "output", ours.map { "\($0.outputTokens)" }, theirs?.outputTokens.map { "\($0)" },
                entry.output.map { "\($0)" })
            if let share = entry.share { print("       largest difference: \(percent(share)) of theirs") }
            for reason in entry.reasons { print("       perhaps: \(reason)") }
        }
        let differing = found.entries.count { !$0.isWithin }
        let total = found.theirUSD.map { "ours \(usd(found.ourUSD)), theirs \(usd($0)) USD; " } ?? ""
        print("\(total)\(differing) of \(found.entries.count) differ by more than \(percent(tolerance))")
    }

    private func line(_ name: String, _ ours: String?, _ theirs: String?, _ difference: String?) {
        guard let theirs else { return }
        print("       \(name): ours \(ours ?? "none"), theirs \(theirs), difference \(difference ?? "-")")
    }

    private func usd(_ value: Double) -> String { String(format: "%.4f", value) }
    private func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    private struct Document: Encodable {
        struct Side: Encodable {
            var exchanges: Int64?
            var input_tokens: Int64?
            var output_tokens: Int64?
            var cost_usd: Double?
        }
        struct Line: Encodable {
            let day: String
            let model: String
            let ours: Side?
            let theirs: Side?
            let difference: Side
            let share: Double?
            let within: Bool
            let reasons: [String]
        }
        let lines: [Line]
        let ours_usd: Double
        let theirs_usd: Double?
        let within: Bool

        init(_ found: Reconciliation, _ shown: [Reconciliation.Entry]) {
            lines = shown.map { entry in
                Line(
                    day: entry.day, model: entry.model,
                    ours: entry.ours.map {
                        Side(
                            exchanges: $0.exchanges, input_tokens: $0.inputTokens, output_tokens: $0.outputTokens,
                            cost_usd: $0.costUSD)
                    },
                    theirs: entry.theirs.map {
                        Side(
                            exchanges: $0.requests, input_tokens: $0.inputTokens, output_tokens: $0.outputTokens,
                            cost_usd: $0.costUSD)
                    },
                    difference: Side(
                        input_tokens: entry.input, output_tokens: entry.output, cost_usd: entry.costUSD),
                    share: entry.share, within: entry.isWithin, reasons: entry.reasons)
            }
            ours_usd = found.ourUSD
            theirs_usd = found.theirUSD
            within = found.isWithin
        }
    }
}
