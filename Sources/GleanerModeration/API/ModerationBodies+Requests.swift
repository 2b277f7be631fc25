import Foundation
import GleanerCore
import GleanerHTTP

extension ModerationBodies {
    struct Override: Decodable {
        private enum Key: String, CodingKey, CaseIterable { case target, action, reason, feedback_id }
        let target: ModerationTarget
        let action: ModerationAction
        let reason: String
        /// With a comment, and only then.
        let feedback: UUID?

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknown(Key.allCases.map(\.rawValue))
            let fields = try decoder.container(keyedBy: Key.self)
            target = try fields.decode(ModerationTarget.self, forKey: .target)
            action = try fields.decode(ModerationAction.self, forKey: .action)
            reason = try fields.decode(String.self, forKey: .reason)
            feedback = try fields.decodeIfPresent(UUID.self, forKey: .feedback_id)
            guard (target == .comment) == (feedback != nil) else {
                throw BodyError(field: "feedback_id", problem: "goes with the target `comment`, and only with that")
            }
        }
    }

    struct Check: Decodable {
        private enum Key: String, CodingKey, CaseIterable { case text, target }
        let text: String
        let target: ModerationTarget

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknown(Key.allCases.map(\.rawValue))
            let fields = try decoder.container(keyedBy: Key.self)
            text = try fields.decode(String.self, forKey: .text)
            target = try fields.decodeIfPresent(ModerationTarget.self, forKey: .target) ?? .prompt
        }
    }

    struct Redecide: Decodable {
        private enum Key: String, CodingKey, CaseIterable { case since, ask }
        let since: Date?
        let asks: Bool

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknown(Key.allCases.map(\.rawValue))
            let fields = try decoder.container(keyedBy: Key.self)
            since = try fields.decodeIfPresent(Date.self, forKey: .since)
            asks = try fields.decodeIfPresent(Bool.self, forKey: .ask) ?? false
        }
    }
}

extension Decoder {
    fileprivate func refuseUnknown(_ known: [String]) throws {
        guard let unknown = try unknownMember(besides: Set(known)) else { return }
        throw BodyError(field: unknown, problem: "is not known here")
    }
}
