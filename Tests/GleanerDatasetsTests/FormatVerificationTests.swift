import Foundation
import GleanerCore
import Testing

@testable import GleanerDatasets

@Suite("Verification of other formats")
struct FormatVerificationTests {
    private func faults(_ format: ExportFormat, _ lines: String...) -> [Fault] {
        var checker = LineChecker(maximumTokens: 1000, format: format)
        return lines.flatMap { line -> [Fault] in
            checker.check(Array(line.utf8))
            return checker.problems.map(\.fault)
        }
    }

    @Test(
        "each rule of each format is held",
        arguments: [
            (
                ExportFormat.openAIPreference, #"{"messages":[]}"#,
                [Fault.unrecognizedKey, .missingKey, .missingKey, .missingKey]
            ),
            (
                .openAIPreference,
                #"{"input":{"messages":[{"role":"user","content":"q"}]},"preferred_output":[{"role":"assistant","content":"a"},{"role":"assistant","content":"b"}],"non_preferred_output":[{"role":"assistant","content":"c"}]}"#,
                [.outputNotOneMessage]
            ),
            (
                .openAIPreference,
                #"{"input":{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"z"}]},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[{"role":"assistant","content":"a"}]}"#,
                [.promptEndsWithAnswer, .sidesEqual]
            ),
            (.trlPromptCompletion, #"{"prompt":"q","completion":[{"role":"assistant","content":"a"}]}"#, [.wrongType]),
            (
                .trlPromptCompletion,
                #"{"prompt":[{"role":"user","content":"q"}],"completion":[{"role":"user","content":"a"}]}"#,
                [.lastMessageNotAssistant]
            ),
            (
                .trlLanguageModelling,
                #"{"messages":[{"role":"user","content":null},{"role":"assistant","content":"a"}],"tools":"{}"}"#,
                [.wrongType, .argumentsNotJSON]
            ),
            (
                .trlLanguageModelling,
                #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{}}}]}]}"#,
                [.argumentsNotText]
            ),
            (
                .trlPreference,
                #"{"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"a"}],"rejected":[{"role":"assistant","content":"a"}]}"#,
                [.sidesEqual]
            ),
            (
                .trlKTO,
                #"{"prompt":[{"role":"user","content":"q"}],"completion":[{"role":"assistant","content":"a"}],"label":"true"}"#,
                [.labelNotBoolean]
            ),
            (
                .shareGPT, #"{"conversations":[{"from":"gpt","value":"a"},{"from":"human","value":"q"}]}"#,
                [.rolesNotAlternating, .rolesNotAlternating]
            ),
            (.shareGPT, #"{"conversations":[{"from":"human","value":"q"}]}"#, [.lastMessageNotAssistant]),
            (
                .shareGPT, #"{"conversations":[{"from":"user","value":"q"},{"from":"gpt","value":""}],"tools":"x"}"#,
                [.argumentsNotJSON, .unrecognizedRole, .missingContent]
            ),
            (.alpaca, #"{"instruction":"","output":7,"kto_tag":1}"#, [.missingContent, .wrongType, .labelNotBoolean]),
            (.alpaca, #"{"instruction":"q","output":"a","history":[["q"]]}"#, [.wrongType]),
            (
                .mistral,
                #"{"messages":[{"role":"assistant","content":"","tool_calls":[{"id":"call_1","function":{"name":"a b","arguments":"{}"}}]}]}"#,
                [.firstMessageNotUser, .callIDInvalid, .functionNameInvalid]
            ),
            (
                .mistral,
                #"{"messages":[{"role":"user","content":"q"},{"role":"tool","tool_call_id":"abcdefghi","content":"1"},{"role":"assistant","content":"a","weight":2}]}"#,
                [.rolesNotAlternating, .weightInvalid, .toolAnswerWithoutCall]
            ),
            (
                .mistral,
                #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"x","tool_calls":[{"id":"abcdefghi","function":{"name":"f","arguments":"{}"}},{"id":"abcdefghi","function":{"name":"f","arguments":"["}}]}]}"#,
                [.textBesideCalls, .argumentsNotJSON, .callIDRepeated]
            ),
            (
                .bedrockClaude,
                #"{"id":1,"messages":[{"role":"user","content":"q"},{"role":"user","content":"r"},{"role":"assistant","content":"a","weight":1}]}"#,
                [.unrecognizedKey, .unrecognizedKey, .rolesNotAlternating]
            ),
            (
                .bedrockClaude, #"{"messages":[{"role":"assistant","content":[{"type":"text","text":"a"}]}]}"#,
                [.wrongType, .missingAssistantMessage, .firstMessageNotUser]
            ),
            (
                .bedrockConversation,
                #"{"schemaVersion":"bedrock-conversion-2024","messages":[{"role":"user","content":[{"image":{"source":{"bytes":"x"}}}]},{"role":"assistant","content":[{"video":1}]}]}"#,
                [.schemaVersionInvalid, .imageElsewhere, .partUnknown]
            ),
            (
                .vertex,
                #"{"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"assistant","parts":[{"text":"a","x":{}}]}]}"#,
                [.lastMessageNotAssistant, .unrecognizedRole]
            ),
            (
                .vertex,
                #"{"contents":[{"role":"user","parts":[{"fileData":{"fileUri":"https://x","mimeType":"image/png"}}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":"{}"}}]},{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"text":"a"}]}]}"#,
                [.imageElsewhere, .wrongType, .toolCallUnanswered]
            ),
        ] as [(ExportFormat, String, [Fault])])
    func rules(_ format: ExportFormat, _ line: String, _ wanted: [Fault]) {
        #expect(faults(format, line) == wanted)
    }

    @Test("every format refuses what is no JSON, no object, or ends lines otherwise", arguments: ExportFormat.allCases)
    func bytes(_ format: ExportFormat) {
        #expect(faults(format, "{") == [.notJSON])
        #expect(faults(format, "[1]") == [.dataType])
        #expect(faults(format, "\u{FEFF}{}").contains(.byteOrderMark))
        #expect(faults(format, "{}\r").contains(.carriageReturn))
        #expect(!faults(format, "{}").isEmpty)
    }

    @Test("a line with other members than those above is found, where the reader has one schema for all")
    func schema() {
        let plain = #"{"prompt":[{"role":"user","content":"q"}],"completion":[{"role":"assistant","content":"a"}]}"#
        let named =
            #"{"prompt":[{"role":"user","content":"q","name":"x"}],"completion":[{"role":"assistant","content":"a"}]}"#
        #expect(faults(.trlPromptCompletion, plain, plain).isEmpty)
        #expect(faults(.trlPromptCompletion, plain, named) == [.schemaChanges])
        #expect(
            faults(
                .alpaca, #"{"instruction":"q","output":"a","history":[]}"#,
                #"{"instruction":"q","output":"a","history":[["q","a"]]}"#
            ).isEmpty)
        #expect(
            faults(.alpaca, #"{"instruction":"q","output":"a"}"#, #"{"instruction":"q","output":"a","input":""}"#) == [
                .schemaChanges
            ])
    }

    @Test("an example over the limit is found in any format")
    func length() {
        let long = String(repeating: "bahut ", count: 2000)
        #expect(
            faults(
                .bedrockClaude,
                #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"\#(long)"}]}"#)
                == [.tooManyTokens])
    }
}
