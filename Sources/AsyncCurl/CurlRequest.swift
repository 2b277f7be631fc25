public import NIOCore

/// A request as it goes on the wire: nothing is added but `Host`, `Content-Length` and what `headers` says.
public struct CurlRequest: Sendable {
    public var method: String
    public var url: String
    public var headers: [(name: String, value: String)]
    /// Sent exactly, whatever bytes it holds.
    public var body: ByteBuffer?
    public var deadlines: CurlDeadlines
    /// Asked when a connection is there and the first byte is to be sent; `false` ends the transfer with `.withheld`. May
    /// block for a moment.
    public var permit: (@Sendable () -> Bool)?

    public init(
        method: String, url: String, headers: [(name: String, value: String)] = [], body: ByteBuffer? = nil,
        deadlines: CurlDeadlines = .init(), permit: (@Sendable () -> Bool)? = nil
    ) {
        self.permit = permit
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.deadlines = deadlines
    }

    /// A control character in a header would be sent as it is, and could start another header.
    func check() throws(CurlError) {
        for (name, value) in headers {
            let isToken = !name.isEmpty && name.hasOnly { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            guard isToken, value.hasOnly({ $0 >= 0x20 && $0 != 0x7F }) else { throw .invalidHeader(name: name) }
        }
        guard !method.isEmpty, method.hasOnly({ (0x41...0x5A).contains($0) }) else { throw .invalidURL }
        guard url.hasPrefix("http://") || url.hasPrefix("https://"),
            url.hasOnly({ $0 > 0x20 && $0 < 0x7F })
        else { throw .invalidURL }
    }
}

extension String {
    fileprivate func hasOnly(_ isAllowed: (UInt8) -> Bool) -> Bool {
        let bytes = utf8.span
        return bytes.indices.allSatisfy { isAllowed(bytes[$0]) }
    }
}

/// How long each part of a transfer may take. All four are kept by timers of our own: libcurl has no first-byte
/// deadline, and its low-speed check does not run while a transfer is paused.
public struct CurlDeadlines: Sendable, Hashable {
    /// Name look-up, TCP and TLS.
    public var connect: Duration
    /// From the start to the end of the response's head.
    public var firstByte: Duration
    /// Between two arrivals of body bytes; stands still while the consumer does not keep up.
    public var idle: Duration
    /// For everything; `nil` for no limit.
    public var total: Duration?

    public init(
        connect: Duration = .seconds(5), firstByte: Duration = .seconds(120), idle: Duration = .seconds(120),
        total: Duration? = .seconds(600)
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
        self.total = total
    }
}

public enum CurlDeadline: Sendable, Hashable, CaseIterable {
    case connect, firstByte, idle, total
}

public struct CurlConfiguration: Sendable {
    /// Body bytes held for a slow consumer before its transfer is paused; it goes on when they have been taken.
    public var pauseAbove = 256 << 10
    /// An idle connection older than this is not used again.
    public var maximumConnectionAge: Duration = .seconds(60)
    /// 0 for no limit.
    public var maximumConnectionsPerHost = 0
    /// PEM file; `nil` for the system's.
    public var caBundle: String?
    /// `nil`: no proxy, also when the environment names one.
    public var proxy: String?

    public init() {}
}
