public import Foundation
public import GleanerCore

/// A candidate that takes traffic by steps.
public struct Canary: Sendable {
    public enum State: String, Sendable, Hashable, Codable {
        case running, promoted, ended
        case rolledBack = "rolled_back"
    }

    public let id: ID<Canary>
    public let project: ID<Project>
    public let route: String
    /// Names of variants of the route.
    public let candidate: String
    public let incumbent: String
    public let plan: CanaryPlan
    public let evaluation: ID<Evaluation>?
    public let state: State
    /// Index into the plan's steps.
    public let step: Int
    public let stepSince: Date
    let stepVersion: Int64
    /// The route before the canary, and as the canary left it.
    let original: Route
    let expected: Route
    public let reason: CanaryReason
    public let pinnedBy: String?
    public let pinnedAt: Date?
    public let pinNote: String?
    let pending: ID<Decision>?
    let seenUntil: Date
    public let lookedAt: Date?
    public let author: String
    public let createdAt: Date
    public let finishedAt: Date?

    /// Of the traffic of candidate and incumbent, now.
    public var share: Double {
        switch state {
        case .promoted: 1
        case .rolledBack: 0
        case .running, .ended: expected.share(of: candidate, against: incumbent) ?? 0
        }
    }
}

extension Route {
    /// `nil` where neither has weight.
    func share(of candidate: String, against incumbent: String) -> Double? {
        func weight(_ name: String) -> Double { variants.first { $0.name == name }?.weight ?? 0 }
        let total = weight(candidate) + weight(incumbent)
        return total > 0 ? weight(candidate) / total : nil
    }

    /// Shares what both have out anew; other variants keep theirs.
    func weights(candidate: String, incumbent: String, share: Double) -> [String: Double] {
        func weight(_ name: String) -> Double { variants.first { $0.name == name }?.weight ?? 0 }
        let total = weight(candidate) + weight(incumbent)
        return [candidate: total * share, incumbent: share >= 1 ? 0 : total * (1 - share)]
    }

    func with(_ weights: [String: Double]) -> Route {
        var route = self
        for index in route.variants.indices {
            if let weight = weights[route.variants[index].name] { route.variants[index].weight = weight }
        }
        return route
    }
}

/// The routes, as canaries see and change them.
public protocol RouteWeights: Sendable {
    /// The route in force, and the version of all routes; `nil` when there is none of this name.
    func route(_ name: String, in project: ID<Project>) async throws -> (route: Route, version: Int64)?

    /// Sets weights of variants; others keep theirs.
    /// - Parameters:
    ///   - note: kept with the version.
    ///   - expected: the version that must be in force.
    /// - Returns: the version then in force; `nil` when another than `expected` was: nothing was changed.
    func set(
        _ weights: [String: Double], of route: String, in project: ID<Project>, note: String, expected: Int64
    ) async throws -> Int64?

    /// Versions above `version`, newest first, at most 500.
    func edits(since version: Int64, in project: ID<Project>) async throws -> [SeenRouteEdit]
}

/// One edit of the routes, by anybody.
public struct SeenRouteEdit: Sendable, Hashable {
    public let version: Int64
    public let author: String
    public let note: String
    public let at: Date

    public init(version: Int64, author: String, note: String, at: Date) {
        self.version = version
        self.author = author
        self.note = note
        self.at = at
    }
}
