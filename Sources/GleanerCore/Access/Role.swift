/// What somebody who signs in may do in a project. Keys have scopes, people have roles.
public enum Role: String, Sendable, Hashable, CaseIterable, Codable {
    /// Reads everything, changes nothing.
    case viewer
    /// Works through the own review queue and sees nothing else.
    case reviewer
    /// Reads everything, reviews, decides disagreements, runs queues, overrides moderation.
    case lead
    /// Reads everything; routes, rules, policies, datasets.
    case engineer
    /// All of it, and people.
    case admin

    /// What a page or an action asks of a role.
    public enum Need: Sendable, Hashable, CaseIterable {
        /// Whoever has signed in.
        case anyone
        case read, review, lead, engineer, admin
    }

    public func may(_ need: Need) -> Bool {
        switch need {
        case .anyone: true
        case .read: self != .reviewer
        case .review: self == .reviewer || self == .lead || self == .admin
        case .lead: self == .lead || self == .admin
        case .engineer: self == .engineer || self == .admin
        case .admin: self == .admin
        }
    }
}
