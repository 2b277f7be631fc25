public import AsyncPostgres
import Foundation
public import GleanerCore

/// How far a draft is.
public struct DraftProgress: Sendable, Hashable, Codable {
    public internal(set) var questions = 0
    public internal(set) var wanted = 0
    /// Answers that are exchanges by now.
    public internal(set) var drafted = 0
    /// Refused, cut or empty answers.
    public internal(set) var failed = 0
    /// Calls made, and what they used as the provider counts it.
    public internal(set) var calls = 0
    public internal(set) var promptTokens = 0
    public internal(set) var completionTokens = 0

    enum CodingKeys: String, CodingKey {
        case questions, wanted, drafted, failed, calls
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
    }
}

/// What is still to be spent, roughly.
public struct DraftEstimate: Sendable, Hashable, Codable {
    public let calls: Int
    public let promptTokens: Int
    public let completionTokens: Int

    enum CodingKeys: String, CodingKey {
        case calls
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
    }
}

/// Has a teacher write users' questions and then an answer to each, one call at a time.
///
/// Every step is in the database before the next begins: killed at any point, the same command goes on, and pays twice at
/// most for the one call that was on its way, unless the provider honours its `Idempotency-Key`.
public struct DraftRun: Sendable {
    /// Rounds over all topics, when duplicates leave too few questions.
    private static let rounds = 3
    /// Tries of one call that the teacher is too busy for.
    private static let attempts = 5
    /// Tokens of one written question and of one answer, for estimates.
    private static let questionTokens = 25
    private static let answerTokens = 250

    private let settings: DraftSettings
    private let dataset: String
    private let store: DraftStore
    private let teacher: any Teacher
    private let log: any DraftLog

    public init(
        _ settings: DraftSettings, for dataset: String, pool: PostgresPool, project: ID<Project>, teacher: any Teacher,
        log: any DraftLog
    ) throws {
        guard DatasetName.isOne(dataset) else { throw DatasetError.nameInvalid(dataset) }
        self.settings = settings
        self.dataset = dataset
        self.teacher = teacher
        self.log = log
        store = DraftStore(pool: pool, project: project)
    }

    /// Without asking anybody.
    public func estimate() async throws -> DraftEstimate {
        var calls: [DraftCall] = []
        if let known = try await store.known(settings, for: dataset) { calls = try await store.calls(of: known) }
        let progress = DraftState(settings, calls).progress
        let answers = max(settings.count - progress.drafted, 0)
        let questions = max(settings.count - progress.questions, 0)
        let asks = (questions + DraftRequests.batch - 1) / DraftRequests.batch
        let message: Int = TokenEstimate.text(settings.system).estimate
        let shown = (min(settings.examples.count, 20) + 30) * Self.questionTokens
        return DraftEstimate(
            calls: answers + asks,
            promptTokens: answers * (message + Self.questionTokens + 10) + asks * (message + 150 + shown),
            completionTokens: answers * Self.answerTokens + asks * DraftRequests.batch * Self.questionTokens)
    }

    /// - Throws: `BeginningError` when the teacher gives up; what was drafted stays, and the same run goes on.
    public func run(progress: @Sendable (DraftProgress) -> Void = { _ in }) async throws -> DraftProgress {
        let draft = try await store.begin(settings, for: dataset)
        while true {
            let state = DraftState(settings, try await store.calls(of: draft))
            progress(state.progress)
            switch state.next(rounds: Self.rounds) {
            case .log(let call): try await keep(call, draft)
            case .ask(let call): try await ask(call, state, draft)
            case .plan(let topics): try await store.planQuestions(topics, of: draft, from: state.nextNumber)
            case .nothing:
                try await store.finish(draft)
                return state.progress
            }
        }
    }

    private func ask(_ call: DraftCall, _ state: DraftState, _ draft: UUID) async throws {
        let body =
            if let question = call.question {
                try DraftRequests.answer(settings, to: question)
            } else {
                try DraftRequests.questions(
                    settings, about: call.topic ?? "", avoiding: state.questions(about: call.topic))
            }
        try await store.asked(call, of: draft)
        let reply = try await reply(to: body, call, draft)
        let answer = TeacherAnswer(reply.body)
        guard let answer, answer.isWhole else { return try await store.failed(call, answer, of: draft) }
        if call.isAnswer { return try await store.answered(call, reply.body, answer, of: draft) }
        try await store.proposed(
            call, state.new(answer.questions), answer, of: draft, from: state.nextNumber)
    }

    /// A busy teacher is given time; what it refuses is not paid for.
    private func reply(to body: [UInt8], _ call: DraftCall, _ draft: UUID) async throws -> TeacherReply {
        var pause = Duration.seconds(1)
        for attempt in 1...Self.attempts {
            let reply: TeacherReply
            do {
                reply = try await teacher.complete(
                    body, key: "gleaner-draft-\(draft.lowercased)-\(call.number)")
            } catch {
                // It may have been sent: the call stays asked, and is asked again under the same key.
                throw error
            }
            if reply.status == 200 { return reply }
            try await store.refused(call, of: draft)
            guard [408, 409, 429, 500, 502, 503, 504].contains(reply.status), attempt < Self.attempts else {
                let said = (try? JSONValue(parsing: reply.body))?["error"]?["message"]?.stringValue
                throw BeginningError.teacherRefused(
                    status: reply.status, message: said ?? String(decoding: reply.body.prefix(300), as: UTF8.self))
            }
            try await Task.sleep(for: min(reply.retryAfter ?? pause, .seconds(60)))
            pause *= 2
            try await store.asked(call, of: draft)
        }
        throw BeginningError.teacherSilent(reason: "It was too busy \(Self.attempts) times.")
    }

    private func keep(_ call: DraftCall, _ draft: UUID) async throws {
        guard let reply = call.reply, let question = call.question, let id = call.exchange, let at = call.answeredAt
        else {
            // Erased meanwhile: it is not drafted again.
            return try await store.logged(call, of: draft)
        }
        try await log.log(
            DraftedExchange(
                id: id, project: store.project, receivedAt: at, provider: settings.provider, teacher: settings.teacher,
                request: DraftRequests.answer(settings, to: question), response: reply, tags: ["synthetic"],
                metadata: [
                    "origin": "draft", "draft": .string(draft.lowercased), "dataset": .string(dataset),
                    "topic": call.topic.map { .string($0) } ?? .null,
                ]))
        try await store.logged(call, of: draft)
    }
}
