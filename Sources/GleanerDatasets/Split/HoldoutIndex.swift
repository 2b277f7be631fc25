/// Held-out prompts by the bands of their signatures, in memory: about 8 bytes for each character of each different one,
/// and 30 for each band.
struct HoldoutIndex: Sendable {
    let similarity: Similarity
    let banding: Banding
    private var texts: [Shingles] = []
    /// The newest entry with this band; entry `text × bands + band` names the one before it in `earlier`, or -1.
    private var newest: [Int64: Int32] = [:]
    private var earlier: [Int32] = []

    init(similarity: Similarity = .test, banding: Banding = .thorough) {
        self.similarity = similarity
        self.banding = banding
    }

    var isEmpty: Bool { texts.isEmpty }

    /// An empty text is like nothing, and an equal one is here already.
    mutating func add(_ shingles: Shingles) {
        let bands = banding.hashes(of: shingles)
        guard let first = bands.first, !contains(first, where: { $0 == shingles }) else { return }
        for band in bands {
            earlier.append(newest[band] ?? -1)
            newest[band] = Int32(earlier.count - 1)
        }
        texts.append(shingles)
    }

    func holds(_ shingles: Shingles) -> Bool {
        banding.hashes(of: shingles).contains { band in
            contains(band) { similarity.holds($0, shingles) }
        }
    }

    private func contains(_ band: Int64, where isMeant: (Shingles) -> Bool) -> Bool {
        var entry = newest[band] ?? -1
        while entry >= 0 {
            if isMeant(texts[Int(entry) / banding.bands]) { return true }
            entry = earlier[Int(entry)]
        }
        return false
    }
}
