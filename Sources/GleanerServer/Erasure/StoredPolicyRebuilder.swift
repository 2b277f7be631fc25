import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDatasets
import GleanerErasure

/// Builds a withdrawn version anew by the policy document it was built with.
struct StoredPolicyRebuilder: DatasetRebuilder {
    let pool: PostgresPool

    func rebuild(_ version: UUID, in project: ID<Project>) async throws -> UUID? {
        let datasets = DatasetService(pool: pool, personalData: PersonalDataRules())
        guard let old = try await datasets.version(version, in: project) else { return nil }
        do {
            return try await datasets.build(
                dataset: old.dataset, policy: PromotionPolicy(parsing: old.policy.canonicalBytes()), project: project,
                by: "gleaner:erasure"
            ).id
        } catch DatasetError.nothingPromoted {
            return nil
        }
    }
}
