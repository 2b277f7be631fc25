import AsyncCurl
import Synchronization

/// What a provider did wrong, for `gleaner_upstream_errors_total{kind}`.
public enum UpstreamErrorKind: String, Sendable, Hashable, CaseIterable {
    case unreachable, tls, cut
    case connectTimeout = "connect_timeout"
    case firstByteTimeout = "first_byte_timeout"
    case idleTimeout = "idle_timeout"
    case totalTimeout = "total_timeout"
    case answerTooLarge = "answer_too_large"
    /// Answered, with 429.
    case rateLimited = "status_429"
    /// Answered, with 500 or above.
    case serverError = "status_5xx"

    /// `nil` when the failure is not the provider's.
    init?(_ failure: GatewayError) {
        switch failure {
        case .providerUnreachable: self = .unreachable
        case .providerTLS: self = .tls
        case .providerCut: self = .cut
        case .answerTooLarge: self = .answerTooLarge
        case .providerTimeout(.connect): self = .connectTimeout
        case .providerTimeout(.firstByte): self = .firstByteTimeout
        case .providerTimeout(.idle): self = .idleTimeout
        case .providerTimeout(.total): self = .totalTimeout
        default: return nil
        }
    }

    init?(status: Int) {
        switch status {
        case 429: self = .rateLimited
        case 500...: self = .serverError
        default: return nil
        }
    }
}

/// Counts them.
final class UpstreamErrors: Sendable {
    private let counts = Mutex<[UpstreamErrorKind: Int]>([:])

    func count(_ kind: UpstreamErrorKind) { counts.withLock { $0[kind, default: 0] += 1 } }

    var snapshot: [(kind: UpstreamErrorKind, count: Int)] {
        let counts = counts.withLock { $0 }
        return UpstreamErrorKind.allCases.map { ($0, counts[$0] ?? 0) }
    }
}
