public import Foundation
public import GleanerCore

/// A mark in charts: from then on users had another version of the chatbot.
public struct Release: Sendable, Hashable {
    public let id: ID<Release>
    /// 1 to 100 characters.
    public let name: String
    public let at: Date
    /// At most 500 characters.
    public let note: String
    public let author: String
}

public enum ReleaseError: Explained, Hashable {
    case invalid(String, wanted: String)
    case unknown(String)

    public var explanation: Explanation {
        switch self {
        case .invalid(let member, let wanted):
            Explanation(
                status: 400, code: "release_invalid", what: "The release was not marked.",
                why: "`\(member)` is not \(wanted).", fix: "Correct it and send it again.")
        case .unknown(let id):
            Explanation(
                status: 404, code: "release_unknown", what: "There is no such release.",
                why: "No release \(id) of this project is known.", fix: "GET /api/releases lists them.")
        }
    }
}
