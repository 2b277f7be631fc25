import Foundation
import GleanerCore

/// Embeddings of prompts, of one version of their evaluator: what users asked about before, and in a window.
struct PromptPeriods: Sendable {
    let before: [[Float]]
    let now: [[Float]]
}

extension AlertRuleDocument {
    /// The evaluator that keeps embeddings of prompts.
    static let embedder = "relevance"
    /// Of each period so many prompts are compared at most.
    static let mostPrompts = 500
    /// A chance of α is told by 4/α permutations, and never by more than these.
    static let mostPermutations = 10_000

    /// How far the window's prompts are from those before it, less and more what chance alone makes of it.
    func look(at prompts: PromptPeriods, from: Date, to: Date) -> RuleLook {
        let alpha = alpha(slices: 1)
        let hasEnough = Double(min(prompts.before.count, prompts.now.count)) >= minimum
        // The same window looked at again says the same.
        let seed = UInt64(bitPattern: Int64(from.timeIntervalSinceReferenceDate))
        let estimate = hasEnough ? Self.discrepancy(prompts, alpha: alpha, seed: seed) : nil
        return RuleLook(
            from: from, to: to, count: Double(prompts.now.count), estimate: estimate, document: self, alpha: alpha)
    }

    private static func discrepancy(_ prompts: PromptPeriods, alpha: Double, seed: UInt64) -> Estimate? {
        guard let found = MeanDiscrepancy(prompts.before, prompts.now, seed: seed) else { return nil }
        let permuted = found.permuted(min(mostPermutations, Int((4 / alpha).rounded(.up))), seed: seed)
        let value = max(0, found.unbiased)
        return Estimate(value: value) { alpha in
            let noise = max(0, permuted.threshold(alpha: alpha))
            return (max(0, value - noise), value + noise)
        }
    }
}
