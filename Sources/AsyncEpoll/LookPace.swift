/// Says whether the next look at descriptors may wait for company.
///
/// Being told of each event at once costs more than most events do. When so many come that a short rest gathers several, they are
/// looked for at the end of it instead, as network cards do with packets; when few come, each is told of as it comes.
struct LookPace {
    /// How long the first of those that are gathered waits at most.
    static let rest: Duration = .milliseconds(1)
    /// As many must be expected of a rest to be worth it.
    private static let worthwhile = 4.0
    /// How far back events count.
    private static let memory = 0.005

    private var perSecond = 0.0
    private var last: ContinuousClock.Instant

    init(now: ContinuousClock.Instant) { last = now }

    var isBusy: Bool { perSecond * (Self.rest / .seconds(1)) >= Self.worthwhile }

    /// Takes note of a look that found so many events.
    mutating func found(_ count: Int, at now: ContinuousClock.Instant) {
        let elapsed = (now - last) / .seconds(1)
        last = now
        if elapsed >= Self.memory {
            perSecond = Double(count) / elapsed
        } else {
            perSecond += (Double(count) - perSecond * elapsed) / Self.memory
        }
    }
}
