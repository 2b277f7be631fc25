import AsyncPostgres
import Foundation
import GleanerCore
import GleanerExchanges
import GleanerHTTP
import GleanerTestSupport
import Testing

@testable import GleanerAlerts
@testable import GleanerMonitoring

/// The link of an alert, followed by the search itself, over exchanges that the rollups were counted from.
@Suite("Evidence of alerts", .database)
struct EvidenceTests {
    private static let hour = RollupWorld.hour(5)
    private static let end = hour.addingTimeInterval(3600)

    /// Something of everything that a rule counts.
    private func world() async throws -> RollupWorld {
        let world = try await RollupWorld()
        let ids = try await world.add(260, in: Self.hour, seed: 3, prompts: 120)
        func set(_ change: SQL, every number: Int) async throws {
            let some = ids.enumerated().filter { $0.offset % number == 1 }.map(\.element.uuid)
            try await world.pool.query(
                "UPDATE gleaner.exchanges SET \(sql: change) WHERE id = ANY (\(PostgresArray(some)))")
        }
        try await set("status = 'refused', http_status = NULL", every: 17)
        try await set("route = NULL, variant = NULL, served_model = NULL, requested_model = 'model-1'", every: 13)
        for (number, id) in ids.enumerated() where number % 3 == 0 {
            // A third of the raters are marked: their votes count for nothing.
            let rater = number % 9 == 0 ? "marked" : "u\(number)"
            try await world.stored.feedback(id, thumb: number % 2 == 0 ? -1 : 1, rater: rater)
            if number % 5 == 0 { try await world.stored.feedback(id, raised: true, rater: rater) }
            try await give("score", to: id, score: 2, rater: rater, in: world)
            if number % 6 == 0 { try await give("regenerated", to: id, rater: rater, in: world) }
        }
        try await world.pool.query(
            """
            INSERT INTO gleaner.rater_marks (id, project_id, rater, reason, since, evidence, marked_at, seen_at)
            VALUES (gen_random_uuid(), \(world.project.uuid), 'marked', 'burst', now() - interval '1 day', '{}', now(), now())
            """)
        for (number, id) in ids.enumerated() where number % 7 == 0 {
            let (target, action) = [
                ("response", "flag"), ("prompt", "block"), ("comment", "flag"), ("response", "unknown"),
            ][number / 7 % 4]
            try await world.pool.query(
                """
                INSERT INTO gleaner.moderation_decisions (shard, id, project_id, exchange_id, target, subject_id,
                    policy_version, action, categories, reason, created_at)
                VALUES (\(id.shard.value), \(ID<Exchange>.new(on: id.shard).uuid), \(world.project.uuid), \(id.uuid), \(target),
                        \(id.uuid), 0, \(action), '{}', 'threshold', now())
                """)
        }
        try await world.judge(ids)
        try await world.evaluate(ids, seed: 4)
        _ = try await world.rollups.rebuild(world.project, from: Self.hour, to: Self.end)
        return world
    }

    private func give(
        _ kind: String, to exchange: ID<Exchange>, score: Int16? = nil, rater: String, in world: RollupWorld
    ) async throws {
        try await world.pool.query(
            """
            INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, score, rater, source, created_at)
            VALUES (\(exchange.shard.value), \(ID<Exchange>.new(on: exchange.shard).uuid), \(world.project.uuid),
                    \(exchange.uuid), \(kind), \(score), \(rater), 'api', clock_timestamp())
            """)
    }

    private func document(_ measure: AlertMeasure) -> AlertRuleDocument {
        var document = AlertRuleDocument(measure, line: 0)
        document.window = .day
        document.against = measure.isDrift ? .previous : .fixed
        document.direction = .above
        switch measure {
        case .languageShare: document.of = "hi-Latn"
        case .figureMean, .figureDrift: document.of = "code_mix.cmi"
        case .figureShare: document.of = "json.json_valid"
        case .qualityMean: document.of = "accuracy"
        case .moderationDrift: document.of = "rules.prompt"
        default: break
        }
        return document
    }

    /// Of a measure that compares samples, one that counts all they are drawn from.
    private func drawnFrom(_ document: AlertRuleDocument) -> AlertRuleDocument {
        guard document.measure == .moderationDrift || document.measure == .topicDrift else { return document }
        var whole = self.document(document.measure == .topicDrift ? .figureMean : .traffic)
        if whole.measure == .figureMean { whole.of = "relevance.similarity" }
        return whole
    }

    /// What the link finds, on all its pages.
    private func found(_ document: AlertRuleDocument, slice: String, in world: RollupWorld) async throws -> Int {
        let alert = Alert(
            id: .new(), project: world.project, projectName: "default", rule: "r", ruleVersion: 1, document: document,
            slice: slice, severity: .info, value: 1, low: 1, high: 1, line: 0, count: 1, from: Self.hour, to: Self.end,
            since: nil, openedAt: Self.end, notifiedAt: nil, acknowledgedBy: nil, acknowledgedAt: nil, resolvedAt: nil,
            resolution: nil)
        let path = try #require(AlertEvidence.exchanges(of: alert))
        let query = try QueryItems(String(path.trimmingPrefix("/exchanges?")), only: ExchangeFilter.parameters)
        let filter = try ExchangeFilter(query)
        var (count, next) = (0, ID<Exchange>?.none)
        repeat {
            let page = try await ExchangeSearch(pool: world.pool).page(
                of: world.project, filter, before: next, limit: 500, budget: .seconds(30))
            count += page.exchanges.count
            next = page.next
        } while next != nil
        return count
    }

    /// What the rule counts: events of a share, else what it is a figure of.
    private func counted(_ document: AlertRuleDocument, in world: RollupWorld) async throws -> [String: Int] {
        let series = try await FigureReader(pool: world.pool).series(
            document, of: "default", from: Self.hour, to: Self.end)
        return series.mapValues { series in
            let isOfSum = document.measure.kind == .share || document.measure.kind == .rate
            return Int((isOfSum ? series.sums : series.counts).reduce(0, +).rounded())
        }
    }

    @Test("the link of every measure finds just the exchanges that were counted")
    func measures() async throws {
        let world = try await world()
        for measure in AlertMeasure.allCases where !measure.isGauge {
            let document = document(measure)
            var wanted = try #require(try await counted(drawnFrom(document), in: world)[""], "\(measure)")
            if measure == .qualityMean {
                // Counted as many equally weighed ones as tell as much; found are all.
                wanted = try await world.number(
                    """
                    SELECT sum(n)::bigint AS n FROM gleaner.rollup_reviews
                    WHERE minutes = 60 AND measure = 'accuracy' AND source = 'gateway'
                    """)
            }
            #expect(wanted > 0, "\(measure)")
            #expect(try await found(document, slice: "", in: world) == wanted, "\(measure)")
        }
    }

    @Test("so it does in each value of a slice, and in the lack of one")
    func slices() async throws {
        let world = try await world()
        for slice in ReportSlice.allCases {
            var document = document(.errorShare)
            document.by = slice
            let wanted = try await counted(document, in: world)
            #expect(wanted.count > 1 || slice == .provider || slice == .route, "\(slice)")
            for (value, count) in wanted {
                #expect(try await found(document, slice: value, in: world) == count, "\(slice) \(value)")
            }
            if slice == .prompt { #expect(wanted["(others)"] != nil && wanted["(none)"] != nil) }
            if slice == .model { #expect(wanted["(none)"] != nil) }
        }
    }
}
