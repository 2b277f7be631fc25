import Glibc

/// A client's blocking socket, for what an HTTP client would not do or show.
public enum RawSocket {
    public struct Failed: Error {
        public let what: String
        public init(what: String) { self.what = what }
    }

    /// - Parameter patience: how long one read or write waits.
    public static func connect(port: Int, patience: Duration) throws -> Int32 {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard handle >= 0 else { throw Failed(what: "socket") }
        setPatience(of: handle, to: patience)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            close(handle)
            throw Failed(what: "connect")
        }
        return handle
    }

    public static func setPatience(of socket: Int32, to patience: Duration) {
        let (seconds, attoseconds) = patience.components
        var wait = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &wait, socklen_t(MemoryLayout<timeval>.size))
        }
    }
}
