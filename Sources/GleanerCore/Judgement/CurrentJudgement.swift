/// What an exchange's feedback comes to: of each rater and kind, the newest counts.
///
/// Votes without a name are one voice for each API key, as in dataset builds; whatever else comes without a name counts as
/// somebody's own: nobody can take back what somebody else said.
public struct CurrentJudgement: Sendable, Hashable {
    public private(set) var ups = 0
    public private(set) var downs = 0
    /// Newest first, as are the corrections.
    public private(set) var scores: [Score] = []
    public private(set) var corrections: [String] = []
    /// Somebody raised a flag and has not cleared it.
    public private(set) var hasOpenFlag = false
    /// By how many each word is in use.
    public private(set) var tags: [String: Int] = [:]
    public private(set) var signals: [Judgement.Signal: Int] = [:]
    /// How often it was chosen over another answer, and how often another over it.
    public private(set) var preferred = 0
    public private(set) var rejected = 0

    private struct Voice: Hashable {
        let rater: String
        let slot: String
    }

    /// - Parameter judgements: newest first; `rater` is the voice, `nil` for somebody who is nobody else.
    public init(newestFirst judgements: some Sequence<(judgement: Judgement, rater: String?)>) {
        var heard: Set<Voice> = []
        for (judgement, rater) in judgements {
            if let rater, !heard.insert(Voice(rater: rater, slot: judgement.slot)).inserted { continue }
            count(judgement)
        }
    }

    private mutating func count(_ judgement: Judgement) {
        switch judgement {
        case .thumb(up: true): ups += 1
        case .thumb(up: false): downs += 1
        case .score(let score): scores.append(score)
        case .correction(let text): corrections.append(text)
        case .flag(raised: true, _): hasOpenFlag = true
        case .tags(let words): for word in words { tags[word, default: 0] += 1 }
        case .signal(let signal): signals[signal, default: 0] += 1
        case .preference(let preference): if preference.isChosen { preferred += 1 } else { rejected += 1 }
        case .flag(raised: false, _), .comment: break
        }
    }
}
