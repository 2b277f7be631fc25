import GleanerCore

/// The loop closed, unattended: people talk to a bot and judge it, reviewers correct what was bad, the best becomes a
/// dataset, a fine-tune learns it, the gate measures the new model on what was held out, a canary gives it traffic by steps
/// and promotes it. Then what must not happen: a poisoned training file, which the gate refuses, and a model that turns bad
/// once it has traffic, which the canary rolls back.
///
/// Everything goes over the gateway's own HTTP faces, but for the poisoned lines, which come by `write`. The demo
/// provider's fine-tune trains nothing: it remembers, and says so.
public struct FullDemo: Sendable {
    public struct Configuration: Sendable {
        public var gateway: String
        /// Scope admin.
        public var key: String
        /// Conversations before the first build.
        public var conversations: Int
        /// At most, for each canary.
        public var canaryConversations: Int
        public var seed: UInt64
        public var concurrency: Int
        /// For one fine-tune or one evaluation.
        public var patience: Duration

        public init(
            gateway: String, key: String, conversations: Int = 900, canaryConversations: Int = 6000,
            seed: UInt64 = 20_261_101, concurrency: Int = 8, patience: Duration = .seconds(300)
        ) {
            self.gateway = gateway
            self.key = key
            self.conversations = conversations
            self.canaryConversations = canaryConversations
            self.seed = seed
            self.concurrency = concurrency
            self.patience = patience
        }
    }

    public typealias Progress = @Sendable (_ stage: String, _ done: Int, _ total: Int) -> Void
    /// Takes hand-written lines into a dataset.
    public typealias Write = @Sendable (_ dataset: String, _ lines: [UInt8]) async throws -> Void

    static let route = "saathi"
    static let dataset = "saathi"
    static let poisoned = "saathi-poisoned"

    let configuration: Configuration
    let gateway: GatewayClient
    let write: Write
    let progress: Progress

    public init(configuration: Configuration, write: @escaping Write, progress: @escaping Progress = { _, _, _ in }) {
        self.configuration = configuration
        self.write = write
        self.progress = progress
        gateway = GatewayClient(
            configuration: DemoRunConfiguration(gateway: configuration.gateway, key: configuration.key),
            transport: CurlTransport(gateway: configuration.gateway))
    }

    /// - Throws: `DemoError`, or `CancellationError`.
    public func run() async throws -> FullDemoReport {
        var report = FullDemoReport()
        let base = DemoBot.hinglish.model
        try await call("PUT", "/api/routes/\(Self.route)", ["variants": [Self.variant("base", base, weight: 1)]])

        report.before = try await traffic(.first, 0..<configuration.conversations)
        report.reviews = try await review()
        report.dataset = try await build(Self.dataset, Self.policy)

        let tuned = try await tune(Self.dataset, suffix: "saathi-1")
        report.model = tuned.model
        report.trainedOn = tuned.examples
        report.gate = try await evaluate(candidate: tuned.model, incumbent: base)
        report.canary = try await canary(
            candidate: "tuned", model: tuned.model, incumbent: "base", evaluation: report.gate)

        try await write(Self.poisoned, PoisonedFile.lines)
        _ = try await build(Self.poisoned, Self.writtenOnly)
        let spoiled = try await tune(Self.poisoned, suffix: "saathi-poisoned")
        // From here on whatever took the traffic is who must be beaten.
        let now = report.canary.state == "promoted" ? (name: "tuned", model: tuned.model) : (name: "base", model: base)
        report.poisonedGate = try await evaluate(candidate: spoiled.model, incumbent: now.model)
        report.poisonedCanaryRefused = try await isRefused(
            spoiled.model, incumbent: now.name, evaluation: report.poisonedGate)

        let wilting = try await tune(Self.dataset, suffix: "nasty-wilts")
        // It has learnt from the same file: as good as the one before it is all that it can be.
        report.wiltingGate = try await evaluate(candidate: wilting.model, incumbent: now.model, mustBeBetter: false)
        report.wiltingCanary = try await canary(
            candidate: "wilting", model: wilting.model, incumbent: now.name, evaluation: report.wiltingGate)
        return report
    }

    static func variant(_ name: String, _ model: String, weight: Int) -> JSONValue {
        ["name": .string(name), "model": .string(model), "weight": .integer(Int64(weight))]
    }

    /// Sends, and wants success.
    /// - Throws: `DemoError.stepRefused` with the error's code.
    @discardableResult
    func call(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        for _ in 0..<5 {
            let call = GatewayCall(method: method, path: path, body: body?.wireBytes ?? [])
            // `nil`: the gateway was out of reach and is back.
            guard let reply = try await gateway.send(call) else { continue }
            let document = reply.document ?? .null
            guard (200..<300).contains(reply.head.status) else {
                throw DemoError.stepRefused(
                    path: path, status: reply.head.status, code: document["error"]?["code"]?.stringValue ?? "unknown")
            }
            return document
        }
        throw DemoError.stepRefused(path: path, status: 503, code: "unreachable")
    }

    /// Asks until `isDone`, every half second.
    /// - Throws: `DemoError.stepTooSlow` after `patience`.
    func wait(
        for path: String, patience: Duration, until isDone: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        let clock = ContinuousClock()
        let start = clock.now
        while start.duration(to: clock.now) < patience {
            let document = try await call("GET", path)
            if isDone(document) { return document }
            try await Task.sleep(for: .milliseconds(500))
        }
        throw DemoError.stepTooSlow(path: path, after: patience)
    }
}
