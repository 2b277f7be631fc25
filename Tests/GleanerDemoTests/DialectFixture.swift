import Foundation
import GleanerCore
import Testing

@testable import GleanerDemo

/// Asks scripts without a socket, and takes their answers apart.
enum DialectFixture {
    static let streaming: [WireDialect] = [.chat, .completions, .responses, .messages]

    /// The same question in each dialect.
    static func body(
        _ dialect: WireDialect, model: String = "demo-hinglish-1", stream: Bool = false, extra: String = ""
    ) -> String {
        let question = "Namaste"
        let content =
            switch dialect {
            case .chat:
                #""messages":[{"role":"user","content":"\#(question)"}],"stream_options":{"include_usage":true}"#
            case .completions: #""prompt":"\#(question)","stream_options":{"include_usage":true}"#
            case .responses, .embeddings, .moderations: #""input":"\#(question)""#
            case .messages: #""max_tokens":1024,"messages":[{"role":"user","content":"\#(question)"}]"#
            }
        return #"{"model":"\#(model)","stream":\#(stream),\#(content)\#(extra)}"#
    }

    static func ask(_ dialect: WireDialect, _ body: String) throws -> ProviderAnswer {
        let request = try ChatRequest(body: Array(body.utf8), dialect: dialect)
        let answers = [DemoScript().answer(request), NastyScript().answer(request)]
        return try #require(answers.compactMap(\.self).first)
    }

    static func pieces(_ answer: ProviderAnswer) -> [[UInt8]] {
        answer.steps.compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
    }

    static func document(_ dialect: WireDialect, _ body: String) throws -> JSONValue {
        try JSONValue(parsing: pieces(try ask(dialect, body)).joined())
    }

    /// Documents of the events; `[DONE]` is left out, names have to agree with types.
    static func events(_ dialect: WireDialect, _ body: String) throws -> [JSONValue] {
        try pieces(try ask(dialect, body)).compactMap { bytes -> JSONValue? in
            let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n")
            let data = try #require(field("data", of: lines))
            guard data != "[DONE]" else { return nil }
            let document = try JSONValue(parsing: data.utf8)
            if let name = field("event", of: lines) { #expect(document["type"]?.stringValue == name) }
            return document
        }
    }

    private static func field(_ name: String, of lines: [String]) -> String? {
        for line in lines where line.hasPrefix(name + ": ") { return String(line.dropFirst(name.count + 2)) }
        return nil
    }

    static func isDone(_ dialect: WireDialect, _ body: String) throws -> Bool {
        pieces(try ask(dialect, body)).last == Array("data: [DONE]\n\n".utf8)
    }
}
