import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDatasets
import GleanerLoop

/// Datasets as loops build and compare them.
struct ServedLoopDatasets: LoopDatasets {
    let service: DatasetService

    func check(_ policy: LoopDocument.Policy, in project: ID<Project>) async throws {
        _ = try await self.policy(policy, in: project)
    }

    private func policy(_ policy: LoopDocument.Policy, in project: ID<Project>) async throws -> PromotionPolicy {
        switch policy {
        case .named(let name): try await service.policy(named: name, in: project)
        case .document(let document): try PromotionPolicy(parsing: document.canonicalBytes())
        }
    }

    func newest(of dataset: String, in project: ID<Project>) async throws -> LoopVersion? {
        try await stored(newestOf: dataset, in: project).map(LoopVersion.init)
    }

    func version(_ id: UUID, in project: ID<Project>) async throws -> LoopVersion? {
        try await service.version(id, in: project).map(LoopVersion.init)
    }

    private func stored(newestOf dataset: String, in project: ID<Project>) async throws -> DatasetVersion? {
        try await service.list(of: project, dataset: dataset).filter { $0.withdrawn == nil }
            .max { $0.number < $1.number }
    }

    func material(for dataset: String, since: Date?, in project: ID<Project>, limit: Int) async throws -> Int {
        try await service.material(for: dataset, since: since, in: project, limit: limit)
    }

    func news(
        of dataset: String, by policy: LoopDocument.Policy, beside version: LoopVersion?, in project: ID<Project>
    ) async throws -> LoopNews {
        var before: DatasetVersion?
        if let version { before = try await service.version(String(version.number), of: dataset, in: project) }
        let news = try await service.news(
            dataset: dataset, policy: self.policy(policy, in: project), beside: before, project: project)
        return LoopNews(added: news.added, gone: news.gone, changed: news.changed)
    }

    func build(
        _ dataset: String, by policy: LoopDocument.Policy, key: String, author: String, in project: ID<Project>
    ) async throws -> LoopVersion {
        LoopVersion(
            try await service.build(
                dataset: dataset, policy: self.policy(policy, in: project), project: project, by: author, key: key))
    }

    func compare(_ version: LoopVersion, in project: ID<Project>) async throws -> LoopComparison? {
        let all = try await service.list(of: project, dataset: version.dataset)
        guard let after = all.first(where: { $0.id == version.id }),
            let before = all.filter({ $0.number < after.number && $0.withdrawn == nil }).max(by: {
                $0.number < $1.number
            })
        else { return nil }
        let diff = try await service.diff(after, from: before, project: project)
        let lengths = try await service.lengthDrift(from: before, to: after)
        return LoopComparison(
            from: before.number, before: before.statistics.promoted, added: diff.added, gone: diff.gone,
            changed: diff.changed, lengthPSI: lengths.psi, lengthPSIByChance: lengths.psiByChance,
            languagePSI: diff.languages.psi, languagePSIByChance: diff.languages.psiByChance,
            surges: diff.surges.count)
    }
}

extension LoopVersion {
    fileprivate init(_ version: DatasetVersion) {
        self.init(
            id: version.id, dataset: version.dataset, number: version.number, train: version.statistics.train,
            validation: version.statistics.validation, holdout: version.statistics.holdout,
            approvalsNeeded: version.approvals.needed, approvals: version.approvals.by.count,
            isWithdrawn: version.withdrawn != nil, createdAt: version.createdAt)
    }
}
