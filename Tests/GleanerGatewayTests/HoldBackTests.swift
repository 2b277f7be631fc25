import NIOCore
import Testing

@testable import GleanerGateway

@Suite("Holding the end back")
struct HoldBackTests {
    private let stream = "data: {\"a\":1}\n\ndata: {\"a\":\"data: [DONE]\"}\n\ndata: [DONE]\n\n"

    /// Passes `text` cut into pieces of `size` bytes; returns what went out, and what was held at the end.
    private func pass(_ text: String, size: Int, isEventStream: Bool) -> (out: String, held: String, sawDone: Bool) {
        var holdBack = HoldBack(isEventStream: isEventStream)
        var out = ByteBuffer()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            var ready = holdBack.pass(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
            out.writeBuffer(&ready)
        }
        return (String(buffer: out), String(buffer: holdBack.held), holdBack.sawDone)
    }

    @Test("a stream's [DONE] is held, however the bytes are cut", arguments: 1...70)
    func heldAtEveryCut(_ size: Int) {
        let (out, held, sawDone) = pass(stream, size: size, isEventStream: true)
        #expect(held == "data: [DONE]\n\n")
        #expect(out + held == stream)
        #expect(sawDone)
    }

    @Test(
        "what only looks like the end goes out",
        arguments: [
            "data: [DON\n\n", "data:  [DONE]\n\n", "xdata: [DONE]\n\n", "data: [done]\n\n", ": data: [DONE]\n\n",
            "data: \"[DONE]\"\n\n",
        ])
    func lookalikes(_ text: String) {
        for size in 1...20 {
            let (out, held, sawDone) = pass(text, size: size, isEventStream: true)
            #expect(!sawDone)
            #expect(out + held == text)
            #expect(held.isEmpty)
        }
    }

    @Test(
        "every way to write the line is found",
        arguments: ["data:[DONE]\r\n\r\n", "data: [DONE]", "a\rdata: [DONE]\r\r"])
    func variants(_ text: String) {
        for size in 1...20 {
            let (out, held, sawDone) = pass(text, size: size, isEventStream: true)
            #expect(sawDone)
            #expect(out + held == text)
            #expect(held.hasPrefix("data:"))
        }
    }

    @Test("an event goes out whole as soon as it has come")
    func noDelay() {
        var holdBack = HoldBack(isEventStream: true)
        let event = "data: {\"x\":\"[DONE]\"}\n\n"
        #expect(String(buffer: holdBack.pass(ByteBuffer(string: event))) == event)
        #expect(holdBack.held.readableBytes == 0)
    }

    @Test("of another body the last piece is held")
    func body() {
        let (out, held, _) = pass("0123456789", size: 4, isEventStream: false)
        #expect(out == "01234567")
        #expect(held == "89")
    }
}
