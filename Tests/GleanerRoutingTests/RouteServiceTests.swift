import AsyncPostgres
import GleanerCore
import GleanerRouting
import GleanerTestSupport
import Testing

@Suite("Routes in the database", .database)
struct RouteServiceTests {
    private let edit = RouteEdit(author: "asha")

    private func world() async throws -> (RouteService, ID<Project>) {
        let pool = TestDatabase.current.pool
        let stored = try await StoredExchanges(pool: pool)
        return (RouteService(store: PostgresRouteStore(pool: pool)) { ["default", "openai"] }, stored.project)
    }
    private func route(_ name: String = "chat", _ weights: [String: Double] = ["a": 1]) -> Route {
        Route(
            name: name,
            variants: weights.sorted { $0.key < $1.key }.map {
                Variant(name: $0.key, provider: "openai", weight: $0.value)
            })
    }

    @Test("a project begins with version 0 and no routes; each edit is the next version, read back whole")
    func versions() async throws {
        let (service, project) = try await world()
        #expect(try await service.current(project).version == 0)
        var first = route()
        first.variants[0].parameters = ["temperature": 0.2, "stop": ["\u{2028}"]]
        first.policy.firstByteTimeout = .milliseconds(1500)
        let made = try await service.put(first, in: project, RouteEdit(author: "asha", note: "first"))
        #expect(made.version == 1)
        let other = try await service.put(route("other"), in: project, edit)
        #expect(other.version == 2)
        let current = try await service.current(project)
        #expect(current.routes == [first, route("other")])
        let history = try await service.versions(of: project)
        #expect(history.map(\.version) == [2, 1])
        #expect(history.map(\.note) == ["", "first"])
        #expect(history.map(\.author) == ["asha", "asha"])
        #expect(try await service.version(1, of: project).routes == [first])
        #expect(try await service.versions(of: project, before: 2, limit: 10).map(\.version) == [1])
    }

    @Test("an edit that changes nothing makes no version")
    func same() async throws {
        let (service, project) = try await world()
        _ = try await service.put(route(), in: project, edit)
        #expect(try await service.put(route(), in: project, edit).version == 1)
        #expect(try await service.versions(of: project).count == 1)
    }

    @Test("an edit that expects another version than the one in force is refused, and nothing is written")
    func conflict() async throws {
        let (service, project) = try await world()
        _ = try await service.put(route(), in: project, RouteEdit(author: "a", expected: 0))
        await #expect(throws: RouteError.versionConflict(expected: 0, inForce: 1)) {
            try await service.put(route("chat", ["b": 1]), in: project, RouteEdit(author: "b", expected: 0))
        }
        #expect(try await service.current(project).routes == [route()])
        #expect(try await service.put(route("x"), in: project, RouteEdit(author: "b", expected: 1)).version == 2)
    }

    @Test("edits at the same moment queue up: none is lost and versions have no gaps")
    func together() async throws {
        let (service, project) = try await world()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                group.addTask { _ = try await service.put(route("r\(number)"), in: project, edit) }
            }
            try await group.waitForAll()
        }
        let current = try await service.current(project)
        #expect(current.version == 12)
        #expect(current.routes.count == 12)
        #expect(try await service.versions(of: project).map(\.version) == Array((1...12).reversed()).map(Int64.init))
    }

    @Test("of several edits that expect the same version, one wins")
    func race() async throws {
        let (service, project) = try await world()
        let outcomes = await withTaskGroup(of: String.self) { group in
            for number in 0..<6 {
                group.addTask {
                    do {
                        _ = try await service.put(route("r\(number)"), in: project, RouteEdit(author: "a", expected: 0))
                        return "won"
                    } catch let error as RouteError {
                        return error.explanation.code
                    } catch {
                        return "\(error)"
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == "won" } == 1)
        #expect(outcomes.count { $0 == "route_version_conflict" } == 5)
        #expect(try await service.current(project).routes.count == 1)
    }

    @Test("weights are changed by name, the others stay")
    func weights() async throws {
        let (service, project) = try await world()
        _ = try await service.put(route("chat", ["a": 90, "b": 10, "c": 5]), in: project, edit)
        let changed = try await service.setWeights(["b": 30, "c": 0], of: "chat", in: project, edit)
        #expect(changed.routes == [route("chat", ["a": 90, "b": 30, "c": 0])])
        await #expect(throws: RouteInvalid.variantUnknown("d", in: "weights", route: "chat")) {
            try await service.setWeights(["d": 1], of: "chat", in: project, edit)
        }
        await #expect(throws: RouteInvalid.nothingToChoose(route: "chat")) {
            try await service.setWeights(["a": 0, "b": 0], of: "chat", in: project, edit)
        }
        await #expect(throws: RouteError.routeUnknown("nothing")) {
            try await service.setWeights(["a": 1], of: "nothing", in: project, edit)
        }
        #expect(try await service.current(project).version == 2)
    }

    @Test("a rollback puts an earlier version in force as a new one, and history stays")
    func rollback() async throws {
        let (service, project) = try await world()
        _ = try await service.put(route("chat", ["a": 1]), in: project, edit)
        _ = try await service.put(route("chat", ["b": 1]), in: project, edit)
        _ = try await service.delete("chat", in: project, edit)
        let back = try await service.rollBack(to: 1, in: project, edit)
        #expect(back.version == 4)
        #expect(back.routes == [route("chat", ["a": 1])])
        #expect(back.note == "back to version 1")
        #expect(try await service.version(3, of: project).routes.isEmpty)
        await #expect(throws: RouteError.versionUnknown("9")) {
            try await service.rollBack(to: 9, in: project, edit)
        }
    }

    @Test("a rollback to a provider that is not configured any more is refused")
    func rollbackChecked() async throws {
        let (service, project) = try await world()
        _ = try await service.put(route(), in: project, edit)
        let later = RouteService(store: PostgresRouteStore(pool: TestDatabase.current.pool)) { ["default"] }
        await #expect(throws: RouteInvalid.self) { try await later.rollBack(to: 1, in: project, edit) }
    }

    @Test("what cannot be deleted, noted or kept is refused with its reason")
    func refusals() async throws {
        let (service, project) = try await world()
        await #expect(throws: RouteError.routeUnknown("chat")) { try await service.delete("chat", in: project, edit) }
        await #expect(throws: RouteError.noteInvalid) {
            try await service.put(route(), in: project, RouteEdit(author: "a", note: "a\u{0}b"))
        }
        var zero = route()
        zero.variants[0].parameters = ["stop": ["a\u{0}"]]
        await #expect(throws: RouteInvalid.self) { try await service.put(zero, in: project, edit) }
        #expect(try await service.current(project).version == 0)
    }

    @Test("projects do not see each other's routes")
    func projects() async throws {
        let (service, project) = try await world()
        let other = try await StoredExchanges(pool: TestDatabase.current.pool, project: "other").project
        _ = try await service.put(route(), in: project, edit)
        #expect(try await service.current(other).routes.isEmpty)
        #expect(try await service.put(route(), in: other, edit).version == 1)
        await #expect(throws: RouteError.versionUnknown("2")) { try await service.version(2, of: other) }
    }

    @Test("the salt is made once, whoever asks first")
    func salt() async throws {
        let store = PostgresRouteStore(pool: TestDatabase.current.pool)
        let salts = try await withThrowingTaskGroup(of: RouteSalt.self) { group in
            for _ in 0..<8 { group.addTask { try await store.salt() } }
            return try await group.reduce(into: Set<RouteSalt>()) { $0.insert($1) }
        }
        #expect(salts.count == 1)
        #expect(salts.first?.bytes.count == 32)
    }
}
