import AsyncPostgres
import Crypto
import Foundation
import GleanerCore

/// The version that a build fills.
struct VersionPlace: Sendable {
    let id: UUID
    /// `nil` for a preview, which leaves nothing behind.
    let dataset: UUID?
    let name: String
    let number: Int
    let policy: UUID?
    let policyVersion: Int
    let salt: String
    let project: ID<Project>
}

/// A line on its way, with what selection needs to know of it and what lineage will say.
struct StagedExample: Sendable {
    let id: ID<Exchange>
    let source: String
    let key: SplitKey
    let keys: SplitKey.Hashes
    let line: [UInt8]
    let contentHash: [UInt8]
    let rank: Double
    let endUser: String?
    let conversation: String?
    /// Users on whose word it rests alone; `nil` where a reviewer judged it.
    let raters: String?
    let systemPrompt: [UInt8]
    let language: String?
    let model: String?
    let answerSource: String
    let isAnchor: Bool
    let tokens: Int
    let prompt: String
    let question: String
    let answer: String
    let lineage: [UInt8]

    init(
        _ candidate: Candidate, _ example: Example, _ passed: Gates.Passed, _ place: VersionPlace,
        _ policy: PromotionPolicy
    ) {
        id = candidate.id
        source = "exchange"
        key = SplitKey(
            endUser: candidate.endUser, conversation: candidate.conversation, exchange: candidate.id, by: policy.splitBy
        )
        keys = .init(
            endUser: candidate.endUser, conversation: candidate.conversation, exchange: candidate.id,
            in: place.project)
        line = example.line
        contentHash = example.contentHash
        rank = candidate.rank
        endUser = candidate.endUser
        conversation = candidate.conversation
        raters = passed.raters?.joined(separator: "\u{1F}")
        systemPrompt = example.systemPrompt
        language = candidate.language
        model = candidate.servedModel
        answerSource = example.answerSource
        // A reviewer's words; what a user wrote nobody has read, and what a teacher model was asked for is none of a
        // user's, even when its answer was corrected.
        isAnchor = example.answerSource == "reviewer_correction" && !candidate.isSynthetic
        tokens = example.estimatedTokens
        prompt = Self.text(example.prompt)
        question = Self.text(example.question)
        answer = Self.text(example.answer)
        let document: JSONValue = [
            "exchange_id": .string(candidate.id.description),
            "conversation": candidate.conversation.map { .string($0) } ?? .null,
            "received_at": .string(candidate.receivedAt.ISO8601Format()),
            "served_model": candidate.servedModel.map { .string($0) } ?? .null,
            "answer_source": .string(example.answerSource),
            "answer_model": candidate.writer(policy)?.model.map { .string($0) } ?? .null,
            "synthetic": .bool(candidate.isSynthetic),
            "policy": .string("\(policy.name)@\(place.policyVersion)"),
            "sha256": .string(SHA256.hash(data: example.line).hexadecimal),
            "estimated_tokens": .integer(Int64(example.estimatedTokens)),
            "language": candidate.language.map { .string($0) } ?? .null,
            "reviews": .array(candidate.reviews.map(Self.document)),
            "feedback": .array(candidate.feedback.map(Self.document)),
            "pairing": policy.kind == .preference || policy.answer == .preferred
                ? candidate.pairing.map(Self.document) ?? .null : .null,
            "gates": .object(passed.seen),
        ]
        lineage = (try? document.canonicalBytes()) ?? []
    }

    /// What somebody wrote by hand: above all that was judged, and an anchor.
    init(written: WrittenExample, _ example: Example, _ place: VersionPlace, _ policy: PromotionPolicy) {
        id = written.id
        source = "written"
        key = SplitKey(endUser: nil, conversation: nil, exchange: written.id, by: policy.splitBy)
        keys = .init(endUser: nil, conversation: nil, exchange: written.id, in: place.project)
        line = example.line
        contentHash = example.contentHash
        rank = 200
        (endUser, conversation, raters, model) = (nil, nil, nil, nil)
        systemPrompt = example.systemPrompt
        language = LanguageGuess(example.prompt).tag
        answerSource = example.answerSource
        isAnchor = true
        tokens = example.estimatedTokens
        prompt = Self.text(example.prompt)
        question = Self.text(example.question)
        answer = Self.text(example.answer)
        let document: JSONValue = [
            "written_example_id": .string(written.id.description),
            "author": .string(written.author),
            "file": .string(written.file),
            "file_line": .integer(Int64(written.line)),
            "received_at": .string(written.createdAt.ISO8601Format()),
            "answer_source": "written",
            "policy": .string("\(policy.name)@\(place.policyVersion)"),
            "sha256": .string(SHA256.hash(data: example.line).hexadecimal),
            "estimated_tokens": .integer(Int64(example.estimatedTokens)),
            "language": language.map { .string($0) } ?? .null,
        ]
        lineage = (try? document.canonicalBytes()) ?? []
    }

    /// Which side it falls on, unless it was held out before.
    func side(_ place: VersionPlace, _ policy: PromotionPolicy) -> Split {
        // Whoever writes an example wants it learnt.
        let holdout = source == "written" ? 0 : policy.holdoutShare
        return key.side(salt: place.salt, holdout: holdout, validation: policy.validationShare)
    }

    /// Which side it falls on when it was trained on before.
    func trainedSide(_ place: VersionPlace, _ policy: PromotionPolicy) -> Split {
        key.side(salt: place.salt, holdout: 0, validation: policy.validationShare)
    }

    /// As texts are compared; a column of text holds no U+0000.
    private static func text(_ text: String) -> String {
        Shingles.normalized(text.replacing("\0", with: " "))
    }

    private static func document(_ review: Candidate.Review) -> JSONValue {
        [
            "id": .string(review.id), "reviewer": .string(review.reviewer), "scores": review.scores,
            "corrected": .bool(review.correction != nil),
        ]
    }
    private static func document(_ feedback: Candidate.Feedback) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(feedback.id), "kind": .string(feedback.kind),
            "rater": feedback.rater.map { .string($0) } ?? .null,
        ]
        if let thumb = feedback.thumb { members["thumb"] = thumb > 0 ? "up" : "down" }
        if let score = feedback.score { members["score"] = .integer(Int64(score)) }
        if let raised = feedback.raised { members["raised"] = .bool(raised) }
        return .object(members)
    }
    private static func document(_ pairing: Candidate.Pairing) -> JSONValue {
        [
            "id": .string(pairing.id), "source": .string(pairing.source.rawValue),
            "by": pairing.by.map { .string($0) } ?? .null, "chosen": .bool(pairing.isChosen),
            "other_exchange_id": pairing.other.map { .string($0) } ?? .null,
        ]
    }
}

/// An example that somebody wrote by hand.
struct WrittenExample: Sendable {
    let id: ID<Exchange>
    let content: [UInt8]
    let author: String
    let file: String
    let line: Int
    let createdAt: Date
}

/// A candidate on its way out.
struct StagedExclusion: Sendable {
    let id: ID<Exchange>
    let source: String
    let key: SplitKey
    let keys: SplitKey.Hashes
    let exclusion: Exclusion
    /// The beginning of what the user said last, for a preview.
    let snippet: String
}

struct StagedBatch: Sendable {
    var examples: [StagedExample] = []
    var exclusions: [StagedExclusion] = []
    var isFull: Bool { examples.count + exclusions.count >= 200 }
}
