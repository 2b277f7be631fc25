public import GleanerCore

extension EvaluationService {
    /// The evaluation that was started under a key; `nil` when none was.
    public func evaluation(under key: String, of project: ID<Project>) async throws -> Evaluation? {
        try await store.evaluation(key: key, of: project)
    }
}
