import Foundation
import GleanerAlerts
import GleanerCore
import Hummingbird

/// `/alerts`: what is wrong, what is watched and how it stands, and what is kept quiet.
struct AlertPages: Sendable {
    struct ListView: Sendable {
        let open: [AlertCard]
        let hasOpen: Bool
        let rules: [AlertRuleRow]
        let hasRules: Bool
        let silences: [AlertSilenceView]
        let hasSilences: Bool
        let past: [AlertCard]
        let hasPast: Bool
        let older: String?
        let form: AlertSilenceForm
        let channels: [String]
        let hasChannels: Bool
        let standardCount: Int
        let hasStandard: Bool
        let example: String
        let mayEdit: Bool
        let maySilence: Bool
        let problem: String?
    }

    private static let pageSize = 20

    let service: AlertService

    func add(to console: ConsoleRouter) {
        console.page("alerts", for: .read) { visit in try await list(visit) }
        console.page("alerts/:id", for: .read) { visit in try await one(visit) }
        console.page("alerts/rules/:name", for: .read) { visit in try await rule(visit) }
        // They tell others.
        console.action("alerts/standard", for: .admin, standard)
        console.action("alerts/put", for: .admin, put)
        console.action("alerts/rules/:name/remove", for: .admin, remove)
        console.action("alerts/silence", for: .engineer, silence)
        console.action("alerts/silences/:id/end", for: .engineer, unsilence)
        console.action("alerts/:id/acknowledge", for: .engineer) { visit, form in
            try await say(visit, form) { try await service.acknowledge($0, in: $1, by: $2, why: $3) }
        }
        console.action("alerts/:id/resolve", for: .engineer) { visit, form in
            try await say(visit, form) { try await service.resolve($0, in: $1, by: $2, why: $3) }
        }
    }

    private func list(_ visit: Visit, problem: String? = nil) async throws -> Page {
        let project = visit.project.id
        let before = visit.query("before").flatMap { ID<Alert>($0) }
        let open = try await service.alerts(of: project, isOpen: true, limit: 200)
        let past = try await service.alerts(of: project, isOpen: false, before: before, limit: Self.pageSize)
        let rules = try await service.rules(of: project)
        let silences = try await service.silences(of: project)
        let names = Set(rules.map(\.rule.name))
        let missing = AlertRuleDocument.standard.count { !names.contains($0.name) }
        return Page(
            "alerts", title: "Alerts",
            view: ListView(
                open: open.map(AlertCard.init), hasOpen: !open.isEmpty,
                rules: rules.map { AlertRuleRow($0.rule, $0.standings) }, hasRules: !rules.isEmpty,
                silences: silences.map { AlertSilenceView($0, mayEnd: visit.role.may(.engineer)) },
                hasSilences: !silences.isEmpty, past: past.map(AlertCard.init), hasPast: !past.isEmpty,
                older: past.count == Self.pageSize ? past.last.map { "/alerts?before=\($0.id)" } : nil,
                form: AlertSilenceForm(rules: rules.map(\.rule.name)), channels: service.channels,
                hasChannels: !service.channels.isEmpty,
                standardCount: missing, hasStandard: missing > 0,
                example: AlertRuleForm.example, mayEdit: visit.role.may(.admin),
                maySilence: visit.role.may(.engineer), problem: problem),
            modules: ["live.js"])
    }

    private func one(_ visit: Visit, problem: String? = nil) async throws -> Page {
        let whole = try await service.alert(id(visit), of: visit.project.id)
        return Page(
            "alert", title: "Alert: \(whole.alert.rule)",
            view: AlertPageView(whole, for: visit.role, problem: problem), modules: ["live.js"])
    }

    private func rule(
        _ visit: Visit, named name: String? = nil, problem: String? = nil, typed: String? = nil
    ) async throws -> Page {
        let name = try name ?? visit.parameters.require("name")
        let (rule, standings) = try await service.rule(name, of: visit.project.id)
        let alerts = try await service.alerts(of: visit.project.id, isOpen: nil, rule: name, limit: Self.pageSize)
        return Page(
            "alert-rule", title: "Rule \(name)",
            view: AlertRulePageView(
                rule, standings, alerts: alerts, for: visit.role, problem: problem, typed: typed),
            modules: ["live.js"])
    }

    // MARK: A person's word

    private func standard(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("channel")
        do {
            _ = try await service.putStandard(
                in: visit.project.id, by: visit.person.handle.description, channels: form.values("channel"))
            return .seeOther("/alerts")
        } catch let error as AlertError {
            return .page(try await list(visit, problem: Self.words(error)))
        }
    }

    private func put(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("name", "document", "note", "version")
        let name = try form.required("name")
        let typed = try form.required("document")
        let problem: String
        do {
            guard let document = try? JSONValue(parsing: Array(typed.utf8)) else {
                throw AlertError.memberInvalid("", wanted: "a JSON object")
            }
            _ = try await service.put(
                document, as: name, in: visit.project.id, by: visit.person.handle.description,
                note: form.text("note") ?? "", expected: form.text("version").flatMap { Int($0) })
            return .seeOther("/alerts/rules/\(name)")
        } catch let error as AlertError {
            problem = Self.words(error)
        }
        do {
            return .page(try await rule(visit, named: name, problem: problem, typed: typed))
        } catch AlertError.ruleUnknown {
            return .page(
                Page(
                    "alert-new", title: "A new rule",
                    view: AlertRuleForm(name: name, document: typed, version: 0, problem: problem)))
        }
    }

    private func remove(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("sure")
        let name = try visit.parameters.require("name")
        guard try form.text("sure") == "1" else {
            return .page(try await rule(visit, problem: "Nothing was removed: say first that you are sure."))
        }
        try await service.remove(name, in: visit.project.id, by: visit.person.handle.description, why: "")
        return .seeOther("/alerts")
    }

    private func silence(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("rule", "slice", "hours", "why")
        guard let hours = Double(try form.required("hours")), hours > 0, hours <= 8760 else {
            return .page(try await list(visit, problem: AlertPages.words(AlertError.untilInvalid)))
        }
        do {
            let rule = try form.text("rule")
            _ = try await service.silence(
                rule, slice: rule == nil ? nil : form.text("slice"), until: Date(timeIntervalSinceNow: hours * 3600),
                in: visit.project.id, by: visit.person.handle.description, why: form.text("why") ?? "")
            return .seeOther("/alerts")
        } catch let error as AlertError {
            return .page(try await list(visit, problem: Self.words(error)))
        }
    }

    private func unsilence(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow()
        guard let id = ID<AlertSilence>(try visit.parameters.require("id")) else { throw HTTPError(.notFound) }
        try await service.end(id, in: visit.project.id, by: visit.person.handle.description)
        return .seeOther("/alerts")
    }

    private func say(
        _ visit: Visit, _ form: Form,
        _ body: (ID<Alert>, ID<Project>, String, String) async throws -> AlertService.Whole
    ) async throws -> ActionOutcome {
        try form.allow("why")
        do {
            let whole = try await body(
                id(visit), visit.project.id, visit.person.handle.description, form.text("why") ?? "")
            return .seeOther("/alerts/\(whole.alert.id)")
        } catch let error as AlertError {
            if case .alertUnknown = error { throw error }
            return .page(try await one(visit, problem: Self.words(error)))
        }
    }

    private static func words(_ error: AlertError) -> String {
        let explanation = error.explanation
        return explanation.sentences
    }

    private func id(_ visit: Visit) throws -> ID<Alert> {
        let text = try visit.parameters.require("id")
        guard let id = ID<Alert>(text) else { throw AlertError.alertUnknown(text) }
        return id
    }
}
