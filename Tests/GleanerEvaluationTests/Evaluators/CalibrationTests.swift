import Testing

@testable import GleanerEvaluation

@Suite("Calibration of figures")
struct CalibrationTests {
    @Test("Spearman's rho shares ranks of ties")
    func spearman() throws {
        #expect(Calibration.ranks([3, 1, 3, 2]) == [3.5, 1, 3.5, 2])
        #expect(Calibration([(0.1, 1), (0.2, 2), (0.9, 5)]).spearman == 1)
        #expect(Calibration([(0.1, 5), (0.2, 2), (0.9, 1)]).spearman == -1)
        // scipy.stats.spearmanr([1,2,3,4,5],[5,6,7,8,7])
        let rho = try #require(Calibration([(1, 5), (2, 6), (3, 7), (4, 8), (5, 7)]).spearman)
        #expect(abs(rho - 0.8207826816681233) < 1e-12)
        #expect(Calibration([(1, 3), (2, 3)]).spearman == nil)
    }

    @Test("the area is the chance that a bad one has the lower figure")
    func auc() {
        #expect(Calibration([(0.1, 1), (0.2, 2), (0.3, 3), (0.4, 5)]).auc == 1)
        #expect(Calibration([(0.4, 1), (0.3, 5)]).auc == 0)
        #expect(Calibration([(0.3, 1), (0.3, 5)]).auc == 0.5)
        #expect(Calibration([(0.1, 1), (0.3, 2), (0.2, 4), (0.4, 5)]).auc == 0.75)
        #expect(Calibration([(0.3, 4)]).auc == nil)
    }

    @Test("bins rise, whatever people said in them")
    func bins() {
        let pairs = (0..<40).map { (figure: Double($0), human: $0 < 20 ? ($0 % 2 == 0 ? 1.0 : 3) : 4) }
        let bins = Calibration(pairs).bins
        #expect(bins.count == 10)
        #expect(bins.map(\.count).reduce(0, +) == 40)
        #expect(bins.map(\.calibrated) == bins.map(\.calibrated).sorted())
        #expect(bins.first?.human == 2)
        #expect(Calibration(Array(pairs.prefix(19))).bins.isEmpty)
        #expect(Calibration.isotonic([1, 3, 2, 4], [1, 1, 1, 1]) == [1, 2.5, 2.5, 4])
    }
}
