import AsyncCurl
import AsyncPostgres
import Foundation
import GleanerAlerts
import GleanerConsole
import GleanerCore
import GleanerDatasets
import GleanerErasure
import GleanerEvaluation
import GleanerExchanges
import GleanerFeedback
public import GleanerGateway
import GleanerHTTP
import GleanerImport
import GleanerIngest
import GleanerJobs
import GleanerLoop
import GleanerMail
import GleanerModeration
import GleanerMonitoring
import GleanerReport
import GleanerReview
import GleanerRouting
import GleanerTelemetry
import GleanerTuning
import Hummingbird
public import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
public import UnixSignals

/// A whole Gleaner: built from a configuration, run until it is told to stop.
public struct GleanerService: Sendable {
    /// What became of the start.
    public struct Started: Sendable {
        public let port: Int
        public let adminPort: Int
        /// Of the link with which the first admin chooses a password; `nil` once somebody can sign in.
        public var firstInvitation: String?
    }

    /// More exchanges than this on their way to PostgreSQL are a backlog: half of what ingest stores at a time.
    private static let backlog: Int64 = 1_000

    private let configuration: ServerConfiguration
    private let databaseURL: String
    private let providers: Providers
    private let logger: Logger

    public init(configuration: ServerConfiguration, databaseURL: String, providers: Providers, logger: Logger) {
        self.configuration = configuration
        self.databaseURL = databaseURL
        self.providers = providers
        self.logger = logger
    }

    /// Runs until a graceful shutdown has been triggered and everything open has ended, or `shutdownTimeout` has passed.
    /// - Parameters:
    ///   - signals: what triggers it from outside.
    ///   - started: runs once both listeners accept connections.
    public func run(
        signals: [UnixSignal] = [.sigterm, .sigint], started: @escaping @Sendable (Started) async -> Void = { _ in }
    ) async throws {
        SystemMemory.returnFreed()
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let journal = try Journal(configuration.journal, on: loops.any())
        var transfers = configuration.curl
        // With what a connection's own buffers hold, a client that does not read costs about 256 KiB.
        transfers.pauseAbove = 96 << 10
        let client = CurlClient(configuration: transfers, on: loops.any())
        defer {
            client.shutdown()
            journal.shutdown()
            loops.shutdownGracefully { _ in }
        }
        let services = try services(journal, client, loops, started)
        var group = ServiceGroupConfiguration(
            // One that fails, as ingest does with the journal's disk, has the others end in good order.
            services: services.map { .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: signals, logger: logger)
        group.maximumGracefulShutdownDuration =
            configuration.shutdownTimeout + GracefulStop.lastEvent + GracefulStop.lastCut + .milliseconds(200)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE || error.errnoCode == EACCES {
            throw ListenError(
                addresses: [configuration.listen, configuration.adminListen], isTaken: error.errnoCode == EADDRINUSE)
        }
    }

    /// Started in this order and stopped in the reverse one: the listeners first, the pool last.
    private func services(
        _ journal: Journal, _ client: CurlClient, _ loops: MultiThreadedEventLoopGroup,
        _ started: @escaping @Sendable (Started) async -> Void
    ) throws -> [any Service] {
        let pool = PostgresPool(configuration: PostgresConfiguration(conninfo: databaseURL), logger: logger)
        let keys = PostgresKeyStore(pool: pool)
        let accounts = AccountService(pool: pool) { try await keys.project(named: "default") }
        let signals = ReviewSignals(pool: pool)
        let sampling = SamplingService(pool: pool, signals: signals)
        let evaluators = EvaluatorService(pool: pool)
        let desk = ReviewDesk(
            pool: pool, sampling: sampling, signals: signals, logger: logger,
            corrected: Self.corrected(telling: evaluators, logger))
        let moderation = ModerationParts(
            pool: pool, client: client, providers: providers, configuration: configuration, logger: logger,
            flagged: { exchanges, _ in try await sampling.reconsider(exchanges) })
        let feedback = FeedbackRoom(
            configuration, pool: pool, redactor: moderation.redactor.redaction, logger: logger
        ) { [logger] news in
            do {
                switch news {
                case .lowRated(let exchanges), .signalled(let exchanges): try await sampling.reconsider(exchanges)
                case .reported(let exchanges, let project): try await sampling.report(exchanges, in: project)
                case .commented(let comments, let project):
                    try await moderation.service.commented(
                        comments.map { ($0.exchange, $0.feedback.uuid) }, in: project)
                    try await evaluators.written(on: comments.map(\.exchange), in: project)
                }
            } catch {
                logger.warning("what follows from feedback was not done", metadata: ["error": "\(error)"])
            }
        }
        let schema = SchemaReadiness(pool: pool, logger: logger) {
            try await sampling.ensureDefaultRule(project: keys.project(named: "default"))
        }
        let startup = Startup { [logger] ports in
            await started(await Self.invitingFirst(ports, accounts, schema, logger))
        }
        let prices = PriceBook(
            pool: pool, configuration: PostgresConfiguration(conninfo: databaseURL), logger: logger)
        let rollups = RollupService(pool: pool)
        let rollupMetrics = RollupMetrics()
        let registry = PrometheusRegistry(MetricFamily.all)
        let telemetry = configuration.telemetry.map { Telemetry($0) }
        var shown: CallsStored?
        if let telemetry, telemetry.spans != nil || telemetry.calls != nil {
            shown = { calls in
                telemetry.spans?.add(calls)
                telemetry.calls?.add(calls)
            }
        }
        let drain = IngestDrain(
            journal: journal, pool: pool, prices: prices, redactor: moderation.redactor,
            erased: Self.erased(on: pool), metrics: IngestMetrics(factory: registry),
            shown: shown, relieved: SystemMemory.trim,
            landed: {
                try await Self.landed(
                    $0, feedback: feedback.service, sampling: sampling, moderation: moderation.service,
                    evaluators: evaluators, rollups: rollups)
            }, logger: logger)
        let jobs = JobQueue(pool: pool)
        let mailer = configuration.mail.map { SMTPMailer($0) }
        let reports = try ReportParts(
            pool: pool, queue: jobs, keys: keys, mailer: mailer, configuration: configuration, logger: logger)
        let tuning = TuningParts(
            pool: pool, client: client, providers: providers, configuration: configuration, logger: logger)
        let erasure = try ErasureParts(
            pool: pool, queue: jobs, journal: journal, dataDirectory: configuration.dataDirectory,
            files: tuning.trainerFiles, logger: logger)
        let evaluation = EvaluationParts(
            pool: pool, client: client, providers: providers, prices: prices, moderation: moderation.service,
            configuration: configuration, logger: logger)
        let loop = LoopParts(
            pool: pool, providers: providers, tuning: tuning.service, evaluations: evaluation.service,
            canaries: evaluation.canaries, interval: configuration.loopInterval, logger: logger)
        let alerts = AlertParts(
            pool: pool, client: client, mailer: mailer, configuration: configuration, logger: logger)
        let worker = JobWorker(
            queue: jobs,
            handlers: moderation.handlers + erasure.handlers
                + [
                    BacklogHandler(sampling: sampling), tuning.handler, evaluation.handler, loop.handler,
                    alerts.handler,
                ] + evaluation.evaluatorHandlers + reports.handlers,
            // Judging reads and writes where what has piled up is to be stored first.
            isBusy: { journal.counts.journaled > Self.backlog }, logger: logger)
        let routesInForce = CurrentRoutes()
        let routeWatch = RouteWatch(
            store: PostgresRouteStore(pool: pool), current: routesInForce, configuration: pool.configuration,
            path: configuration.dataDirectory.appendingPathComponent("routes.json").path, logger: logger)
        let open = OpenExchanges(
            drainTimeout: configuration.drainTimeout, metrics: GatewayMetrics(factory: registry))
        let refusals = RefusalCounts()
        let gateway = configuration.gateway(providers)
        let memoryLimit = configuration.memoryLimit ?? SystemMemory.limit()
        var limitConfiguration = configuration.limits
        limitConfiguration.maximumBodyBytes = memoryLimit / 8
        let limits = ExchangeLimits(limitConfiguration)
        let connections = Connections(configuration.connections.within(descriptors: FileDescriptors.raiseLimit()))
        let adminConnections = Connections(.admin)
        let shadows = Shadows(
            client: client, journal: journal, open: open, maximumAnswerBytes: gateway.maximumAnswerBytes,
            logger: logger)
        let idempotency = PostgresIdempotencyKeys(pool: pool)
        let exchanges = ExchangeService(pool: pool)
        let log = ExchangeLog(journal: journal)
        let logLimits = LogLimits(
            itemBytes: configuration.maximumBodyBytes, batchBytes: 8 * configuration.maximumBodyBytes)
        let replays = ReplayCount()
        let spending = Spending(
            configuration: gateway, client: client, journal: journal, open: open, shadows: shadows, logger: logger)
        let routes = Routes(
            authentication: Authentication(ring: KeyRing(store: keys)), errors: ErrorAnswers(refusals: refusals),
            shedding: Shedding(limits: limits), crossOriginFeedback: feedback.crossOrigin,
            gateway: Gateway(
                configuration: gateway, routes: routesInForce, keys: idempotency, replays: replays,
                judges: moderation.judges, spending: spending, mint: feedback.mint),
            exchanges: ExchangeRoutes(service: exchanges),
            log: ExchangeLogRoutes(log: log, limits: logLimits),
            traces: TraceRoutes(log: log, limits: logLimits, isDrained: { journal.counts.journaled == 0 }) {
                [exchanges] in
                try await exchanges.known($0, in: $1)
            },
            prices: PriceRoutes(store: PriceStore(pool: pool)), feedback: feedback.routes,
            review: ReviewRoutes(desk: desk),
            datasets: DatasetRoutes(service: DatasetService(pool: pool, personalData: PersonalDataRules())),
            policies: PolicyRoutes(service: DatasetService(pool: pool)),
            routes: RouteRoutes(
                service: RouteService(store: PostgresRouteStore(pool: pool)) { [providers] in providers.names }),
            jobs: JobRoutes(queue: jobs), erasures: ErasureRoutes(service: erasure.service),
            moderation: ModerationRoutes(service: moderation.service),
            tuning: tuning.routes,
            evaluations: EvaluationRoutes(service: evaluation.service),
            evaluators: EvaluatorRoutes(service: evaluators),
            canaries: CanaryRoutes(service: evaluation.canaries),
            loops: LoopRoutes(service: loop.service), alerts: AlertRoutes(service: alerts.service),
            report: ReportRoutes(service: reports.service),
            releases: ReleaseRoutes(service: ReleaseService(pool: pool)),
            console: try Console(
                accounts: accounts, exchanges: exchanges, feedback: feedback.stream, raters: feedback.raters,
                review: desk, moderation: moderation.service, evaluators: evaluators,
                models: ModelRooms(
                    datasets: DatasetService(pool: pool, personalData: PersonalDataRules()), tuning: tuning.service,
                    evaluations: evaluation.service, canaries: evaluation.canaries, loops: loop.service),
                alerts: alerts.service, reports: reports.service,
                chartScript: configuration.chartScript.bytes(logger), publicURL: configuration.publicURL,
                oidc: configuration.oidc, client: client))
        let admin = Router(context: GleanerContext.self)
        admin.add(middleware: ErrorAnswers(refusals: refusals))
        let operators = AdminRoutes(
            journal: journal, journalLimit: Int64(configuration.journalMaximumBytes), pool: pool, schema: schema,
            open: open, shadows: shadows, replays: replays, refusals: refusals, limits: limits,
            connections: connections, memoryLimit: memoryLimit, needs: routes.needs, jobs: worker.metrics,
            moderation: moderation.metrics, feedback: feedback.metrics, reviews: desk.metrics,
            rollups: rollupMetrics, alerts: alerts.metrics, evaluators: evaluation.evaluatorMetrics,
            registry: registry, telemetry: telemetry)
        operators.add(to: admin)
        var services: [any Service] = [
            pool, schema, AfterSchema(schema: schema, inner: prices), AfterSchema(schema: schema, inner: worker),
            AfterSchema(schema: schema, inner: moderation.watch),
            AfterSchema(schema: schema, inner: moderation.recorder), AfterSchema(schema: schema, inner: drain),
            AfterSchema(schema: schema, inner: erasure.journal),
            AfterSchema(schema: schema, inner: PartitionKeeper(pool: pool, logger: logger)),
            AfterSchema(schema: schema, inner: SamplingUpkeep(sampling: sampling, logger: logger)),
            AfterSchema(schema: schema, inner: RollupKeeper(service: rollups, metrics: rollupMetrics, logger: logger)),
            AfterSchema(schema: schema, inner: desk.reports),
            AfterSchema(schema: schema, inner: routeWatch),
            AfterSchema(schema: schema, inner: tuning.radar),
            AfterSchema(schema: schema, inner: evaluation.keeper),
            AfterSchema(schema: schema, inner: evaluation.people),
            AfterSchema(
                schema: schema,
                inner: EvaluatorWatch(service: evaluators, metrics: evaluation.evaluatorMetrics, logger: logger)),
            AfterSchema(schema: schema, inner: loop.keeper),
            AfterSchema(schema: schema, inner: alerts.keeper),
            ProviderReload(providers: providers, logger: logger),
            AfterSchema(
                schema: schema, inner: IdempotencyExpiry(keys: idempotency, posts: feedback.store, logger: logger)),
            open, shadows,
            MemoryWatch(limit: memoryLimit, limits: limits, connections: connections, logger: logger),
            adminConnections, connections,
            Listener.make(
                RoutedRequests(admin.buildResponder()), on: configuration.adminListen, connections: adminConnections,
                loops: loops, logger: logger
            ) {
                await startup.listening(admin: $0)
            },
            Listener.make(
                routes.responder(), on: configuration.listen, connections: connections, loops: loops,
                logger: logger
            ) {
                await startup.listening(public: $0)
            },
            GracefulStop(
                limits: limits, open: open, connections: connections, timeout: configuration.shutdownTimeout,
                logger: logger),
        ]
        if let keeper = reports.keeper {
            // After the worker that does what it asks for.
            services.insert(AfterSchema(schema: schema, inner: keeper), at: 4)
        }
        // Behind the pool and what everything waits for, before the listeners: stopped after them.
        services.insert(contentsOf: feedback.services(schema, pool: pool, logger: logger), at: 2)
        if let telemetry {
            let readings: @Sendable () -> [MetricReading] = { operators.readings }
            let exports = [telemetry.traces, telemetry.metrics(read: readings)].compactMap(\.self)
            services.insert(contentsOf: exports, at: 2)
            if let events = telemetry.evaluations(pool: pool, logger: logger) {
                services.insert(schema.before(events), at: 2)
            }
        }
        return services
    }
}

extension GleanerService {
    /// While nobody can sign in, every start makes the first admin's link anew. A database that is away is waited for
    /// three seconds.
    private static func invitingFirst(
        _ started: Started, _ accounts: AccountService, _ schema: SchemaReadiness, _ logger: Logger
    ) async -> Started {
        var started = started
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await schema.ready() }
            group.addTask { try? await Task.sleep(for: .seconds(3)) }
            await group.next()
            group.cancelAll()
        }
        do {
            started.firstInvitation = try await schema.isReady ? accounts.firstInvitation() : nil
        } catch {
            logger.warning("the first admin's link could not be made", metadata: ["error": "\(error)"])
        }
        return started
    }
}

/// Waits for both listeners, then reports once.
private actor Startup {
    private var publicPort: Int?
    private var adminPort: Int?
    private let report: @Sendable (GleanerService.Started) async -> Void

    init(report: @escaping @Sendable (GleanerService.Started) async -> Void) { self.report = report }

    func listening(public port: Int? = nil, admin: Int? = nil) async {
        publicPort = port ?? publicPort
        adminPort = admin ?? adminPort
        guard let publicPort, let adminPort else { return }
        await report(.init(port: publicPort, adminPort: adminPort))
    }
}
