import CLibpq

/// The keywords a connection is opened with: defaults, the operator's conninfo over them, and what we insist on.
struct ConnectionKeywords: Sendable {
    let list: [(name: String, value: String)]

    /// - Throws: `connectionFailed` when the conninfo cannot be read. libpq's words may quote it, so they are not kept.
    init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        guard let given = Self.parse(configuration.conninfo) else {
            throw .connectionFailed("the connection string is neither a URI nor a list of keyword=value")
        }
        // Nets under our own deadline, for a statement whose client has gone. The second needs PostgreSQL 14.
        let serverTimeout = Self.serverTimeout(above: configuration.statementTimeout)
        let options = [
            given["options"],
            "-c TimeZone=UTC -c statement_timeout=\(serverTimeout.wholeMilliseconds)",
            "-c client_connection_check_interval=1000",
        ]
        // Each with its type: as one expression they take the compiler 22 s.
        let usual: [(name: String, value: String)] = [
            ("application_name", configuration.applicationName),
            ("keepalives", "1"), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
        ]
        var list = usual.filter { given[$0.name] == nil }
        for (name, value) in given.sorted(by: { $0.key < $1.key }) where name != "options" {
            list.append((name, value))
        }
        list.append(("options", options.compactMap(\.self).joined(separator: " ")))
        list.append(("client_encoding", "UTF8"))
        self.list = list
    }

    /// Late enough that our own deadline is always the first to act.
    static func serverTimeout(above timeout: Duration) -> Duration { timeout + .seconds(2) }

    /// - Returns: `nil` when libpq cannot read the string.
    private static func parse(_ conninfo: String) -> [String: String]? {
        guard !conninfo.holdsNUL, let options = unsafe PQconninfoParse(conninfo, nil) else { return nil }
        defer { unsafe PQconninfoFree(options) }
        var given: [String: String] = [:]
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val { unsafe given[String(cString: keyword)] = String(cString: value) }
            unsafe option += 1
        }
        return given
    }
}

extension Duration {
    /// Rounded up, at least 1: Postgres takes 0 for "no limit".
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return max(1, seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
