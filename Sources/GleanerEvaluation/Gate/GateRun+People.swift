import GleanerCore

/// Which pairs reviewers are shown.
extension GateRun {
    /// Offers a sample of the pairs whose answers differ, unless the wait is over.
    /// - Returns: whether there is somebody to wait for.
    func offerToPeople() async throws -> Bool {
        guard let choice = evaluation.policy.people, evaluation.peopleEndedBy == nil else { return false }
        let texts = try await store.texts(evaluation.id)
        let pairs = items.compactMap { item -> OfferedPair? in
            guard let candidate = texts[item.line]?.candidate, let incumbent = texts[item.line]?.incumbent,
                candidate != incumbent, Self.isStorable(item.prompt)
            else { return nil }
            return OfferedPair(
                line: item.line, exchange: item.exchange, messages: item.prompt,
                candidate: (evaluation.candidate.model, candidate), incumbent: (evaluation.incumbent.model, incumbent))
        }
        let salt = "\(evaluation.salt):people"
        let drawn = pairs.map { (pair: $0, unit: SamplingHash.unit(salt: salt, key: "line:\($0.line)")) }
            .sorted { ($0.unit, $0.pair.line) < ($1.unit, $1.pair.line) }.prefix(choice.pairs).map(\.pair)
        try await people.offer(drawn, of: evaluation.id, in: evaluation.project)
        return try await !choice.isEnough(people.verdicts(of: evaluation.id, in: evaluation.project))
    }

    /// What reviewers said; from here on they are not asked any more.
    func peopleSaid() async throws -> PeopleVerdicts? {
        guard policy.people != nil else { return nil }
        try await people.close(evaluation.id, in: evaluation.project)
        return try await people.verdicts(of: evaluation.id, in: evaluation.project)
    }

    /// Pairs are kept as `jsonb`, which knows no U+0000.
    private static func isStorable(_ prompt: [JSONValue]) -> Bool {
        guard let bytes = try? JSONValue.array(prompt).canonicalBytes() else { return false }
        return !String(decoding: bytes, as: UTF8.self).contains("\\u0000")
    }
}
