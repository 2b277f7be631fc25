import Foundation
import GleanerCore
import GleanerHTTP

/// A body whose every field is known; any other is refused by name.
struct KnownFields<Body: FieldListing>: Decodable {
    let body: Body

    init(from decoder: any Decoder) throws {
        if let unknown = try decoder.unknownMember(besides: Body.fields) {
            throw BodyError(field: unknown, problem: "is not known here")
        }
        body = try Body(from: decoder)
    }
}

/// A body that can say which fields it has.
protocol FieldListing: Decodable, Sendable {
    associatedtype CodingKeys: CodingKey & CaseIterable
}

extension FieldListing {
    static var fields: Set<String> { Set(CodingKeys.allCases.map(\.stringValue)) }
}

struct NextBody: FieldListing {
    let reviewer: String

    enum CodingKeys: String, CodingKey, CaseIterable { case reviewer }
}

struct SubmitBody: FieldListing {
    let slot: UUID
    let leaseToken: UUID
    let scores: [String: Int]
    let correction: String?
    let comment: String?
    /// May be repeated here; the lease says who reviews.
    let reviewer: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case slot, scores, correction, comment, reviewer
        case leaseToken = "lease_token"
    }
}

struct SkipBody: FieldListing {
    let slot: UUID
    let leaseToken: UUID
    let reason: String?
    /// As in `SubmitBody`.
    let reviewer: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case slot, reason, reviewer
        case leaseToken = "lease_token"
    }
}

struct RuleBody: FieldListing {
    let name: String
    let probability: Double
    let backlog: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable { case name, probability, backlog }
}
