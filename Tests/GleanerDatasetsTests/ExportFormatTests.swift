import Foundation
import GleanerCore
import Testing

@testable import GleanerDatasets

/// One example of each kind, in every format that holds it, letter by letter.
@Suite("Export formats")
struct ExportFormatTests {
    /// Several user messages in a row, an answer that is not to be learnt, Devanagari, a line separator.
    private let talk: JSONValue = [
        "messages": [
            ["role": "system", "content": "Hinglish mein."], ["role": "user", "content": "Chai?"],
            ["role": "user", "content": "Garam\u{2028}wali"], ["role": "assistant", "content": "Haan.", "weight": 0],
            ["role": "user", "content": "कैसे?", "name": "ravi"], ["role": "assistant", "content": "पानी उबालो."],
        ]
    ]
    private let withTools: JSONValue = [
        "messages": [
            ["role": "user", "content": "Weather?"],
            [
                "role": "assistant", "content": nil,
                "tool_calls": [
                    [
                        "id": "call_1", "type": "function",
                        "function": ["name": "mausam", "arguments": "{\"shehar\":\"Pune\"}"],
                    ]
                ],
            ],
            ["role": "tool", "tool_call_id": "call_1", "content": "31C"],
            ["role": "assistant", "content": "31 degree."],
        ],
        "tools": [["type": "function", "function": ["name": "mausam", "parameters": ["type": "object"]]]],
        "parallel_tool_calls": false,
    ]
    private let pair: JSONValue = [
        "input": ["messages": [["role": "system", "content": "S"], ["role": "user", "content": "Q"]]],
        "preferred_output": [["role": "assistant", "content": "good"]],
        "non_preferred_output": [["role": "assistant", "content": "bad"]],
    ]
    private func single(_ label: Bool) -> JSONValue {
        [
            "messages": [["role": "user", "content": "Q"], ["role": "assistant", "content": "A"]],
            "label": .bool(label),
        ]
    }

    private func lines(
        _ example: JSONValue, _ format: ExportFormat, _ kind: DatasetKind = .sft,
        _ schema: ExportSchema = ExportSchema()
    ) throws -> [String] {
        let lines = try ExampleRewriter(format, kind, schema).lines(of: example.canonicalBytes()).lines
        #expect(lines.count == format.linesPerExample(kind))
        var checker = LineChecker(maximumTokens: 1000, format: format)
        for line in lines {
            checker.check(line)
            #expect(checker.problems.map(\.fault) == [], "its own verification must take it")
        }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
    private func unfit(
        _ example: JSONValue, _ format: ExportFormat, _ kind: DatasetKind = .sft
    ) throws -> Unfit? {
        let bytes = try example.canonicalBytes()
        do throws(Unfit) {
            _ = try ExampleRewriter(format, kind, ExportSchema()).lines(of: bytes)
            return nil
        } catch {
            return error
        }
    }
    private func simplified(_ example: JSONValue, _ format: ExportFormat) throws -> Set<Simplification> {
        try ExampleRewriter(format, .sft, ExportSchema()).lines(of: example.canonicalBytes()).simplified
    }

    @Test("a frozen line of its own kind goes out byte for byte")
    func frozen() throws {
        #expect(try lines(withTools, .openAISFT) == [String(decoding: withTools.canonicalBytes(), as: UTF8.self)])
        #expect(
            try lines(pair, .openAIPreference, .preference) == [
                String(decoding: pair.canonicalBytes(), as: UTF8.self)
            ])
        #expect(try lines(talk, .openAISFT)[0].contains(#"Garam\u2028wali"#))
    }

    @Test("OpenAI's chat lines take the preferred side, and nothing of the history is learnt")
    func openAI() throws {
        #expect(
            try lines(pair, .openAISFT, .preference) == [
                #"{"messages":[{"content":"S","role":"system"},{"content":"Q","role":"user"},{"content":"good","role":"assistant"}]}"#
            ])
        #expect(
            try lines(single(true), .openAISFT, .unpaired) == [
                #"{"messages":[{"content":"Q","role":"user"},{"content":"A","role":"assistant"}]}"#
            ])
        #expect(try unfit(single(false), .openAISFT, .unpaired) == .rejectedAnswer)
        var long = pair.objectValue ?? [:]
        long["input"] = [
            "messages": [
                ["role": "user", "content": "1"], ["role": "assistant", "content": "2"],
                ["role": "user", "content": "3"],
            ]
        ]
        #expect(
            try lines(.object(long), .openAISFT, .preference)[0].contains(
                #"{"content":"2","role":"assistant","weight":0}"#))
    }

    @Test("TRL's prompt and completion")
    func trlPromptCompletion() throws {
        #expect(
            try lines(talk, .trlPromptCompletion) == [
                #"{"completion":[{"content":"पानी उबालो.","role":"assistant"}],"prompt":[{"content":"Hinglish mein.","role":"system"},{"content":"Chai?","role":"user"},{"content":"Garam\u2028wali","role":"user"},{"content":"Haan.","role":"assistant"},{"content":"कैसे?","role":"user"}]}"#
            ])
        // Weight 0 on the history is what completion-only loss does by itself.
        #expect(try simplified(talk, .trlPromptCompletion) == [.names])
        #expect(try simplified(talk, .trlLanguageModelling) == [.names, .weights])
    }

    @Test("where a version uses tools, all lines have the same members, tools and arguments as text")
    func trlTools() throws {
        let schema = ExportSchema(tools: true)
        let line = try lines(withTools, .trlLanguageModelling, .sft, schema)[0]
        #expect(
            line
                == #"{"messages":[{"content":"Weather?","name":"","role":"user","tool_call_id":"","tool_calls":[]},{"content":"","name":"","role":"assistant","tool_call_id":"","tool_calls":[{"function":{"arguments":"{\"shehar\":\"Pune\"}","name":"mausam"},"id":"call_1","type":"function"}]},{"content":"31C","name":"mausam","role":"tool","tool_call_id":"call_1","tool_calls":[]},{"content":"31 degree.","name":"","role":"assistant","tool_call_id":"","tool_calls":[]}],"tools":"[{\"function\":{\"name\":\"mausam\",\"parameters\":{\"type\":\"object\"}},\"type\":\"function\"}]"}"#
        )
        let plain = try lines(talk, .trlLanguageModelling, .sft, schema)[0]
        let shapes = try [line, plain].map { LineShape(try JSONValue(parsing: $0.utf8)) }
        #expect(shapes[0].joined(with: shapes[1]) != nil)
        #expect(plain.contains(#""tools":"[]""#))
    }

    @Test("TRL's pairs, and single judgements from them")
    func trlPairs() throws {
        #expect(
            try lines(pair, .trlPreference, .preference) == [
                #"{"chosen":[{"content":"good","role":"assistant"}],"prompt":[{"content":"S","role":"system"},{"content":"Q","role":"user"}],"rejected":[{"content":"bad","role":"assistant"}]}"#
            ])
        #expect(
            try lines(pair, .trlKTO, .preference) == [
                #"{"completion":[{"content":"good","role":"assistant"}],"label":true,"prompt":[{"content":"S","role":"system"},{"content":"Q","role":"user"}]}"#,
                #"{"completion":[{"content":"bad","role":"assistant"}],"label":false,"prompt":[{"content":"S","role":"system"},{"content":"Q","role":"user"}]}"#,
            ])
        #expect(
            try lines(single(false), .trlKTO, .unpaired) == [
                #"{"completion":[{"content":"A","role":"assistant"}],"label":false,"prompt":[{"content":"Q","role":"user"}]}"#
            ])
        var same = pair.objectValue ?? [:]
        same["non_preferred_output"] = same["preferred_output"]
        #expect(try unfit(.object(same), .trlPreference, .preference) == .sidesEqual)
    }

    @Test("ShareGPT: turns joined, system and tools as text, pairs and judgements")
    func shareGPT() throws {
        #expect(
            try lines(talk, .shareGPT) == [
                #"{"conversations":[{"from":"human","value":"Chai?\n\nGaram\u2028wali"},{"from":"gpt","value":"Haan."},{"from":"human","value":"कैसे?"},{"from":"gpt","value":"पानी उबालो."}],"system":"Hinglish mein.","tools":""}"#
            ])
        #expect(try simplified(talk, .shareGPT) == [.names, .weights, .turnsJoined])
        #expect(
            try lines(withTools, .shareGPT) == [
                #"{"conversations":[{"from":"human","value":"Weather?"},{"from":"function_call","value":"{\"arguments\":{\"shehar\":\"Pune\"},\"name\":\"mausam\"}"},{"from":"observation","value":"31C"},{"from":"gpt","value":"31 degree."}],"system":"","tools":"[{\"name\":\"mausam\",\"parameters\":{\"type\":\"object\"}}]"}"#
            ])
        #expect(
            try lines(pair, .shareGPT, .preference) == [
                #"{"chosen":{"from":"gpt","value":"good"},"conversations":[{"from":"human","value":"Q"}],"rejected":{"from":"gpt","value":"bad"},"system":"S","tools":""}"#
            ])
        #expect(
            try lines(single(false), .shareGPT, .unpaired) == [
                #"{"conversations":[{"from":"human","value":"Q"},{"from":"gpt","value":"A"}],"kto_tag":false,"system":"","tools":""}"#
            ])
    }

    @Test("Alpaca: the last question is the instruction, what came before the history")
    func alpaca() throws {
        #expect(
            try lines(talk, .alpaca, .sft, ExportSchema(history: true)) == [
                #"{"history":[["Chai?\n\nGaram\u2028wali","Haan."]],"input":"","instruction":"कैसे?","output":"पानी उबालो.","system":"Hinglish mein."}"#
            ])
        #expect(
            try lines(pair, .alpaca, .preference) == [
                #"{"chosen":"good","input":"","instruction":"Q","rejected":"bad","system":"S"}"#
            ])
        #expect(
            try lines(single(true), .alpaca, .unpaired) == [
                #"{"input":"","instruction":"Q","kto_tag":true,"output":"A","system":""}"#
            ])
        #expect(try unfit(withTools, .alpaca) == .tools)
    }

    @Test("Mistral: call ids of nine letters and digits, the same for call and answer")
    func mistral() throws {
        let line = try lines(withTools, .mistral)[0]
        #expect(
            line
                == #"{"messages":[{"content":"Weather?","role":"user"},{"content":"","role":"assistant","tool_calls":[{"function":{"arguments":"{\"shehar\":\"Pune\"}","name":"mausam"},"id":"ID","type":"function"}]},{"content":"31C","name":"mausam","role":"tool","tool_call_id":"ID"},{"content":"31 degree.","role":"assistant"}],"tools":[{"function":{"name":"mausam","parameters":{"type":"object"}},"type":"function"}]}"#
                .replacing("\"ID\"", with: "\"\(callID("call_1"))\""))
        #expect(try lines(talk, .mistral)[0].contains(#"{"content":"Haan.","role":"assistant","weight":0}"#))
    }

    private func callID(_ original: String) -> String {
        var ids = MistralCallIDs()
        return ids.id(for: original)
    }

    @Test("call ids are the same in every export, and two calls never share one")
    func callIDs() {
        #expect(callID("call_1") == callID("call_1"))
        #expect(callID("abcDEF123") == "abcDEF123")
        var ids = MistralCallIDs()
        let many = (0..<5000).map { ids.id(for: "call_\($0)") }
        #expect(Set(many).count == 5000)
        #expect(many.allSatisfy(MistralCallIDs.isRight))
        // Somebody else's id is what ours would have become.
        var collision = MistralCallIDs()
        #expect(collision.id(for: many[7]) == many[7])
        #expect(collision.id(for: "call_7") != many[7])
        #expect(MistralCallIDs.isRight(collision.id(for: "call_7")))
    }

    @Test("Claude on Bedrock: text, turn by turn")
    func bedrockClaude() throws {
        #expect(
            try lines(talk, .bedrockClaude) == [
                #"{"messages":[{"content":"Chai?\n\nGaram\u2028wali","role":"user"},{"content":"Haan.","role":"assistant"},{"content":"कैसे?","role":"user"},{"content":"पानी उबालो.","role":"assistant"}],"system":"Hinglish mein."}"#
            ])
        #expect(try unfit(withTools, .bedrockClaude) == .tools)
    }

    @Test("Nova on Bedrock: blocks, and images from S3")
    func bedrockConversation() throws {
        #expect(
            try lines(pair, .bedrockConversation, .preference) == [
                #"{"messages":[{"content":[{"text":"Q"}],"role":"user"},{"content":[{"text":"good"}],"role":"assistant"}],"schemaVersion":"bedrock-conversation-2024","system":[{"text":"S"}]}"#
            ])
        #expect(
            try lines(picture("s3://b/chai.jpg"), .bedrockConversation)[0].contains(
                #"{"image":{"format":"jpeg","source":{"s3Location":{"uri":"s3://b/chai.jpg"}}}}"#))
        #expect(try unfit(picture("https://example.org/a.png"), .bedrockConversation) == .images)
    }

    @Test("Vertex: contents and parts, tools declared, images from Cloud Storage")
    func vertex() throws {
        #expect(
            try lines(withTools, .vertex) == [
                #"{"contents":[{"parts":[{"text":"Weather?"}],"role":"user"},{"parts":[{"functionCall":{"args":{"shehar":"Pune"},"name":"mausam"}}],"role":"model"},{"parts":[{"functionResponse":{"name":"mausam","response":{"result":"31C"}}}],"role":"user"},{"parts":[{"text":"31 degree."}],"role":"model"}],"tools":[{"functionDeclarations":[{"name":"mausam","parameters":{"type":"object"}}]}]}"#
            ])
        #expect(
            try lines(talk, .vertex)[0].hasSuffix(
                #""systemInstruction":{"parts":[{"text":"Hinglish mein."}],"role":"system"}}"#))
        #expect(
            try lines(picture("gs://b/chai.png"), .vertex)[0].contains(
                #"{"fileData":{"fileUri":"gs://b/chai.png","mimeType":"image/png"}}"#))
    }

    private func picture(_ address: String) -> JSONValue {
        [
            "messages": [
                [
                    "role": "user",
                    "content": [
                        ["type": "text", "text": "Kya hai?"],
                        ["type": "image_url", "image_url": ["url": .string(address), "detail": "low"]],
                    ],
                ], ["role": "assistant", "content": "Chai."],
            ]
        ]
    }

    @Test(
        "images are for OpenAI, and for clouds that hold them",
        arguments: [
            ExportFormat.trlPromptCompletion, .trlLanguageModelling, .shareGPT, .alpaca, .mistral, .bedrockClaude,
            .bedrockConversation, .vertex,
        ])
    func images(_ format: ExportFormat) throws {
        #expect(try unfit(picture("https://example.org/a.png"), format) == .images)
        #expect(try unfit(picture("https://example.org/a.png"), .openAISFT) == nil)
    }

    @Test("what cannot be said is left out, with the reason")
    func reasons() throws {
        func example(_ messages: JSONValue) -> JSONValue { ["messages": messages] }
        let user: JSONValue = ["role": "user", "content": "Q"]
        let answer: JSONValue = ["role": "assistant", "content": "A"]
        func calling(_ arguments: String, _ name: String = "f", text: JSONValue = nil, twice: Bool = false) -> JSONValue
        {
            let call: JSONValue = [
                "id": "c1", "type": "function", "function": ["name": .string(name), "arguments": .string(arguments)],
            ]
            return ["role": "assistant", "content": text, "tool_calls": twice ? [call, call] : [call]]
        }
        #expect(try unfit(example([user, answer, user]), .trlPromptCompletion) == .noAnswer)
        #expect(
            try unfit(example([user, ["role": "assistant", "content": "A", "weight": 0]]), .mistral)
                == .answerNotLearnt)
        #expect(try unfit(example([answer, user, answer]), .bedrockClaude) == .notAlternating)
        #expect(
            try unfit(example([user, ["role": "system", "content": "S"], answer]), .vertex) == .systemInTheMiddle)
        #expect(try unfit(example([["role": "system", "content": "S"], answer]), .shareGPT) == .noQuestion)
        #expect(try unfit(example([user, calling("{}", text: "moment")]), .mistral) == .textBesideCalls)
        #expect(try unfit(example([user, calling("not json")]), .mistral) == .arguments)
        #expect(try unfit(example([user, calling("{}", "a b")]), .mistral) == .functionName)
        #expect(try unfit(example([user, calling("{}", twice: true)]), .shareGPT) == .parallelCalls)
        #expect(try unfit(example([["role": "user", "content": ""], answer]), .bedrockClaude) == .emptyText)
        #expect(try unfit(["x": 1], .alpaca) == .unreadable)
        #expect(Unfit.allCases.allSatisfy { !$0.explanation.isEmpty })
    }

    @Test("the assistant's successive messages are joined only when both count, or neither")
    func joining() throws {
        func said(_ weights: [Int64?]) -> JSONValue {
            let answers = weights.map { weight -> JSONValue in
                var members: [String: JSONValue] = ["role": "assistant", "content": "A"]
                if let weight { members["weight"] = .integer(weight) }
                return .object(members)
            }
            return ["messages": .array([["role": "user", "content": "Q"]] + answers)]
        }
        #expect(try lines(said([nil, 1]), .bedrockClaude)[0].contains(#""content":"A\n\nA""#))
        #expect(try unfit(said([0, 1]), .bedrockClaude) == .notAlternating)
    }

    @Test("each format says which kinds it holds, and each kind has formats")
    func combinations() {
        for kind in DatasetKind.allCases {
            #expect(ExportFormat.usual(for: kind).kinds.contains(kind))
            #expect(ExportFormat.fitting(kind).count >= 9)
        }
        #expect(!ExportFormat.fitting(.sft).contains(.trlKTO))
        #expect(!ExportFormat.fitting(.unpaired).contains(.openAIPreference))
        let text = ExportError.formatUnfit(.trlPreference, .sft).explanation
        #expect(text.fix.contains("openai-sft, trl-prompt-completion"))
        #expect(!text.fix.contains("trl-kto"))
    }
}
