import NIOCore

/// How long a client may take for what, and how many may be connected.
struct ConnectionPolicy: Sendable {
    /// 0: no limit.
    var maximumConnections = 0
    var maximumConnectionsPerAddress = 0
    /// From the first byte of a request to the end of its head.
    var headTimeout = TimeAmount.seconds(10)
    /// For a whole body.
    var bodyTimeout = TimeAmount.seconds(60)
    /// Below this a body is given up, once it has taken `headTimeout`. Bytes a second.
    var minimumBodyRate = 1024
    /// Between two requests.
    var idleTimeout = TimeAmount.seconds(75)
    /// Without taking a byte of an answer.
    var stallTimeout = TimeAmount.seconds(60)
    /// What the kernel may hold of an answer that its client does not read; it doubles this for its own use.
    var sendBuffer = 128 << 10
    /// Of a request's target.
    var maximumURLBytes = 8 << 10

    /// For a handful of probes and scrapers.
    static let admin: Self = {
        var policy = Self()
        policy.maximumConnections = 16
        return policy
    }()

    /// Never more clients than file descriptors allow.
    func within(descriptors allowed: Int) -> Self {
        var policy = self
        let clients = FileDescriptors.clients(of: allowed)
        policy.maximumConnections = maximumConnections == 0 ? clients : min(maximumConnections, clients)
        return policy
    }

    /// How often connections are looked at.
    var tick: TimeAmount {
        let shortest = min(headTimeout, bodyTimeout, idleTimeout, stallTimeout)
        return min(.seconds(1), max(.milliseconds(10), .nanoseconds(shortest.nanoseconds / 4)))
    }
}
