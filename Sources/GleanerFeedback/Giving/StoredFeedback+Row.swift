import AsyncPostgres
import Foundation
import GleanerCore

extension StoredFeedback {
    /// What `init(_:)` reads.
    static let columns = """
        f.id, f.subject, f.exchange_id, f.conversation, f.message_index, f.message_id, f.kind, f.thumb, f.score, f.body, \
        f.raised, f.tags, f.chosen, f.other_exchange_id, f.other_completion_id, f.rater, f.source, f.proof, f.created_at
        """

    init(_ row: PostgresRow) throws {
        let exchange = try row.decodeIfPresent("exchange_id", as: UUID.self).map { ID<Exchange>($0) }
        self.init(
            id: ID(try row.decode("id", as: UUID.self)), judgement: try Self.judgement(row),
            subject: try Self.subject(row, exchange), exchange: exchange, rater: try row.decodeIfPresent("rater"),
            source: try row.decode("source"), proof: Giver.Proof(rawValue: try row.decode("proof")) ?? .key,
            at: try row.decode("created_at"))
    }

    private static func subject(_ row: PostgresRow, _ exchange: ID<Exchange>?) throws -> Subject {
        guard let conversation = try row.decodeIfPresent("conversation", as: String.self) else {
            guard let exchange else { throw PostgresError.unexpectedNull(column: "exchange_id") }
            return .exchange(exchange)
        }
        if let index = try row.decodeIfPresent("message_index", as: Int32.self) {
            return .turn(Turn(conversation: conversation, place: .index(index)))
        }
        if let id = try row.decodeIfPresent("message_id", as: String.self) {
            return .turn(Turn(conversation: conversation, place: .message(id)))
        }
        return .conversation(conversation)
    }

    private static func judgement(_ row: PostgresRow) throws -> Judgement {
        let kind = try row.decode("kind", as: String.self)
        if let signal = Judgement.Signal(rawValue: kind) { return .signal(signal) }
        switch kind {
        case "thumb": return .thumb(up: try row.decode("thumb", as: Int16.self) > 0)
        case "score": return .score(try Score(row.decode("score", as: Int16.self)))
        case "comment": return .comment(try row.decode("body"))
        case "correction": return .correction(try row.decode("body"))
        case "tags": return .tags(try row.decode("tags", as: PostgresArray<String>.self).elements)
        case "preference":
            return .preference(Judgement.Preference(isChosen: try row.decode("chosen"), other: try otherSide(row)))
        default: return .flag(raised: try row.decode("raised"), reason: try row.decodeIfPresent("body"))
        }
    }

    private static func otherSide(_ row: PostgresRow) throws -> Judgement.Preference.Side {
        if let id = try row.decodeIfPresent("other_exchange_id", as: UUID.self) { return .exchange(ID(id)) }
        if let id = try row.decodeIfPresent("other_completion_id", as: String.self) { return .completion(id) }
        return .text(try row.decode("body"))
    }
}
