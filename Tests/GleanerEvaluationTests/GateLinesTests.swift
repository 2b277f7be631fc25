import AsyncPostgres
import Foundation
import GleanerCore
import GleanerRouting
import GleanerServer
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

@Suite("What a gate measures on, and against whom", .database)
struct GateLinesTests {
    @Test("lines whose exchange or conversation was trained on are not asked, nor are bad examples")
    func linesLeftOut() async throws {
        try await GateWorld.with { world in
            try await world.holdout(80)
            let (pool, project) = (world.pool, world.project)
            let first: UUID = try await pool.query(
                "SELECT exchange_id FROM gleaner.examples WHERE line = 30")[0].decode("exchange_id")
            // Lines 1 and 2 are of one conversation.
            for key in ["exchange:\(first.uuidString.lowercased())", "conversation:c1", "conversation:nobody's"] {
                try await pool.query(
                    """
                    INSERT INTO gleaner.trained_keys (project_id, key_hash, since)
                    VALUES (\(project.uuid), sha256(convert_to(\("\(project):\(key)"), 'UTF8')), now())
                    """)
            }
            try await pool.query(
                """
                UPDATE gleaner.examples
                SET content = convert_to('{"label":false,' || substr(convert_from(content, 'UTF8'), 2), 'UTF8')
                WHERE line BETWEEN 40 AND 44
                """)
            let begun = try await world.service.start(world.request("good"), in: project, by: "asha")
            #expect((begun.holdout, begun.items) == (72, 72))
            try await world.work()
            let asked = try await pool.query("SELECT DISTINCT line FROM gleaner.evaluation_items").map {
                Int(try $0.decode("line", as: Int32.self))
            }
            #expect(asked.count == 72)
            #expect(Set(asked).isDisjoint(with: [1, 2, 30, 40, 41, 42, 43, 44]))
        }
    }

    @Test("a canary wants a gate against what the route has now, and says which one to run")
    func incumbent() async throws {
        try await GateWorld.with { world in
            try await world.holdout(80)
            let begun = try await world.service.start(world.request("good"), in: world.project, by: "asha")
            try await world.work()
            let routes = RouteService(store: PostgresRouteStore(pool: world.pool)) { nil }
            let canaries = CanaryService(pool: world.pool, routes: ServedRouteWeights(service: routes))
            func variant(_ name: String, _ model: String, _ weight: Double, _ temperature: Double? = nil) -> Variant {
                Variant(
                    name: name, provider: "default", model: model, weight: weight,
                    parameters: temperature.map { ["temperature": .number($0)] } ?? [:])
            }
            _ = try await routes.put(
                Route(
                    name: "chat",
                    variants: [variant("old", "plain", 1), variant("best", "judge", 1), variant("new", "good", 0)]),
                in: world.project, RouteEdit(author: "asha"))
            var request = CanaryService.Request(route: "chat", candidate: "new", incumbent: "best")
            request.evaluation = begun.id
            let error = EvaluationError.gateAgainstAnother(
                measured: ModelChoice(model: "plain"), variant: "best", asks: ModelChoice(model: "judge"),
                candidate: ModelChoice(model: "good"), dataset: "chat")
            await #expect(throws: error) { try await canaries.start(request, in: world.project, by: "asha") }
            #expect(
                error.explanation.fix.hasPrefix(
                    "`gleaner evaluate start --dataset chat --candidate good --incumbent judge`"))
            request.incumbent = "old"
            #expect(try await canaries.start(request, in: world.project, by: "asha").state == .running)
        }
    }

    @Test("members of the request that both name must be the same")
    func parameters() {
        let route = Route(name: "chat", variants: [])
        let variant = Variant(name: "a", provider: "default", parameters: ["temperature": 0.2, "top_p": 1])
        func isAsked(_ parameters: [String: JSONValue], model: String = "chat", provider: String = "default") -> Bool {
            ModelChoice(provider: provider, model: model, parameters: parameters).isAsked(by: variant, of: route)
        }
        #expect(isAsked([:]))
        #expect(isAsked(["temperature": 0.2, "max_tokens": 9]))
        #expect(!isAsked(["temperature": 0.9]))
        #expect(!isAsked([:], model: "other"))
        #expect(!isAsked([:], provider: "other"))
    }
}
