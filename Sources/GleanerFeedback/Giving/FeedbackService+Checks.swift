import Foundation
import GleanerCore

extension FeedbackService {
    /// - Throws: `FeedbackError` when this can never be of that subject.
    func check(_ said: SaidFeedback) throws(FeedbackError) {
        guard !said.judgements.isEmpty else { throw .nothingSaid }
        if case .exchange(let id) = said.subject { try check(id) }
        for judgement in said.judgements { try check(judgement, of: said.subject) }
    }

    private func check(_ judgement: Judgement, of subject: Subject) throws(FeedbackError) {
        if case .conversation = subject {
            // Both are of one answer.
            switch judgement {
            case .correction, .preference: throw .kindNeedsAnswer(judgement.kind)
            default: break
            }
        }
        guard case .preference(let preference) = judgement else { return }
        switch (preference.other, subject) {
        case (.exchange(let other), .exchange(let id)) where other == id: throw .preferenceOfItself
        case (.completion(let other), .completion(let id)) where other == id: throw .preferenceOfItself
        case (.exchange(let other), _): try check(other)
        default: break
        }
    }

    /// An id names its own time and place. One that cannot be of an exchange of ours would be kept for nothing.
    private func check(_ id: ID<Exchange>) throws(FeedbackError) {
        let earliest = Date(timeIntervalSince1970: 1_577_836_800)
        guard id.isVersion7, id.timestamp > earliest, id.timestamp < now().addingTimeInterval(3600) else {
            throw .exchangeImpossible(id)
        }
    }
}
