public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Alerts of a project: what is watched, what is wrong, and a person's word over it.
public struct AlertService: Sendable {
    let store: PostgresAlertStore
    private let reader: FigureReader
    /// Names of channels that rules may use.
    public let channels: [String]

    public init(pool: PostgresPool, channels: [String]) {
        store = PostgresAlertStore(pool: pool)
        reader = FigureReader(pool: pool)
        self.channels = channels
    }

    // MARK: Rules

    /// By name, with what was found last.
    public func rules(of project: ID<Project>) async throws -> [(rule: AlertRule, standings: [AlertStanding])] {
        let rules = try await store.rules(of: project)
        let standings = try await store.standings(of: rules)
        return rules.map { ($0, standings[$0.id] ?? []) }
    }

    /// - Throws: `AlertError.ruleUnknown`.
    public func rule(
        _ name: String, of project: ID<Project>
    ) async throws -> (rule: AlertRule, standings: [AlertStanding]) {
        guard let rule = try await store.rule(name, of: project) else { throw AlertError.ruleUnknown(name) }
        return (rule, try await store.standings(of: [rule])[rule.id] ?? [])
    }

    /// Reads a document whole.
    public func check(_ document: JSONValue) throws -> AlertRuleDocument {
        let document = try AlertRuleDocument(document)
        for channel in document.channels where !channels.contains(channel) {
            throw AlertError.channelUnknown(channel, channels)
        }
        return document
    }

    /// Makes the rule, or gives it a new version; the same document again changes nothing.
    /// - Parameter expected: the version that is to be changed, 0 for none; `nil` for whichever is in force.
    public func put(
        _ document: JSONValue, as name: String, in project: ID<Project>, by author: String, note: String,
        expected: Int? = nil
    ) async throws -> AlertRule {
        guard AlertName.isOne(name) else { throw AlertError.nameInvalid(name) }
        try check(note: note)
        let document = try check(document)
        try await store.put(document, as: name, in: project, by: author, note: note, expected: expected)
        return try await rule(name, of: project).rule
    }

    /// Makes the standard rules that are not there yet.
    /// - Parameter channels: that each of them tells.
    /// - Returns: the names of those that are new.
    public func putStandard(
        in project: ID<Project>, by author: String, channels: [String] = []
    ) async throws -> [String] {
        let known = Set(try await store.rules(of: project).map(\.name))
        var made: [String] = []
        for (name, document) in AlertRuleDocument.standard where !known.contains(name) {
            var document = document
            document.channels = channels
            _ = try await put(
                document.rendered, as: name, in: project, by: author, note: "One of the standard rules.", expected: 0)
            made.append(name)
        }
        return made
    }

    public func remove(_ name: String, in project: ID<Project>, by person: String, why: String) async throws {
        try check(note: why)
        try await store.remove(rule(name, of: project).rule, by: person, why: why)
    }

    /// When a rule would have spoken in the past. Nothing is kept.
    public func replay(
        _ document: AlertRuleDocument, of project: ID<Project>, days: Int, now: Date = Date()
    ) async throws -> RuleReplay {
        guard !document.measure.isGauge, document.measure.kind != .discrepancy else {
            throw AlertError.memberInvalid(
                "measure", wanted: "one that is counted: this one is known only as it stands")
        }
        let step = document.window.step(of: document.measure.source)
        let time = min(now, try await reader.countedUntil(document.measure.source) ?? now)
        var from = time.addingTimeInterval(-Double(min(max(days, 1), 90)) * 86_400)
        if step < 3600 {
            // Five minutes are kept for eight days; what a look needs reaches back from it.
            let lead = time.timeIntervalSince(RuleSight.start(document, at: time))
            from = min(time, max(from, time.addingTimeInterval(lead - 8 * 86_400)))
        }
        let series = try await reader.series(
            document, of: store.name(of: project), from: RuleSight.start(document, at: from), to: time)
        return RuleReplay(document, series, from: from, to: time)
    }

    // MARK: Alerts

    /// Newest first.
    /// - Parameter isOpen: `nil` for both.
    public func alerts(
        of project: ID<Project>, isOpen: Bool?, rule: String? = nil, before: ID<Alert>? = nil, limit: Int
    ) async throws -> [Alert] {
        try await store.alerts(of: project, isOpen: isOpen, rule: rule, before: before, limit: limit)
    }

    /// With what became of it and who was told.
    public struct Whole: Sendable {
        public let alert: Alert
        public let events: [AlertEvent]
        public let deliveries: [AlertDelivery]
    }

    /// - Throws: `AlertError.alertUnknown`.
    public func alert(_ id: ID<Alert>, of project: ID<Project>) async throws -> Whole {
        guard let alert = try await store.alert(id, of: project) else {
            throw AlertError.alertUnknown(id.description)
        }
        return Whole(
            alert: alert, events: try await store.events(of: id), deliveries: try await store.deliveries(of: id))
    }

    /// Somebody looks after it. The first who says so stays.
    public func acknowledge(
        _ id: ID<Alert>, in project: ID<Project>, by person: String, why: String
    ) async throws -> Whole {
        try check(note: why)
        try await store.acknowledge(open(id, project), by: person, why: why)
        return try await alert(id, of: project)
    }

    /// It is over because somebody says so; windows that began before are left out from here on.
    public func resolve(
        _ id: ID<Alert>, in project: ID<Project>, by person: String, why: String
    ) async throws -> Whole {
        try check(note: why)
        try await store.resolve(open(id, project), by: person, why: why)
        return try await alert(id, of: project)
    }

    private func open(_ id: ID<Alert>, _ project: ID<Project>) async throws -> Alert {
        let alert = try await alert(id, of: project).alert
        guard alert.isOpen else { throw AlertError.alertOver(alert.resolution?.rawValue ?? "resolved") }
        return alert
    }

    // MARK: Silences

    /// Those in force.
    public func silences(of project: ID<Project>) async throws -> [AlertSilence] {
        try await store.silences(of: project)
    }

    /// - Parameters:
    ///   - rule: `nil` for all of the project.
    ///   - slice: `nil` for all of the rule.
    public func silence(
        _ rule: String?, slice: String?, until: Date, in project: ID<Project>, by person: String, why: String
    ) async throws -> AlertSilence {
        try check(note: why)
        if let slice { try check(note: slice) }
        guard until > Date(), until < Date(timeIntervalSinceNow: 366 * 86_400) else { throw AlertError.untilInvalid }
        var known: AlertRule?
        if let rule { known = try await self.rule(rule, of: project).rule }
        let id = try await store.silence(
            known, slice: known == nil ? nil : slice, until: until, in: project, by: person, why: why)
        guard let silence = try await silences(of: project).first(where: { $0.id == id }) else {
            throw AlertError.silenceUnknown(id.description)
        }
        return silence
    }

    public func end(_ silence: ID<AlertSilence>, in project: ID<Project>, by person: String) async throws {
        try await store.end(silence, in: project, by: person)
    }

    private func check(note: String) throws(AlertError) {
        guard note.utf8.count <= 500, !note.hasControlCharacters else { throw .noteInvalid }
    }
}
