import Testing

@testable import GleanerEvaluation

/// H and R of the reference values, computed with sacreBLEU 2.6.
enum Reference {
    static let hypotheses = [
        "the cat sat on the mat .", "there is a dog in the garden", "Mujhe ek accha quote batao please",
    ]
    static let references = [
        "the cat is sitting on the mat .", "a dog is in the garden", "Mujhe ek accha sa quote batao",
    ]
    static let seconds = [
        "the cat sat upon the mat .", "a dog is playing in the garden", "Please mujhe ek accha quote batao",
    ]
    static var segments: [(hypothesis: String, references: [String])] {
        zip(hypotheses, references).map { ($0, [$1]) }
    }
}

func isNear(_ value: Double?, _ wanted: Double, _ tolerance: Double = 1e-9) -> Bool {
    value.map { abs($0 - wanted) <= tolerance } ?? false
}

@Suite("BLEU")
struct BLEUTests {
    @Test(
        "the tokeniser of mteval-v13a",
        arguments: [
            (
                "Hello, world! It's 3.14 (approx) - don't & 1,000-2,000 end.",
                "Hello , world ! It's 3.14 ( approx ) - don't & 1,000 - 2,000 end ."
            ),
            ("Rs.500 ka bill hai; kya karun?", "Rs . 500 ka bill hai ; kya karun ?"),
            ("e-mail me @ a_b/c", "e-mail me @ a _ b / c"),
            ("नमस्ते, दुनिया।", "नमस्ते , दुनिया।"),
            ("a &quot;b&quot; &amp; c<skipped>d-\ne", "a \" b \" & cde"),
        ])
    func tokens(_ text: String, _ wanted: String) {
        #expect(BLEUTokenizer.mteval13a.tokens(text).joined(separator: " ") == wanted)
    }

    @Test("a corpus")
    func corpus() {
        let bleu = BLEU()
        #expect(isNear(bleu.corpus(Reference.segments), 33.75804740497263))
        let counts = Reference.segments.reduce(BLEU.Counts()) { $0 + bleu.counts($1.hypothesis, $1.references) }
        #expect(counts.matches == [17, 10, 4, 1])
        #expect(counts.totals == [20, 17, 14, 11])
        #expect((counts.length, counts.referenceLength) == (20, 20))
        #expect(BLEU.brevityPenalty(counts) == 1)
    }

    @Test("characters as tokens, and second references")
    func others() {
        var bleu = BLEU()
        bleu.tokenizer = .characters
        #expect(isNear(bleu.corpus(Reference.segments), 72.1640592878312))
        let both = Reference.hypotheses.indices.map {
            (Reference.hypotheses[$0], [Reference.references[$0], Reference.seconds[$0]])
        }
        #expect(isNear(BLEU().corpus(both), 49.02250926110871))
    }

    @Test(
        "sentences, by how orders without a match are smoothed",
        arguments: [
            (BLEU.Smoothing.exponential, [42.38365628278778, 32.17294420803808, 37.99178428257963]),
            (.floor(0.1), [42.38365628278778, 21.5153445216728, 25.40663740773073]),
            (.addK(1), [51.27984735494306, 42.50900852537616, 48.54917717073236]),
            (.none, [42.38365628278778, 0, 0]),
        ])
    func sentences(_ smoothing: BLEU.Smoothing, _ wanted: [Double]) {
        var bleu = BLEU()
        bleu.smoothing = smoothing
        for (segment, score) in zip(Reference.segments, wanted) {
            #expect(isNear(bleu.sentence(segment.hypothesis, segment.references), score))
        }
    }

    @Test("short answers need the effective order")
    func short() {
        #expect(isNear(BLEU(effectiveOrder: true).sentence("haan ji", ["haan ji"]), 100))
        #expect(BLEU().sentence("haan ji", ["haan ji"]) == 0)
        #expect(BLEU(effectiveOrder: true).sentence("", ["haan ji"]) == 0)
        #expect(BLEU().sentence("kuch aur", ["haan ji"]) == 0)
        #expect(isNear(BLEU().corpus(zip(Reference.references, Reference.references).map { ($0, [$1]) }), 100))
    }

    @Test(
        "more sentences",
        arguments: [
            ("Nahi main car se aaya hoon", "Nahi, main car se aaya hoon.", 56.98363775444274),
            (
                "haan ek movie dekhne", "Haan, ek movie dekhne aur friends ke saath dinner plan kiya hai.",
                4.880803219926451
            ),
            ("mujhe nhi pata", "mujhe nahi pata", 34.66806371753173),
        ])
    func more(_ hypothesis: String, _ reference: String, _ wanted: Double) {
        let found = [true, false].map { BLEU(effectiveOrder: $0).sentence(hypothesis, [reference]) }
        #expect(found.contains { isNear($0, wanted) })
    }

    @Test("the brevity penalty")
    func brevity() {
        let counts = BLEU().counts("Nahi main car se aaya hoon", ["Nahi, main car se aaya hoon."])
        #expect(isNear(BLEU.brevityPenalty(counts), 0.7165313105737893))
    }
}
