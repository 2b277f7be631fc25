public import AsyncCurl
public import Foundation
public import GleanerAlerts
public import GleanerConsole
import GleanerCore
public import GleanerEvaluation
public import GleanerFeedback
public import GleanerGateway
public import GleanerIngest
public import GleanerMail
public import GleanerTelemetry
public import Logging
import NIOCore

/// Everything a Gleaner process needs to know, checked.
public struct ServerConfiguration: Sendable {
    public var listen: ListenAddress
    public var adminListen: ListenAddress
    public var dataDirectory: URL
    /// `nil`: a private cluster is wanted.
    public var databaseURL: String?
    /// `nil`: the demo provider is wanted.
    public var providers: Providers?
    /// PEM bundle for TLS to providers; `nil` for the system's.
    public var providerCAFile: String?
    public var deadlines: CurlDeadlines
    public var durability: Durability
    public var models: Set<String>
    public var maximumBodyBytes: Int
    public var maximumAnswerBytes: Int
    public var journalMaximumBytes: Int
    public var shutdownTimeout: Duration
    public var limits = LimitConfiguration()
    var connections = ConnectionPolicy()
    public var drainTimeout: Duration
    /// Bytes; `nil`: what the system allows.
    public var memoryLimit: Int?
    /// `nil`: answers carry no feedback tokens.
    public var feedbackTokenLifetime: Duration?
    public var feedbackOrigins: FeedbackOrigins
    /// Moderation jobs that run at the same time.
    public var moderationConcurrency: Int
    /// Of the training program; `nil` when there is none.
    public var tuningCommand: [String]?
    public var tuningPoll: Duration
    public var tuningSettle: Duration
    public var outsideEvaluators = OutsideEvaluators()
    /// Between two looks at running canaries.
    public var canaryInterval: Duration
    /// Between two looks at the triggers of loops, and at what their rounds wait for.
    public var loopInterval: Duration
    /// Where alerts go.
    public var alertChannels: [AlertChannel]
    /// Between two looks at alert rules.
    public var alertInterval: Duration
    /// The paces of fine-tunes, canaries and loops that somebody chose; where nobody did, the built-in demo has its own.
    public let chosenPaces: Set<Setting>
    /// `nil`: nothing leaves for a collector.
    public var telemetry: TelemetryConfiguration?
    /// `nil`: no mail is sent.
    public var mail: SMTPConfiguration?
    public var report: ReportSettings
    public var logLevel: Logger.Level
    public var logFormat: LogFormat
    public var publicURL: String?
    /// Where Chart.js is looked for.
    public var chartScript: ChartScript
    public var oidc: OIDCConfiguration?

    public init(_ settings: Settings) throws(SettingsError) {
        listen = try settings.address(.listen)
        adminListen = try settings.address(.adminListen)
        dataDirectory = URL(fileURLWithPath: try settings.required(.dataDirectory)).standardizedFileURL
        databaseURL = settings.text(.databaseURL)
        providers = try settings.configuredProviders()
        providerCAFile = try settings.providerCAFile()
        deadlines = CurlDeadlines(
            connect: try settings.duration(.connectTimeout), firstByte: try settings.duration(.firstByteTimeout),
            idle: try settings.duration(.idleTimeout), total: try settings.duration(.totalTimeout))
        durability = try settings.choice(.durability, Durability.self)
        models = Set(
            (settings.text(.models) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty })
        maximumBodyBytes = try settings.int(.maximumBodyBytes, atLeast: 1024)
        maximumAnswerBytes = try settings.int(.maximumAnswerBytes, atLeast: 1024)
        journalMaximumBytes = try settings.int(.journalMaximumBytes, atLeast: 1 << 20)
        shutdownTimeout = try settings.duration(.shutdownTimeout)
        limits.maximumConcurrent = try settings.int(.maximumConcurrent, atLeast: 0)
        limits.rate = try settings.rate(.rate)
        limits.keyMaximumConcurrent = try settings.int(.keyMaximumConcurrent, atLeast: 0)
        limits.keyRate = try settings.rate(.keyRate)
        limits.clientGone = try settings.choice(.clientGone, ClientGonePolicy.self)
        limits.maximumDrains = try settings.int(.drainMaximum, atLeast: 0)
        drainTimeout = try settings.duration(.drainTimeout)
        memoryLimit = try settings.text(.memoryLimit) == nil ? nil : settings.int(.memoryLimit, atLeast: 64 << 20)
        connections.headTimeout = TimeAmount(try settings.duration(.headTimeout))
        connections.bodyTimeout = TimeAmount(try settings.duration(.bodyTimeout))
        connections.idleTimeout = TimeAmount(try settings.duration(.clientIdleTimeout))
        connections.stallTimeout = TimeAmount(try settings.duration(.clientStallTimeout))
        connections.maximumConnections = try settings.int(.maximumConnections, atLeast: 0)
        connections.maximumConnectionsPerAddress = try settings.int(.maximumConnectionsPerAddress, atLeast: 0)
        feedbackTokenLifetime = try settings.feedbackTokenLifetime()
        feedbackOrigins = try settings.feedbackOrigins()
        moderationConcurrency = try settings.int(.moderationConcurrency, atLeast: 1)
        tuningCommand = settings.text(.tuningCommand)?.split(separator: " ").map(String.init)
        tuningPoll = try settings.duration(.tuningPoll)
        tuningSettle = try settings.duration(.tuningSettle)
        outsideEvaluators = try settings.outsideEvaluators()
        canaryInterval = try settings.duration(.canaryInterval)
        loopInterval = try settings.duration(.loopInterval)
        alertChannels = try settings.alertChannels()
        alertInterval = try settings.duration(.alertInterval)
        let paces = [Setting.tuningPoll, .canaryInterval, .loopInterval]
        chosenPaces = Set(paces.filter { settings[$0].source != .standard })
        telemetry = try settings.telemetry()
        mail = try settings.mail()
        report = try settings.report()
        logLevel = try settings.choice(.logLevel, Logger.Level.self)
        logFormat = try settings.choice(.logFormat, LogFormat.self)
        publicURL = try settings.publicURL()
        chartScript = ChartScript(file: settings.text(.chartScript))
        oidc = try settings.oidc()
    }

    /// What the journal needs.
    var journal: JournalConfiguration {
        var configuration = JournalConfiguration(directory: dataDirectory.appendingPathComponent("journal"))
        configuration.durability = durability
        configuration.maximumBytes = Int64(journalMaximumBytes)
        return configuration
    }

    /// How providers are spoken to.
    var curl: CurlConfiguration {
        var configuration = CurlConfiguration()
        configuration.caBundle = providerCAFile
        return configuration
    }

    /// What the gateway needs, once a provider is known.
    func gateway(_ providers: Providers) -> GatewayConfiguration {
        var configuration = GatewayConfiguration(providers: providers)
        configuration.models = models
        configuration.maximumRequestBytes = maximumBodyBytes
        configuration.maximumAnswerBytes = maximumAnswerBytes
        configuration.deadlines = deadlines
        return configuration
    }
}
