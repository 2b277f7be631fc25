import GleanerCore
import Testing

@Suite("Sampling hash")
struct SamplingHashTests {
    @Test(
        "the same salt and key give the same number everywhere",
        arguments: [
            ("req_1", 0.7236568995756478), ("req_2", 0.027189951168539284), ("req_3", 0.3705562946322397),
            ("chatcmpl-123", 0.3531436784923968),
        ])
    func vectors(_ key: String, _ unit: Double) {
        #expect(abs(SamplingHash.unit(salt: "review-v1", key: key) - unit) < 1e-15)
    }

    @Test("what a probability draws, every higher one draws too, and the share comes out right")
    func nested() {
        let keys = (0..<20_000).map { "exchange-\($0)" }
        var before: Set<String> = []
        for probability in [0.01, 0.05, 0.3, 1.0] {
            let drawn = Set(keys.filter { SamplingHash.draws($0, salt: "s", probability: probability) })
            #expect(before.isSubset(of: drawn))
            // Five standard deviations.
            let allowed = 5 * (probability * (1 - probability) * 20_000).squareRoot()
            #expect(abs(Double(drawn.count) - probability * 20_000) <= allowed)
            before = drawn
        }
        #expect(before.count == keys.count)
    }

    @Test("different salts decide independently")
    func salts() {
        let keys = (0..<10_000).map { "\($0)" }
        let both = keys.filter {
            SamplingHash.draws($0, salt: "a", probability: 0.5) && SamplingHash.draws($0, salt: "b", probability: 0.5)
        }
        #expect((2_200...2_800).contains(both.count))
    }
}
