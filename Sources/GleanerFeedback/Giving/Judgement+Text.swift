import GleanerCore

extension Judgement {
    /// What somebody wrote: the comment, the better answer, why it was flagged, or a preference's other side.
    var text: String? {
        switch self {
        case .comment(let text), .correction(let text): text
        case .flag(_, let reason): reason
        case .preference(let preference): if case .text(let text) = preference.other { text } else { nil }
        case .thumb, .score, .tags, .signal: nil
        }
    }

    /// The same judgement in other words; unchanged where it has none.
    func saying(_ text: String) -> Judgement {
        switch self {
        case .comment: .comment(text)
        case .correction: .correction(text)
        case .flag(let isRaised, .some): .flag(raised: isRaised, reason: text)
        case .preference(let preference) where self.text != nil:
            .preference(Preference(isChosen: preference.isChosen, other: .text(text)))
        case .thumb, .score, .flag, .tags, .signal, .preference: self
        }
    }
}
