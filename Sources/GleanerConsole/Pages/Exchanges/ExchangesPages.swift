import Foundation
import GleanerCore
import GleanerEvaluation
import GleanerExchanges
import GleanerHTTP
import GleanerReview
import HTTPTypes
import Hummingbird
import NIOCore

/// `/exchanges`: finding exchanges, and one of them with all that became of it.
struct ExchangesPages: Sendable {
    let exchanges: ExchangeService
    let sampling: SamplingService
    let evaluators: EvaluatorService

    /// A page is read, not scrolled for ever.
    static let pageSize = 50
    /// As far as a list that is open counts what has come since.
    static let mostNew = 99

    func add(to console: ConsoleRouter) {
        console.page("exchanges", for: .read, list)
        console.data("exchanges/new", for: .read, countNew)
        console.page("exchanges/:id", for: .read, show)
        console.data("exchanges/:id/bytes/:half", for: .read, download)
        console.action("exchanges/:id/pick", for: .lead, pick)
    }

    // MARK: Finding

    private func list(_ visit: Visit) async throws -> Page {
        let values = try await exchanges.values(of: visit.project.id)
        do {
            let query = try QueryItems(visit.request.uri.query)
            let filter = try ExchangeFilter(query)
            let before = try query["before"].map { text throws(QueryError) -> ID<Exchange> in
                guard let id = ID<Exchange>(text) else { throw .invalid("before", problem: "is not an id") }
                return id
            }
            let found = try await exchanges.page(of: visit.project.id, filter, before: before, limit: Self.pageSize)
            let previews = try await exchanges.previews(of: found.page.exchanges)
            let rows = found.page.exchanges.map {
                ExchangeRow($0, found.marks[$0.id] ?? ExchangeMarks(), previews[$0.id], found.page.matches[$0.id])
            }
            return page(
                ExchangeListView(
                    form: ExchangeFilterForm(query, values), rows: rows, page: found.page, isFirst: before == nil))
        } catch let error as QueryError {
            let form = ExchangeFilterForm((try? QueryItems(visit.request.uri.query)) ?? QueryItems(), values)
            return page(ExchangeListView(form: form, problem: error.explanation.why))
        }
    }

    private func page(_ view: ExchangeListView) -> Page {
        Page("exchanges", title: "Exchanges", view: view, modules: ["exchanges.js"])
    }

    private func countNew(_ visit: Visit) async throws -> Response {
        let query = try QueryItems(visit.request.uri.query)
        let newest = query["after"].flatMap { ID<Exchange>($0) }
        let count = try await exchanges.countNew(
            of: visit.project.id, try ExchangeFilter(query), since: newest, limit: Self.mostNew)
        return Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: "{\"count\":\(count)}")))
    }

    // MARK: One

    private func show(_ visit: Visit) async throws -> Page {
        let id = try id(visit)
        let whole = try await exchanges.find(id, of: visit.project.id)
        let view = ExchangeView(
            whole, history: try await exchanges.history(of: id, of: visit.project.id),
            marks: try await exchanges.marks(of: id, in: visit.project.id),
            turns: try await exchanges.turns(around: whole.exchange, of: visit.project.id),
            measured: ExchangeMeasures(
                try await evaluators.results(of: id, in: visit.project.id),
                superseded: try await evaluators.superseded(of: id, in: visit.project.id)),
            mayPick: visit.role.may(.lead))
        return Page("exchange", title: "Exchange", view: view, modules: ["exchanges.js"])
    }

    /// To the head of the review queue; no estimate reads what was picked.
    private func pick(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("reason")
        let id = try id(visit)
        try await sampling.pick(
            [id], by: visit.person.handle.description, reason: try form.text("reason"), in: visit.project.id)
        return .seeOther("/exchanges/\(id)")
    }

    private func download(_ visit: Visit) async throws -> Response {
        guard let half = ExchangeReader.Half(rawValue: try visit.parameters.require("half")) else {
            throw HTTPError(.notFound)
        }
        return try await exchanges.download(half, of: try id(visit), of: visit.project.id)
    }

    private func id(_ visit: Visit) throws -> ID<Exchange> {
        let text = try visit.parameters.require("id")
        guard let id = ID<Exchange>(text) else { throw ExchangeUnknown(id: text) }
        return id
    }
}
