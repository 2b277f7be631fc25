public import GleanerCore
public import Hummingbird

/// One request of somebody who has signed in.
public struct Visit: Sendable {
    public let person: Person
    public let project: MemberProject
    /// What forms send back; bound to the session.
    public let csrf: String
    public let request: Request
    public let parameters: Parameters
    /// SHA-256 of the session's token, which tells sessions apart.
    let session: [UInt8]

    public var role: Role { project.role }

    /// A query parameter; empty ones count as not there, as a form sends them.
    public func query(_ name: String) -> String? {
        request.uri.queryParameters[name[...]].flatMap { $0.isEmpty || $0.utf8.contains(0) ? nil : String($0) }
    }
}

/// A project as its member sees it.
public struct MemberProject: Sendable, Hashable {
    public let id: ID<Project>
    public let name: String
    public let role: Role
}
