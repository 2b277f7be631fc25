public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Promotes judged exchanges into frozen dataset versions, and reads them back.
public struct DatasetService: Sendable {
    let store: PostgresDatasetStore
    private let personalData: (any PersonalDataFinder)?

    /// - Parameter personalData: what leaves out lines with personal data; without it, policies cannot ask for that.
    public init(pool: PostgresPool, personalData: (any PersonalDataFinder)? = nil) {
        store = PostgresDatasetStore(pool: pool)
        self.personalData = personalData
    }

    /// Freezes a new version of `dataset` by `policy`: all in one transaction, from one snapshot.
    ///
    /// The same exchanges, judgements and policy give the same lines in the same order.
    /// - Parameters:
    ///   - key: asked again under the same key, it gives the version that there is.
    ///   - progress: judged exchanges looked at so far.
    /// - Throws: `DatasetError.nothingPromoted`; then no version is made.
    public func build(
        dataset: String, policy: PromotionPolicy, project: ID<Project>, by builder: String? = nil, key: String? = nil,
        now: Date = Date(), progress: @Sendable (Int) -> Void = { _ in }
    ) async throws -> DatasetVersion {
        var build = try await plan(dataset, policy, project, builder, now)
        build.key = key
        return try await build.run(progress: progress)
    }

    /// What `build` would make of it, and what each gate would leave out, with examples. Nothing is kept.
    public func preview(
        dataset: String, policy: PromotionPolicy, project: ID<Project>, now: Date = Date(),
        progress: @Sendable (Int) -> Void = { _ in }
    ) async throws -> DatasetPreview {
        try await plan(dataset, policy, project, nil, now).preview(progress: progress)
    }

    func plan(
        _ dataset: String, _ policy: PromotionPolicy, _ project: ID<Project>, _ builder: String?, _ now: Date
    ) async throws -> DatasetBuild {
        guard DatasetName.isOne(dataset) else { throw DatasetError.nameInvalid(dataset) }
        try policy.check()
        for name in policy.decontamination.benchmarks ?? [] where !(try await store.hasBenchmark(name, in: project)) {
            throw DatasetError.benchmarkUnknown(name)
        }
        return DatasetBuild(
            dataset: dataset, policy: policy, project: project, builder: builder, now: now, store: store,
            personalData: personalData)
    }

    /// Every version of every dataset, newest first.
    /// - Parameter dataset: `nil` for all.
    public func list(of project: ID<Project>, dataset: String? = nil) async throws -> [DatasetVersion] {
        try await store.versions(of: project, dataset: dataset)
    }

    /// `nil` when the project has none of that id.
    public func version(_ id: UUID, in project: ID<Project>) async throws -> DatasetVersion? {
        try await store.version(id, of: project)
    }

    /// - Parameter version: a number, or `latest`.
    public func version(_ version: String, of dataset: String, in project: ID<Project>) async throws -> DatasetVersion {
        let versions = DatasetName.isOne(dataset) ? try await store.versions(of: project, dataset: dataset) : []
        // By number: the clocks of two instances may disagree about which was made last.
        guard let latest = versions.max(by: { $0.number < $1.number }) else {
            throw DatasetError.datasetUnknown(dataset)
        }
        guard version != "latest" else { return latest }
        guard let number = Int(version), let found = versions.first(where: { $0.number == number }) else {
            throw DatasetError.versionUnknown(dataset: dataset, version: version)
        }
        return found
    }

    /// The newest policy that was used under this name.
    public func policy(named name: String, in project: ID<Project>) async throws -> PromotionPolicy {
        guard !name.utf8.contains(0), let document = try await store.policy(named: name, in: project) else {
            throw DatasetError.policyUnknown(name)
        }
        return try PromotionPolicy(parsing: document)
    }

    /// Everything that led to one line of an exported file; lines count from 1.
    public func explain(_ version: DatasetVersion, split: String, line: Int) async throws -> LineExplanation {
        guard let found = try await store.example(version.id, split: split, line: line) else {
            let lines =
                split == "train"
                ? version.statistics.train
                : split == "validation"
                    ? version.statistics.validation
                    : split == "holdout" ? version.statistics.holdout : 0
            throw DatasetError.lineUnknown(split: split, line: line, lines: lines)
        }
        return LineExplanation(
            version: version, split: split, line: line, content: found.content, lineage: found.lineage,
            models: try await store.models(trainedOn: version.id))
    }
}

/// What led to one line.
public struct LineExplanation: Sendable, Codable {
    public let dataset: String
    public let version: Int
    public let split: String
    public let line: Int
    /// The line itself.
    public let content: JSONValue
    /// Exchange, reviews, ratings, policy, and what each gate saw.
    public let lineage: JSONValue
    /// What has been trained on the version so far.
    public let models: [TrainedModel]

    init(
        version: DatasetVersion, split: String, line: Int, content: JSONValue, lineage: JSONValue,
        models: [TrainedModel]
    ) {
        dataset = version.dataset
        self.version = version.number
        self.split = split
        self.line = line
        self.content = content
        self.lineage = lineage
        self.models = models
    }

    /// For a terminal.
    public var text: String {
        func plain(_ value: JSONValue?) -> String {
            guard let value, value != .null else { return "-" }
            return value.stringValue ?? (try? value.canonicalBytes()).map { String(decoding: $0, as: UTF8.self) } ?? "-"
        }
        var lines = [
            "\(dataset) version \(version), \(split).jsonl line \(line)",
            "  exchange      \(plain(lineage["exchange_id"]))   conversation \(plain(lineage["conversation"]))",
            "  received      \(plain(lineage["received_at"]))   answered by \(plain(lineage["served_model"]))",
            "  answer        \(plain(lineage["answer_source"]))",
            "  policy        \(plain(lineage["policy"]))",
        ]
        for review in lineage["reviews"]?.arrayValue ?? [] {
            lines.append(
                "  review        \(plain(review["id"])) by \(plain(review["reviewer"])): \(plain(review["scores"]))")
        }
        for feedback in lineage["feedback"]?.arrayValue ?? [] {
            let value = feedback["thumb"] ?? feedback["score"] ?? feedback["raised"]
            lines.append(
                "  feedback      \(plain(feedback["id"])) \(plain(feedback["kind"])) \(plain(value)) by \(plain(feedback["rater"]))"
            )
        }
        for (gate, value) in (lineage["gates"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            lines.append("  gate          \(gate): \(plain(value))")
        }
        lines.append("  sha256        \(plain(lineage["sha256"]))")
        for model in models {
            lines.append("  trained       \(model.model) (\(model.provider), job \(model.tuningJob ?? "-"))")
        }
        return lines.joined(separator: "\n")
    }
}

/// A model that was trained on a dataset version.
public struct TrainedModel: Sendable, Hashable, Codable {
    public let provider: String
    public let model: String
    /// The fine-tune that made it.
    public let tuningJob: String?

    enum CodingKeys: String, CodingKey {
        case provider, model
        case tuningJob = "tuning_job"
    }
}
