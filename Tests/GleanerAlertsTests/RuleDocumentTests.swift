import Foundation
import GleanerCore
import Testing

@testable import GleanerAlerts

@Suite("Documents of alert rules")
struct RuleDocumentTests {
    @Test("what is left out has a default, and what is rendered reads back the same")
    func defaults() throws {
        let document = try AlertRuleDocument(["measure": "error_share", "line": 0.05])
        #expect(document.window == .hour && document.against == .fixed && document.direction == .above)
        #expect(document.minimum == 100 && document.quietDays == 365 && document.channels.isEmpty)
        let traffic = try AlertRuleDocument(["measure": "exchanges_per_hour", "line": 0.5, "against": "last_week"])
        #expect(traffic.direction == .below)
        let topics = try AlertRuleDocument(["measure": "topic_drift", "line": 0, "quiet_days": 5000])
        #expect(topics.window == .day && topics.against == .previous && topics.minimum == 200)
        for document in [document, traffic, topics] + AlertRuleDocument.standard.map(\.document) {
            #expect(try AlertRuleDocument(document.rendered) == document)
            #expect(try AlertRuleDocument(JSONValue(parsing: document.rendered.canonicalBytes())) == document)
        }
        #expect(Set(AlertRuleDocument.standard.map(\.name)).count == AlertRuleDocument.standard.count)
    }

    @Test(
        "what cannot be meant is refused by its member",
        arguments: [
            (["measure": "mood", "line": 1], "measure"), (["measure": "error_share"], "line"),
            (["measure": "error_share", "line": 5], "line"),
            (["measure": "error_share", "line": 0.1, "wher": [:]], "wher"),
            (["measure": "error_share", "line": 0.1, "where": ["flavour": "x"]], "where.flavour"),
            (["measure": "error_share", "line": 0.1, "where": ["route": 5]], "where.route"),
            (["measure": "error_share", "line": 0.1, "by": "route", "where": ["route": "x"]], "by"),
            (["measure": "thumbs_down_share", "line": 0.1, "window": "1h"], "window"),
            (["measure": "language_share", "line": 0.1], "of"),
            (["measure": "error_share", "of": "hi", "line": 0.1], "of"),
            (["measure": "language_drift", "line": 0.1, "against": "fixed"], "against"),
            (["measure": "figure_drift", "line": 0.1], "of"),
            (["measure": "figure_drift", "line": 0.1, "of": "length"], "of"),
            (["measure": "figure_mean", "of": "judge.score", "line": 3], "direction"),
            (["measure": "figure_mean", "line": 3, "direction": "below"], "of"),
            (["measure": "figure_share", "of": "json", "line": 0.9, "direction": "below"], "of"),
            (["measure": "quality_mean", "line": 3], "of"),
            (["measure": "quality_mean", "of": "corrected", "line": 3], "of"),
            (["measure": "exchanges_per_hour", "line": 0.5, "against": "change"], "against"),
            (["measure": "language_drift", "line": 0.1, "against": "change"], "against"),
            (["measure": "language_drift", "line": 0.1, "by": "language"], "by"),
            (["measure": "rating_drift", "line": 0.1, "against": "change"], "against"),
            (["measure": "topic_drift", "line": 0.1, "by": "route"], "by"),
            (["measure": "topic_drift", "line": 0.1, "of": "relevance"], "of"),
            (["measure": "topic_drift", "line": 0.1, "window": "12h"], "window"),
            (["measure": "topic_drift", "line": 0.1, "minimum": 501], "minimum"),
            (["measure": "topic_drift", "line": 0.1, "quiet_days": 5001], "quiet_days"),
            (["measure": "topic_drift", "line": 0.1, "where": ["prompt": "x"]], "where.prompt"),
            (["measure": "moderation_drift", "line": 0.1], "of"),
            (["measure": "moderation_drift", "of": "rules", "line": 0.1], "of"),
            (["measure": "moderation_drift", "of": "rules.comment", "line": 0.1], "of"),
            (["measure": "moderation_drift", "of": ".prompt", "line": 0.1], "of"),
            (["measure": "rating_drift", "line": 0.1, "window": "1h"], "window"),
            (["measure": "dead_jobs", "line": 0, "by": "route"], "measure"),
            (["measure": "error_share", "line": 0.1, "channels": ["a", "a"]], "channels"),
            (["measure": "error_share", "line": 0.1, "minimum": 0], "minimum"),
            (["measure": "error_share", "line": 0.1, "advice": "a\u{0}b"], "advice"),
        ] as [(JSONValue, String)])
    func refused(_ document: JSONValue, _ member: String) {
        do {
            _ = try AlertRuleDocument(document)
            Issue.record("\(document) was read")
        } catch {
            switch error {
            case .memberUnknown(let name, _), .memberInvalid(let name, _): #expect(name == member)
            default: Issue.record("\(error)")
            }
        }
    }

    @Test("windows begin each half of their length, and two are under way")
    func windows() {
        for window in AlertWindow.allCases {
            let time = QuietTests.start.addingTimeInterval(123_456)
            let beginnings = window.beginnings(at: time)
            #expect(beginnings[1] <= time && beginnings[1].addingTimeInterval(window.stride) > time)
            #expect(beginnings[1].timeIntervalSince(beginnings[0]) == window.stride)
        }
    }
}
