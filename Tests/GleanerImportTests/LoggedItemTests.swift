import Foundation
import GleanerCore
import Testing

@testable import GleanerImport

@Suite("An exchange as it is posted")
struct LoggedItemTests {
    private let now = Date(timeIntervalSince1970: 1_760_000_000)

    private func read(_ json: String) throws -> LoggedExchange { try LoggedItem.reading(Array(json.utf8), now: now) }

    @Test("the request and the answer keep the bytes they were sent with")
    func exactBytes() throws {
        let logged = try read(
            #"{"request": {"model" :"m",  "n":1.0 ,"messages":[] },"response":"data: {\"a\":\"\u00e9\"}\n\ndata: [DONE]\n\n"}"#
        )
        #expect(String(decoding: logged.request, as: UTF8.self) == #"{"model" :"m",  "n":1.0 ,"messages":[] }"#)
        #expect(
            String(decoding: logged.response, as: UTF8.self) == "data: {\"a\":\"é\"}\n\ndata: [DONE]\n\n")
        let exchange = logged.journaled(in: .new(), key: nil, source: .api, namespace: "api")
        #expect(exchange.intent.streamed)
        #expect(exchange.outcome.headers["content-type"] == "text/event-stream")
        #expect(exchange.intent.requestedModel == "m")
        #expect(exchange.outcome.httpStatus == 200)
    }

    @Test("what is not said beside the request is read from it")
    func hints() throws {
        let logged = try read(
            #"{"request":{"model":"m","stream":true,"user":"u1","metadata":{"conversation_id":"c1"}},"response":"{}"}"#)
        #expect(logged.model == "m")
        #expect(logged.streamed)
        #expect(logged.endUser == "u1")
        #expect(logged.conversation == "c1")
        let other = try read(
            #"{"request":{"user":"u1"},"response":"{}","end_user":"u2","conversation":"c2","tags":["a"],"metadata":{"k":1}}"#
        )
        #expect(other.endUser == "u2")
        #expect(other.conversation == "c2")
        #expect(other.tags == ["a"])
        #expect(other.metadata == ["k": 1])
    }

    @Test(
        "a faulty item names its fault",
        arguments: [
            (#"{"response":"{}"}"#, "invalid_field"), (#"{"request":{},"response":"x","modle":"m"}"#, "unknown_field"),
            (#"{"request":{},"response":"x","status":"interrupted"}"#, "invalid_field"),
            (#"{"request":{}}"#, "invalid_field"), (#"{"request":5,"response":"x"}"#, "invalid_field"),
            (#"{"request":{},"response":"x","http_status":99}"#, "invalid_field"),
            (#"{"request":{},"response":"x","duration_ms":-1}"#, "invalid_field"),
            (#"{"request":{},"response":"x","tags":"a"}"#, "invalid_field"),
            (#"{"request":{},"response":"x","tags":["a\u001fb"]}"#, "invalid_field"),
            (#"{"request":{},"response":"x","external_id":"e"}"#, "invalid_field"),
            (#"{"request":{},"response":"x","endpoint":"chat"}"#, "invalid_field"),
            (#"{"request":{},"request":{},"response":"x"}"#, "invalid_field"),
            (#"{"request":{},"response":"x","received_at":"2014-12-31T23:59:59Z"}"#, "time_impossible"),
            (#"{"request":{},"response":"x","received_at":1760000301}"#, "time_impossible"),
            (#"{"request":{},"response":"\ud800"}"#, "invalid_field"), (#"["request"]"#, "invalid_json"),
            (#"{"request":{},}"#, "invalid_json"),
            (#"{"request":{},"response":"x","id":"6c1bd0fc-6d4b-4c31-9a2e-111111111111"}"#, "invalid_field"),
        ])
    func faults(_ json: String, _ code: String) {
        do {
            _ = try read(json)
            Issue.record("\(json) was taken")
        } catch let error as LogError {
            #expect(error.explanation.code == code)
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test("an external name gives the same id each time: a UUIDv7 of the exchange's own time and shard")
    func deterministic() throws {
        let project = ID<Project>.new()
        let json =
            #"{"request":{},"response":"x","external_id":"call-1","received_at":"2025-03-01T10:00:00.123Z","conversation":"c"}"#
        let first = try read(json).id(in: project, namespace: "api")
        #expect(try read(json).id(in: project, namespace: "api") == first)
        #expect(first.isVersion7)
        #expect(first.timestamp.timeIntervalSince1970 == 1_740_823_200.123)
        #expect(first.shard == Shard(project: project, conversation: "c"))
        #expect(try read(json).id(in: .new(), namespace: "api") != first)
        #expect(try read(json).id(in: project, namespace: "openai") != first)
        #expect(try read(json.replacing("call-1", with: "call-2")).id(in: project, namespace: "api") != first)
        let alone = json.replacing(#","conversation":"c""#, with: "")
        #expect(try read(alone).id(in: project, namespace: "api") == read(alone).id(in: project, namespace: "api"))
    }

    @Test("a given id brings its time with it")
    func givenID() throws {
        let id = ID<Exchange>(UUIDv7(now: { Date(timeIntervalSince1970: 1_750_000_000.5) }).make(shard: Shard(7)))
        let logged = try read(#"{"id":"\#(id)","request":{},"response":"x"}"#)
        #expect(logged.receivedAt == id.timestamp)
        #expect(logged.id(in: .new(), namespace: "api") == id)
    }
}
