import NIOCore
import Testing

@testable import GleanerGateway

@Suite("Holding the end back")
struct HoldBackTests {
    private let stream = "data: {\"a\":1}\n\ndata: {\"a\":\"data: [DONE]\"}\n\ndata: [DONE]\n\n"

    /// Passes `text` cut into pieces of `size` bytes; returns what went out, and what was held at the end.
    private func pass(_ text: String, size: Int, _ end: StreamEnd?) -> (out: String, held: String, sawEnd: Bool) {
        var holdBack = HoldBack(end)
        var out = ByteBuffer()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            var ready = holdBack.pass(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
            out.writeBuffer(&ready)
        }
        return (String(buffer: out), String(buffer: holdBack.held), holdBack.sawEnd)
    }

    @Test("a stream's [DONE] is held, however the bytes are cut", arguments: 1...70)
    func heldAtEveryCut(_ size: Int) {
        let (out, held, sawEnd) = pass(stream, size: size, StreamEnd.done)
        #expect(held == "data: [DONE]\n\n")
        #expect(out + held == stream)
        #expect(sawEnd)
    }

    @Test(
        "what only looks like the end goes out",
        arguments: [
            "data: [DON\n\n", "data:  [DONE]\n\n", "xdata: [DONE]\n\n", "data: [done]\n\n", ": data: [DONE]\n\n",
            "data: \"[DONE]\"\n\n",
        ])
    func lookalikes(_ text: String) {
        for size in 1...20 {
            let (out, held, sawEnd) = pass(text, size: size, StreamEnd.done)
            #expect(!sawEnd)
            #expect(out + held == text)
            #expect(held.isEmpty)
        }
    }

    @Test(
        "every way to write the line is found",
        arguments: ["data:[DONE]\r\n\r\n", "data: [DONE]", "a\rdata: [DONE]\r\r"])
    func variants(_ text: String) {
        for size in 1...20 {
            let (out, held, sawEnd) = pass(text, size: size, StreamEnd.done)
            #expect(sawEnd)
            #expect(out + held == text)
            #expect(held.hasPrefix("data:"))
        }
    }

    @Test("an event goes out whole as soon as it has come")
    func noDelay() {
        var holdBack = HoldBack(.done)
        let event = "data: {\"x\":\"[DONE]\"}\n\n"
        #expect(String(buffer: holdBack.pass(ByteBuffer(string: event))) == event)
        #expect(holdBack.held.readableBytes == 0)
    }

    private let messages: StreamEnd = .events(["message_stop", "error"])

    @Test(
        "the last event of a stream of named events is held from its first line on, however the bytes are cut",
        arguments: [
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", "event:error\r\ndata: {}\r\n\r\n",
            "data: { \"type\" : \"message_stop\" }\n\n",
        ])
    func namedEvents(_ end: String) {
        let start = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"text\":\"message_stop\"}\n\n"
        for size in 1...90 {
            let (out, held, sawEnd) = pass(start + end, size: size, messages)
            #expect(sawEnd)
            #expect(out == start)
            #expect(held == end)
        }
    }

    @Test("an event whose name only begins like the last one goes out")
    func similarNames() {
        let text = "event: error_report\ndata: {\"type\":\"error_report\"}\n\n"
        for size in 1...30 {
            let (out, held, sawEnd) = pass(text, size: size, messages)
            #expect(!sawEnd)
            #expect(out + held == text)
            #expect(held.isEmpty)
        }
    }

    @Test("of another body the last piece is held")
    func body() {
        let (out, held, _) = pass("0123456789", size: 4, nil)
        #expect(out == "01234567")
        #expect(held == "89")
    }
}
