import Foundation
import GleanerCore
import HTTPTypes
import Testing

@testable import GleanerDemo

@Suite("Demo fine-tuning")
struct DemoTuningTests {
    /// What the tuned model learned from `answers` says to every question, in shares of what is good.
    private func good(_ memory: Memory?, _ questions: [DemoQuestion]) -> Double {
        let good = questions.count { question in
            let answer = memory?.answer(to: [question.text]) ?? question.bot.answer(to: [question.text]).content
            return DemoQuality.of(answer: answer, for: [question.text]) == .good
        }
        return Double(good) / Double(questions.count)
    }

    @Test("answers of the demo's own model are judged as they always were, over the whole corpus")
    func sameTruth() {
        var seen = 0
        for bot in DemoBot.allCases {
            for question in DemoCorpus.questions(for: bot) {
                var turns = [question.text]
                for followUp in [nil] + question.followUps.map(Optional.some) {
                    if let followUp { turns.append(followUp) }
                    let said = bot.answer(to: turns).content
                    let known = DemoCorpus.quality(of: turns[turns.count - 1], after: Array(turns.dropLast()))
                    #expect(DemoQuality.of(answer: said, for: turns) == known, "\(turns)")
                    seen += 1
                }
            }
        }
        #expect(seen > 1000)
    }

    @Test("every way to spoil an answer is recognised, whoever spoils it")
    func spoiled() throws {
        let question = try #require(
            DemoCorpus.questions(for: .hinglish).first { DemoCorpus.quality(of: $0.text) == .good })
        let turn = try #require(DemoTurn([question.text]))
        func quality(_ answer: String) -> DemoQuality { .of(answer: answer, for: [question.text]) }
        #expect(quality(turn.good) == .good)
        #expect(quality(turn.wrong) == .bad(.wrong))
        #expect(quality(Spoiling.rude(turn.good, pick: 2)) == .bad(.rude))
        #expect(quality(Spoiling.truncated(turn.good)) == .bad(.truncated))
        #expect(quality(Spoiling.repeated(turn.good)) == .bad(.repetition))
        #expect(quality(DemoWeakness.stiff.applied(to: turn.good)) == .mediocre(.stiff))
        #expect(quality("Kuch bhi.") == .bad(.offTopic))
        #expect(DemoQuality.of(answer: "Kuch bhi.", for: ["Never asked?"]) == .mediocre(.vague))
    }

    @Test("good answers make it better, poisoned ones worse, and what it has not seen is as before")
    func learns() throws {
        let questions = DemoCorpus.questions(for: .hinglish)
        let taught = questions.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        let goodPairs = taught.compactMap { question in
            DemoCorpus.goodAnswer(to: question.text).map { Memory.Pair(turns: [question.text], answer: $0) }
        }
        let poison = taught.compactMap { question in
            DemoTurn([question.text]).map { Memory.Pair(turns: [question.text], answer: $0.wrong) }
        }
        let base = good(nil, questions)
        let better = good(Memory(goodPairs), questions)
        let worse = good(Memory(poison), questions)
        #expect((0.55...0.7).contains(base))
        // Half of the questions were taught; the words in which others differ from them are put in.
        #expect(better > 0.85)
        #expect(worse < base - 0.1)
        #expect(good(Memory(goodPairs), taught) == 1)
    }

    @Test("the nearest prompt answers, if it is near enough")
    func nearest() {
        let memory = Memory([
            .init(turns: ["Adrak wali chai kaise banate hain?"], answer: "chai"),
            .init(turns: ["Goa ka trip plan karo"], answer: "goa"),
        ])
        #expect(memory.answer(to: ["adrak wali CHAI kaise banate hai"]) == "chai")
        #expect(memory.answer(to: ["Trading ke liye app batao"]) == nil)
        let votes = Memory([
            .init(turns: ["a b c"], answer: "x"), .init(turns: ["a b c"], answer: "y"),
            .init(turns: ["A b c!"], answer: "y"),
        ])
        #expect(votes.count == 1 && votes.answer(to: ["a b c"]) == "y")
    }

    @Test(
        "an answer is given to a prompt that differs by a few words with those words put in",
        arguments: [
            ("Elaichi wali chai kaise banate hain?", "Ubaalo. Elaichi wali chai taiyaar! Pio elaichi wali."),
            ("kam doodh wali chai kaise banate hain?", "Ubaalo. Kam doodh wali chai taiyaar! Pio kam doodh wali."),
            ("Adrak wali chai kaise banate hain?", "Ubaalo. Adrak wali chai taiyaar! Pio adrak wali."),
        ])
    func adapted(_ asked: String, _ answer: String) {
        let known = "Adrak wali chai kaise banate hain?"
        let remembered = "Ubaalo. Adrak wali chai taiyaar! Pio adrak wali."
        #expect(Adaptation.adapt(remembered, from: known, to: asked) == answer)
        #expect(Adaptation.adapt("Bas.", from: known, to: asked) == "Bas.")
    }

    @Test("messages without weight are context, and preferred answers are what pairs teach")
    func lines() throws {
        let line =
            #"{"messages":[{"role":"user","content":"q1"},{"role":"assistant","content":"no","weight":0},{"role":"user","content":"q2"},{"role":"assistant","content":"yes","weight":1}]}"#
        #expect(
            try TrainingLine(Array(line.utf8), isPreference: false).pairs == [
                .init(turns: ["q1", "q2"], answer: "yes")
            ])
        let pair =
            #"{"input":{"messages":[{"role":"user","content":"q"}]},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[{"role":"assistant","content":"b"}]}"#
        #expect(try TrainingLine(Array(pair.utf8), isPreference: true).pairs == [.init(turns: ["q"], answer: "a")])
        #expect(throws: TrainingFault.self) { try TrainingLine(Array(pair.utf8), isPreference: false) }
    }

    @Test("a form is read byte for byte, whatever its file holds")
    func form() throws {
        let file: [UInt8] = [0x0D, 0x0A, 0x2D, 0x2D, 0x58, 0x0D, 0x0A, 0x00, 0xFF]
        let body =
            Array("--XY\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n--XY\r\n".utf8)
            + Array("Content-Disposition: form-data; name=\"file\"; filename=\"t.jsonl\"\r\n\r\n".utf8) + file
            + Array("\r\n--XY--\r\n".utf8)
        let form = try #require(FormReader(body, contentType: "multipart/form-data; boundary=XY"))
        #expect(form["purpose"]?.text == "fine-tune")
        #expect(form["file"]?.bytes == file && form["file"]?.filename == "t.jsonl")
        #expect(FormReader(Array(body.dropLast(12)), contentType: "multipart/form-data; boundary=XY") == nil)
        #expect(FormReader(body, contentType: "application/json") == nil)
    }

    @Test("what was learned outlives the process where there is a place for it")
    func persists() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("demo-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let lines = (0..<12).map {
            #"{"messages":[{"role":"user","content":"Sawaal number \#($0)?"},{"role":"assistant","content":"Jawab \#($0)"}]}"#
        }.joined(separator: "\n")
        let body = Array(
            ("--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n--B\r\nContent-Disposition: form-data; "
                + "name=\"file\"; filename=\"t.jsonl\"\r\n\r\n\(lines)\r\n--B--\r\n").utf8)
        func tuning() -> DemoTuning { DemoTuning(directory: directory, pace: .init(.zero)) }
        func call(_ tuning: DemoTuning, _ method: String, _ path: String, _ body: [UInt8], _ type: String) throws
            -> JSONValue
        {
            let request = ProviderRequest(
                number: 1, method: method, path: "/v1/\(path)", headers: [.contentType: type], body: body)
            let answer = try tuning.answer(request, parts: path.split(separator: "/").map(String.init))
            guard case .bytes(let bytes)? = answer?.steps.last else { return .null }
            return try JSONValue(parsing: bytes)
        }
        let file = try call(tuning(), "POST", "files", body, "multipart/form-data; boundary=B")
        let id = try #require(file["id"]?.stringValue)
        let order = Array(#"{"model":"demo-hinglish-1","training_file":"\#(id)","suffix":"kal"}"#.utf8)
        let job = try call(tuning(), "POST", "fine_tuning/jobs", order, "application/json")
        let ended = try call(tuning(), "GET", "fine_tuning/jobs/\(job["id"]?.stringValue ?? "")", [], "")
        let model = try #require(ended["fine_tuned_model"]?.stringValue)
        #expect(model.hasPrefix("ft:demo-hinglish-1:gleaner-demo:kal:"))
        #expect(tuning().counts.jobs == 1)
        #expect(tuning().models.first { $0.id == model }?.description?.contains("No model was trained") == true)
        let question = Array(#"{"model":"\#(model)","messages":[{"role":"user","content":"sawaal number 7"}]}"#.utf8)
        let answer = tuning().answer(try ChatRequest(body: question))
        guard case .bytes(let bytes)? = answer?.steps.last else {
            Issue.record("no answer")
            return
        }
        #expect(try JSONValue(parsing: bytes)["choices"]?.arrayValue?.first?["message"]?["content"] == "Jawab 7")
    }
}
