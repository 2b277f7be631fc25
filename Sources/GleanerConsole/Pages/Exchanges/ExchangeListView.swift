import Foundation
import GleanerCore
import GleanerExchanges

/// What `exchanges.mustache` shows.
struct ExchangeListView: Sendable {
    let form: ExchangeFilterForm
    var rows: [ExchangeRow] = []
    var problem: String?
    /// The newest one on the first page: what came since is counted from it.
    var newest: String?
    /// There is more, and the page is full.
    var next: String?
    /// There may be more, and time was up.
    var goOn: String?
    var searchedTo: String?
    var looked = ""
    var isFirst = true
    /// Stored, as all of a view: templates do not see what is computed.
    var isEmpty = false

    init(form: ExchangeFilterForm, problem: String) {
        self.form = form
        self.problem = problem
    }

    init(form: ExchangeFilterForm, rows: [ExchangeRow], page: SearchPage, isFirst: Bool) {
        self.form = form
        self.rows = rows
        self.isFirst = isFirst
        newest = isFirst ? rows.first?.id ?? "" : nil
        let following = page.next.map { "/exchanges?" + (form.query.isEmpty ? "" : form.query + "&") + "before=\($0)" }
        if page.isCutShort { goOn = following } else { next = following }
        searchedTo = page.searchedTo.map { $0.ISO8601Format() }
        looked = Figure.count(page.looked)
        isEmpty = rows.isEmpty && goOn == nil
    }
}

/// One line of a list of exchanges.
struct ExchangeRow: Sendable {
    struct Badge: Sendable {
        /// A class of the style sheet.
        let tone: String
        let text: String
        /// What it means, for those who do not see its place.
        let meaning: String
    }

    let id: String
    let at: String
    let prompt: String?
    let answer: String?
    let matchBefore: String?
    let match: String?
    let matchAfter: String?
    let route: String?
    let model: String
    let tokens: String
    let cost: String
    let latency: String
    let endUser: String?
    let badges: [Badge]

    init(_ exchange: ExchangeSummary, _ marks: ExchangeMarks, _ preview: ExchangePreview?, _ match: TextMatch?) {
        id = exchange.id.description
        at = exchange.receivedAt.ISO8601Format()
        prompt = preview?.prompt.map(Span.label)
        answer = preview?.answer.map(Span.label)
        matchBefore = match.map { Span.label($0.before) }
        self.match = match.map { Span.label($0.match) }
        matchAfter = match.map { Span.label($0.after) }
        let way = [exchange.route, exchange.variant].compactMap { $0 }
        route = way.isEmpty ? nil : Span.label(way.joined(separator: " / "))
        model = Span.label(exchange.servedModel ?? exchange.requestedModel ?? Figure.unknown)
        tokens = Figure.tokens(exchange.promptTokens, exchange.completionTokens)
        cost = Figure.dollars(exchange.costUSD)
        latency = Figure.milliseconds(exchange.durationMS)
        endUser = exchange.endUser.map(Span.label)
        badges = Self.badges(exchange, marks)
    }

    static func badges(_ exchange: ExchangeSummary, _ marks: ExchangeMarks) -> [Badge] {
        var badges: [Badge] = []
        func add(_ tone: String, _ text: String, _ meaning: String) {
            badges.append(Badge(tone: tone, text: text, meaning: meaning))
        }
        if exchange.status != ExchangeStatus.completed.rawValue { add("bad", exchange.status, "status") }
        if let code = exchange.httpStatus, code >= 400 { add("bad", "HTTP \(code)", "answered with an error") }
        if marks.isFlagged { add("bad", "flagged", "by moderation") }
        if marks.isReported { add("bad", "reported", "by people") }
        if marks.ups > 0 { add("good", "▲ \(marks.ups)", "thumbs up") }
        if marks.downs > 0 { add("bad", "▼ \(marks.downs)", "thumbs down") }
        if let score = marks.score { add("accent", "★ \(Figure.decimal(score))", "mean score of five") }
        if marks.reviews > 0 { add("accent", "reviewed \(marks.reviews)", "times") }
        if let language = exchange.language { add("", language, "language") }
        if exchange.source != ExchangeSource.gateway.rawValue { add("", exchange.source, "came by") }
        for tag in exchange.tags.prefix(4) { add("", "#\(Span.label(tag))", "tag") }
        return badges
    }
}
