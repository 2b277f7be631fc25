public import GleanerCore

public struct LoopTuningOrder: Sendable, Hashable {
    public let version: LoopVersion
    public let choice: LoopDocument.TuneChoice

    public init(version: LoopVersion, choice: LoopDocument.TuneChoice) {
        self.version = version
        self.choice = choice
    }
}

public struct LoopTuningEstimate: Sendable, Hashable {
    public let usd: Double?
    public let billedTokens: Int
    /// Repeated, it starts the job once, however often it is repeated.
    public let confirm: String

    public init(usd: Double?, billedTokens: Int, confirm: String) {
        self.usd = usd
        self.billedTokens = billedTokens
        self.confirm = confirm
    }
}

public struct LoopTuningJob: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case running(String)
        case succeeded(model: String)
        case failed(String)
        case cancelled(by: String?)
    }
    public let id: String
    public let state: State

    public init(id: String, state: State) {
        self.id = id
        self.state = state
    }
}

public protocol LoopTuner: Sendable {
    /// - Throws: what is wrong with the choice, whatever the version.
    func check(_ choice: LoopDocument.TuneChoice) async throws
    func estimate(_ order: LoopTuningOrder, in project: ID<Project>) async throws -> LoopTuningEstimate

    /// - Returns: `nil` when the confirmation is of something else by now; then nothing was started.
    func start(
        _ order: LoopTuningOrder, confirm: String, by person: String, in project: ID<Project>
    ) async throws -> LoopTuningJob?

    /// The job that a confirmation started; `nil` when it started none.
    func job(confirmed: String, in project: ID<Project>) async throws -> LoopTuningJob?

    /// Asks for its end.
    func cancel(_ id: String, by person: String, in project: ID<Project>) async throws
}
