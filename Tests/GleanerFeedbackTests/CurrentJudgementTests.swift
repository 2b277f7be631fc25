import GleanerCore
import Testing

@Suite("Current judgement")
struct CurrentJudgementTests {
    private func current(_ newestFirst: [(Judgement, String?)]) -> CurrentJudgement {
        CurrentJudgement(newestFirst: newestFirst.map { (judgement: $0.0, rater: $0.1) })
    }

    @Test("of one rater's thumbs the newest counts, and other raters count beside them")
    func newest() throws {
        let judgement = current([
            (.thumb(up: false), "asha"), (.thumb(up: true), "ravi"), (.thumb(up: true), "asha"),
            (.score(try Score(2)), "asha"), (.score(try Score(5)), "asha"), (.score(try Score(4)), "ravi"),
        ])
        #expect(judgement.ups == 1)
        #expect(judgement.downs == 1)
        #expect(judgement.scores.map(\.value) == [2, 4])
    }

    @Test("raters without a name are each somebody else")
    func nameless() {
        let judgement = current([(.thumb(up: true), nil), (.thumb(up: true), nil), (.thumb(up: false), nil)])
        #expect(judgement.ups == 2)
        #expect(judgement.downs == 1)
    }

    @Test("a flag is open until the one who raised it clears it")
    func flags() {
        let raised = (Judgement.flag(raised: true, reason: "galat"), "asha" as String?)
        #expect(current([raised]).hasOpenFlag)
        #expect(!current([(.flag(raised: false, reason: nil), "asha"), raised]).hasOpenFlag)
        #expect(current([(.flag(raised: false, reason: nil), "ravi"), raised]).hasOpenFlag)
        #expect(current([raised, (.flag(raised: false, reason: nil), "asha")]).hasOpenFlag)
    }

    @Test("a newer set of tags replaces the rater's older one, and signals of different kinds stand beside each other")
    func tagsAndSignals() {
        let judgement = current([
            (.tags(["wrong"]), "asha"), (.tags(["wrong", "long"]), "ravi"), (.tags(["long"]), "asha"),
            (.tags([]), "meena"), (.tags(["rude"]), "meena"), (.signal(.copied), "asha"), (.signal(.copied), "asha"),
            (.signal(.regenerated), "asha"),
        ])
        #expect(judgement.tags == ["wrong": 2, "long": 1])
        #expect(judgement.signals == [.copied: 1, .regenerated: 1])
        #expect(judgement.ups == 0 && judgement.downs == 0)
    }

    @Test("of preferences the newest against each other answer counts")
    func preferences() {
        let other = ID<Exchange>.new()
        let judgement = current([
            (.preference(Judgement.Preference(isChosen: true, other: .exchange(other))), "asha"),
            (.preference(Judgement.Preference(isChosen: false, other: .exchange(other))), "asha"),
            (.preference(Judgement.Preference(isChosen: false, other: .completion("d"))), "asha"),
        ])
        #expect(judgement.preferred == 1)
        #expect(judgement.rejected == 1)
    }

    @Test("a later correction replaces the rater's own, a comment counts for nothing")
    func corrections() {
        let judgement = current([
            (.correction("second"), "asha"), (.comment("accha"), "asha"), (.correction("first"), "asha"),
            (.correction("third"), "ravi"),
        ])
        #expect(judgement.corrections == ["second", "third"])
        #expect(current([(.comment("accha"), "asha")]) == current([]))
    }
}
