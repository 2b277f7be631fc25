import Synchronization
import Testing

@testable import GleanerConsole

@Suite("Answers that are kept for a while")
struct KeptAnswersTests {
    @Test("the same question is answered once in its time, each question by its own answer, and a failure is not kept")
    func once() async throws {
        struct Failure: Error {}
        let asked = Mutex(0)
        let answers = KeptAnswers<String, Int>()
        func ask(_ question: String, fails: Bool = false) async throws -> Int {
            try await answers.answer(to: question) {
                if fails { throw Failure() }
                return asked.withLock { number in
                    number += 1
                    return number
                }
            }
        }
        await #expect(throws: Failure.self) { try await ask("a", fails: true) }
        #expect(try await ask("a") == 1)
        #expect(try await ask("a") == 1)
        #expect(try await ask("b") == 2)
    }

    @Test("when its time is over a question is answered anew")
    func over() async throws {
        let answers = KeptAnswers<String, Int>(for: .milliseconds(1))
        #expect(try await answers.answer(to: "a") { 1 } == 1)
        try await Task.sleep(for: .milliseconds(10))
        #expect(try await answers.answer(to: "a") { 2 } == 2)
    }
}
