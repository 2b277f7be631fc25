import Foundation
import GleanerCore
import Testing

@testable import GleanerFeedback

@Suite("Feedback bodies")
struct FeedbackBodyTests {
    private func parse(_ text: String) throws -> FeedbackBody {
        try JSONDecoder().decode(FeedbackBody.self, from: Data(text.utf8))
    }

    @Test("one body may say several things")
    func several() throws {
        let body = try parse(
            #"{"completion_id":"c","thumb":"up","score":5,"comment":"a","correction":"b","flag":true,"reason":"r","rater":"u"}"#
        )
        #expect(body.subject == .completion("c"))
        #expect(body.rater == "u")
        #expect(
            body.judgements == [
                .thumb(up: true), .score(try Score(5)), .comment("a"), .correction("b"),
                .flag(raised: true, reason: "r"),
            ])
        #expect(try parse(#"{"completion_id":"c","thumb":-1}"#).judgements == [.thumb(up: false)])
        #expect(
            try parse(#"{"completion_id":"c","thumb":null,"flag":false}"#).judgements == [
                .flag(raised: false, reason: nil)
            ])
    }

    @Test("a turn is named by its place or by the client's name, a conversation by itself")
    func subjects() throws {
        func subject(_ text: String) throws -> Subject? { try parse(text).subject }
        #expect(try subject(#"{"conversation":"k"}"#) == .conversation("k"))
        #expect(
            try subject(#"{"conversation":"k","message_index":3}"#)
                == .turn(Turn(conversation: "k", place: .index(3))))
        #expect(
            try subject(#"{"conversation":"k","message_id":"m1"}"#)
                == .turn(Turn(conversation: "k", place: .message("m1"))))
        #expect(try subject(#"{"thumb":1}"#) == nil)
    }

    @Test("tags are a set: sorted, trimmed, each once; an empty one takes them back")
    func tags() throws {
        func tags(_ list: String) throws -> [Judgement] {
            try parse(#"{"completion_id":"c","tags":\#(list)}"#).judgements
        }
        #expect(try tags(#"["too long"," wrong","wrong","ग़लत"]"#) == [.tags(["too long", "wrong", "ग़लत"])])
        #expect(try tags("[]") == [.tags([])])
        let many = (0..<17).map { "\"t\($0)\"" }.joined(separator: ",")
        #expect(throws: FeedbackError.tagsInvalid) { try tags("[\(many)]") }
        let long = String(repeating: "आ", count: 64)
        #expect(try tags("[\"\(long)\"]") == [.tags([long])])
        #expect(throws: FeedbackError.tagsInvalid) { try tags("[\"\(long)आ\"]") }
    }

    @Test("signals and preferences are read with both their sides")
    func signalsAndPreferences() throws {
        func judgements(_ members: String) throws -> [Judgement] {
            try parse(#"{"completion_id":"c",\#(members)}"#).judgements
        }
        for signal in Judgement.Signal.allCases {
            #expect(try judgements(#""signal":"\#(signal.rawValue)""#) == [.signal(signal)])
        }
        let id = try #require(ID<Exchange>("01a1fcb3-7a28-714e-8fb2-3fb67df7d86e"))
        #expect(
            try judgements(#""preference":{"rejected":{"exchange_id":"\#(id)"}}"#)
                == [.preference(Judgement.Preference(isChosen: true, other: .exchange(id)))])
        #expect(
            try judgements(#""preference":{"chosen":{"completion_id":"d"}}"#)
                == [.preference(Judgement.Preference(isChosen: false, other: .completion("d")))])
        #expect(
            try judgements(#""preference":{"chosen":{"text":"Behtar."}}"#)
                == [.preference(Judgement.Preference(isChosen: false, other: .text("Behtar.")))])
    }

    @Test("a text without anything to read counts as not sent")
    func blank() throws {
        let body = try parse(#"{"completion_id":"c","thumb":1,"comment":"","correction":" \n","reason":"","rater":""}"#)
        #expect(body.judgements == [.thumb(up: true)])
        #expect(body.rater == nil)
    }

    @Test(
        "what makes no sense is named",
        arguments: [
            (#"{"thumb":"up"}"#, FeedbackError.subjectUnclear),
            (#"{"completion_id":"","thumb":"up"}"#, .subjectUnclear),
            (#"{"completion_id":"c","exchange_id":"01a1fcb3-7a28-714e-8fb2-3fb67df7d86e"}"#, .subjectUnclear),
            (#"{"completion_id":"c","conversation":"k"}"#, .subjectUnclear),
            (#"{"completion_id":"c","message_index":1}"#, .subjectUnclear),
            (#"{"message_index":1}"#, .subjectUnclear),
            (#"{"conversation":"k","message_index":1,"message_id":"m"}"#, .subjectUnclear),
            (#"{"conversation":"k","message_index":-1}"#, .messageIndexInvalid),
            (#"{"conversation":"k","message_index":2147483648}"#, .messageIndexInvalid),
            (#"{"completion_id":"c","tags":["a,b"]}"#, .tagsInvalid),
            (#"{"completion_id":"c","tags":[""]}"#, .tagsInvalid),
            (#"{"completion_id":"c","tags":["a\u0000"]}"#, .tagsInvalid),
            (#"{"completion_id":"c","tags":["a\u001b"]}"#, .tagsInvalid),
            (#"{"completion_id":"c","signal":"bought"}"#, .signalUnknown),
            (#"{"completion_id":"c","preference":{}}"#, .preferenceUnclear),
            (
                #"{"completion_id":"c","preference":{"chosen":{"text":"a"},"rejected":{"text":"b"}}}"#,
                .preferenceUnclear
            ),
            (#"{"completion_id":"c","preference":{"rejected":{"text":" "}}}"#, .preferenceUnclear),
            (#"{"completion_id":"c","preference":{"rejected":{"text":"a","completion_id":"d"}}}"#, .preferenceUnclear),
            (#"{"completion_id":"c","preference":{"over":{"text":"a"}}}"#, .fieldUnknown("over")),
            (#"{"completion_id":"c","preference":{"rejected":{"text":"a\u0000"}}}"#, .nulCharacter(field: "text")),
            (#"{"conversation":"k\u0000"}"#, .nulCharacter(field: "conversation")),
            (#"{"completion_id":"c","thumbs":1}"#, .fieldUnknown("thumbs")),
            (#"{"completion_id":"c","thumbs":1,"raters":2}"#, .fieldUnknown("raters")),
            (#"{"completion_id":"c","thumb":"sideways"}"#, .thumbInvalid),
            (#"{"completion_id":"c","thumb":2}"#, .thumbInvalid),
            (#"{"completion_id":"c","thumb":-9223372036854775808}"#, .thumbInvalid),
            (#"{"completion_id":"c","thumb":true}"#, .thumbInvalid),
            (#"{"completion_id":"c","reason":"galat"}"#, .reasonWithoutFlag),
            (#"{"completion_id":"c","comment":"a\u0000"}"#, .nulCharacter(field: "comment")),
            (#"{"completion_id":"c\u0000","thumb":1}"#, .nulCharacter(field: "completion_id")),
            (#"{"completion_id":"c","rater":"\u0000","thumb":1}"#, .nulCharacter(field: "rater")),
        ])
    func refused(_ text: String, _ error: FeedbackError) {
        #expect(throws: error) { try parse(text).requiredSubject() }
    }

    @Test("a score off the scale is refused", arguments: [0, 6, -1, 1_000_000])
    func offScale(_ score: Int) {
        #expect(throws: ScoreError.outOfRange) { try parse(#"{"completion_id":"c","score":\#(score)}"#) }
    }

    @Test("a text over 64 KiB is refused", arguments: ["comment", "correction", "reason"])
    func longText(_ field: String) throws {
        func body(_ text: String) -> String { #"{"completion_id":"c","flag":true,"\#(field)":"\#(text)"}"# }
        let fits = String(repeating: "é", count: 32 << 10)
        _ = try parse(body(fits))
        #expect(throws: FeedbackError.tooLong(field: field, limit: 65_536, unit: .bytes)) {
            try parse(body(fits + "x"))
        }
    }

    @Test(
        "a name over 256 characters is refused, in any script", arguments: ["rater", "completion_id", "conversation"])
    func longName(_ field: String) throws {
        func body(_ name: String) -> String {
            let other = field == "rater" ? #""completion_id":"c""# : #""rater":"u""#
            return #"{\#(other),"thumb":1,"\#(field)":"\#(name)"}"#
        }
        let fits = String(repeating: "आ", count: 256)
        _ = try parse(body(fits))
        #expect(throws: FeedbackError.tooLong(field: field, limit: 256, unit: .characters)) {
            try parse(body(fits + "आ"))
        }
        // One visible character, made of many.
        #expect(throws: FeedbackError.tooLong(field: field, limit: 256, unit: .characters)) {
            try parse(body("e" + String(repeating: "\u{301}", count: 256)))
        }
    }

    @Test("the answer names each judgement, and says null while it waits for its exchange")
    func accepted() throws {
        let feedback = try #require(ID<Feedback>("01a1fcb3-7a28-714e-8fb2-3fb67df7d86e"))
        let answer = FeedbackAccepted(
            feedback: [.init(id: feedback, kind: "thumb")], exchange_id: nil, state: "waiting")
        let document = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(answer))
        #expect(
            document == [
                "feedback": [["id": .string(feedback.description), "kind": "thumb"]], "exchange_id": nil,
                "state": "waiting",
            ])
    }
}
