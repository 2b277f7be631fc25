public import AsyncPostgres
public import Foundation
import GleanerCore
import GleanerJobs
public import Logging
public import ServiceLifecycle

/// Looks at every rule again and again, opens and ends alerts, and tells Alertmanager that they stand. One process at a
/// time does, whichever holds the lock.
public struct AlertKeeper: Service {
    private let store: PostgresAlertStore
    private let reader: FigureReader
    private let sender: AlertSender
    private let metrics: AlertMetrics
    private let interval: Duration
    private let logger: Logger
    private let now: @Sendable () -> Date

    public init(
        pool: PostgresPool, sender: AlertSender, metrics: AlertMetrics, interval: Duration = .seconds(60),
        logger: Logger, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        store = PostgresAlertStore(pool: pool)
        reader = FigureReader(pool: pool)
        self.sender = sender
        self.metrics = metrics
        self.interval = interval
        self.logger = logger
        self.now = now
    }

    public func run() async throws {
        await repeating(every: interval) { await lookOnce() }
    }

    /// For how long Alertmanager believes an alert without hearing of it again: four looks, five minutes at least.
    static func standing(_ interval: Duration) -> TimeInterval {
        max(300, 4 * Double(interval.components.seconds))
    }

    /// Looks at all of them, unless another process does at the moment.
    public func lookOnce() async {
        do {
            try await store.pool.alone(as: "gleaner.alerts") {
                for rule in try await store.rules() where !Task.isCancelled { await lookKeepingOn(rule) }
                let firing = try await store.firing()
                metrics.looked(at: now(), open: firing)
                await remind(firing)
            }
        } catch {
            if !Task.isCancelled { logger.warning("alerts could not be looked at", metadata: ["error": "\(error)"]) }
        }
    }

    /// One that cannot be looked at does not keep the others from it, and says why.
    private func lookKeepingOn(_ rule: AlertRule) async {
        do {
            try await look(rule)
        } catch {
            guard !Task.isCancelled else { return }
            metrics.failed()
            logger.warning(
                "an alert rule could not be looked at", metadata: ["rule.name": "\(rule.name)", "error": "\(error)"])
            try? await store.note(trouble: Explanation.trouble(of: error), of: rule.id, at: now())
        }
    }

    func look(_ rule: AlertRule) async throws {
        let document = rule.document
        let machines = try await store.machines(of: rule)
        let sight = RuleSight(document: document)
        if document.measure.isGauge {
            // Nothing is known of what nobody has counted yet.
            guard let value = try await reader.gauge(document.measure, of: rule.projectName) else {
                return try await store.note(trouble: nil, of: rule.id, at: now())
            }
            let outcome = sight.outcome(gauge: value, machine: machines[""] ?? AlertMachine(), at: now())
            return try await store.keep([outcome], of: rule, at: now())
        }
        // What is not counted yet is no silence: the look is at what is known.
        guard let counted = try await reader.countedUntil(document.measure.source) else {
            return try await store.note(trouble: nil, of: rule.id, at: now())
        }
        let time = min(now(), counted)
        if document.measure.kind == .discrepancy {
            return try await lookAtPrompts(rule, machines[""] ?? AlertMachine(), at: time)
        }
        let series = try await reader.series(
            document, of: rule.projectName, from: RuleSight.start(document, at: time), to: time)
        let outcomes = sight.outcomes(of: series, machines: machines, at: time)
        for outcome in outcomes { tell(outcome, of: rule) }
        try await store.keep(outcomes, of: rule, at: now())
    }

    /// Once an hour: the window is whole, and 3,000 permutations of 1,000 prompts take more than a second.
    private func lookAtPrompts(_ rule: AlertRule, _ machine: AlertMachine, at time: Date) async throws {
        guard rule.isDue(at: now(), every: 3600) else { return }
        let document = rule.document
        let (from, to) = document.wholeWindow(at: time)
        let prompts = try await reader.prompts(document, of: rule.projectName, from: from, to: to)
        let look = document.look(at: prompts, from: from, to: to)
        let outcome = RuleSight(document: document).outcome(prompts: look, machine: machine, at: time)
        tell(outcome, of: rule)
        try await store.keep([outcome], of: rule, at: now())
    }

    private func tell(_ outcome: SliceOutcome, of rule: AlertRule) {
        let word: Logger.Message
        switch outcome.move {
        case .none: return
        case .open: word = "an alert opens"
        case .resolve, .lapse: word = "an alert is over"
        }
        logger.notice(word, metadata: ["rule.name": "\(rule.name)", "slice": "\(outcome.slice)"])
    }

    /// Alertmanager thinks what it does not hear of is over. It is told again, and nothing is kept of it: the next look
    /// does the same.
    private func remind(_ firing: [Alert]) async {
        for channel in sender.channels where channel.kind == .alertmanager {
            for alert in firing where alert.document.channels.contains(channel.name) {
                let outcome = await sender.send(
                    alert, .firing, delivery: alert.id.description, to: channel, standing: Self.standing(interval))
                // One that is away is not waited for once for each alert.
                guard outcome == .sent, !Task.isCancelled else { break }
            }
        }
    }
}
