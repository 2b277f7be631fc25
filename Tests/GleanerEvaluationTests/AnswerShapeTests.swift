import Foundation
import Testing

@testable import GleanerEvaluation

@Suite("What an answer looks like")
struct AnswerShapeTests {
    @Test("the cosine of two embeddings; without a direction there is none")
    func cosine() {
        #expect(isNear(Cosine.similarity([0.1, 0.3, -0.2, 0.4], [0.2, 0.1, -0.1, 0.5]), 0.8853648783083365))
        #expect(Cosine.similarity([0, 0], [1, 0]) == nil)
        #expect(Cosine.similarity([1], [1, 0]) == nil)
        #expect(Cosine.similarity([], []) == nil)
    }

    @Test(
        "refusals are found",
        arguments: [
            "I'm sorry, but I can't help with that.", "I’m unable to give medical advice.",
            "As an AI language model, I have no opinion.", "Maaf kijiye, main is baare mein kuch nahi bata sakta.",
            "Sorry yaar, iska jawab nahi de sakti.", "मैं इसमें आपकी मदद नहीं कर सकता।",
        ])
    func refusals(_ text: String) { #expect(Refusal.isRefusal(text)) }

    @Test(
        "answers are not taken for refusals",
        arguments: [
            "Haan, main madad kar sakta hun: paani ubaalo.", "You can help by sharing the load.",
            "Agar bukhar teen din se hai to doctor ko dikhayein.",
            "Bilkul! " + String(repeating: "Chai mein adrak daalo. ", count: 20) + "I can't help but smile.",
        ])
    func answers(_ text: String) { #expect(!Refusal.isRefusal(text)) }

    @Test("a loop is all repetition, an ordinary sentence none, and few words say nothing")
    func repetition() {
        let loop = AnswerShape(String(repeating: "namaste dost kaise ho ", count: 30))
        #expect(loop.repetition! > 0.9)
        #expect(AnswerShape("one two three four five six seven eight nine ten").repetition == 0)
        #expect(AnswerShape("haan ji").repetition == nil)
        #expect(AnswerShape(" \n").isEmpty)
        #expect(AnswerShape("नमस्ते").characters == 3)
    }

    @Test("half and double are equally far off")
    func length() {
        #expect(AnswerShape.lengthDistance(99, from: 99) == 0)
        #expect(isNear(AnswerShape.lengthDistance(49, from: 99), log(2)))
        #expect(isNear(AnswerShape.lengthDistance(199, from: 99), log(2)))
    }
}
