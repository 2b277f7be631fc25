import Foundation
import GleanerCore
import GleanerReview

/// `/quality`: estimates with their error, and the sampling rules that they stand on.
struct QualityPages: Sendable {
    struct View: Sendable {
        struct Choice: Sendable {
            let name: String
            let label: String
            let isChosen: Bool
        }
        struct Number: Sendable {
            let name: String
            let isKnown: Bool
            let value: String
            let interval: String
            /// For a bar: the interval's ends and the value, in percent of the scale.
            let low: Int
            let width: Int
            let mark: Int
            let count: Int
            let effective: Int
        }
        struct Slice: Sendable {
            let name: String
            let drawn: Int
            let reviewed: Int
            let response: String
            let population: String
            let isKnown: Bool
            let numbers: [Number]
        }
        struct Report: Sendable {
            let slices: [Slice]
            let isEmpty: Bool
            let at: String
        }
        let report: [Report]
        let isComing: Bool
        let hasFailed: Bool
        let by: [Choice]
        let days: [Choice]
        let needed = Measure.leastCount
    }

    let desk: ReviewDesk

    func add(to console: ConsoleRouter) {
        console.page("quality", for: .read, show)
        SamplingRulePages(desk: desk).add(to: console)
    }

    private func show(_ visit: Visit) async throws -> Page {
        let days = visit.query("days").flatMap(Int.init).map { min(max($0, 1), 366) } ?? 30
        let by = visit.query("by").flatMap(EstimateQuery.Slice.init(rawValue:))
        let shown = await desk.reports.estimates(of: visit.project.id, days: days, by: by)
        return Page(
            "quality", title: "Quality",
            view: View(
                report: shown.ready.map { [Self.report($0.value, at: $0.at)] } ?? [], isComing: shown.isComing,
                hasFailed: shown.hasFailed,
                by: [View.Choice(name: "", label: "nothing", isChosen: by == nil)]
                    + EstimateQuery.Slice.allCases.map {
                        View.Choice(
                            name: $0.rawValue, label: $0.rawValue.replacing("_", with: " "), isChosen: $0 == by)
                    },
                days: [7, 30, 90, 365].map { View.Choice(name: "\($0)", label: "\($0) days", isChosen: $0 == days) }),
            modules: ["live.js"])
    }

    private static func report(_ report: EstimateReport, at: Date) -> View.Report {
        View.Report(
            slices: [slice("all exchanges", report.overall)]
                + report.slices.prefix(50).map { slice($0.value ?? "(none)", $0) },
            isEmpty: report.overall.drawn == 0, at: at.ISO8601Format())
    }

    private static func slice(_ name: String, _ slice: EstimateReport.Slice) -> View.Slice {
        View.Slice(
            name: name, drawn: slice.drawn, reviewed: slice.reviewed, response: Numbers.percent(slice.response),
            population: String(format: "%.0f", slice.population),
            isKnown: slice.measures.contains { $0.status == .estimated }, numbers: slice.measures.map(number))
    }

    private static func number(_ measure: Measure) -> View.Number {
        let isShare = measure.kind == .share
        func shown(_ value: Double) -> String { isShare ? Numbers.percent(value) : Numbers.two(value) }
        /// 1…5 or 0…1 as 0…100.
        func place(_ value: Double) -> Int { Int((100 * (isShare ? value : (value - 1) / 4)).rounded()) }
        let (low, high) = (measure.low ?? 0, measure.high ?? 0)
        return View.Number(
            name: measure.name.replacing(">=4", with: ", 4 or better").replacing("_", with: " "),
            isKnown: measure.status == .estimated, value: measure.value.map(shown) ?? "",
            interval: measure.status == .estimated ? "\(shown(low)) to \(shown(high))" : "",
            low: place(low), width: max(1, place(high) - place(low)), mark: place(measure.value ?? 0),
            count: measure.count, effective: Int(measure.effectiveCount.rounded()))
    }
}

/// `/quality/rules`: what is drawn, and how likely.
struct SamplingRulePages: Sendable {
    struct View: Sendable {
        struct Rule: Sendable {
            let name: String
            let version: Int
            let document: String
        }
        let rules: [Rule]
        let mayEdit: Bool
        var name = ""
        var document = #"{"probability": 0.05}"#
        var problem: String?
    }

    let desk: ReviewDesk

    func add(to console: ConsoleRouter) {
        console.page("quality/rules", for: .read) { visit in page(try await view(visit)) }
        console.action("quality/rules/set", for: .engineer, set)
        console.action("quality/rules/retire", for: .engineer, retire)
    }

    private func page(_ view: View) -> Page { Page("rules", title: "Sampling rules", view: view) }

    private func view(_ visit: Visit) async throws -> View {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let rules = try await desk.sampling.rules(of: visit.project.id).map {
            View.Rule(
                name: $0.name, version: $0.version,
                document: String(decoding: try encoder.encode($0.document), as: UTF8.self))
        }
        return View(rules: rules, mayEdit: visit.role.may(.engineer))
    }

    private func set(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("name", "document")
        var view = try await view(visit)
        view.name = try form.required("name")
        view.document = try form.required("document")
        do {
            let document = try JSONDecoder().decode(RuleDocument.self, from: Data(view.document.utf8))
            _ = try await desk.sampling.setRule(project: visit.project.id, name: view.name, document)
            return .seeOther("/quality/rules")
        } catch let error as any Explained {
            view.problem = "\(error.explanation.what) \(error.explanation.why)"
        } catch is DecodingError {
            view.problem = "This is no rule in JSON."
        }
        return .page(page(view))
    }

    private func retire(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("name")
        try await desk.sampling.retireRule(project: visit.project.id, name: try form.required("name"))
        return .seeOther("/quality/rules")
    }
}
