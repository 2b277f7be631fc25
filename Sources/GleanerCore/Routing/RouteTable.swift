import Foundation

/// All routes of one project at one version: what an exchange is routed by.
public struct RouteTable: Sendable, Hashable {
    /// Rises with every edit; 0 before the first one.
    public let version: Int64
    /// By name.
    public let routes: [String: Route]
    let salt: RouteSalt

    public init(version: Int64, routes: some Sequence<Route>, salt: RouteSalt) {
        self.version = version
        self.routes = Dictionary(routes.map { ($0.name, $0) }) { first, _ in first }
        self.salt = salt
    }

    /// - Parameters:
    ///   - stickyKey: who keeps the variant: the end user, else the conversation; `nil`: every exchange draws anew.
    /// - Returns: `nil` when no route has this name.
    public func resolve(_ model: String, stickyKey: String?, exchange: ID<Exchange>) -> RoutePlan? {
        guard let route = routes[model],
            let chosen = choose(route, key: stickyKey.map { "key:\($0)" } ?? "exchange:\(exchange)")
        else { return nil }
        var attempts = [chosen]
        for name in route.policy.fallbacks where !attempts.contains(where: { $0.name == name }) {
            if let fallback = route.enabled(name) { attempts.append(fallback) }
        }
        let shadows = route.shadows.compactMap { shadow -> Variant? in
            // What the client is answered with needs no second copy.
            guard shadow.variant != chosen.name, let variant = route.enabled(shadow.variant) else { return nil }
            let unit = RouteHash.unit(
                salt, .shadow, route: route.name, variant: shadow.variant, key: exchange.description)
            return unit < shadow.fraction ? variant : nil
        }
        return RoutePlan(
            choice: RouteChoice(route: route.name, variant: chosen.name, version: version), attempts: attempts,
            policy: route.policy, shadows: shadows)
    }

    /// Weighted rendezvous hashing: each variant draws a number from the key, and the highest w / −ln u wins.
    ///
    /// A variant's share is its weight over the sum of weights, and a changed weight moves users only to or from the
    /// variant whose weight it is. Source: Schindelhauer and Schomaker, "Weighted distributed hash tables" (SPAA 2005).
    private func choose(_ route: Route, key: String) -> Variant? {
        let candidates = route.variants.filter { $0.isEnabled && $0.weight > 0 }
        guard candidates.count > 1 else { return candidates.first }
        var best: (variant: Variant, score: Double)?
        for variant in candidates {
            let unit = RouteHash.unit(salt, .choice, route: route.name, variant: variant.name, key: key)
            let score = variant.weight / -log(unit)
            if best.map({ score > $0.score }) ?? true { best = (variant, score) }
        }
        return best?.variant
    }
}
