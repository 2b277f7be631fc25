/// Where the database is, and how long to wait for it.
public struct PostgresConfiguration: Sendable {
    /// A conninfo or URI as libpq takes it: `postgresql://…` or `host=/run/postgresql dbname=gleaner`.
    /// May hold a password; never logged.
    public var conninfo: String
    /// Shown in `pg_stat_activity`. Default "gleaner".
    public var applicationName = "gleaner"
    /// For one attempt to connect, authentication included. Default 5 s.
    public var connectTimeout: Duration = .seconds(5)
    /// From sending a statement to its whole answer, kept on our side. Default 30 s.
    /// The server's own `statement_timeout` is 2 s above it.
    public var statementTimeout: Duration = .seconds(30)
    /// Connections at most. They are opened when needed. Default 8.
    public var poolSize = 8
    /// How long a caller waits for a connection. Default 5 s.
    public var leaseTimeout: Duration = .seconds(5)
    /// How many callers may wait at the same time; the next one is refused at once. Default 1,000.
    public var maximumWaiters = 1_000

    public init(
        conninfo: String, applicationName: String = "gleaner", connectTimeout: Duration = .seconds(5),
        statementTimeout: Duration = .seconds(30), poolSize: Int = 8, leaseTimeout: Duration = .seconds(5),
        maximumWaiters: Int = 1_000
    ) {
        self.conninfo = conninfo
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.poolSize = poolSize
        self.leaseTimeout = leaseTimeout
        self.maximumWaiters = maximumWaiters
    }
}
