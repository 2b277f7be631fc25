public import Foundation

/// A job as its trainer describes it.
public struct RemoteJob: Sendable, Hashable {
    /// What a trainer's word comes to. A word nobody has documented is no end.
    public enum Status: Sendable, Hashable {
        case queued, running, succeeded, failed, cancelled
        case other

        /// Words of OpenAI, Azure, Together and others.
        public init(_ raw: String) {
            switch raw.lowercased() {
            case "validating_files", "validating", "queued", "pending", "created", "notrunning", "not_started":
                self = .queued
            case "running", "compressing", "uploading", "training": self = .running
            case "succeeded", "completed", "success": self = .succeeded
            case "failed", "error", "user_error": self = .failed
            case "cancelled", "canceled": self = .cancelled
            default: self = .other
            }
        }

        public var isEnd: Bool { self == .succeeded || self == .failed || self == .cancelled }
    }

    public var id: String
    public var rawStatus: String
    public var model: String?
    public var trainedTokens: Int?
    public var failure: TuningFailure?
    public var resultFiles: [String] = []
    public var createdAt: Date?

    public init(
        id: String, rawStatus: String, model: String? = nil, trainedTokens: Int? = nil, failure: TuningFailure? = nil,
        resultFiles: [String] = [], createdAt: Date? = nil
    ) {
        self.id = id
        self.rawStatus = rawStatus
        self.model = model
        self.trainedTokens = trainedTokens
        self.failure = failure
        self.resultFiles = resultFiles
        self.createdAt = createdAt
    }

    public var status: Status { Status(rawStatus) }
}
