public import Foundation
public import GleanerCore

/// Speaks to one kind of trainer. Says what is there and asks for more; what to do with that decides `TuningMachine`.
///
/// All of it may be asked again after a crash. Nothing made is assumed: `find…` comes before every second `make…`.
/// - Throws: `DriverFault`.
public protocol TuningDriver: Sendable {
    /// By which what `step` makes is found again; written down before it is made.
    func name(of step: TuningStep, for job: ID<TuningJob>) -> String

    /// Ids of the files of that name, oldest first.
    func files(named name: String, upload: String?) async throws -> [String]

    /// - Parameter began: told of an upload in parts before its first part, so that it can be given up after a crash.
    func makeFile(_ file: TuningFile, began: @Sendable (String) async throws -> Void) async throws -> String

    /// Whether a job may ask for the file.
    func isReady(file: String) async throws -> Bool

    /// Jobs that were made for this order, oldest first.
    func jobs(for order: TuningOrder) async throws -> [RemoteJob]

    func makeJob(_ order: TuningOrder) async throws -> RemoteJob

    func job(_ id: String) async throws -> RemoteJob

    /// What is new since the events that are known.
    func news(of job: String, known: Set<String>) async throws -> TuningNews

    /// What only an ended job has.
    func results(of job: RemoteJob) async throws -> [TuningMetric]

    func cancel(_ job: String) async throws

    /// One that is gone already is no fault.
    func deleteFile(_ id: String) async throws
}

/// A file on this machine, to be handed to a trainer.
public struct TuningFile: Sendable, Hashable {
    public let name: String
    public let url: URL
}

/// What a trainer is asked for.
public struct TuningOrder: Sendable, Hashable {
    public let job: ID<TuningJob>
    /// As `TuningDriver.name(of:for:)` gave it when the intent was written.
    public let name: String
    public let baseModel: String
    public let suffix: String?
    public let seed: Int?
    public let method: TuningMethod
    public let hyperparameters: Hyperparameters
    public let trainingFile: String
    public let validationFile: String?
    /// When the intent was written.
    public let intendedAt: Date
}

public struct TuningNews: Sendable, Hashable {
    public var events: [TuningEvent] = []
    public var metrics: [TuningMetric] = []
    public var checkpoints: [TuningCheckpoint] = []

    public init() {}
}

/// Why a trainer did not do what it was asked.
public enum DriverFault: Error, Sendable, Hashable {
    /// It may have been done: no answer came, or one that says nothing.
    case unsure(String)
    /// It was not done; later it may be.
    case notNow(String, after: Duration?)
    /// It will never be done.
    case refused(TuningFailure)
    /// What was asked about is not there.
    case gone

    /// For people.
    public var words: String {
        switch self {
        case .unsure(let words), .notNow(let words, _): words
        case .refused(let failure): "\(failure.code): \(failure.message)"
        case .gone: "the trainer does not know it"
        }
    }
}
