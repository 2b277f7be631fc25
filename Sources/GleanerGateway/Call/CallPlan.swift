import AsyncCurl
import GleanerCore

/// Where a call may go, in order: what a route planned, or as it came to the default provider.
struct CallPlan: Sendable {
    /// One provider, and how the request is changed for it.
    struct Candidate: Sendable {
        /// `nil` when a route names a provider that this instance does not have.
        let provider: Provider?
        let providerName: String
        let variant: String?
        /// `nil`: as the client said.
        let model: String?
        let parameters: [String: JSONValue]
        let deadlines: CurlDeadlines
    }

    /// Never empty.
    let candidates: [Candidate]
    let shadows: [Candidate]
    /// `nil` when no route has the model's name: then nothing is tried twice.
    private let route: RoutePlan?

    var choice: RouteChoice? { route?.choice }

    init(_ route: RoutePlan?, _ configuration: GatewayConfiguration) {
        self.route = route
        guard let route else {
            let provider = configuration.provider
            candidates = [
                Candidate(
                    provider: provider, providerName: provider.name, variant: nil, model: nil, parameters: [:],
                    deadlines: configuration.deadlines)
            ]
            shadows = []
            return
        }
        let deadlines = configuration.deadlines.overridden(by: route.policy)
        func candidate(_ variant: Variant) -> Candidate {
            Candidate(
                provider: configuration.provider(named: variant.provider), providerName: variant.provider,
                variant: variant.name, model: variant.model, parameters: variant.parameters, deadlines: deadlines)
        }
        candidates = route.attempts.map(candidate)
        shadows = route.shadows.map(candidate)
    }

    func next(after outcome: AttemptOutcome, tried: Tries, elapsed: Duration) -> RetryDecision {
        guard let route else { return .giveUp }
        return route.next(
            after: outcome, tried: tried, sentToClient: false, remaining: route.policy.totalTimeout.map { $0 - elapsed }
        )
    }
}

extension CurlDeadlines {
    func overridden(by policy: RoutePolicy) -> CurlDeadlines {
        CurlDeadlines(
            connect: policy.connectTimeout ?? connect, firstByte: policy.firstByteTimeout ?? firstByte,
            idle: policy.idleTimeout ?? idle, total: policy.totalTimeout ?? total)
    }
}
