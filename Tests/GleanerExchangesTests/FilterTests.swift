import Foundation
import GleanerCore
import GleanerHTTP
import Testing

@testable import GleanerExchanges

@Suite("Search filters")
struct FilterTests {
    private let now = Date(timeIntervalSince1970: 1_764_072_000)

    @Test("every parameter is read")
    func everyParameter() throws {
        let query = try QueryItems(
            "since=24h&until=2025-11-25T12:03Z&status=refused&http_status=4xx&source=api&route=chat&variant=v&model=m"
                + "&provider=p&language=hi-Latn&tag=a+b&end_user=%E0%A4%95&conversation=c%26d&min_ms=250&min_cost_usd=0.01"
                + "&rating=down&score=2&reported=true&flagged=false&reviewed=true&text=100%25&failed=true"
                + "&finish_reason=length&served_model=s&prompt=0a1b2c3d4e5f&min_ttft_ms=9&min_prompt_tokens=3"
                + "&min_completion_tokens=4&marked=false&feedback=copied&moderation=unjudged&judged=accuracy"
                + "&figure=judge.score&figure_min=-1.5&figure_max=4")
        let filter = try ExchangeFilter(query, now: now)
        #expect(filter.since == now.addingTimeInterval(-86_400))
        #expect(filter.until == Date(timeIntervalSince1970: 1_764_072_180))
        #expect(filter.status == .refused)
        #expect(filter.httpStatus == .hundred(4))
        #expect(filter.sources == [.api])
        #expect(filter.tag == "a b")
        #expect(filter.endUser == "क")
        #expect(filter.conversation == "c&d")
        #expect(filter.minimumDuration == .milliseconds(250))
        #expect(filter.minimumCost == 0.01)
        #expect(filter.rating == .down)
        #expect(filter.score == (try Score(2)))
        #expect(filter.isReported == true)
        #expect(filter.isFlagged == false)
        #expect(filter.isReviewed == true)
        #expect(filter.text == "100%")
        #expect(filter.isFailed == true && filter.finishReason == "length" && filter.servedModel == "s")
        #expect(filter.prompt == "0a1b2c3d4e5f" && filter.minimumFirstToken == .milliseconds(9))
        #expect(filter.minimumPromptTokens == 3 && filter.minimumCompletionTokens == 4 && filter.leavesOutMarked)
        #expect(filter.feedback == "copied" && filter.moderation == .unjudged && filter.judged == "accuracy")
        #expect(
            filter.figure == ExchangeFilter.Figure(evaluator: "judge", measure: "score", least: -1.5, most: 4))
        #expect(try ExchangeFilter(QueryItems("source=api,gateway")).sources == [.api, .gateway])
        #expect(Set(query.items.map(\.name)) == ExchangeFilter.parameters)
    }

    @Test("an untouched form is no filter")
    func untouched() throws {
        let query = try QueryItems(ExchangeFilter.parameters.map { "\($0)=" }.joined(separator: "&"))
        #expect(try ExchangeFilter(query, now: now).isEmpty)
    }

    @Test(
        "what cannot be meant is refused by name",
        arguments: [
            "status=done", "http_status=abc", "http_status=99", "http_status=600", "http_status=+404",
            "http_status=٤٠٤",
            "http_status=6xx", "source=x", "source=api,x", "source=,", "failed=1", "marked=true", "moderation=allow",
            "figure=judge", "figure_min=high&figure=a.b", "min_ms=-1", "min_ms=1e400", "min_ms=nan", "min_ms=inf",
            "min_ms=0x1p60",
            "min_cost_usd=1e30", "rating=maybe", "score=0", "score=6", "score=9999999999999", "reported=yes",
            "since=yesterday", "since=0001-01-01", "since=9999-12-31", "since=2025-13-01", "since=2025-02-30T25:00Z",
            "since=99999d", "until=infinity", "until=-24h", "since=2025-11-25T12:03:04.1234567890123Z",
            "text=\(String(repeating: "a", count: 257))", "end_user=\(String(repeating: "%E0%A4%95", count: 257))",
        ])
    func refused(_ text: String) throws {
        let query = try QueryItems(text)
        let name = String(text.prefix { $0 != "=" })
        let error = #expect(throws: QueryError.self) { try ExchangeFilter(query, now: now) }
        #expect(error?.explanation.why.contains("`\(name)`") == true)
        #expect(error?.explanation.why.contains(text.drop { $0 != "=" }.dropFirst().prefix(20)) == false)
    }

    @Test(
        "a query that is no text is refused",
        arguments: [
            "text=%00", "text=a%00b", "text=%FF", "text=%C0%80", "text=%ED%A0%80", "text=%4", "text=%zz", "a%00=1",
            "A=1", "=1", "text=a&text=b",
        ])
    func unreadable(_ text: String) {
        #expect(throws: QueryError.self) { try QueryItems(text) }
    }

    @Test(
        "times are read as people write them",
        arguments: [
            ("2025-11-25", 1_764_028_800), ("2025-11-25T12:00", 1_764_072_000), ("2025-11-25 12:00:30Z", 1_764_072_030),
            ("2025-11-25T17:30:00+05:30", 1_764_072_000), ("30m", 1_764_070_200), ("2h", 1_764_064_800),
            ("7d", 1_763_467_200), ("4w", 1_761_652_800),
        ])
    func times(_ text: String, seconds: Double) {
        #expect(SearchTime.reading(text, now: now) == Date(timeIntervalSince1970: seconds))
    }

    @Test("the driver is the condition that fewest exchanges meet")
    func drivers() throws {
        func driver(_ query: String) throws -> SearchDriver { SearchDriver(try ExchangeFilter(QueryItems(query))) }
        #expect(try driver("") == .time)
        #expect(try driver("tag=a&min_ms=5&route=r&provider=p&rating=none&reviewed=false&text=x") == .time)
        #expect(try driver("http_status=200") == .time)
        #expect(try driver("status=completed") == .time)
        #expect(try driver("status=completed&http_status=5xx") == .failed)
        #expect(try driver("status=refused&variant=v") == .failed)
        #expect(try driver("http_status=404") == .failed)
        #expect(try driver("model=m&language=ta") == .language("ta"))
        #expect(try driver("model=m&language=hi-Latn") == .time)
        #expect(try driver("variant=v&language=ta") == .variant("v"))
        #expect(try driver("rating=down&variant=v") == .feedback(kind: "thumb"))
        #expect(try driver("reviewed=true&rating=none") == .reviews)
        #expect(try driver("conversation=c&end_user=u&score=1") == .conversation("c"))
        #expect(try driver("end_user=u&score=1") == .endUser("u"))
    }

    @Test("what a list cannot mean is refused by name", arguments: ["limit=0", "limit=501", "limit=many", "limit=-1"])
    func limit(query: String) throws {
        #expect(throws: QueryError.invalid("limit", problem: "is not 1 to 500")) { try QueryItems(query).limit() }
    }

    @Test("a list gives 50 where nothing is said")
    func standardLimit() throws {
        #expect(try QueryItems("").limit() == 50)
        #expect(try QueryItems("limit=500").limit() == 500)
        let none: ID<Exchange>? = try QueryItems("").id("before")
        #expect(none == nil)
        #expect(throws: QueryError.invalid("before", problem: "is not an id")) {
            let id: ID<Exchange>? = try QueryItems("before=yesterday").id("before")
            return id
        }
    }
}
