import AsyncCurl
import Foundation
import GleanerCore
import NIOCore

/// A server that speaks OpenAI's fine-tuning API.
///
/// Source: OpenAI's API reference; words that differ elsewhere are read where they are known (`RemoteJob.Status`).
struct OpenAIDriver: TuningDriver {
    /// The metadata key under which our id stands.
    static let metadataKey = "gleaner_tuning_job"
    /// Pages of a list that are read at most.
    static let mostPages = 50

    let wire: OpenAIWire
    let uploadAbove: Int
    let partBytes: Int

    func name(of step: TuningStep, for job: ID<TuningJob>) -> String {
        switch step {
        case .trainingFile: "gleaner-\(job)-train.jsonl"
        case .validationFile: "gleaner-\(job)-validation.jsonl"
        case .job: job.description
        }
    }

    // MARK: Jobs

    func makeJob(_ order: TuningOrder) async throws -> RemoteJob {
        do {
            return try read(await create(order.wireDocument()))
        } catch DriverFault.refused(let failure) where Self.dislikesMethod(failure) && order.method == .sft {
            // Older servers know hyperparameters at the top only. A refusal made nothing, so asking otherwise is safe.
            return try read(await create(order.wireDocument(atTop: true)))
        }
    }

    private func create(_ document: JSONValue) async throws -> JSONValue {
        do {
            return try await wire.json("POST", "fine_tuning/jobs", .json(document), isSafe: false)
        } catch DriverFault.gone {
            throw DriverFault.refused(
                TuningFailure(code: "not_found", message: "The provider has no fine-tuning API, or not this model."))
        }
    }

    private static func dislikesMethod(_ failure: TuningFailure) -> Bool {
        failure.param == "method" || failure.message.contains("'method'") || failure.message.contains("`method`")
    }

    private func read(_ document: JSONValue) throws -> RemoteJob {
        guard let job = RemoteJob(document) else { throw DriverFault.unsure("an answer that is no job") }
        return job
    }

    /// By our metadata. Servers that keep none have the file, which nobody else uses.
    func jobs(for order: TuningOrder) async throws -> [RemoteJob] {
        let filter = "metadata%5B\(Self.metadataKey)%5D=\(order.name)"
        do {
            let found = try await list(order, filter)
            if !found.isEmpty { return found }
        } catch DriverFault.refused {}
        return try await list(order, nil)
    }

    private func list(_ order: TuningOrder, _ filter: String?) async throws -> [RemoteJob] {
        // Clocks differ; what was made a day before it was meant to be made is another's.
        let oldest = order.intendedAt.addingTimeInterval(-86_400)
        var found: [RemoteJob] = []
        try await pages("fine_tuning/jobs", filter.map { [$0] } ?? []) { document in
            let isOurs =
                document["metadata"]?[Self.metadataKey]?.stringValue == order.name
                || document["training_file"]?.stringValue == order.trainingFile
            guard let job = RemoteJob(document) else { return true }
            if isOurs { found.append(job) }
            return job.createdAt.map { $0 >= oldest } ?? true
        }
        return found.sorted { ($0.createdAt ?? .distantFuture, $0.id) < ($1.createdAt ?? .distantFuture, $1.id) }
    }

    func job(_ id: String) async throws -> RemoteJob {
        guard let job = RemoteJob(try await wire.json("GET", "fine_tuning/jobs/\(id)", isSafe: true)) else {
            throw DriverFault.notNow("an answer that is no job", after: nil)
        }
        return job
    }

    func cancel(_ job: String) async throws {
        do {
            _ = try await wire.send("POST", "fine_tuning/jobs/\(job)/cancel", isSafe: true)
        } catch DriverFault.refused, DriverFault.gone {
            // It has ended meanwhile; how, the next look says.
        }
    }

    // MARK: What a job says

    func news(of job: String, known: Set<String>) async throws -> TuningNews {
        var news = TuningNews()
        // Newest first: what comes after one that is known is known.
        try await pages("fine_tuning/jobs/\(job)/events", []) { document in
            guard let event = TuningEvent(document) else { return true }
            guard !known.contains(event.id) else { return false }
            news.events.append(event)
            return true
        }
        news.metrics = news.events.compactMap { event in event.data.flatMap { TuningMetric($0) } }
        do {
            try await pages("fine_tuning/jobs/\(job)/checkpoints", []) { document in
                guard let (checkpoint, metric) = TuningCheckpoint.reading(document) else { return true }
                news.checkpoints.append(checkpoint)
                if let metric { news.metrics.append(metric) }
                return true
            }
        } catch DriverFault.refused, DriverFault.gone {
            // Not every server has them.
        }
        return news
    }

    func results(of job: RemoteJob) async throws -> [TuningMetric] {
        guard let file = job.resultFiles.first else { return [] }
        do {
            return ResultFile(try await wire.send("GET", "files/\(file)/content", isSafe: true).readableBytesView)
                .metrics
        } catch DriverFault.refused, DriverFault.gone {
            return []
        }
    }

    /// - Parameter each: returns whether to go on.
    func pages(_ path: String, _ query: [String], _ each: (JSONValue) -> Bool) async throws {
        var after: String?
        for _ in 0..<Self.mostPages {
            let items = query + ["limit=100"] + (after.map { ["after=\($0)"] } ?? [])
            let page = try await wire.json("GET", "\(path)?\(items.joined(separator: "&"))", isSafe: true)
            let data = page["data"]?.arrayValue ?? []
            for document in data where !each(document) { return }
            guard page["has_more"]?.boolValue == true, let last = data.last?["id"]?.stringValue, last != after else {
                return
            }
            after = last
        }
    }
}

extension TuningOrder {
    /// - Parameter atTop: hyperparameters as servers of before `method` want them.
    func wireDocument(atTop: Bool = false) -> JSONValue {
        var members: [String: JSONValue] = [
            "model": .string(baseModel), "training_file": .string(trainingFile),
            "metadata": [OpenAIDriver.metadataKey: .string(name)],
        ]
        if let validationFile { members["validation_file"] = .string(validationFile) }
        if let suffix { members["suffix"] = .string(suffix) }
        if let seed { members["seed"] = .integer(Int64(seed)) }
        if atTop {
            members["hyperparameters"] = hyperparameters.document
        } else {
            members["method"] = [
                "type": .string(method.wireName),
                method.wireName: ["hyperparameters": hyperparameters.document],
            ]
        }
        return .object(members)
    }
}
