import AsyncPostgres
public import GleanerCore

/// For those who start fine-tunes on a schedule, and may die in between.
extension TuningService {
    /// The job that a confirmation started; `nil` when it started none.
    public func job(confirmed confirmation: String, in project: ID<Project>) async throws -> TuningJob? {
        guard TuningEstimate.nonce(of: confirmation) != nil else { return nil }
        return try await store.job(confirmed: confirmation, of: project)
    }

    /// Whether a request could be met, whatever its dataset version.
    /// - Throws: `TuningError` that names the field.
    public func check(_ request: TuningRequest) throws {
        try request.check()
        switch request.driver {
        case .openAI:
            guard providers.name(of: request.provider) != nil else {
                throw TuningError.providerUnknown(request.provider)
            }
        case .command: guard hasCommand else { throw TuningError.noCommand }
        }
    }
}

extension TuningStore {
    func job(confirmed confirmation: String, of project: ID<Project>) async throws -> TuningJob? {
        try await pool.query(
            "\(raw: TuningJob.selection) WHERE j.project_id = \(project.uuid) AND j.confirmation = \(confirmation)"
        ).first.map(TuningJob.init)
    }
}
