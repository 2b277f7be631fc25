import GleanerCore
import Synchronization

extension FullDemo {
    /// Whose seed a round of traffic takes: no two rounds have the same people.
    enum Round: String, Sendable { case first, canary, wilting }

    /// People ask one question each, on to what follows, and most of them rate the first answer: this bot's users are
    /// eager, so that a demo ends within minutes.
    func traffic(_ round: Round, _ people: Range<Int>) async throws -> FullDemoReport.Heard {
        var heard = FullDemoReport.Heard()
        progress("conversations (\(round.rawValue))", 0, people.count)
        try await withThrowingTaskGroup(of: [FullDemoReport.Answer].self) { group in
            var done = 0
            for (index, person) in people.enumerated() {
                if index >= configuration.concurrency, let answers = try await group.next() {
                    heard.note(answers)
                    done += 1
                    progress("conversations (\(round.rawValue))", done, people.count)
                }
                group.addTask { try await talk(round, person) }
            }
            for try await answers in group { heard.note(answers) }
        }
        progress("conversations (\(round.rawValue))", people.count, people.count)
        return heard
    }

    private func talk(_ round: Round, _ person: Int) async throws -> [FullDemoReport.Answer] {
        var random = SplitMix64(
            seed: configuration.seed ^ UInt64(round.rawValue.utf8.reduce(0) { $0 &* 31 &+ Int($1) }), index: person)
        let questions = DemoCorpus.questions(for: .hinglish)
        let question = questions[Int.random(in: 0..<questions.count, using: &random)]
        let user = "full-\(round.rawValue)-\(person)"
        let prompts = [question.text] + question.followUps.prefix(random.chance(0.25) ? 1 : 0)
        var messages: [JSONValue] = [
            ["role": "system", "content": .string(DemoPlan.systemPrompts(for: .hinglish)[0])]
        ]
        var answers: [FullDemoReport.Answer] = []
        for (turn, prompt) in prompts.enumerated() {
            messages.append(["role": "user", "content": .string(prompt)])
            let body: JSONValue = [
                "model": .string(Self.route), "messages": .array(messages), "temperature": 0.2, "user": .string(user),
                "metadata": ["conversation": .string(user), "turn": .string(String(turn + 1))],
            ]
            let headers = ["X-Gleaner-Conversation": user, "X-Gleaner-End-User": user, "X-Gleaner-Tags": "demo"]
            guard
                let reply = try await gateway.send(
                    GatewayCall(path: "/v1/chat/completions", headers: headers, body: body.wireBytes)),
                reply.head.status == 200, let answer = ChatAnswer(reply.body, streamed: false)
            else {
                answers.append(.init(variant: "", quality: nil, thumb: nil))
                break
            }
            messages.append(["role": "assistant", "content": .string(answer.content)])
            let quality = DemoQuality.of(answer: answer.content, for: Array(prompts[...turn]))
            var thumb: Bool?
            if turn == 0, random.chance(0.8), let exchange = reply.head.exchange {
                thumb = Self.isPleased(by: quality, with: &random)
                try await call(
                    "POST", "/api/feedback",
                    ["exchange_id": .string(exchange), "rater": .string(user), "thumb": thumb == true ? "up" : "down"])
            }
            answers.append(.init(variant: reply.head.variant ?? "", quality: quality.name, thumb: thumb))
        }
        return answers
    }

    /// A few press the wrong thumb.
    private static func isPleased(by quality: DemoQuality, with random: inout SplitMix64) -> Bool {
        let isGood =
            switch quality {
            case .good: true
            case .mediocre: random.chance(0.4)
            case .bad: false
            }
        return isGood != random.chance(0.05)
    }

    /// Two reviewers see everything, and write a better answer wherever there is a better one.
    /// - Returns: how many they judged.
    func review() async throws -> Int {
        let judged = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reviewer in DemoReviewer.all + DemoReviewer.all {
                group.addTask { try await work(as: reviewer) { progress("reviews", judged.next(), 0) } }
            }
            try await group.waitForAll()
        }
        return judged.value
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    /// Until the queue has stayed empty for three seconds: samples are drawn as exchanges land.
    private func work(as reviewer: DemoReviewer, judged: @Sendable () -> Void) async throws {
        var empty = 0
        while empty < 12 {
            guard let item = try await next(for: reviewer) else {
                empty += 1
                try await Task.sleep(for: .milliseconds(250))
                continue
            }
            empty = 0
            try await judge(item, as: reviewer)
            judged()
        }
    }

    private func next(for reviewer: DemoReviewer) async throws -> ReviewItem? {
        let call = GatewayCall(
            path: "/api/reviews/next", body: (["reviewer": .string(reviewer.name)] as JSONValue).wireBytes)
        guard let reply = try await gateway.send(call), reply.head.status == 200 else { return nil }
        return reply.document.flatMap(ReviewItem.init)
    }

    private func judge(_ item: ReviewItem, as reviewer: DemoReviewer) async throws {
        let quality = item.quality
        var body = item.judgement(by: reviewer, DemoReviewer.truth(quality))
        if quality != .good, let better = item.goodAnswer { body["correction"] = .string(better) }
        try await call("POST", "/api/reviews", .object(body))
    }
}
