/// Which reports are there, how old they are and which are on their way, as a value: no clock, no lock, no database.
struct ReportShelf<Key: Hashable & Sendable, Report: Sendable>: Sendable {
    struct Kept: Sendable {
        let report: Report
        /// When it was ready.
        let at: ContinuousClock.Instant
        let took: Duration
    }
    private struct Place: Sendable {
        var kept: Kept?
        var failedAt: ContinuousClock.Instant?
        var isWanted = false
        var askedAt: ContinuousClock.Instant
    }
    enum Answer: Sendable {
        /// Young enough.
        case fresh(Kept)
        /// A newer one is on its way, and this is what there is.
        case coming(Kept?)
        /// As `coming`, and whoever is told so has it computed.
        case compute(Kept?)
        /// It could not be computed just now.
        case failed
    }

    /// So many are kept; those that nobody has asked for the longest go first.
    static var limit: Int { 200 }
    static var pauseAfterFailure: Duration { .seconds(10) }

    private var places: [Key: Place] = [:]

    /// What costs little is computed often: a hundredth of the time goes into one report, at least every five minutes.
    static func lifetime(_ took: Duration) -> Duration { min(.seconds(300), took * 100) }

    mutating func ask(_ key: Key, at now: ContinuousClock.Instant) -> Answer {
        var place = places[key] ?? Place(askedAt: now)
        place.askedAt = now
        defer { places[key] = place }
        if place.isWanted { return .coming(place.kept) }
        if let kept = place.kept, now - kept.at < Self.lifetime(kept.took) { return .fresh(kept) }
        if let failedAt = place.failedAt, now - failedAt < Self.pauseAfterFailure {
            return place.kept.map(Answer.coming) ?? .failed
        }
        place.isWanted = true
        return .compute(place.kept)
    }

    func isComing(_ key: Key) -> Bool { places[key]?.isWanted ?? false }

    /// - Parameter report: `nil` when it could not be computed.
    mutating func finish(_ key: Key, _ report: Report?, took: Duration, at now: ContinuousClock.Instant) {
        var place = places[key] ?? Place(askedAt: now)
        place.isWanted = false
        place.failedAt = report == nil ? now : nil
        if let report { place.kept = Kept(report: report, at: now, took: took) }
        places[key] = place
        guard places.count > Self.limit else { return }
        let oldest = places.filter { !$0.value.isWanted }.min { $0.value.askedAt < $1.value.askedAt }
        if let oldest { places[oldest.key] = nil }
    }
}
