import GleanerCore
import Testing

@testable import GleanerDatasets

@Suite("Near-duplicates")
struct SimilarityTests {
    private let quote = "Mujhe ek accha quote batao, life ke baare me"
    private let variant = "mujhe ek acha quote batao life ke bare me"

    @Test("shingles and their Jaccard index are exact")
    func jaccard() {
        #expect(Shingles(quote).hashes.count == 40)
        #expect(Shingles(variant).hashes.count == 37)
        // 27 shared of 50.
        #expect(abs(Shingles(quote).jaccard(Shingles(variant)) - 0.54) < 1e-9)
        #expect(Shingles(quote).jaccard(Shingles(quote)) == 1)
        #expect(Shingles(quote).jaccard(Shingles("Xylophone.")) == 0)
    }

    @Test("case, spaces and compatible forms make no difference; texts of up to five characters are one shingle")
    func normalized() {
        #expect(Shingles("ﬁne   Chai\n") == Shingles("fine chai"))
        #expect(Shingles("haan").hashes.count == 1)
        #expect(Shingles("haan").jaccard(Shingles("nahi")) == 0)
        #expect(Shingles("").hashes.isEmpty)
        #expect(Shingles("मुझे मदद चाहिए").hashes.count == 10)
    }

    @Test(
        "the chance of being compared follows from bands and rows",
        arguments: [
            (16, 8, 0.5, 0.0607), (16, 8, 0.7, 0.6133), (16, 8, 0.8, 0.947), (16, 8, 0.9, 0.9999), (32, 4, 0.3, 0.2291),
            (32, 4, 0.5, 0.8732), (32, 4, 0.7, 0.9998), (9, 13, 0.8, 0.3988), (9, 13, 0.9, 0.9286),
            (20, 6, 0.75, 0.9802), (20, 6, 0.8, 0.9977), (48, 3, 0.1, 0.0469), (48, 3, 0.5, 0.9984),
        ])
    func chance(bands: Int, rows: Int, similarity: Double, expected: Double) {
        #expect(abs(Banding(bands: bands, rows: rows).chance(at: similarity) - expected) < 6e-5)
    }

    @Test("bands agree as often as the formula says, over 4,000 pairs of known similarity")
    func bands() {
        // Sets of 40 with 30 in common: Jaccard 30/50.
        let banding = Banding(bands: 8, rows: 3)
        var (compared, agreeing) = (0, 0)
        for pair in 0..<4000 {
            func set(_ own: Int) -> Shingles {
                Shingles(
                    hashesForTests: (0..<30).map { UInt64(pair * 1000 + $0).mixed }
                        + (0..<10).map { UInt64(pair * 1000 + own + $0).mixed })
            }
            let (left, right) = (banding.hashes(of: set(100)), banding.hashes(of: set(200)))
            compared += 1
            if zip(left, right).contains(where: ==) { agreeing += 1 }
        }
        let share = Double(agreeing) / Double(compared)
        #expect(abs(share - banding.chance(at: 0.6)) < 0.02, "\(share) against \(banding.chance(at: 0.6))")
    }

    @Test("short texts have a line of their own, and lengths must be alike")
    func lines() {
        let similarity = Similarity(threshold: 0.8, shortThreshold: 0.5)
        #expect(similarity.holds(Shingles(quote), Shingles(variant)))
        #expect(!Similarity(threshold: 0.5, shortThreshold: 0.6).holds(Shingles(quote), Shingles(variant)))
        #expect(
            !Similarity(threshold: 0.1, shortThreshold: 0.1).holds(Shingles("chai"), Shingles("chai chai chai chai")))
        #expect(Similarity(threshold: 0.8, shortThreshold: 0.8).banding == .close)
        #expect(similarity.banding == .wide)
        // What a policy takes for a duplicate at first, and what the holdout is kept from.
        #expect(PromotionPolicy().nearDuplicates.prompt.shortSimilarity == 0.6)
        #expect(Similarity.test.holds(Shingles(quote), Shingles(variant)))
    }

    @Test("joined elements have one root, the lowest, in whatever order they were joined")
    func unionFind() {
        var forest = UnionFind(count: 6)
        for (left, right) in [(5, 4), (4, 2), (0, 1)] { forest.join(left, right) }
        #expect((0..<6).map { forest.root(of: $0) } == [0, 0, 2, 3, 2, 2])
    }

    @Test("runs of words pass over case and punctuation, in every script")
    func grams() {
        let left = WordGrams.words("Kal, BAARISH hogi? मौसम कैसा")
        #expect(left == WordGrams.words("kal baarish... hogi मौसम — कैसा"))
        #expect(left.count == 5)
        #expect(WordGrams.grams(left, length: 4).count == 2)
        #expect(WordGrams.grams(left, length: 6).isEmpty)
        #expect(WordGrams.grams(left, length: 2) != WordGrams.grams(left.reversed(), length: 2))
    }
}

extension Shingles {
    init(hashesForTests hashes: [UInt64]) { self.init(hashes: hashes.sorted(), characters: hashes.count) }
}
