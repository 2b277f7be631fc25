/// What one key may use of the gateway. `nil` anywhere: what the server's settings say.
public struct KeyLimits: Sendable, Hashable {
    /// Exchanges open at once; 0: no limit.
    public var maximumConcurrent: Int?
    public var rate: RequestRate?
    public var clientGone: ClientGonePolicy?
    /// `false`: its answers carry no feedback tokens.
    public var feedbackTokens: Bool?

    public init(
        maximumConcurrent: Int? = nil, rate: RequestRate? = nil, clientGone: ClientGonePolicy? = nil,
        feedbackTokens: Bool? = nil
    ) {
        self.maximumConcurrent = maximumConcurrent
        self.rate = rate
        self.clientGone = clientGone
        self.feedbackTokens = feedbackTokens
    }
}

/// What becomes of a call whose client leaves before the answer is whole.
public enum ClientGonePolicy: String, Sendable, Hashable, CaseIterable {
    /// The provider's answer is broken off at once.
    case cancel
    /// The answer is read to its end, so that usage and text are stored whole.
    case drain
}

/// So many requests in a second, a minute or an hour: `20/s`, `600/m`, `1000/h`, or `none`.
///
/// All of them may come at once; after that they are granted evenly over the period.
public struct RequestRate: Sendable, Hashable, LosslessStringConvertible {
    /// 0: no limit.
    public let count: Int
    /// 1, 60 or 3600.
    public let seconds: Int

    public static let none = RequestRate(unchecked: 0, 1)
    /// Above this a limit would be one in name only, and the time between two requests less than a microsecond.
    public static let maximumCount = 1_000_000

    private init(unchecked count: Int, _ seconds: Int) {
        self.count = count
        self.seconds = seconds
    }

    public init?(count: Int, seconds: Int) {
        guard (0...Self.maximumCount).contains(count), Self.units.contains(where: { $0.seconds == seconds }) else {
            return nil
        }
        self.init(unchecked: count, seconds)
    }

    public init?(_ text: String) {
        if text == "none" {
            self = .none
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), count > 0,
            let unit = Self.units.first(where: { $0.name == parts[1] })
        else { return nil }
        self.init(count: count, seconds: unit.seconds)
    }

    public var description: String {
        guard count > 0, let unit = Self.units.first(where: { $0.seconds == seconds }) else { return "none" }
        return "\(count)/\(unit.name)"
    }

    private static let units: [(name: String, seconds: Int)] = [("s", 1), ("m", 60), ("h", 3600)]
}
