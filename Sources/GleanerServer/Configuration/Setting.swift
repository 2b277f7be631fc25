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
    public static let maximumConcurrent = Setting(
        variable: "GLEANER_MAX_CONCURRENT", path: "limits.max_concurrent", standard: "20000",
        meaning: "calls open at once; more are answered with 503; 0: no limit")
    public static let rate = Setting(
        variable: "GLEANER_RATE", path: "limits.rate", standard: "none",
        meaning: "requests of all keys together, such as 200/s; more are answered with 429")
    public static let keyMaximumConcurrent = Setting(
        variable: "GLEANER_KEY_MAX_CONCURRENT", path: "limits.key_max_concurrent", standard: "0",
        meaning: "calls that one key may have open at once; more are answered with 429; 0: no limit")
    public static let keyRate = Setting(
        variable: "GLEANER_KEY_RATE", path: "limits.key_rate", standard: "none",
        meaning: "requests of one key, such as 20/s, 600/m or 1000/h; more are answered with 429")
    public static let clientGone = Setting(
        variable: "GLEANER_CLIENT_GONE", path: "client_gone", standard: "cancel",
        meaning: "when a client leaves early: cancel breaks the provider's answer off, drain reads and stores it whole")
    public static let headTimeout = Setting(
        variable: "GLEANER_HEAD_TIMEOUT", path: "limits.head_timeout", standard: "10s",
        meaning: "for the head of a request, from its first byte; then 408")
    public static let bodyTimeout = Setting(
        variable: "GLEANER_BODY_TIMEOUT", path: "limits.body_timeout", standard: "60s",
        meaning: "for the body of a request; below 1 KiB/s it is given up before; then 408")
    public static let clientIdleTimeout = Setting(
        variable: "GLEANER_CLIENT_IDLE_TIMEOUT", path: "limits.client_idle_timeout", standard: "75s",
        meaning: "between two requests of a connection; then it is closed")
    public static let clientStallTimeout = Setting(
        variable: "GLEANER_CLIENT_STALL_TIMEOUT", path: "limits.client_stall_timeout", standard: "60s",
        meaning: "for a client that takes no byte of its answer; then it is cut")
    public static let maximumConnections = Setting(
        variable: "GLEANER_MAX_CONNECTIONS", path: "limits.max_connections", standard: "20000",
        meaning: "connections of clients; fewer when the file descriptors do not allow two for each; 0: as "
            + "many as they allow")
    public static let maximumConnectionsPerAddress = Setting(
        variable: "GLEANER_MAX_CONNECTIONS_PER_ADDRESS", path: "limits.max_connections_per_address", standard: "0",
        meaning: "connections from one address, for clients that connect directly; behind a proxy all come "
            + "from one; 0: no limit")
    public static let drainMaximum = Setting(
        variable: "GLEANER_DRAIN_MAX", path: "drain.max", standard: "100",
        meaning: "answers that may be read on at once after their clients have left, with "
            + "GLEANER_CLIENT_GONE=drain")
    public static let drainTimeout = Setting(
        variable: "GLEANER_DRAIN_TIMEOUT", path: "drain.timeout", standard: "60s",
        meaning: "how long one is read on")
    public static let memoryLimit = Setting(
        variable: "GLEANER_MEMORY_LIMIT", path: "limits.memory", standard: nil,
        meaning: "bytes; from 80 % large requests are refused, from 90 % all; unset: the control group's "
            + "limit, else 75 % of the machine")
    public static let logLevel = Setting(
        variable: "GLEANER_LOG_LEVEL", path: "log_level", standard: "notice",
        meaning: "trace, debug, info, notice, warning, error or critical")
    public static let logFormat = Setting(
        variable: "GLEANER_LOG_FORMAT", path: "log_format", standard: "text",
        meaning: "text for people, json for one object a line")

    public static let feedbackTokenLifetime = Setting(
        variable: "GLEANER_FEEDBACK_TOKEN_TTL", path: "feedback.token_ttl", standard: "30d",
        meaning: "how long a page may judge an answer with its feedback token (s, m, h, d); off: answers carry none")
    public static let feedbackOrigins = Setting(
        variable: "GLEANER_FEEDBACK_ORIGINS", path: "feedback.origins", standard: nil,
        meaning: "comma separated origins of pages that may post feedback and load feedback.js, such as "
            + "https://chat.example.com")

    public static let moderationConcurrency = Setting(
        variable: "GLEANER_MODERATION_CONCURRENCY", path: "moderation.concurrency", standard: "4",
        meaning: "jobs of up to 200 exchanges that are judged at the same time; more for slow classifiers")

    public static let all: [Setting] = [
        listen, adminListen, dataDirectory, databaseURL, providerURL, providerKey, providerKeyFile, providerDialect,
        providerCAFile, providers, connectTimeout, firstByteTimeout, idleTimeout, totalTimeout, durability, models,
        maximumBodyBytes, maximumAnswerBytes, journalMaximumBytes, shutdownTimeout, maximumConcurrent, rate,
        keyMaximumConcurrent, keyRate, clientGone, headTimeout, bodyTimeout, clientIdleTimeout, clientStallTimeout,
        maximumConnections, maximumConnectionsPerAddress, drainMaximum, drainTimeout, memoryLimit,
        feedbackTokenLifetime, feedbackOrigins, moderationConcurrency, tuningCommand, tuningPoll, tuningSettle,
        alertChannels, alertSecrets, alertInterval, evaluatorCommands, evaluatorURLs, smtpURL, smtpFrom, smtpUser,
        smtpPassword, smtpPasswordFile, smtpStartTLS,
        smtpCAFile, smtpTimeout, otlpEndpoint, otelEndpoint, otelMetricsEndpoint, otelTracesEndpoint, otelLogsEndpoint,
        otelHeaders, otelTimeout, otelCertificate, otelCompression, otelMetrics, otelTraces, otelLogs,
        otelMetricInterval, otelSpanDelay, otelSpanQueue, otelSpanBatch, otelContent, otelTextLimit, otelEventDelay,
        otelSampler, otelSamplerArgument, otelServiceName, otelResource, otelDisabled,
        canaryInterval, loopInterval, logLevel, logFormat, publicURL, chartScript, reportWeekly, reportRecipients,
        reportProject, oidcIssuer, oidcClientID, oidcClientSecret,
        oidcName, oidcRole,
    ]
}
