import Testing

@testable import GleanerLanguage

@Suite("Transliteration consistency")
struct SpellingTests {
    @Test(
        "one word's scores are those of the reference",
        arguments: [
            ([8, 1, 1], 0.41832813428211324, 0.8, 0.6222222222222222, 2), ([5, 5], 0, 0.5, 0.4444444444444444, 5),
            ([10], 1, 1, 1, 0), ([3, 2, 1], 0.07938016428569528, 0.5, 0.26666666666666666, 3),
        ])
    func word(_ counts: [Int], entropy: Double, modal: Double, pairs: Double, inconsistencies: Int) {
        let scores = SpellingScores(counts)
        #expect(isNear(scores.entropyForm, entropy))
        #expect(isNear(scores.modalShare, modal))
        #expect(isNear(scores.pairAgreement, pairs))
        #expect(scores.inconsistencies == inconsistencies)
    }

    @Test("scores over words are weighted by uses")
    func words() {
        let scores = ConsistencyScores([[8, 1, 1], [5, 5], [10], [3, 2, 1]].map { SpellingScores($0) })
        #expect(isNear(scores.entropyForm, 0.40721006468153625))
        #expect(isNear(scores.modalShare, 0.7222222222222222))
        #expect(scores.inconsistencies == 10)
        #expect(scores.uses == 36)
        #expect(isNear(scores.pairAgreement, (10 * 28.0 / 45 + 10 * 4.0 / 9 + 10 + 6 * 4.0 / 15) / 36))
    }

    @Test("what cannot be known has no score")
    func undefined() {
        #expect(SpellingScores([1]).pairAgreement == nil)
        #expect(SpellingScores([]).modalShare == nil)
        #expect(ConsistencyScores([SpellingScores([2, 2])], minimum: 5).words == 0)
        #expect(ConsistencyScores([]).pairAgreement == nil)
    }

    @Test(
        "keys are those of the reference",
        arguments: [
            (["zindagi", "jindagi", "zindgi"], "jndg"), (["theek", "thik", "tik"], "tk"),
            (["kaise", "kese", "kayse", "kse"], "ks"), (["nahi", "nahin", "nahee", "nhi"], "nh"), (["nai"], "n"),
            (["bahut", "bohot"], "bht"), (["boht", "bht"], "bt"), (["achcha"], "Acch"), (["hai", "ho", "hu"], "h"),
            (["hain", "hoon"], "hn"), (["kya", "kiya", "kyu"], "k"), (["main", "mein"], "mn"), (["me", "mai"], "m"),
            (["batao"], "bt"),
        ])
    func keys(_ words: [String], _ key: String) {
        for word in words { #expect(SpellingKey.key(of: word) == key, "\(word)") }
    }

    @Test(
        "words that only look alike are not merged",
        arguments: [
            ["hai", "ho", "hu"], ["hain", "hoon"], ["kya", "kiya", "kyu"], ["main", "mein"], ["me", "mai"],
            ["batao", "boht"],
            ["hai", "hain"], ["kam", "kaam"], ["din", "deen"], ["kal", "kaal"], ["sona", "suna"], ["mera", "meera"],
        ])
    func wrongMerges(_ words: [String]) {
        let clusters = SpellingClusters(Dictionary(uniqueKeysWithValues: words.map { ($0, 5) }))
        for cluster in clusters.clusters { #expect(cluster.spellings.count == 1, "\(cluster.spellings)") }
        for word in words { for other in words where other != word { #expect(!SpellingClusters.isSame(word, other)) } }
    }

    @Test(
        "spellings of one word come together",
        arguments: [
            (["nahi", "nahin", "nhi", "nai", "nahee"], "नहीं"), (["bahut", "bohot", "boht", "bht"], "बहुत"),
            (["accha", "acha", "achcha"], "अच्छा"), (["zindagi", "jindagi", "zindgi"], "ज़िंदगी"),
            (["hoon", "hun", "hu"], "हूँ"),
        ])
    func merges(_ words: [String], _ name: String) {
        let clusters = SpellingClusters(Dictionary(uniqueKeysWithValues: words.map { ($0, 1) }))
        #expect(clusters.clusters.map(\.name) == [name])
        #expect(clusters.clusters.first?.spellings.count == words.count)
    }

    @Test("long words of no table join the commoner one by their sound")
    func bySound() {
        let clusters = SpellingClusters(["zabardast": 4, "jabardast": 2, "jabardasth": 1, "mehnati": 3])
        #expect(clusters.clusters.map(\.name) == ["mehnati", "zabardast"])
        #expect(clusters.clusters[1].scores.counts.sorted() == [1, 2, 4])
        // English on either side, and what is short, stays alone.
        #expect(!SpellingClusters.isSame("station", "steson"))
        #expect(!SpellingClusters.isSame("dard", "dord"))
    }

    @Test("what people merged or parted counts more")
    func corrections() {
        let counts = ["zabardast": 4, "jabardast": 2, "kam": 3, "kaam": 3]
        let parted = SpellingClusters(counts, corrections: .init(parted: [["zabardast", "jabardast"]]))
        #expect(parted.clusters.count == 4)
        let merged = SpellingClusters(counts, corrections: .init(merged: [["kaam", "kam"]]))
        #expect(merged.clusters.contains { $0.spellings.map(\.spelling).sorted() == ["kaam", "kam"] })
    }

    @Test("spellings with two readings are not counted")
    func undecided() {
        #expect(SpellingClusters(["me": 9, "mai": 3, "mein": 2]).clusters.map(\.name) == ["में"])
    }

    @Test("no spelling is of two words")
    func table() {
        let all = SpellingTable.words.flatMap(\.spellings)
        #expect(Set(all).count == all.count)
        #expect(Set(SpellingTable.words.map(\.devanagari)).count == SpellingTable.words.count)
        #expect(SpellingTable.words.count >= 200)
        #expect(SpellingTable.undecided.isDisjoint(with: all))
    }

    @Test("an answer's Hindi words are counted, and no others")
    func counting() {
        let tokens = LanguageTagger().tags(of: "Nahi yaar, mujhe nhi pata. The phone is nahiii working, आप बताओ")
        let counts = SpellingClusters.counts(of: tokens)
        #expect(counts["nahi"] == 2)
        #expect(counts["nhi"] == 1)
        #expect(counts["phone"] == nil)
        #expect(counts["आप"] == nil)
    }

    @Test("house style says which spelling is wanted")
    func houseStyle() {
        let clusters = SpellingClusters(["nahi": 3, "nhi": 1, "zabardast": 5])
        #expect(HouseStyle().compliance(of: clusters) == 0.75)
        #expect(HouseStyle(preferred: ["nhi"]).compliance(of: clusters) == 0.25)
        #expect(HouseStyle(preferred: ["zabardast"]).compliance(of: clusters).map { $0 == 8.0 / 9 } == true)
        #expect(HouseStyle().compliance(of: SpellingClusters(["dhoop": 2])) == nil)
    }

    @Test("edit distance knows swapped neighbours")
    func distance() {
        #expect(EditDistance.damerauLevenshtein("nahi", "nhai") == 1)
        #expect(EditDistance.damerauLevenshtein("ca", "abc") == 3)
        #expect(EditDistance.damerauLevenshtein("", "abc") == 3)
        #expect(EditDistance.damerauLevenshtein("kitten", "sitting") == 3)
    }
}
