/// What a run has so far, and what comes next: a value, without database or network.
struct DraftState {
    enum Step {
        /// An answer that is not an exchange yet.
        case log(DraftCall)
        case ask(DraftCall)
        /// One call for questions about each.
        case plan([String])
        case nothing
    }

    private let settings: DraftSettings
    private let calls: [DraftCall]
    let progress: DraftProgress

    init(_ settings: DraftSettings, _ calls: [DraftCall]) {
        self.settings = settings
        self.calls = calls
        var progress = DraftProgress()
        progress.wanted = settings.count
        for call in calls {
            if call.isAnswer, call.state != .failed { progress.questions += 1 }
            if call.isAnswer, call.state == .logged { progress.drafted += 1 }
            if call.state == .failed { progress.failed += 1 }
            if call.answeredAt != nil { progress.calls += 1 }
            progress.promptTokens += Int(call.promptTokens ?? 0)
            progress.completionTokens += Int(call.completionTokens ?? 0)
        }
        self.progress = progress
    }

    var nextNumber: Int32 { (calls.last?.number ?? 0) + 1 }

    /// What was asked before it was cut off comes first: it may be paid for already.
    func next(rounds: Int) -> Step {
        if let call = calls.first(where: { $0.isAnswer && $0.state == .answered }) { return .log(call) }
        if let call = calls.first(where: { $0.state == .asked }) { return .ask(call) }
        // Questions before answers: how many there are decides whether more are wanted.
        if progress.questions < settings.count, let call = calls.first(where: { $0.state == .planned && !$0.isAnswer })
        {
            return .ask(call)
        }
        let subjects = settings.subjects
        let asked = calls.filter { !$0.isAnswer }.count
        let missing = settings.count - progress.questions
        if missing > 0, !calls.contains(where: { $0.state == .planned && !$0.isAnswer }), asked < rounds * most {
            let calls = (missing + DraftRequests.batch - 1) / DraftRequests.batch
            return .plan(
                (0..<min(max(calls, asked == 0 ? subjects.count : calls), rounds * most - asked)).map {
                    subjects[(asked + $0) % subjects.count]
                })
        }
        if let call = calls.first(where: { $0.state == .planned && $0.isAnswer }) { return .ask(call) }
        return .nothing
    }

    /// Calls for questions that would do without a duplicate.
    private var most: Int {
        max(settings.subjects.count, (settings.count + DraftRequests.batch - 1) / DraftRequests.batch)
    }

    func questions(about topic: String?) -> [String] {
        calls.filter { $0.topic == topic }.compactMap(\.question)
    }

    /// Those of `proposed` that nothing here is like, at most as many as are wanted still and, of one topic, its share.
    func new(_ proposed: [String]) -> [String] {
        var known = NearDuplicateQuestions()
        for question in settings.examples + calls.compactMap(\.question) { _ = known.insert(question) }
        let share = (settings.count + settings.subjects.count - 1) / settings.subjects.count
        let room = min(settings.count - progress.questions, max(share, 1))
        return Array(proposed.filter { $0.count <= 4000 }.filter { known.insert($0) }.prefix(max(room, 0)))
    }
}
