import GleanerCore
import GleanerGateway
import GleanerIngest
import GleanerModeration
import NIOCore

/// The gateway's judges: moderation's gate, which reads bodies as ingest does.
struct ModerationJudges: CallJudges {
    let gate: ModerationGate

    func judge(for project: ID<Project>) -> (any CallJudge)? { gate.gate(for: project).map(ModerationJudge.init) }
}

struct ModerationJudge: CallJudge {
    let gate: ProjectGate

    var judgesPrompts: Bool { gate.blocks(.prompt) }
    var judgesAnswers: Bool { gate.blocks(.response) }

    func refusal(ofPrompt body: ByteBuffer, _ call: JudgedCall) async -> CallRefusal? {
        // What nobody here can read is no conversation: files, batches, lists.
        guard WireReading.reads(call.endpoint) else { return nil }
        return await offLoop {
            let messages = WireReading.messages(of: Array(body.readableBytesView), endpoint: call.endpoint)
            return await gate.judge(messages: messages, of: call.exchange).refusal
        }
    }

    func refusal(ofAnswer body: ByteBuffer, isEventStream: Bool, _ call: JudgedCall) async -> CallRefusal? {
        // Vectors and verdicts are no words.
        guard WireReading.reads(call.endpoint), !["/v1/embeddings", "/v1/moderations"].contains(call.endpoint) else {
            return nil
        }
        return await offLoop {
            let answer = WireReading.answer(
                Array(body.readableBytesView), isEventStream: isEventStream, endpoint: call.endpoint)
            return await gate.judge(answer: answer, of: call.exchange).refusal
        }
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
