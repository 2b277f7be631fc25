public import Foundation
import GleanerCore

/// Which evaluators a project wants: a document, kept by version.
public struct EvaluatorPolicy: EvaluationDocument, Hashable {
    public var evaluators: [EvaluatorChoice] = []

    public enum CodingKeys: String, CodingKey, CaseIterable { case evaluators }
    static let mostEvaluators = 40

    public init(_ evaluators: [EvaluatorChoice] = []) { self.evaluators = evaluators }

    public init(from decoder: any Decoder) throws {
        try Self.refuseUnknown(decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        try members.read(.evaluators, into: &evaluators)
        try check()
    }

    func check() throws {
        guard evaluators.count <= Self.mostEvaluators else {
            throw EvaluatorError.policyInvalid(member: "evaluators", wanted: "at most \(Self.mostEvaluators)")
        }
        guard Set(evaluators.map(\.name)).count == evaluators.count else {
            throw EvaluatorError.policyInvalid(member: "name", wanted: "another one for each evaluator")
        }
    }

    /// Those that ask nobody and cost nothing but a little processor, on all exchanges.
    public static let standard = EvaluatorPolicy(
        [.codeMix, .transliteration, .refusal, .repetition, .length, .json, .toolCalls, .overlap].map {
            EvaluatorChoice($0)
        })

    /// - Throws: `EvaluatorError.policyInvalid`, which names the member; `policyNotJSON`.
    public init(parsing bytes: some Sequence<UInt8>) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch let error as any Explained {
            // Choices within are documents of their own, with an error of theirs.
            if case EvaluationError.documentInvalid(let member, let wanted) = error {
                throw EvaluatorError.policyInvalid(member: member, wanted: wanted)
            }
            throw error
        } catch DecodingError.keyNotFound(let key, _) {
            throw EvaluatorError.policyInvalid(member: key.stringValue, wanted: "there")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw EvaluatorError.policyInvalid(
                member: context.codingPath.last?.stringValue ?? "the policy", wanted: "of another type")
        } catch {
            throw EvaluatorError.policyNotJSON
        }
    }
}

/// A version of a project's policy; 0, of nothing, is that of a project without one.
public struct EvaluatorPolicyVersion: Sendable, Hashable {
    public let version: Int64
    public let policy: EvaluatorPolicy
    public let author: String
    public let note: String
    public let at: Date

    public static let none = EvaluatorPolicyVersion(
        version: 0, policy: EvaluatorPolicy(), author: "gleaner", note: "none", at: Date(timeIntervalSince1970: 0))
}

/// Whether an exchange is drawn for an evaluator.
enum EvaluatorDraw {
    static func draws(_ exchange: ID<Exchange>, for choice: EvaluatorChoice, in project: ID<Project>) -> Bool {
        SamplingHash.draws(
            exchange.description, salt: "evaluator:\(project):\(choice.name)", probability: choice.share)
    }
}
