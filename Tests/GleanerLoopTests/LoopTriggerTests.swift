import Foundation
import Testing

@testable import GleanerLoop

@Suite("Loop triggers")
struct LoopTriggerTests {
    private let trigger = LoopTrigger(newExamples: 500, everyDays: 14, atLeast: 50)

    @Test("nothing is looked at closely before it could be enough")
    func rests() {
        #expect(trigger.move(.init(material: 499), isDue: false) == .rest)
        #expect(trigger.move(.init(material: 500), isDue: false) == .look)
        #expect(trigger.move(.init(material: 49), isDue: true) == .rest)
        #expect(trigger.move(.init(material: 50), isDue: true) == .look)
    }

    @Test("after a look in vain the next one waits until what was missing has come")
    func looksAgain() {
        let look = LoopTrigger.Look(news: 300, material: 600)
        #expect(trigger.move(.init(material: 799, look: look), isDue: false) == .rest)
        #expect(trigger.move(.init(material: 800, look: look), isDue: false) == .look)
        // Due, what the last look found is enough; it is looked at once more, since it may be another by now.
        #expect(trigger.move(.init(material: 601, look: look), isDue: true) == .look)
    }

    @Test("a round begins with enough, and due with a little")
    func starts() {
        #expect(trigger.move(news: 499, isDue: false) == .rest)
        #expect(trigger.move(news: 500, isDue: false) == .start)
        #expect(trigger.move(news: 49, isDue: true) == .rest)
        #expect(trigger.move(news: 50, isDue: true) == .start)
    }

    @Test("without a count only the date begins one, without both nobody does")
    func parts() {
        let dated = LoopTrigger(everyDays: 7, atLeast: 5)
        #expect(dated.move(.init(material: 1_000_000), isDue: false) == .rest)
        #expect(dated.move(.init(material: 5), isDue: true) == .look)
        let since = Date(timeIntervalSince1970: 0)
        #expect(!dated.isDue(since: since, at: Date(timeIntervalSince1970: 7 * 86_400 - 1)))
        #expect(dated.isDue(since: since, at: Date(timeIntervalSince1970: 7 * 86_400)))
        let none = LoopTrigger()
        #expect(!none.isDue(since: since, at: .distantFuture))
        #expect(none.move(.init(material: 1_000_000), isDue: false) == .rest)
    }

    @Test("a small loop asks for no more than it counts to")
    func small() { #expect(LoopTrigger(newExamples: 3).atLeast == 3) }
}
