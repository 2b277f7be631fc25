import Foundation
import GleanerCore

/// The README beside the files, in Markdown: what they hold, from where, by which rules, and what nobody but a person can
/// say, left to fill in. The same version in the same format gives the same text.
struct DatasetCard: Sendable {
    private let manifest: ExportManifest

    init(_ manifest: ExportManifest) { self.manifest = manifest }

    private var run: ExportRun { manifest.run }
    private var version: DatasetVersion { run.version }
    private var format: ExportFormat { run.rewriter.format }

    var text: String {
        [head, sizes, leftOut, origin, gates, limits, toFill].filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    private var head: String {
        """
        \(frontMatter)# \(version.dataset), version \(version.number)

        \(what) Made by Gleaner from judged exchanges of a chatbot in production; the version was frozen at \
        \(version.createdAt.ISO8601Format()) and does not change.

        - Format: `\(format.rawValue)`, UTF-8, one JSON object a line
        - Version id: `\(version.id.lowercased)`
        - Approvals: \(run.standing.approvals) of \(run.standing.approvalsNeeded) needed
        - Check it: `gleaner dataset verify DIRECTORY`; where a line is from: `lineage.jsonl`, by file and line
        """
    }

    private var what: String {
        switch run.standing.kind {
        case .sft: "Conversations that end with an answer to learn."
        case .preference: "Pairs of answers to the same question, one preferred."
        case .unpaired: "Answers with a judgement each: good or bad."
        }
    }

    /// For `datasets.load_dataset(DIRECTORY)`: which file is which split.
    private var frontMatter: String {
        guard format.hasFixedSchema else { return "" }
        let names = ["train": "train", "validation": "validation", "holdout": "test"]
        let files = manifest.splits.filter { $0.rows > 0 }.map { tally in
            "      - split: \(names[tally.split] ?? tally.split)\n        path: \(tally.file.rawValue)"
        }
        return (["---", "configs:", "  - config_name: default", "    data_files:"] + files + ["---", "", ""])
            .joined(separator: "\n")
    }

    private var sizes: String {
        let rows = manifest.splits.filter { $0.rows > 0 }.map { tally in
            "| `\(tally.file.rawValue)` | \(tally.rows) | \(tally.bytes) | \(tally.estimatedTokens) | \(tally.scripts.ascii) | "
                + "\(tally.scripts.devanagari) | \(tally.scripts.other) |"
        }
        return """
            ## Sizes and scripts

            | file | lines | bytes | tokens (estimate) | ASCII alone | with Devanagari | with other scripts or signs |
            | --- | --- | --- | --- | --- | --- | --- |
            \(rows.joined(separator: "\n"))

            Scripts are seen from the bytes; romanised Hindi counts as ASCII.\(holdoutNote)
            """
    }

    private var holdoutNote: String {
        run.splits.contains("holdout")
            ? "\n\n**`holdout.jsonl` is for measuring alone.** A model that has learnt it can no longer be judged." : ""
    }

    private var leftOut: String {
        let reasons = ExportManifest.sum(manifest.splits.map(\.reasons)).sorted { $0.key < $1.key }
        let notes = ExportManifest.sum(manifest.splits.map(\.simplified)).sorted { $0.key < $1.key }
        guard !reasons.isEmpty || !notes.isEmpty else { return "" }
        let lines =
            reasons.map { "- left out, `\($0.key)`: \($0.value) (\(Unfit(rawValue: $0.key)?.explanation ?? ""))" }
            + notes.map {
                "- written, `\($0.key)`: \($0.value) (\(Simplification(rawValue: $0.key)?.explanation ?? ""))"
            }
        return "## What the format could not hold\n\n" + lines.joined(separator: "\n")
    }

    private var origin: String {
        let statistics = version.statistics
        let excluded = statistics.excluded.sorted { $0.key < $1.key }.map { "- `\($0.key)`: \($0.value)" }
        return """
            ## Where it comes from

            Of \(statistics.exchanges) exchanges \(statistics.judged) had been reviewed, rated or corrected; \
            \(statistics.promoted) passed every gate: \(statistics.train) for training, \(statistics.validation) for \
            validation. The split is by a keyed hash, made before selection.\(erased)

            \(excluded.isEmpty ? "No judged exchange was left out." : "Left out, by the first gate that stopped each:\n\n" + excluded.joined(separator: "\n"))
            """
    }

    private var erased: String {
        run.standing.erasedExamples > 0
            ? " Since then \(run.standing.erasedExamples) lines were erased on request." : ""
    }

    private var gates: String {
        """
        ## Policy and gates

        `\(version.policyName)`, version \(version.policyVersion):

        ```json
        \(String(decoding: (try? version.policy.canonicalBytes()) ?? [], as: UTF8.self))
        ```
        """
    }

    private var limits: String {
        """
        ## Known limits

        - Judgements are of the people who gave them: users who left unhappy, or never rate, are missing.
        - Answers that no person corrected were written by a model, and carry its habits.
        - Tokens are estimated without the provider's tables.
        - Personal data is redacted as far as the redaction in force found it; nobody has read every line.
        """
    }

    private var toFill: String {
        """
        ## To fill in before it is given away

        - Licence:
        - Consent of the people who wrote the questions, and until when:
        - Whom to ask to have something removed:
        - Meant for, and not meant for:
        """
    }
}
