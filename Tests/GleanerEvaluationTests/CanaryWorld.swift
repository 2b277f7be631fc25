import AsyncPostgres
import Foundation
import GleanerCore
import GleanerRouting
import GleanerServer
import GleanerTestSupport
import Logging
import Synchronization
import Testing

@testable import GleanerEvaluation

/// How users fare with one arm.
struct Fare {
    /// The chance of a thumb up.
    var liked = 0.7
    var errors = 0.0
    var milliseconds = 800.0
    var flagged = 0.0
}

/// A route with an old and a new variant, users who talk to it, and a clock that a test moves.
final class CanaryWorld: Sendable {
    let stored: StoredExchanges
    let routes: RouteService
    let weights: ServedRouteWeights
    let service: CanaryService
    let keeper: CanaryKeeper
    private let time: TimeBox
    private let chance: Mutex<SeededRandom>
    private let salt = RouteSalt((0..<32).map { UInt8($0) })

    var pool: PostgresPool { stored.pool }
    var project: ID<Project> { stored.project }
    var now: Date { time.now }

    init(seed: UInt64 = 1) async throws {
        let pool = TestDatabase.current.pool
        stored = try await StoredExchanges(pool: pool)
        routes = RouteService(store: PostgresRouteStore(pool: pool)) { nil }
        weights = ServedRouteWeights(service: routes)
        let time = TimeBox(Date())
        chance = Mutex(SeededRandom(seed: seed))
        service = CanaryService(pool: pool, routes: weights, now: { time.now })
        keeper = CanaryKeeper(pool: pool, routes: weights, logger: Logger(label: "canary-test"), now: { time.now })
        self.time = time
        _ = try await routes.put(
            Route(
                name: "chat",
                variants: [
                    Variant(name: "old", provider: "default", model: "plain", weight: 2),
                    Variant(name: "new", provider: "default", model: "good", weight: 0),
                    Variant(name: "spare", provider: "default", model: "spare", weight: 0),
                ]), in: stored.project, RouteEdit(author: "asha", note: "begin"))
    }

    /// A clock behind a lock.
    final class TimeBox: Sendable {
        private let value: Mutex<Date>
        init(_ date: Date) { value = Mutex(date) }
        var now: Date { value.withLock { $0 } }
        func advance(by seconds: TimeInterval) { value.withLock { $0 += seconds } }
    }

    func advance(minutes: Double) { time.advance(by: minutes * 60) }

    /// Two measured steps, a tenth and a half, of ten minutes each.
    static var plan: CanaryPlan {
        var plan = CanaryPlan()
        plan.steps = [0.1, 0.5, 1]
        plan.minimumUsers = 60
        plan.minimumMinutes = 10
        return plan
    }

    func start(_ plan: CanaryPlan = CanaryWorld.plan) async throws -> Canary {
        var request = CanaryService.Request(route: "chat", candidate: "new", incumbent: "old")
        request.plan = plan
        request.skipsGate = true
        return try await service.start(request, in: project, by: "asha")
    }

    func route() async throws -> Route { try await routes.route("chat", of: project).route }
    func share() async throws -> Double { try await route().share(of: "new", against: "old") ?? 0 }

    /// Each of so many users asks once and rates, in the next ten minutes; then it is looked.
    /// - Parameter arm: whom a user meets; `nil` leaves it to the route, as a gateway would.
    func round(
        _ users: Range<Int>, new: Fare, old: Fare, arm: ((Int) -> String?)? = nil, looks: Bool = true
    ) async throws {
        let current = try await routes.route("chat", of: project)
        let table = RouteTable(version: current.version, routes: [current.route], salt: salt)
        var rows = Rows()
        for user in users {
            let id = ID<Exchange>(
                UUIDv7(now: { [at = time.now.addingTimeInterval(1 + Double(user % 500))] in at }).make(shard: .random())
            )
            let name = "user-\(user)"
            guard let variant = arm?(user) ?? table.resolve("chat", stickyKey: name, exchange: id)?.choice.variant
            else {
                continue
            }
            let fare = variant == "new" ? new : old
            chance.withLock { rows.add(id, name, variant, fare, &$0) }
        }
        try await insert(rows, version: current.version)
        advance(minutes: 12)
        if looks { await keeper.lookOnce() }
    }

    struct Rows {
        var ids: [UUID] = []
        var shards: [Int16] = []
        var users: [String] = []
        var variants: [String] = []
        var statuses: [String] = []
        var durations: [Double] = []
        var thumbs: [Int16] = []
        var flagged: [Bool] = []

        mutating func add(
            _ id: ID<Exchange>, _ user: String, _ variant: String, _ fare: Fare, _ chance: inout SeededRandom
        ) {
            func happens(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &chance) < share }
            ids.append(id.uuid)
            shards.append(id.shard.value)
            users.append(user)
            variants.append(variant)
            statuses.append(happens(fare.errors) ? "upstream_failed" : "completed")
            durations.append(fare.milliseconds * exp(Double.random(in: -0.5...0.5, using: &chance)))
            thumbs.append(happens(fare.liked) ? 1 : -1)
            flagged.append(happens(fare.flagged))
        }
    }

    private func insert(_ rows: Rows, version: Int64) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.exchanges (
                shard, id, project_id, received_at, endpoint, status, http_status, streamed, end_user, tags, route, variant,
                routes_version, complete, duration_ms, request_sha256, request_bytes, response_bytes)
            SELECT r.shard, r.id, \(project.uuid), now(), '/v1/chat/completions', r.status,
                   CASE WHEN r.status = 'completed' THEN 200 END, false, r.end_user, '{}', 'chat', r.variant, \(version), true,
                   r.duration, ''::bytea, 0, 0
            FROM unnest(\(PostgresArray(rows.shards)), \(PostgresArray(rows.ids)), \(PostgresArray(rows.statuses)),
                        \(PostgresArray(rows.users)), \(PostgresArray(rows.variants)), \(PostgresArray(rows.durations)))
                 AS r (shard, id, status, end_user, variant, duration)
            """)
        // The id of feedback is of the exchange's own moment: nobody rates an hour later here.
        try await pool.query(
            """
            INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, thumb, rater, source, created_at)
            SELECT r.shard, r.id, \(project.uuid), r.id, 'thumb', r.thumb, r.end_user, 'api', now()
            FROM unnest(\(PostgresArray(rows.shards)), \(PostgresArray(rows.ids)), \(PostgresArray(rows.thumbs)),
                        \(PostgresArray(rows.users))) AS r (shard, id, thumb, end_user)
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.moderation_decisions
                (shard, id, project_id, exchange_id, target, subject_id, policy_version, action, categories, reason, created_at)
            SELECT r.shard, r.id, \(project.uuid), r.id, 'response', r.id, 0, 'flag', '{harassment}', 'test', now()
            FROM unnest(\(PostgresArray(rows.shards)), \(PostgresArray(rows.ids)), \(PostgresArray(rows.flagged)))
                 AS r (shard, id, flagged) WHERE r.flagged
            """)
    }

    func decisions(_ canary: Canary) async throws -> [Decision] {
        try await service.decisions(of: project, canary: canary.id).reversed()
    }

    func current(_ canary: Canary) async throws -> Canary { try await service.canary(canary.id, of: project) }
}
