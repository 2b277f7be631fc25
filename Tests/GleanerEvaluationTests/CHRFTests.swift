import Testing

@testable import GleanerEvaluation

@Suite("chrF")
struct CHRFTests {
    @Test("chrF and chrF++ of a corpus and of its sentences")
    func corpus() {
        #expect(isNear(CHRF().corpus(Reference.segments), 67.62718642670899))
        #expect(isNear(CHRF.plusPlus.corpus(Reference.segments), 68.70383038938573))
        var spaced = CHRF()
        spaced.keepsWhitespace = true
        #expect(isNear(spaced.corpus(Reference.segments), 74.52845282912419))
        let plain = [49.6485170311433, 71.28541879893882, 81.38522658606604]
        let plus = [54.2551855194941, 72.8155200667791, 79.02459942686345]
        for (index, segment) in Reference.segments.enumerated() {
            #expect(isNear(CHRF().sentence(segment.hypothesis, segment.references), plain[index]))
            #expect(isNear(CHRF.plusPlus.sentence(segment.hypothesis, segment.references), plus[index]))
        }
    }

    @Test("spelling variants of Hindi in Latin letters")
    func variants() {
        #expect(isNear(CHRF().sentence("hai", ["hain"]), 68.86227544910179))
        #expect(isNear(CHRF().sentence("mujhe nhi pata", ["mujhe nahi pata"]), 64.15067049823338))
        #expect(isNear(CHRF.plusPlus.sentence("mujhe nhi pata", ["mujhe nahi pata"]), 56.456431478115064))
    }

    @Test("nothing in common is 0, the same is 100, and of several references the best counts")
    func edges() {
        #expect(CHRF().sentence("", ["hai"]) == 0)
        #expect(CHRF().sentence("xyz", ["hai"]) == 0)
        #expect(isNear(CHRF().sentence("मुझे मदद चाहिए", ["मुझे मदद चाहिए"]), 100))
        #expect(isNear(CHRF().sentence("hai", ["xyz", "hai"]), 100))
    }
}
