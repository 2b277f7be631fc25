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
    /// The key's name without.
    let reviewer: String?
    /// An item still held comes first.
    let resume: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable { case reviewer, resume }
}

struct UndoBody: FieldListing {
    /// The key's name without.
    let reviewer: String?

    enum CodingKeys: String, CodingKey, CaseIterable { case reviewer }
}

/// A body that judges.
protocol JudgingBody {
    var scores: [String: Int]? { get }
    var answers: [String: JSONValue]? { get }
    var correction: String? { get }
    var comment: String? { get }
}

extension JudgingBody {
    var given: ReviewAnswers {
        ReviewAnswers(scores: scores ?? [:], answers: answers ?? [:], correction: correction, comment: comment)
    }
}

struct SubmitBody: FieldListing, JudgingBody {
    let slot: UUID
    let leaseToken: UUID
    let scores: [String: Int]?
    let answers: [String: JSONValue]?
    let correction: String?
    let comment: String?
    /// May be repeated here; the lease says who reviews.
    let reviewer: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case slot, scores, answers, correction, comment, reviewer
        case leaseToken = "lease_token"
    }
}

/// Skip and decline.
struct ReasonBody: FieldListing {
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

struct LeaseBody: FieldListing {
    let slot: UUID
    let leaseToken: UUID

    enum CodingKeys: String, CodingKey, CaseIterable {
        case slot
        case leaseToken = "lease_token"
    }
}

struct AdjudicationBody: FieldListing, JudgingBody {
    let exchange: ID<Exchange>
    let reason: String
    let scores: [String: Int]?
    let answers: [String: JSONValue]?
    let correction: String?
    let comment: String?
    let by: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case reason, scores, answers, correction, comment, by
        case exchange = "exchange_id"
    }
}

struct GoldBody: FieldListing {
    let exchange: ID<Exchange>
    let scores: [String: Int]
    let note: String?
    let by: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case scores, note, by
        case exchange = "exchange_id"
    }
}

struct RuleBody: FieldListing {
    let name: String
    let document: RuleDocument
    let backlog: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, match, probability, importance, backlog
        case budgetPerDay = "budget_per_day"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        backlog = try fields.decodeIfPresent(Bool.self, forKey: .backlog)
        document = RuleDocument(
            match: try fields.decodeIfPresent(RuleMatch.self, forKey: .match),
            probability: try fields.decodeIfPresent(Double.self, forKey: .probability),
            importance: try fields.decodeIfPresent(RiskWeights.self, forKey: .importance),
            budgetPerDay: try fields.decodeIfPresent(Double.self, forKey: .budgetPerDay))
    }
}

struct PickBody: FieldListing {
    let exchanges: [ID<Exchange>]
    let reason: String?
    let by: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case reason, by
        case exchanges = "exchange_ids"
    }
}

struct RubricBody: FieldListing {
    let name: String
    let guidelines: String?
    let questions: [RubricQuestion]

    enum CodingKeys: String, CodingKey, CaseIterable { case name, guidelines, questions }

    var document: RubricDocument { RubricDocument(guidelines: guidelines ?? "", questions: questions) }
}
