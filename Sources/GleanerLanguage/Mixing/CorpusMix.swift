/// How languages are mixed over many utterances, in their order.
///
/// Source: Gambäck and Das (2016). Two readings of their corpus index are in use, and both are told: `ccPaper` as the formula is
/// printed adds δ for every utterance whose matrix language differs from the one before; `ccCode`, as the authors' program,
/// for mixed ones only. In both a tie, and an utterance of no language, keep the matrix language of before.
public struct CorpusMix: Sendable, Hashable {
    public private(set) var utterances = 0
    /// S: those with both languages.
    public private(set) var mixed = 0
    /// Tokens of each language, over all utterances.
    public private(set) var hindi = 0
    public private(set) var english = 0
    private var integration = 0.0
    private var changes = 0
    private var mixedChanges = 0
    private var cmiSum = 0.0
    private var matrix: TokenTag?

    public init() {}
    public init(_ utterances: some Sequence<CodeMix>) { for utterance in utterances { add(utterance) } }

    public mutating func add(_ utterance: CodeMix) {
        utterances += 1
        cmiSum += utterance.cmi
        hindi += utterance.hindi
        english += utterance.english
        if utterance.isMixed { mixed += 1 }
        if utterance.count > 0 {
            let dominant = max(utterance.hindi, utterance.english)
            integration += 1 - Double(dominant - utterance.switches) / Double(utterance.count)
        }
        guard let new = utterance.matrix else { return }
        if let matrix, matrix != new {
            changes += 1
            if utterance.isMixed { mixedChanges += 1 }
        }
        matrix = new
    }

    private func cc(_ changes: Int) -> Double? {
        guard utterances > 0 else { return nil }
        return 100 / Double(utterances) * ((integration + Double(changes)) / 2 + 5 / 6 * Double(mixed))
    }
    /// Can exceed 100; `nil` without utterances.
    public var ccPaper: Double? { cc(changes) }
    public var ccCode: Double? { cc(mixedChanges) }

    private var whole: CodeMix { CodeMix(hindi: hindi, english: english, switches: 0) }
    /// M-index over the tokens of all utterances; `nil` without any.
    public var mIndex: Double? { whole.mIndex }
    /// LE, in bits, likewise.
    public var entropy: Double? { whole.entropy }

    /// Of all utterances.
    public var meanCMI: Double? { utterances > 0 ? cmiSum / Double(utterances) : nil }
    /// Of those with both languages.
    public var meanMixedCMI: Double? { mixed > 0 ? cmiSum / Double(mixed) : nil }
}
