import ArgumentParser
import Foundation
import GleanerDatasets

/// Which policy a build or a preview goes by.
struct PolicyChoice: ParsableArguments {
    @Option(help: "A policy document (JSON).") var policy: String?
    @Option(help: "Overrides the policy's minimum_review_score.") var minScore: Int?
    @Option(help: "One system prompt for all examples, the one the bot will run with.") var systemPrompt: String?
    @Option(help: "Also promote by ratings alone: thumbs up minus thumbs down, at least.") var minNetThumbs: Int?
    @Option(help: "What examples are for: sft, preference or unpaired.") var kind: String?

    func chosen() throws -> PromotionPolicy {
        var chosen = PromotionPolicy()
        if let policy {
            guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: policy)) else {
                throw DatasetError.fileUnreadable(path: policy)
            }
            chosen = try PromotionPolicy(parsing: bytes)
        }
        if let minScore { chosen.minimumReviewScore = minScore }
        if let systemPrompt { chosen.systemPrompt = .init(mode: .replace, text: systemPrompt) }
        if let minNetThumbs { chosen.minimumRating = .init(netThumbs: minNetThumbs) }
        if let kind {
            guard let known = DatasetKind(rawValue: kind) else {
                throw ValidationError(
                    "--kind is one of \(DatasetKind.allCases.map(\.rawValue).joined(separator: ", ")), not \(kind)")
            }
            chosen.kind = known
        }
        return chosen
    }
}
