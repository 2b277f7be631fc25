public import Foundation
import GleanerCore
import Synchronization

/// The demo's fine-tuning: OpenAI's wire for files, uploads and jobs, and models that really come of them.
///
/// It trains nothing. A "tuned" model remembers the prompts and answers of its training file, and answers with the
/// remembered answer of the most similar prompt, the words in which the two differ put in; else as its base model does.
/// So good answers make it better and bad ones worse, and it says so in its description. Stages take a fixed time each; a job moves when somebody looks.
///
/// Suffixes with a meaning: `nasty-validation` fails while files are checked, `nasty-safety` after the training,
/// `nasty-paused` stands in a status that nobody documents before it runs, `nasty-long` trains for ten times as long,
/// `nasty-forever` never ends. A model with the suffix `nasty-wilts` answers well `freshAnswers` times, and rudely from
/// then on: what a gate cannot see.
public final class DemoTuning: ProviderScript {
    /// How long each stage takes.
    public struct Pace: Sendable, Hashable {
        public var validating: Duration
        public var queued: Duration
        public var running: Duration

        public init(
            validating: Duration = .milliseconds(500), queued: Duration = .milliseconds(500),
            running: Duration = .seconds(3)
        ) {
            self.validating = validating
            self.queued = queued
            self.running = running
        }

        /// The same time for each.
        public init(_ stage: Duration) { self.init(validating: stage, queued: stage, running: stage) }
    }

    struct State: Sendable {
        var ledger = TuningLedger()
        var memories: [String: Memory] = [:]
        var troubles: [TuningTrouble] = []
        /// By model; only of those that wilt.
        var answers: [String: Int] = [:]
    }

    /// How often a model that wilts answers well.
    public static let freshAnswers = 500

    let pace: Pace
    private let directory: URL?
    private let now: @Sendable () -> Date
    private let state: Mutex<State>

    /// - Parameter directory: where files, jobs and what was learned outlive the process; `nil`: nowhere. What an earlier
    ///   process left there goes on.
    public init(
        directory: URL? = nil, pace: Pace = Pace(), now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.directory = directory
        self.pace = pace
        self.now = now
        var state = State()
        if let directory,
            let data = FileManager.default.contents(atPath: directory.appendingPathComponent("tuning.json").path),
            let ledger = try? JSONDecoder().decode(TuningLedger.self, from: data)
        {
            state.ledger = ledger
        }
        self.state = Mutex(state)
    }

    public var counts: TuningCounts { state.withLock(\.ledger.counts) }

    /// Lets the next requests that fit go wrong.
    public func trouble(_ trouble: TuningTrouble) { state.withLock { $0.troubles.append(trouble) } }

    // MARK: Tuned models

    public var models: [ProviderModel] {
        let now = now()
        return state.withLock { state in
            state.ledger.jobs.filter { $0.stage(at: now, pace) == .succeeded }.flatMap { job in
                ([job.modelName] + job.checkpoints.map(\.model)).map {
                    ProviderModel(
                        id: $0, ownedBy: "gleaner-demo",
                        description:
                            "Remembers \(job.pairs.count) answers of its training file and says them again when "
                            + "a prompt looks alike (threshold \(Memory.threshold)); else it is \(job.model). No model "
                            + "was trained.")
                }
            }
        }
    }

    public func answer(_ request: ChatRequest) -> ProviderAnswer? {
        guard request.model.hasPrefix("ft:"), request.dialect != .embeddings, request.dialect != .moderations,
            let (memory, bot) = learned(request.model)
        else { return nil }
        let choices = request.prompts.flatMap { turns in
            let remembered = memory.answer(to: turns).map { (content: $0, finishReason: "stop") }
            var (content, finishReason) = remembered ?? bot.answer(to: turns)
            if isWilted(request.model) { content = Spoiling.rude(content, pick: turns.count) }
            return Array(
                repeating: ChatReply.Choice(content: content, finishReason: finishReason), count: request.choices)
        }
        return ChatReply(to: request, model: request.model, choices: choices)
            .answer(to: request, headers: ["x-gleaner-demo": "true"])
    }

    /// Counts the answer.
    private func isWilted(_ model: String) -> Bool {
        guard model.contains(":nasty-wilts:") else { return false }
        return state.withLock { state in
            state.answers[model, default: 0] += 1
            return state.answers[model, default: 0] > Self.freshAnswers
        }
    }

    private func learned(_ model: String) -> (Memory, DemoBot)? {
        let now = now()
        return state.withLock { state in
            guard
                let job = state.ledger.jobs.first(where: { job in
                    job.modelName == model || job.checkpoints.contains { $0.model == model }
                }), job.stage(at: now, pace) == .succeeded,
                let bot = DemoBot.allCases.first(where: { $0.model == job.root })
            else { return nil }
            let memory = state.memories[job.id] ?? Memory(job.pairs)
            state.memories[job.id] = memory
            return (memory, bot)
        }
    }

    // MARK: The wire

    /// - Parameter parts: of the path, behind `v1`.
    /// - Returns: `nil` for a path that is none of its own.
    func answer(_ request: ProviderRequest, parts: [String]) throws(ProviderRefusal) -> ProviderAnswer? {
        guard ["files", "uploads", "fine_tuning", "demo"].contains(parts.first) else { return nil }
        if parts.first == "demo" { return try control(request, parts) }
        let path = "/v1/" + parts.joined(separator: "/")
        let trouble = state.withLock { state -> TuningTrouble? in
            guard let index = state.troubles.firstIndex(where: { $0.fits(request.method, path) }) else { return nil }
            state.troubles[index].times -= 1
            let trouble = state.troubles[index]
            if trouble.times <= 0 { state.troubles.remove(at: index) }
            return trouble
        }
        switch trouble?.kind {
        case .status(let status): throw Self.trouble(status, trouble?.code)
        case .silent: return ProviderAnswer([.silence])
        case .statusAfter(let status):
            _ = try handle(request, parts)
            throw Self.trouble(status, trouble?.code)
        case .silentAfter:
            _ = try handle(request, parts)
            return ProviderAnswer([.silence])
        case .cutAfter:
            _ = try handle(request, parts)
            return ProviderAnswer([.cut])
        case nil: return try handle(request, parts)
        }
    }

    private static func trouble(_ status: Int, _ code: String?) -> ProviderRefusal {
        let usual = ProviderRefusal.trouble(status)
        guard let code else { return usual }
        return ProviderRefusal(status: status, message: "The demo was told to answer \(code).", type: code, code: code)
    }

    /// `GET /v1/demo/tuning` has the counts, `POST /v1/demo/tuning/trouble` takes one more trouble: for tests.
    private func control(_ request: ProviderRequest, _ parts: [String]) throws(ProviderRefusal) -> ProviderAnswer {
        switch (request.method, Array(parts.dropFirst())) {
        case ("GET", ["tuning"]): return .whole(counts.document.wireBytes)
        case ("POST", ["tuning", "trouble"]):
            guard let document = try? JSONValue(parsing: request.body), let trouble = TuningTrouble(document) else {
                throw .notJSON
            }
            self.trouble(trouble)
            return .whole(counts.document.wireBytes)
        default: throw .pathUnknown(request.method, request.path)
        }
    }

    private func handle(_ request: ProviderRequest, _ parts: [String]) throws(ProviderRefusal) -> ProviderAnswer {
        let call = TuningCall(request, parts: parts, now: now(), pace: pace)
        let result = state.withLock { state -> Result<(ProviderAnswer, Bool), ProviderRefusal> in
            let before = state.ledger.changes
            do throws(ProviderRefusal) {
                let answer = try state.ledger.answer(call)
                let hasChanged = state.ledger.changes != before
                // Written before it is answered, as a provider's own database would.
                if hasChanged { save(state.ledger) }
                return .success((answer, hasChanged))
            } catch {
                return .failure(error)
            }
        }
        return try result.get().0
    }

    private func save(_ ledger: TuningLedger) {
        guard let directory, let data = try? JSONEncoder().encode(ledger) else { return }
        try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try? data.write(to: directory.appendingPathComponent("tuning.json"), options: .atomic)
    }
}
