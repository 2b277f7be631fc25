/// One thing an operator can set: its name in the environment and in `gleaner.yaml`, its default, and what it means.
///
/// `all` is the one list of settings: reading, `gleaner doctor` and docs/reference/configuration.md follow it.
public struct Setting: Sendable, Hashable {
    /// In the environment.
    public let variable: String
    /// In `gleaner.yaml`, dots for levels.
    public let path: String
    /// As text; `nil` when there is none.
    public let standard: String?
    public let meaning: String
    public var isSecret = false

    public static let listen = Setting(
        variable: "GLEANER_LISTEN", path: "listen", standard: "127.0.0.1:8080",
        meaning: "host:port for clients: /v1, /api, console")
    public static let adminListen = Setting(
        variable: "GLEANER_ADMIN_LISTEN", path: "admin.listen", standard: "127.0.0.1:8081",
        meaning: "host:port for operators: /livez, /readyz, /metrics")
    public static let dataDirectory = Setting(
        variable: "GLEANER_DATA_DIR", path: "data.dir", standard: ".gleaner",
        meaning: "journal and private PostgreSQL")
    public static let databaseURL = Setting(
        variable: "DATABASE_URL", path: "database.url", standard: nil,
        meaning: "libpq URI or conninfo; unset: gleaner up runs a private PostgreSQL", isSecret: true)
    public static let providerURL = Setting(
        variable: "GLEANER_PROVIDER_URL", path: "provider.url", standard: nil,
        meaning: "the model provider, up to and with /v1; unset: gleaner up runs the demo provider")
    public static let providerKey = Setting(
        variable: "GLEANER_PROVIDER_KEY", path: "provider.key", standard: nil,
        meaning: "the provider's secret", isSecret: true)
    public static let connectTimeout = Setting(
        variable: "GLEANER_PROVIDER_CONNECT_TIMEOUT", path: "provider.connect_timeout", standard: "5s",
        meaning: "to open a connection (ms, s, m)")
    public static let firstByteTimeout = Setting(
        variable: "GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT", path: "provider.first_byte_timeout", standard: "120s",
        meaning: "from request sent to the answer's head")
    public static let idleTimeout = Setting(
        variable: "GLEANER_PROVIDER_IDLE_TIMEOUT", path: "provider.idle_timeout", standard: "120s",
        meaning: "between two pieces of an answer")
    public static let totalTimeout = Setting(
        variable: "GLEANER_PROVIDER_TOTAL_TIMEOUT", path: "provider.total_timeout", standard: "600s",
        meaning: "for a whole answer")
    public static let durability = Setting(
        variable: "GLEANER_DURABILITY", path: "durability", standard: "disk",
        meaning: "disk: every exchange is fsynced. process: survives kill -9, not power loss")
    public static let models = Setting(
        variable: "GLEANER_MODELS", path: "models", standard: nil,
        meaning: "comma separated; when set, other models are answered with 404")
    public static let maximumBodyBytes = Setting(
        variable: "GLEANER_MAX_BODY_BYTES", path: "max_body_bytes", standard: "33554432",
        meaning: "largest request body")
    public static let maximumAnswerBytes = Setting(
        variable: "GLEANER_MAX_ANSWER_BYTES", path: "max_answer_bytes", standard: "33554432",
        meaning: "largest answer")
    public static let journalMaximumBytes = Setting(
        variable: "GLEANER_JOURNAL_MAX_BYTES", path: "journal_max_bytes", standard: "1073741824",
        meaning: "what may wait for PostgreSQL before new calls are refused")
    public static let shutdownTimeout = Setting(
        variable: "GLEANER_SHUTDOWN_TIMEOUT", path: "shutdown_timeout", standard: "30s",
        meaning: "how long open streams may take to end")
    public static let logLevel = Setting(
        variable: "GLEANER_LOG_LEVEL", path: "log_level", standard: "notice",
        meaning: "trace, debug, info, notice, warning, error or critical")

    public static let all: [Setting] = [
        listen, adminListen, dataDirectory, databaseURL, providerURL, providerKey, providerKeyFile, providerDialect,
        providerCAFile, providers, connectTimeout, firstByteTimeout, idleTimeout, totalTimeout, durability, models,
        maximumBodyBytes, maximumAnswerBytes, journalMaximumBytes,
        shutdownTimeout, logLevel,
    ]
}
