public import AsyncPostgres
import Foundation
public import GleanerCore
public import GleanerJobs
import Synchronization

/// Draws exchanges for review by a project's rules, decided by one hash, with every probability on record.
public struct SamplingService: Sendable {
    /// What a new project starts with.
    public static let defaultName = "floor"
    public static let defaultProbability = 0.05

    private let store: SamplingStore
    private let facts: FactStore
    private let plans: PlanStore
    private let settings: SettingsStore
    private let signals: any SignalSource
    private let cache: RuleCache
    private let counted: CountedVolumesBox
    private let jobs: JobQueue

    public init(pool: PostgresPool, signals: any SignalSource = NoSignals()) {
        store = SamplingStore(pool: pool)
        facts = FactStore(pool: pool)
        plans = PlanStore(pool: pool)
        settings = SettingsStore(pool: pool)
        self.signals = signals
        cache = RuleCache()
        counted = CountedVolumesBox()
        jobs = JobQueue(pool: pool)
    }

    // MARK: Rules

    /// The rules in force.
    public func rules(of project: ID<Project>) async throws -> [SamplingRule] { try await store.rules(of: project) }

    /// A rule of a fixed share of everything.
    public func setRule(project: ID<Project>, name: String, probability: Double) async throws -> SamplingRule {
        try await setRule(project: project, name: name, .floor(probability))
    }

    /// Replaces the rule called `name`, or makes it; the same document again changes nothing. The hash stays, so that a
    /// higher probability keeps what a lower one drew.
    /// - Throws: `ReviewError.probabilityOutOfRange`, `.ruleInvalid`, `.ruleNameInvalid`.
    public func setRule(project: ID<Project>, name: String, _ document: RuleDocument) async throws -> SamplingRule {
        try document.validate()
        guard !name.isEmpty, name.utf8.count <= 64, !name.utf8.contains(0) else { throw ReviewError.ruleNameInvalid }
        let (rule, isNew) = try await store.replace(project: project, name: name, document)
        if isNew { try await prepare(rule) }
        cache.forget(project)
        return rule
    }

    /// Takes a rule out of force; what it drew stays.
    /// - Throws: `ReviewError.ruleUnknown`.
    public func retireRule(project: ID<Project>, name: String) async throws {
        guard !name.utf8.contains(0), try await store.retire(project: project, name: name) else {
            throw ReviewError.ruleUnknown
        }
        cache.forget(project)
    }

    public func ensureDefaultRule(project: ID<Project>) async throws {
        guard try await store.rules(of: project).isEmpty else { return }
        try await store.createFirst(
            project: project, name: Self.defaultName, .floor(Self.defaultProbability))
        cache.forget(project)
    }

    /// What a new rule would have met before it was there.
    private func prepare(_ rule: SamplingRule) async throws {
        if rule.document.match?.newSystemPrompt != nil { try await facts.primePrompts(of: rule.project) }
        guard rule.document.budgetPerDay != nil else { return }
        let recent = try await facts.recent(of: rule.project, limit: 1000)
        guard !recent.facts.isEmpty else { return }
        let known = try await complete(recent.facts, for: [rule])
        let perExchange = recent.perDay / Double(known.count)
        let drawing = Drawing(known, rules: [rule], scales: [rule.id: 1])
        var volumes: [Int16: Double] = [:]
        for (volume, count) in drawing.volumes { volumes[volume.bucket, default: 0] += Double(count) * perExchange }
        try await plans.prime(rule, volumes: volumes)
    }

    // MARK: Drawing

    /// Draws from exchanges that have just landed. Drawing the same ones again changes nothing.
    public func draw(_ candidates: [SamplingCandidate]) async throws {
        for (project, candidates) in Dictionary(grouping: candidates.filter(\.isEligible), by: \.project) {
            let (rules, scales) = try await inForce(project)
            let ids = candidates.map(\.id)
            let known =
                rules.contains(where: \.document.needsFacts)
                ? try await complete(facts.facts(of: ids), for: rules)
                : ids.map { ExchangeFacts(id: $0, project: project) }
            let drawing = Drawing(known, rules: rules, scales: scales)
            try await plans.count(drawing.volumes, in: project)
            try await open(drawing.samples)
        }
    }

    /// Looks again at exchanges of which something new is known: a flag, a low rating, a language. Only rules that such
    /// signals can move are asked; a higher probability adds to what was drawn, a lower one takes nothing back.
    public func reconsider(_ ids: [ID<Exchange>]) async throws {
        let found = try await facts.facts(of: ids)
        for (project, found) in Dictionary(grouping: found, by: \.facts.project) {
            let (all, scales) = try await inForce(project)
            let rules = all.filter(\.document.needsSignals)
            guard !rules.isEmpty else { continue }
            let known = try await complete(found, for: rules)
            // They were counted when they landed.
            let moves = counted.volumes.withLock { Drawing.moves(known, rules: rules, counted: &$0) }
            try await plans.count(moves, in: project)
            try await open(Drawing(known, rules: rules, scales: scales).samples)
        }
    }

    /// Has a job draw from exchanges that had landed before the rule was made.
    /// - Returns: the job; its progress tells how far it is.
    public func enqueueBacklog(_ rule: SamplingRule) async throws -> ID<Job> {
        try await jobs.enqueue(
            NewJob(
                kind: .backlog, project: rule.project, payload: ["rule": .string(rule.id.lowercased)],
                idempotencyKey: rule.id.lowercased))
    }

    /// Draws from exchanges that had landed before the rule was made, oldest first, in batches; a rule that was replaced since
    /// still does.
    /// - Parameters:
    ///   - progress: where to go on from, and
    ///   - report: is told after each batch.
    /// - Returns: how many were drawn.
    @discardableResult
    public func drawBacklog(
        _ rule: SamplingRule, from progress: BacklogProgress = BacklogProgress(),
        report: (BacklogProgress) async throws -> Void = { _ in }
    ) async throws -> Int {
        var progress = progress
        let scales = try await plans.scales(of: [rule])
        while true {
            try Task.checkCancellation()
            let batch = try await facts.facts(of: rule.project, after: progress.cursor, limit: 1000)
            guard let end = batch.last?.facts.id else { return progress.drawn }
            let drawing = Drawing(try await complete(batch, for: [rule]), rules: [rule], scales: scales)
            try await open(drawing.samples)
            progress.advance(to: end, seen: batch.count, drawn: drawing.samples.count)
            try await report(progress)
        }
    }

    /// In force or not; `nil` when there never was one.
    func rule(_ id: UUID, of project: ID<Project>) async throws -> SamplingRule? {
        try await store.rule(id, of: project)
    }

    // MARK: By hand

    /// Puts exchanges in front of the queue because somebody wants them looked at; no estimate reads them.
    /// - Throws: `ReviewError.exchangeUnknown` for the first that is not a judgeable one of the project; then none is picked.
    public func pick(_ ids: [ID<Exchange>], by picker: String, reason: String? = nil, in project: ID<Project>)
        async throws
    {
        guard (1...1000).contains(ids.count) else { throw ReviewError.tooMany("exchange_ids", limit: 1000) }
        let picker = try Reviewer(picker).name
        let reason = try ReviewText.checked(reason, as: "reason")
        let found = Set(try await facts.facts(of: ids).filter { $0.facts.project == project }.map(\.facts.id))
        if let unknown = ids.first(where: { !found.contains($0) }) { throw ReviewError.exchangeUnknown(unknown) }
        let settings = try await settings.settings(of: project)
        let items = found.sorted().map { NewItem($0, in: project, purpose: "pick", isFirst: true, settings) }
        try await store.keep(picks: items, by: picker, reason: reason)
    }

    /// Puts what users reported into the queue, among what was drawn: in front of it, reports could keep everything else from
    /// being judged. No estimate reads them. Those that cannot be judged are left out.
    public func report(_ ids: [ID<Exchange>], in project: ID<Project>) async throws {
        let found = Set(try await facts.facts(of: ids).filter { $0.facts.project == project }.map(\.facts.id))
        guard !found.isEmpty else { return }
        let settings = try await settings.settings(of: project)
        let items = found.sorted().map { NewItem($0, in: project, purpose: "reported", isFirst: false, settings) }
        try await store.keep(picks: items, by: "feedback", reason: "reported by a user", isFirst: false)
    }

    // MARK: Housekeeping

    /// Removes counts that no plan reads any more; once an hour is plenty.
    public func forgetOldVolumes() async throws { try await plans.forgetOld() }

    private func open(_ samples: [Sample]) async throws {
        guard let project = samples.first?.project else { return }
        let settings = try await settings.settings(of: project)
        var items: [ID<Exchange>: NewItem] = [:]
        for sample in samples where items[sample.exchange] == nil {
            items[sample.exchange] = NewItem(
                sample.exchange, in: project, purpose: "sample", isFirst: false, settings)
        }
        try await store.keep(samples, items: items.values.sorted { $0.exchange < $1.exchange })
    }

    /// Adds signals and new system prompts, as far as the rules ask for them. All of one project.
    private func complete(
        _ found: [(facts: ExchangeFacts, fingerprint: [UInt8]?)], for rules: [SamplingRule]
    ) async throws -> [ExchangeFacts] {
        guard let project = found.first?.facts.project else { return [] }
        let known =
            rules.contains(where: \.document.needsSignals)
            ? try await signals.signals(of: found.map(\.facts.id), in: project) : [:]
        let asksForNew = rules.contains { $0.document.match?.newSystemPrompt != nil }
        let new = asksForNew ? try await facts.newPrompts(Set(found.compactMap(\.fingerprint)), in: project) : []
        return found.map { entry in
            var facts = entry.facts
            facts.signals = known[facts.id] ?? ExchangeSignals()
            if asksForNew { facts.hasNewSystemPrompt = entry.fingerprint.map(new.contains) ?? false }
            return facts
        }
    }

    private func inForce(_ project: ID<Project>) async throws -> ([SamplingRule], [UUID: Double]) {
        if let known = cache.rules(of: project) { return known }
        try await ensureDefaultRule(project: project)
        let rules = try await store.rules(of: project)
        let scales = try await plans.scales(of: rules)
        cache.remember(rules, scales, of: project)
        return (rules, scales)
    }
}

/// Shared by copies of the service.
private final class CountedVolumesBox: Sendable {
    let volumes = Mutex(CountedVolumes())
}

/// Rules for two seconds: ingest asks for them with every batch, people change them once a week.
private final class RuleCache: Sendable {
    private struct Entry {
        let rules: [SamplingRule]
        let scales: [UUID: Double]
        let at: ContinuousClock.Instant
    }
    private let known = Mutex<[ID<Project>: Entry]>([:])

    func rules(of project: ID<Project>) -> ([SamplingRule], [UUID: Double])? {
        known.withLock { known in
            guard let entry = known[project], ContinuousClock.now - entry.at < .seconds(2) else { return nil }
            return (entry.rules, entry.scales)
        }
    }
    func remember(_ rules: [SamplingRule], _ scales: [UUID: Double], of project: ID<Project>) {
        known.withLock { $0[project] = Entry(rules: rules, scales: scales, at: .now) }
    }
    func forget(_ project: ID<Project>) { known.withLock { $0[project] = nil } }
}
