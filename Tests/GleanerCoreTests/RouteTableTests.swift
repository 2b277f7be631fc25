import Foundation
import GleanerCore
import Testing

@Suite("Route table")
struct RouteTableTests {
    private static let salt = RouteSalt(Array(0..<32))
    private static let users = (0..<6_000).map { "user-\($0)" }
    private let exchange = ID<Exchange>("0199f000-0000-7000-8000-000000000001")!

    private func table(_ weights: [String: Double], _ edit: (inout Route) -> Void = { _ in }) -> RouteTable {
        var route = Route(
            name: "chat",
            variants: weights.sorted { $0.key < $1.key }.map { Variant(name: $0.key, provider: "p", weight: $0.value) })
        edit(&route)
        return RouteTable(version: 7, routes: [route], salt: Self.salt)
    }
    private func variant(_ table: RouteTable, of user: String?, _ exchange: ID<Exchange>? = nil) -> String? {
        table.resolve("chat", stickyKey: user, exchange: exchange ?? self.exchange)?.choice.variant
    }
    private func choices(_ table: RouteTable) -> [String?] { Self.users.map { variant(table, of: $0) } }

    @Test("a name that is no route resolves to nothing")
    func unknown() {
        #expect(table(["a": 1]).resolve("gpt-4o", stickyKey: nil, exchange: exchange) == nil)
    }

    @Test("the choice names route, variant and version")
    func choice() {
        let plan = table(["a": 1]).resolve("chat", stickyKey: "u", exchange: exchange)
        #expect(plan?.choice == RouteChoice(route: "chat", variant: "a", version: 7))
    }

    @Test("a user keeps the variant, whatever the exchange and however often it is asked")
    func sticky() {
        let routes = table(["a": 1, "b": 1, "c": 1])
        for user in Self.users.prefix(200) {
            let first = variant(routes, of: user)
            for _ in 0..<3 { #expect(variant(routes, of: user, .new()) == first) }
        }
    }

    @Test("without a user every exchange draws for itself, and the same exchange draws the same")
    func perExchange() {
        let routes = table(["a": 1, "b": 1])
        let ids = (0..<2000).map { _ in ID<Exchange>.new() }
        let chosen = ids.map { variant(routes, of: nil, $0) }
        #expect(chosen == ids.map { variant(routes, of: nil, $0) })
        // Five standard deviations of a fair coin.
        #expect((888...1112).contains(chosen.count { $0 == "a" }))
    }

    @Test("shares of users are the weights' shares", arguments: [["a": 1.0, "b": 1], ["a": 90, "b": 9, "c": 1]])
    func shares(_ weights: [String: Double]) {
        let chosen = choices(table(weights))
        let sum = weights.values.reduce(0, +)
        for (name, weight) in weights {
            let share = weight / sum
            let count = Double(chosen.count { $0 == name })
            let allowed = 5 * (share * (1 - share) * Double(Self.users.count)).squareRoot()
            #expect(abs(count - share * Double(Self.users.count)) <= allowed, "\(name): \(count)")
        }
    }

    @Test("a raised weight moves only users to its variant, and no more of them than its share grows")
    func minimalMoves() {
        let before = choices(table(["a": 90, "b": 5, "c": 5]))
        let after = choices(table(["a": 90, "b": 30, "c": 5]))
        let moved = zip(before, after).filter { $0 != $1 }
        #expect(moved.allSatisfy { $0.1 == "b" })
        let growth = (30.0 / 125 - 5.0 / 100) * Double(Self.users.count)
        #expect(abs(Double(moved.count) - growth) <= 5 * growth.squareRoot())
    }

    @Test("a disabled variant's users alone are moved, and come back when it is enabled again")
    func disabling() {
        let all = table(["a": 1, "b": 1, "c": 1])
        let less = table(["a": 1, "b": 1, "c": 1]) { $0.variants[1].isEnabled = false }
        for (before, after) in zip(choices(all), choices(less)) {
            #expect(after == before || before == "b")
            #expect(after != "b")
        }
        #expect(choices(all) == choices(table(["a": 1, "b": 1, "c": 1])))
    }

    @Test("another salt draws independently")
    func salts() {
        let one = table(["a": 1, "b": 1])
        let other = RouteTable(version: 7, routes: one.routes.values, salt: RouteSalt(Array(1...32)))
        let same = zip(choices(one), choices(other)).count { $0 == $1 }
        #expect((2_806...3_194).contains(same))
    }

    @Test("the salt is not printed")
    func printing() {
        #expect("\(Self.salt) \(String(reflecting: Self.salt))" == "*** ***")
        var dumped = ""
        dump(table(["a": 1]), to: &dumped)
        #expect(!dumped.contains("31"))
    }

    @Test("fallbacks follow the choice in their order, without the chosen, the disabled and those named twice")
    func fallbacks() {
        let routes = table(["a": 1, "b": 0, "c": 0, "d": 0]) {
            $0.policy.fallbacks = ["c", "a", "d", "b", "c"]
            $0.variants[3].isEnabled = false
        }
        let plan = routes.resolve("chat", stickyKey: "u", exchange: exchange)
        #expect(plan?.attempts.map(\.name) == ["a", "c", "b"])
    }

    @Test("shadows are drawn by exchange, in their fraction, and never repeat the chosen variant")
    func shadows() {
        let routes = table(["a": 1, "b": 0]) {
            $0.shadows = [Shadow(variant: "b", fraction: 0.3), Shadow(variant: "a", fraction: 1)]
        }
        let ids = (0..<5000).map { _ in ID<Exchange>.new() }
        let drawn = ids.map { routes.resolve("chat", stickyKey: "u", exchange: $0)!.shadows.map(\.name) }
        #expect(drawn == ids.map { routes.resolve("chat", stickyKey: "u", exchange: $0)!.shadows.map(\.name) })
        #expect(drawn.allSatisfy { $0 == [] || $0 == ["b"] })
        // 1500 within five standard deviations.
        #expect((1338...1662).contains(drawn.count { $0 == ["b"] }))
    }

    @Test("whether an exchange is shadowed says nothing of the variant it draws")
    func independence() {
        let routes = table(["a": 1, "b": 1, "c": 0]) { $0.shadows = [Shadow(variant: "c", fraction: 0.5)] }
        let plans = (0..<4000).compactMap { _ in routes.resolve("chat", stickyKey: nil, exchange: .new()) }
        let both = plans.count { $0.choice.variant == "a" && !$0.shadows.isEmpty }
        #expect((863...1137).contains(both))
    }
}
