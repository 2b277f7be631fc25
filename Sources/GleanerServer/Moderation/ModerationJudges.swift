import GleanerCore
import GleanerGateway
import GleanerIngest
import GleanerModeration
import NIOCore

/// The gateway's judges: moderation's gate, which reads bodies as ingest does.
struct ModerationJudges: CallJudges {
    let gate: ModerationGate

    func judge(for project: ID<Project>) -> (any CallJudge)? {
        switch gate.gate(for: project) {
        case .none: nil
        case .gate(let gate): ModerationJudge(gate: gate)
        case .notKnown: StartingJudge(judges: self, project: project)
        }
    }
}

/// For the moment after the start in which nobody knows whether a project has a policy.
struct StartingJudge: CallJudge {
    let judges: ModerationJudges
    let project: ID<Project>

    /// Reading policies takes milliseconds where there is a database or a file of an earlier run.
    private static let patience = Duration.seconds(3)
    private static let unknown = CallRefusal(cause: .notJudged, message: "Gleaner is starting.")

    var judgesPrompts: Bool { true }
    /// Asked when the prompt has passed, so policies are known.
    var judgesAnswers: Bool { judges.judge(for: project)?.judgesAnswers ?? false }

    func refusal(ofPrompt body: ByteBuffer, _ call: JudgedCall) async -> CallRefusal? {
        guard await judges.gate.known(within: Self.patience) else { return Self.unknown }
        guard let judge = judges.judge(for: project), judge.judgesPrompts else { return nil }
        return await judge.refusal(ofPrompt: body, call)
    }

    func refusal(ofAnswer body: ByteBuffer, isEventStream: Bool, _ call: JudgedCall) async -> CallRefusal? {
        guard await judges.gate.known(within: Self.patience) else { return Self.unknown }
        return await judges.judge(for: project)?.refusal(ofAnswer: body, isEventStream: isEventStream, call)
    }
}

struct ModerationJudge: CallJudge {
    let gate: ProjectGate

    var judgesPrompts: Bool { gate.blocks(.prompt) }
    var judgesAnswers: Bool { gate.blocks(.response) }

    func refusal(ofPrompt body: ByteBuffer, _ call: JudgedCall) async -> CallRefusal? {
        guard WireReading.reads(call.endpoint) else {
            return Self.sendsWords(call.endpoint) ? refusalOfUnreadable : nil
        }
        return await offLoop {
            let (messages, isWhole) = WireReading.messages(
                of: Array(body.readableBytesView), endpoint: call.endpoint)
            return await gate.judge(messages: messages, isWhole: isWhole, of: call.exchange).refusal
        }
    }

    func refusal(ofAnswer body: ByteBuffer, isEventStream: Bool, _ call: JudgedCall) async -> CallRefusal? {
        // Vectors and verdicts are no words, and neither is a list of models.
        if ["/v1/embeddings", "/v1/moderations"].contains(call.endpoint) || call.endpoint.hasPrefix("GET /v1/models") {
            return nil
        }
        guard WireReading.reads(call.endpoint) else { return refusalOfUnreadable }
        return await offLoop {
            let answer = WireReading.answer(
                Array(body.readableBytesView), isEventStream: isEventStream, endpoint: call.endpoint)
            return await gate.judge(answer: answer, of: call.exchange).refusal
        }
    }

    /// Files, batches, sounds: an open gate lets them pass without a word.
    private var refusalOfUnreadable: CallRefusal? { gate.isClosed ? gate.judgeUnreadable().refusal : nil }

    /// By its name, which begins with the method unless that is POST.
    private static func sendsWords(_ endpoint: String) -> Bool {
        !["GET ", "HEAD ", "DELETE ", "OPTIONS "].contains { endpoint.hasPrefix($0) }
    }

    /// Reading and judging a body takes milliseconds, which the connection's loop has for nobody.
    private func offLoop(_ work: () async -> CallRefusal?) async -> CallRefusal? {
        await withTaskExecutorPreference(globalConcurrentExecutor) { await work() }
    }
}

extension ProjectGate.Judgement {
    fileprivate var refusal: CallRefusal? {
        switch self {
        case .pass: nil
        case .refuse(let message): CallRefusal(cause: .content, message: message)
        case .refuseUnjudged(let message): CallRefusal(cause: .notJudged, message: message)
        }
    }
}
