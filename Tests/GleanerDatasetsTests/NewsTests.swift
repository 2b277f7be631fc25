import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

@Suite("What a build would change", .database)
struct NewsTests {
    private var service: DatasetService { DatasetService(pool: TestDatabase.current.pool) }
    private let policy = {
        var policy = PromotionPolicy.plain
        policy.validationShare = 0
        return policy
    }()

    private func add(_ number: Int, to world: StoredExchanges, from first: Int = 0) async throws -> [ID<Exchange>] {
        var ids: [ID<Exchange>] = []
        for count in first..<(first + number) {
            let id = try await world.add(user: "Sawaal \(count)", answer: "Jawab \(count)", conversation: "c\(count)")
            try await world.review(id, score: 5)
            ids.append(id)
        }
        return ids
    }
    private func build(_ world: StoredExchanges, key: String? = nil) async throws -> DatasetVersion {
        try await service.build(dataset: "demo", policy: policy, project: world.project, by: "loop:x", key: key)
    }

    @Test("asked again under the same key, it is the same version; under another, another")
    func oneKeyOneVersion() async throws {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        _ = try await add(5, to: world)
        let first = try await build(world, key: "loop:1")
        _ = try await add(3, to: world, from: 5)
        let again = try await build(world, key: "loop:1")
        #expect(again.id == first.id && again.contentSHA256 == first.contentSHA256)
        #expect(try await build(world, key: "loop:2").number == 2)
        #expect(try await build(world).number == 3)
    }

    @Test("builds under one key side by side are one version")
    func sideBySide() async throws {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        _ = try await add(5, to: world)
        let ids = try await withThrowingTaskGroup(of: UUID.self) { group in
            for _ in 0..<4 { group.addTask { try await build(world, key: "loop:1").id } }
            return try await group.reduce(into: Set<UUID>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await service.list(of: world.project).count == 1)
    }

    @Test("added, gone and changed lines are counted as the next version then has them, and nothing is kept")
    func news() async throws {
        let pool = TestDatabase.current.pool
        let world = try await StoredExchanges(pool: pool)
        let ids = try await add(6, to: world)
        let nothing = try await service.news(dataset: "demo", policy: policy, beside: nil, project: world.project)
        #expect(nothing.added == 6 && nothing.gone == 0)
        let before = try await build(world)
        #expect(
            try await service.news(dataset: "demo", policy: policy, beside: before, project: world.project).isSame)
        _ = try await add(4, to: world, from: 6)
        try await world.feedback(ids[0], raised: true, rater: "asha")
        try await world.review(ids[1], score: 2, reviewer: "ravi", correction: "Behtar jawab")
        let news = try await service.news(dataset: "demo", policy: policy, beside: before, project: world.project)
        #expect(try await service.list(of: world.project).count == 1)
        let diff = try await service.diff(build(world), from: before, project: world.project)
        #expect((news.added, news.gone, news.changed) == (diff.added, diff.gone, diff.changed))
        #expect(news.added == 4 && news.gone == 1 && news.changed == 1)
    }

    @Test("material is what was judged or written since, each once")
    func material() async throws {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        func count(since: Date? = nil, limit: Int = 100) async throws -> Int {
            try await service.material(for: "demo", since: since, in: world.project, limit: limit)
        }
        #expect(try await count() == 0)
        let ids = try await add(4, to: world)
        for rater in ["asha", "ravi"] { try await world.feedback(ids[0], thumb: 1, rater: rater) }
        _ = try await world.add(user: "nobody judged this one")
        #expect(try await count() == 4)
        #expect(try await count(limit: 3) == 3)
        #expect(try await count(since: Date(timeIntervalSinceNow: -60)) == 4)
        #expect(try await count(since: Date(timeIntervalSinceNow: 60)) == 0)
        #expect(try await service.material(for: "demo", since: nil, in: .new(), limit: 9) == 0)
    }

    @Test("longer lines show as a drift of lengths, the same lines as none")
    func lengths() async throws {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        _ = try await add(40, to: world)
        let before = try await build(world)
        let same = try await build(world)
        #expect(try await service.lengthDrift(from: before, to: same).psi == 0)
        for count in 40..<80 {
            let id = try await world.add(
                user: "Sawaal \(count)", answer: "Jawab \(count) " + String(repeating: "bahut lamba jawab ", count: 40))
            try await world.review(id, score: 5)
        }
        let drift = try await service.lengthDrift(from: before, to: build(world))
        #expect(drift.psi > 0.25 && drift.psi > drift.psiByChance)
    }
}
