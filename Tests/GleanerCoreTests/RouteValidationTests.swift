import Foundation
import GleanerCore
import Testing

@Suite("Route documents")
struct RouteValidationTests {
    private static func good() -> Route {
        Route(
            name: "chat",
            variants: [Variant(name: "a", provider: "openai"), Variant(name: "b", provider: "local", weight: 0)])
    }

    private static let spoilt: [(code: String, spoil: @Sendable (inout Route) -> Void)] = [
        ("route_name_invalid", { $0.name = "" }), ("route_name_invalid", { $0.name = "versions" }),
        ("route_name_invalid", { $0.name = "a b" }), ("route_name_invalid", { $0.name = "ünicode" }),
        ("route_name_invalid", { $0.name = String(repeating: "a", count: 129) }),
        ("variant_name_invalid", { $0.variants[0].name = "a/b" }), ("variant_twice", { $0.variants[1].name = "a" }),
        ("route_empty", { $0.variants = [] }), ("weight_out_of_range", { $0.variants[0].weight = -1 }),
        ("weight_out_of_range", { $0.variants[0].weight = .nan }),
        ("weight_out_of_range", { $0.variants[0].weight = .infinity }),
        ("weights_all_zero", { $0.variants[0].weight = 0 }),
        ("weights_all_zero", { $0.variants[0].isEnabled = false }),
        ("route_provider_unknown", { $0.variants[1].provider = "other" }),
        ("route_parameter_invalid", { $0.variants[0].parameters = ["stream": true] }),
        ("route_model_invalid", { $0.variants[0].model = "" }),
        ("route_model_invalid", { $0.variants[0].model = "a\u{0}b" }),
        ("route_variant_unknown", { $0.policy.fallbacks = ["c"] }),
        ("route_variant_unknown", { $0.shadows = [Shadow(variant: "c", fraction: 0.1)] }),
        ("fraction_out_of_range", { $0.shadows = [Shadow(variant: "b", fraction: 1.01)] }),
        ("fraction_out_of_range", { $0.shadows = [Shadow(variant: "b", fraction: -0.01)] }),
        ("route_policy_range", { $0.policy.retries = 11 }), ("route_policy_range", { $0.policy.retryOn = [200] }),
        ("route_policy_range", { $0.policy.idleTimeout = .zero }),
        ("route_policy_range", { $0.policy.backoff = .seconds(121) }),
        (
            "route_too_large",
            { $0.variants[0].parameters = ["stop": .string(String(repeating: "x", count: 17_000))] }
        ),
        ("route_too_large", { $0.variants = (0...32).map { Variant(name: "v\($0)", provider: "openai") } }),
    ]

    @Test("a route that cannot work is refused with its reason", arguments: spoilt.indices)
    func refused(_ index: Int) throws {
        let (code, spoil) = Self.spoilt[index]
        var route = Self.good()
        try route.validate(providers: ["openai", "local"])
        spoil(&route)
        let error = #expect(throws: RouteInvalid.self) { try route.validate(providers: ["openai", "local"]) }
        #expect(error?.explanation.code == code)
    }

    @Test(
        "names that providers give their models can be routes",
        arguments: ["meta-llama/Llama-3:free", "ft:gpt-4o:a::b"])
    func names(_ name: String) throws {
        var route = Self.good()
        route.name = name
        try route.validate(providers: nil)
    }

    @Test("a document with little in it gets the defaults")
    func defaults() throws {
        let text = #"{"name":"chat","variants":[{"name":"a"}]}"#
        let route = try JSONDecoder().decode(Route.self, from: Data(text.utf8))
        #expect(route == Route(name: "chat", variants: [Variant(name: "a", provider: "default")]))
        #expect(route.policy.retryOn == [408, 409, 429, 500, 502, 503, 504])
        #expect(route.policy.maximumRetryAfter == .seconds(2))
    }

    @Test("what is written is read back, every member of it")
    func roundTrip() throws {
        var route = Self.good()
        route.description = "Two"
        route.variants[0].parameters = ["temperature": 0.2, "stop": ["a"]]
        route.variants[0].model = "gpt-4o-mini"
        route.policy.fallbacks = ["b"]
        route.policy.retryOn = [500]
        route.policy.retriesConnectionErrors = false
        route.policy.connectTimeout = .milliseconds(250)
        route.policy.firstByteTimeout = .seconds(5)
        route.policy.idleTimeout = .seconds(6)
        route.policy.totalTimeout = .seconds(7)
        route.policy.backoff = .milliseconds(1)
        route.shadows = [Shadow(variant: "b", fraction: 0.25)]
        #expect(try JSONDecoder().decode(Route.self, from: JSONEncoder().encode(route)) == route)
    }

    @Test(
        "a misspelt member is refused by name, at every level",
        arguments: [
            #"{"name":"r","variants":[{"name":"a"}],"fallback":["b"]}"#,
            #"{"name":"r","variants":[{"name":"a","wieght":5}]}"#,
            #"{"name":"r","variants":[{"name":"a"}],"policy":{"retry":1}}"#,
            #"{"name":"r","variants":[{"name":"a"}],"shadows":[{"variant":"a","fraction":1,"rate":1}]}"#,
        ])
    func misspelt(_ text: String) {
        let error = #expect(throws: RouteInvalid.self) { try JSONDecoder().decode(Route.self, from: Data(text.utf8)) }
        #expect(error?.explanation.code == "route_member_unknown")
    }
}
