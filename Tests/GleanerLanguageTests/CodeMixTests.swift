import Testing

@testable import GleanerLanguage

@Suite("Code mixing")
struct CodeMixTests {
    /// Rows of DATA §5.5.
    static let a = tags("en en hi hi univ univ hi hi en en en hi hi")
    static let b = tags("hi hi hi univ hi en hi hi univ")
    static let c = tags("hi hi hi hi")
    static let d = tags("univ univ")
    static let e = tags("en hi en hi")
    static let f = tags("hi ne hi en en univ hi")
    static let g = tags("en en en")
    static let seed = tags("hi hi hi en hi univ")

    struct Row: Sendable {
        let tags: [TokenTag]
        let cmi, cu: Double
        let switches: Int
        let m, entropy: Double?
        let i: Double
        let burst: Double?
    }
    static let rows = [
        Row(
            tags: a, cmi: 45.45454545454546, cu: 36.36363636363637, switches: 3, m: 0.9836065573770497,
            entropy: 0.9940302114769565, i: 0.3, burst: -0.4835086004775133),
        Row(
            tags: b, cmi: 14.28571428571429, cu: 21.428571428571427, switches: 2, m: 0.3243243243243244,
            entropy: 0.5916727785823275, i: 1.0 / 3, burst: -0.20871215252208),
        Row(tags: c, cmi: 0, cu: 0, switches: 0, m: 0, entropy: 0, i: 0, burst: nil),
        Row(tags: d, cmi: 0, cu: 0, switches: 0, m: nil, entropy: nil, i: 0, burst: nil),
        Row(tags: e, cmi: 50, cu: 62.5, switches: 3, m: 1, entropy: 1, i: 1, burst: -1),
        Row(
            tags: f, cmi: 40, cu: 40, switches: 2, m: 0.923076923076923, entropy: 0.9709505944546686, i: 0.5,
            burst: -0.48543145110505587),
        Row(
            tags: seed, cmi: 20, cu: 30, switches: 2, m: 0.4705882352941173, entropy: 0.7219280948873623, i: 0.5,
            burst: -0.18146029604788105),
    ]

    @Test("an utterance's figures are those of the reference", arguments: rows)
    func utterance(_ row: Row) {
        let mix = CodeMix(row.tags)
        #expect(isNear(mix.cmi, row.cmi))
        #expect(isNear(mix.cu, row.cu))
        #expect(mix.switches == row.switches)
        #expect(isNear(mix.mIndex, row.m))
        #expect(isNear(mix.entropy, row.entropy))
        #expect(isNear(mix.iIndex, row.i))
        #expect(isNear(mix.burstiness, row.burst))
    }

    @Test("both readings of the corpus index are those of the reference")
    func corpus() {
        let all = CorpusMix([Self.a, Self.b, Self.c, Self.d, Self.e, Self.f, Self.g].map { CodeMix($0) })
        #expect(isNear(all.ccPaper, 77.66079158936301))
        #expect(isNear(all.ccCode, 70.51793444650588))
        let three = CorpusMix([Self.a, Self.b, Self.c].map { CodeMix($0) })
        #expect(isNear(three.ccPaper, 74.81962481962483))
        #expect(isNear(three.ccCode, 74.81962481962483))
        let six = CorpusMix([Self.a, Self.b, Self.c, Self.d, Self.e, Self.f].map { CodeMix($0) })
        #expect(isNear(six.meanCMI, 24.956709956709958))
        #expect(isNear(six.meanMixedCMI, 37.435064935064936))
        #expect(CorpusMix().ccPaper == nil)
        // Over all tokens: 13 Hindi and 12 English ones with A, B, C and E of the list.
        let whole = CorpusMix([Self.a, Self.b, Self.c, Self.e].map { CodeMix($0) })
        let tokens = [Self.a, Self.b, Self.c, Self.e].flatMap { $0 }
        #expect(isNear(whole.mIndex, CodeMix(tokens).mIndex!))
        #expect(isNear(whole.entropy, CodeMix(tokens).entropy!))
        #expect(CorpusMix([CodeMix(Self.d)]).mIndex == nil)
    }

    @Test("a tie keeps the matrix language of before, and so does an utterance without words")
    func ties() {
        // hi, tie, nothing, hi: nothing changed. Then English, once mixed and once not.
        let still = CorpusMix([Self.c, Self.e, Self.d, Self.c].map { CodeMix($0) })
        #expect(still.ccPaper == still.ccCode)
        let mixedChange = CorpusMix([Self.c, tags("en en hi")].map { CodeMix($0) })
        #expect(mixedChange.ccPaper == mixedChange.ccCode)
        let pureChange = CorpusMix([Self.c, Self.g].map { CodeMix($0) })
        #expect(isNear(pureChange.ccPaper, 25))
        #expect(isNear(pureChange.ccCode, 0))
    }

    @Test("what is not known, mixed in itself, or of a third script is not part of N, and is told")
    func leftOut() {
        let mix = CodeMix(tags("hi unk mix other en acro"))
        #expect(mix.count == 2)
        #expect(mix.tokens == 6)
        #expect(mix.switches == 1)
        #expect(isNear(mix.coverage, 0.5))
        #expect(CodeMix(Self.d).coverage == nil)
    }

    @Test("an answer is compared with its prompt")
    func match() {
        let same = MixMatch(answer: CodeMix(Self.a), prompt: CodeMix(Self.b))
        #expect(isNear(same.distance, 31.16883116883117))
        #expect(same.sharesMatrix == true)
        #expect(MixMatch(answer: CodeMix(Self.c), prompt: CodeMix(Self.g)).sharesMatrix == false)
        #expect(MixMatch(answer: CodeMix(Self.c), prompt: CodeMix(Self.e)).sharesMatrix == nil)
        #expect(MixMatch(answer: CodeMix(Self.d), prompt: CodeMix(Self.a)).distance == nil)
    }

    @Test(
        "an instructed language is read from the words that ask for it",
        arguments: [
            ("You are helpful. Always answer in Hinglish.", InstructedLanguage.hinglish),
            ("Reply in Hindi only.", .hindi), ("Please write in roman Hindi.", .romanHindi),
            ("English me jawab do", .english), ("Explain photosynthesis in simple English.", .english),
        ])
    func instructed(_ text: String, _ wanted: InstructedLanguage) {
        #expect(InstructedLanguage(instructedBy: text) == wanted)
    }

    @Test(
        "speaking of a language asks for nothing",
        arguments: [
            "I am learning Hindi.", "Hindi is spoken in Delhi.", "Do not answer in English.", "",
        ])
    func notInstructed(_ text: String) { #expect(InstructedLanguage(instructedBy: text) == nil) }

    @Test("compliance is the share of words in the language that was asked for")
    func compliance() {
        let tagger = LanguageTagger()
        let english = tagger.tags(of: "The weather is very good today.")
        #expect(InstructedLanguage.english.compliance(of: english) == 1)
        #expect(InstructedLanguage.romanHindi.compliance(of: english) == 0)
        #expect(InstructedLanguage.hinglish.compliance(of: english) == 0)
        let hindi = tagger.tags(of: "आज मौसम बहुत अच्छा है।")
        #expect(InstructedLanguage.hindi.compliance(of: hindi) == 1)
        #expect(InstructedLanguage.romanHindi.compliance(of: hindi) == 0)
        let mixed = tagger.tags(of: "Aaj ka weather bahut accha hai, office chalte hain")
        #expect(InstructedLanguage.hinglish.compliance(of: mixed) == 1)
        #expect(InstructedLanguage.english.compliance(of: tagger.tags(of: "123 !")) == nil)
    }
}

func tags(_ text: String) -> [TokenTag] { text.split(separator: " ").map { TokenTag(rawValue: String($0))! } }

/// Within 1e-9, or both undefined.
func isNear(_ a: Double?, _ b: Double?) -> Bool {
    switch (a, b) {
    case (nil, nil): true
    case (let a?, let b?): abs(a - b) < 1e-9
    default: false
    }
}
