import AsyncPostgres
import Foundation
import GleanerCore

/// A judgement of a subject as the columns of a row.
struct FeedbackColumns {
    var completion: String?
    var conversation: String?
    var messageIndex: Int32?
    var messageID: String?
    var thumb: Int16?
    var score: Int16?
    var body: String?
    var raised: Bool?
    /// Parted by commas, which no tag holds: an array of arrays cannot be unnested.
    var tags: String?
    var chosen: Bool?
    var otherExchange: UUID?
    var otherCompletion: String?

    init(_ judgement: Judgement, of subject: Subject) {
        switch subject {
        case .exchange: break
        case .completion(let id): completion = id
        case .conversation(let name): conversation = name
        case .turn(let turn):
            conversation = turn.conversation
            switch turn.place {
            case .index(let index): messageIndex = index
            case .message(let id): messageID = id
            }
        }
        switch judgement {
        case .thumb(let up): thumb = up ? 1 : -1
        case .score(let value): score = value.value
        case .comment(let text), .correction(let text): body = text
        case .flag(let isRaised, let reason):
            raised = isRaised
            body = reason
        case .tags(let words): tags = words.joined(separator: ",")
        case .signal: break
        case .preference(let preference):
            chosen = preference.isChosen
            switch preference.other {
            case .exchange(let id): otherExchange = id.uuid
            case .completion(let id): otherCompletion = id
            case .text(let text): body = text
            }
        }
    }

    /// Tells rollups that an hour's judgements have changed; to be followed by `FROM` new rows of feedback.
    static let markRollups = """
        INSERT INTO gleaner.rollup_marks (project_id, part, at)
        SELECT DISTINCT project_id, 'judgements', gleaner.hour_of(exchange_id)
        """

    /// Those that both tables have, in the order of `rows`.
    static let common = """
        id, project_id, subject, conversation, message_index, kind, thumb, score, body, raised, tags, chosen, \
        other_exchange_id, other_completion_id, rater, source, proof, api_key_id, redaction, \
        created_at
        """

    /// `unnest(…) AS f (…)` with the common columns, `shard`, `exchange_id`, `message_id`, `completion_id` and
    /// `tag_list` instead of `tags`.
    static func rows(_ feedback: [GivenFeedback]) -> SQL {
        let columns = feedback.map { FeedbackColumns($0.judgement, of: $0.subject) }
        return """
            unnest(\(PostgresArray(feedback.map(\.id.uuid))), \(PostgresArray(feedback.map(\.giver.project.uuid))),
                   \(PostgresArray(feedback.map(\.subject.kind))), \(PostgresArray(columns.map(\.conversation))),
                   \(PostgresArray(columns.map(\.messageIndex))), \(PostgresArray(feedback.map(\.judgement.kind))),
                   \(PostgresArray(columns.map(\.thumb))), \(PostgresArray(columns.map(\.score))),
                   \(PostgresArray(columns.map(\.body))), \(PostgresArray(columns.map(\.raised))),
                   \(PostgresArray(columns.map(\.tags))), \(PostgresArray(columns.map(\.chosen))),
                   \(PostgresArray(columns.map(\.otherExchange))), \(PostgresArray(columns.map(\.otherCompletion))),
                   \(PostgresArray(feedback.map(\.rater))), \(PostgresArray(feedback.map(\.giver.source))),
                   \(PostgresArray(feedback.map(\.giver.proof.rawValue))),
                   \(PostgresArray(feedback.map { $0.giver.key?.uuid })), \(PostgresArray(feedback.map(\.redaction))),
                   \(PostgresArray(feedback.map(\.at))),
                   \(PostgresArray(feedback.map(\.id.shard.value))), \(PostgresArray(feedback.map { $0.exchange?.uuid })),
                   \(PostgresArray(columns.map(\.messageID))), \(PostgresArray(columns.map(\.completion))))
              AS f (id, project_id, subject, conversation, message_index, kind, thumb, score, body, raised, tag_list,
                    chosen, other_exchange_id, other_completion_id, rater, source, proof, api_key_id, redaction,
                    created_at, shard, exchange_id, message_id, completion_id)
            """
    }

    /// The common columns out of `rows`.
    static let given = common.replacing(" tags,", with: " string_to_array(tag_list, ','),")
}
