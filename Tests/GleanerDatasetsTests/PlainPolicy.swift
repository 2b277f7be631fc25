@testable import GleanerDatasets

extension PromotionPolicy {
    /// Every judged answer counts by itself: no holdout, no near-duplicates, no caps.
    static var plain: PromotionPolicy {
        var policy = PromotionPolicy()
        policy.holdoutShare = 0
        for side in [\PromotionPolicy.NearDuplicates.prompt, \.answer] {
            policy.nearDuplicates[keyPath: side].keep = nil
            policy.nearDuplicates[keyPath: side].similarity = 1
            policy.nearDuplicates[keyPath: side].shortSimilarity = 1
        }
        policy.maximumPerEndUser = nil
        policy.maximumPerConversation = nil
        policy.maximumPerRater = nil
        return policy
    }
}
