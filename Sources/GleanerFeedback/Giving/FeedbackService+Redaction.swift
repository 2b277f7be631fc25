import GleanerCore

extension FeedbackService {
    func redacted(_ said: SaidFeedback, of project: ID<Project>) async throws -> SaidFeedback {
        // What can never be kept costs nothing.
        try check(said)
        return try await redacted([said], of: project)[0]
    }

    /// With placeholders for personal data in their texts, where the project wants that: the same ones as in the
    /// conversation, if that is known.
    func redacted(_ said: [SaidFeedback], of project: ID<Project>) async throws -> [SaidFeedback] {
        guard let redactor, said.contains(where: \.hasText), try redactor.redacts(project) else { return said }
        let conversations = try await conversations(of: said.filter(\.hasText).map(\.subject), in: project)
        var redacted = said
        for index in said.indices {
            for (place, judgement) in said[index].judgements.enumerated() {
                guard let text = judgement.text,
                    let new = try await redactor.redact(
                        text, of: project, conversation: conversations[said[index].subject])
                else { continue }
                redacted[index].judgements[place] = judgement.saying(new.text)
                redacted[index].redactions[place] = new.note
            }
        }
        return redacted
    }

    private func conversations(of subjects: [Subject], in project: ID<Project>) async throws -> [Subject: String] {
        var names: [Subject: String] = [:]
        let exchanges = try await store.exchanges(for: subjects, of: project)
        let known = try await store.conversations(of: Array(Set(exchanges.values)), in: project)
        for subject in subjects {
            switch subject {
            case .conversation(let name): names[subject] = name
            case .turn(let turn): names[subject] = turn.conversation
            case .exchange, .completion: names[subject] = exchanges[subject].flatMap { known[$0] }
            }
        }
        return names
    }
}

extension SaidFeedback {
    fileprivate var hasText: Bool { judgements.contains { $0.text != nil } }
}
