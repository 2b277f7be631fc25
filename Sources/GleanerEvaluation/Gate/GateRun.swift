import Foundation
import GleanerCore
import GleanerJobs

/// The work of one evaluation, from whatever was left to do.
struct GateRun: Sendable {
    let evaluation: Evaluation
    let items: [HoldoutItem]
    let store: PostgresEvaluationStore
    private let answers: AnswerClient
    private let prices: any ModelPrices
    private let moderator: any AnswerModerator
    let people: any PairwiseReview

    var policy: GatePolicy { evaluation.policy }
    private var timeout: Duration { .seconds(policy.timeoutSeconds) }

    init(
        _ evaluation: Evaluation, store: PostgresEvaluationStore, answers: AnswerClient, prices: any ModelPrices,
        moderator: any AnswerModerator, people: any PairwiseReview
    ) async throws {
        self.evaluation = evaluation
        self.store = store
        self.answers = answers
        self.prices = prices
        self.moderator = moderator
        self.people = people
        items = try await store.items(
            of: evaluation.version, salt: evaluation.salt, limit: evaluation.policy.maximumItems
        ).items
    }

    // MARK: Answers

    func answerAll(_ job: RunningJob) async throws {
        let known = try await store.answered(evaluation.id)
        let work = items.flatMap { item in
            // Both sides of a line one after the other, so that neither meets a busier hour.
            [true, false].filter { !known.contains(.init(line: item.line, isCandidate: $0)) }.map { (item, $0) }
        }
        try await forEach(work, job, done: known.count, of: items.count * 2) {
            try await answer($0.0, isCandidate: $0.1)
        }
    }

    private func answer(_ item: HoldoutItem, isCandidate: Bool) async throws {
        let choice = isCandidate ? evaluation.candidate : evaluation.incumbent
        let side = isCandidate ? "candidate" : "incumbent"
        let key = "gleaner-evaluation-\(evaluation.id)-\(item.line)-\(side)"
        let start = ContinuousClock.now
        switch await said(item.request(choice, policy), choice.provider, key) {
        case .success(let answer):
            let scores = try await measured(answer.text, item, key)
            try await store.put(
                answer, scores, costUSD: try await cost(answer, choice), of: item, side: side, evaluation.id)
        case .failure(let failure) where failure.isOfPrompt:
            try await store.put(
                failure, of: item, side: side, evaluation.id, after: ContinuousClock.now - start)
        case .failure(let failure): throw failure
        }
    }

    private func said(
        _ request: JSONValue, _ provider: String, _ key: String
    ) async -> Result<ModelAnswer, AnswerFailure> {
        do throws(AnswerFailure) {
            return .success(try await answers.chat(request, of: provider, key: key, timeout: timeout))
        } catch {
            return .failure(error)
        }
    }

    private func measured(_ answer: String, _ item: HoldoutItem, _ key: String) async throws -> ItemScores {
        var scores = ItemScores(of: answer, reference: item.reference)
        scores.flagged = try await moderator.flags(answer, in: evaluation.project)
        if let embeddings = policy.embeddings, !answer.isEmpty {
            let vectors = try await answers.embed(
                [answer, item.reference], by: embeddings, key: "\(key)-embedding", timeout: timeout)
            scores.similarity = Cosine.similarity(vectors[0], vectors[1])
        }
        return scores
    }

    private func cost(_ answer: ModelAnswer, _ choice: ModelChoice) async throws -> Double? {
        guard let rates = try await prices.rates(of: choice.model, from: choice.provider),
            answer.promptTokens != nil || answer.completionTokens != nil
        else { return nil }
        return (Double(answer.promptTokens ?? 0) * rates.input + Double(answer.completionTokens ?? 0) * rates.output)
            / 1_000_000
    }

    // MARK: Judgements

    func judgeAll(_ job: RunningJob) async throws {
        guard let judge = policy.judge else { return }
        let known = try await store.judged(evaluation.id)
        let texts = try await store.texts(evaluation.id)
        let work = items.flatMap { item -> [(HoldoutItem, Bool)] in
            guard texts[item.line]?.candidate != nil, texts[item.line]?.incumbent != nil else { return [] }
            return [true, false].filter { known[item.line]?[$0] == nil }.map { (item, $0) }
        }
        let done = known.values.reduce(0) { $0 + $1.count }
        try await forEach(work, job, done: done, of: work.count + done) { item, candidateFirst in
            guard let candidate = texts[item.line]?.candidate, let incumbent = texts[item.line]?.incumbent else {
                return
            }
            let (first, second) = candidateFirst ? (candidate, incumbent) : (incumbent, candidate)
            let key = "gleaner-evaluation-\(evaluation.id)-\(item.line)-judge-\(candidateFirst)"
            var preference = JudgedPreference.unreadable
            var price: Double?
            switch await said(judge.request(item.prompt, first: first, second: second), judge.provider, key) {
            case .success(let answer):
                preference = JudgedPreference(JudgeChoice.read(answer.text), candidateFirst: candidateFirst)
                price = try await cost(answer, ModelChoice(provider: judge.provider, model: judge.model))
            case .failure(let failure) where failure.isOfPrompt: break
            case .failure(let failure): throw failure
            }
            try await store.put(
                preference, by: judge, candidateFirst: candidateFirst, costUSD: price, of: item.line, evaluation.id)
        }
    }

    // MARK: The verdict

    func decide() async throws {
        let scored = try await store.scored(evaluation.id)
        let judged = try await store.judged(evaluation.id)
        let said = try await peopleSaid()
        let pairs = items.compactMap { item -> ScoredPair? in
            guard let candidate = scored[item.line]?[true], let incumbent = scored[item.line]?[false] else {
                return nil
            }
            var gain: Double?
            if let one = judged[item.line]?[true], let other = judged[item.line]?[false] {
                gain = JudgedPreference.gain(one, other)
            } else if policy.judge != nil, (candidate.scores == nil) != (incumbent.scores == nil) {
                // Who gave no answer gave the worse one.
                gain = candidate.scores == nil ? -1 : 1
            }
            return ScoredPair(
                line: item.line, cluster: item.cluster, isEdited: item.isEdited, candidate: candidate,
                incumbent: incumbent, judged: gain, preferred: said?.preferred[item.line].map(\.gain))
        }
        let seed = evaluation.salt.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let report = GateReport(
            GateDecision(policy: policy, pairs: pairs, seed: seed), drawn: items, holdout: evaluation.holdout,
            judge: policy.judge.map { judgeEvidence($0, pairs, judged) }, people: said.map(PeopleEvidence.init),
            costUSD: try await store.cost(evaluation.id))
        try await store.finish(evaluation, report)
    }

    private func judgeEvidence(
        _ judge: JudgeChoice, _ pairs: [ScoredPair], _ judged: [Int: [Bool: JudgedPreference]]
    ) -> JudgeEvidence {
        var evidence = JudgeEvidence(provider: judge.provider, model: judge.model)
        for pair in pairs {
            switch pair.judged {
            case .some(let gain) where gain > 0: evidence.candidateWins += 1
            case .some(let gain) where gain < 0: evidence.incumbentWins += 1
            case .some: evidence.ties += 1
            case nil: evidence.unreadable += 1
            }
            let orders = judged[pair.line] ?? [:]
            if pair.judged == 0, orders[true] != orders[false] { evidence.disagreements += 1 }
        }
        return evidence
    }

    // MARK: Many at a time

    /// Up to `concurrency` at a time. The first that goes wrong begins no more; those under way end, and are stored.
    private func forEach<Element: Sendable>(
        _ elements: [Element], _ job: RunningJob, done: Int, of all: Int,
        _ body: @escaping @Sendable (Element) async throws -> Void
    ) async throws {
        var failure: (any Error)?
        try await withThrowingTaskGroup(of: Result<Void, any Error>.self) { group in
            var (next, ended) = (0, 0)
            func begin() {
                guard next < elements.count, failure == nil, !Task.isCancelled else { return }
                let element = elements[next]
                next += 1
                group.addTask {
                    do { return .success(try await body(element)) } catch { return .failure(error) }
                }
            }
            for _ in 0..<policy.concurrency { begin() }
            while let result = try await group.next() {
                ended += 1
                if case .failure(let error) = result, failure == nil { failure = error }
                if ended.isMultiple(of: 10) || ended == elements.count {
                    try await job.report(["done": .integer(Int64(done + ended)), "of": .integer(Int64(all))])
                }
                begin()
            }
        }
        try Task.checkCancellation()
        if let failure { throw failure }
    }
}
