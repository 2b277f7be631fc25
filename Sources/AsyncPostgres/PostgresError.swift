/// What can go wrong between a caller and the database.
public enum PostgresError: Error, Sendable, Hashable {
    /// No connection could be made; libpq's words, without a password.
    case connectionFailed(String)
    /// The connection ended under a statement, whose outcome is unknown. The state is the server's, when it gave one.
    case connectionLost(sqlState: String?)
    /// Our own deadline passed. The connection was thrown away; the statement's outcome is unknown.
    case statementTimeout(after: Duration)
    /// No connection became free in time.
    case leaseTimeout(after: Duration)
    /// As many callers as allowed are waiting for a connection already.
    case poolExhausted(waiting: Int)
    /// The pool, or the lease this connection came from, has ended.
    case poolClosed
    /// The calling task was cancelled. A statement that was running is of unknown outcome; its connection is gone.
    case cancelled
    /// The server refused the statement; the connection is fine.
    case server(ServerError)
    /// Text with U+0000, which Postgres's text cannot hold.
    case nulInText
    case wrongType(column: String, expected: String, got: UInt32)
    case unexpectedNull(column: String)
    case noSuchColumn(String)
}

extension PostgresError {
    /// An error report of the server. `message` and `detail` may quote bound values; `description` keeps them back.
    public struct ServerError: Sendable, Hashable {
        public let sqlState: String
        public let severity: String
        public let message: String
        public let detail: String?
        public let hint: String?
        public let constraint: String?
        public let table: String?
        public let column: String?
        /// The text with `$1…$n`, without values.
        public let statement: String

        public init(
            sqlState: String, severity: String = "ERROR", message: String, detail: String? = nil, hint: String? = nil,
            constraint: String? = nil, table: String? = nil, column: String? = nil, statement: String
        ) {
            self.sqlState = sqlState
            self.severity = severity
            self.message = message
            self.detail = detail
            self.hint = hint
            self.constraint = constraint
            self.table = table
            self.column = column
            self.statement = statement
        }
    }

    /// The five characters of the server, when it said anything.
    public var sqlState: String? {
        switch self {
        case .server(let error): error.sqlState
        case .connectionLost(let sqlState): sqlState
        default: nil
        }
    }

    /// Whether the same statement may succeed later: the server was away, full, busy or read-only.
    /// `false` means that the statement or its values are at fault, and trying again gives the same answer.
    public var isTransient: Bool {
        switch self {
        case .connectionFailed, .connectionLost, .statementTimeout, .leaseTimeout, .poolExhausted, .poolClosed,
            .cancelled:
            true
        case .server(let error): error.isTransient
        case .nulInText, .wrongType, .unexpectedNull, .noSuchColumn: false
        }
    }
}

extension PostgresError.ServerError {
    /// Classes and single states of "PostgreSQL Error Codes", appendix A of the manual. A state that nobody has
    /// classified counts as transient: trying again costs time, giving up costs data.
    public var isTransient: Bool {
        switch sqlState {
        // A read-only standby, a lock or statement timeout, a transaction left idle.
        case "25006", "55P03", "57014", "25P03": true
        default: !["0A", "21", "22", "23", "2B", "3D", "3F", "42", "44", "54"].contains(sqlState.prefix(2))
        }
    }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .connectionFailed(let words): "No connection to Postgres: \(words)"
        case .connectionLost(let sqlState):
            "The connection to Postgres was lost\(sqlState.map { " [\($0)]" } ?? ""); "
                + "the statement's outcome is unknown."
        case .statementTimeout(let limit):
            "Postgres did not answer within \(limit); the statement's outcome is unknown."
        case .leaseTimeout(let limit): "No connection to Postgres became free within \(limit)."
        case .poolExhausted(let waiting):
            "No connection to Postgres is free, and \(waiting) callers are waiting already."
        case .poolClosed: "The connection pool is closed."
        case .cancelled: "Cancelled while waiting for Postgres."
        case .server(let error): error.description
        case .nulInText: "Text for Postgres holds U+0000, which it cannot store."
        case .wrongType(let column, let expected, let got):
            "Column \(column) is no \(expected); its type has OID \(got)."
        case .unexpectedNull(let column): "Column \(column) is NULL."
        case .noSuchColumn(let column): "The result has no column \(column)."
        }
    }
}

extension PostgresError.ServerError: CustomStringConvertible {
    /// State, constraint and statement. The server's own words are left out where they quote values: those of the
    /// classes 22 (data exception) and 23 (constraint violation), and every detail.
    public var description: String {
        var text = "Postgres refused a statement [\(sqlState)]"
        if let constraint { text += ", constraint \(constraint)" }
        if !["22", "23"].contains(sqlState.prefix(2)) { text += ": \(message)" }
        let words = statement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text + " in: " + (words.count > 300 ? words.prefix(300) + "…" : words)
    }
}
