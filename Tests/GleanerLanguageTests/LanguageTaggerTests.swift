import Foundation
import Testing

@testable import GleanerLanguage

@Suite("Language of tokens")
struct LanguageTaggerTests {
    @Test("on labelled tokens that nothing was tuned on, precision and recall keep above their floors")
    func heldOut() {
        let confusion = TagConfusion(.heldOut)
        #expect(confusion.miscut == [])
        #expect(confusion.total >= 500)
        // A point below what docs/reference/evaluators.md tells.
        #expect(confusion.f1(.hi)! >= 0.96)
        #expect(confusion.f1(.en)! >= 0.93)
        #expect(confusion.precision(.univ)! == 1)
        #expect(confusion.recall(.univ)! >= 0.98)
    }

    @Test("on the tuning part they do, too")
    func tuning() {
        let confusion = TagConfusion(.tuning)
        #expect(confusion.miscut == [])
        #expect(confusion.f1(.hi)! >= 0.97)
        #expect(confusion.f1(.en)! >= 0.95)
    }

    @Test("the reference page tells these figures")
    func published() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/reference/evaluators.md"), encoding: .utf8)
        for (name, confusion) in [("Held out", TagConfusion(.heldOut)), ("Tuning", TagConfusion(.tuning))] {
            #expect(page.contains(confusion.markdown), "\(name):\n\(confusion.markdown)")
        }
    }

    @Test("the figures that pages show are those of the held out part")
    func shown() throws {
        let confusion = TagConfusion(.heldOut)
        #expect(PublishedConfusion.heldOut.map(\.tag) == TokenTag.allCases.filter { confusion.support($0) > 0 })
        for row in PublishedConfusion.heldOut {
            #expect(row.tokens == confusion.support(row.tag))
            #expect(abs(row.precision - confusion.precision(row.tag)!) < 0.0006)
            #expect(abs(row.recall - confusion.recall(row.tag)!) < 0.0006)
            for tag in TokenTag.allCases {
                #expect(row.given[tag, default: 0] == confusion.count(row.tag, taggedAs: tag))
            }
        }
    }

    @Test("no tuning sentence is among the held out ones")
    func apart() {
        let tuned = Set(LabelledTokens.tuning.sentences.map { $0.map(\.text) })
        #expect(LabelledTokens.heldOut.sentences.allSatisfy { !tuned.contains($0.map(\.text)) })
    }

    @Test(
        "words of both languages go with the function words around them",
        arguments: [
            ("main office ja raha hoon", 0, TokenTag.hi), ("the main office is closed", 1, .en),
            ("hum wahan the kal", 2, .hi), ("the bus was full", 0, .en), ("tum to mere dost ho", 1, .hi),
            ("I want to go there", 2, .en), ("us din sab log the", 0, .hi), ("give us the book", 1, .en),
            ("mera man nahi hai", 1, .hi), ("that man was here", 1, .en), ("meri baat sun lo", 2, .hi),
            ("the sun was hot", 1, .en), ("usko use karna nahi aata", 0, .hi), ("they use it every day", 1, .en),
        ])
    func ambiguous(_ text: String, _ place: Int, _ tag: TokenTag) {
        #expect(LanguageTagger().tags(of: text)[place].tag == tag)
    }

    @Test("each word of the ambiguous set of the reference is ambiguous")
    func ambiguousSet() {
        for word
            in "main me to is the use us are par hum do tan man sun din log pas so he hi ho in an bat mar ban dam bus kal"
            .split(separator: " ")
        { #expect(Lexicon.shared.lists(String(word))?.isAmbiguous == true, "\(word)") }
    }

    @Test(
        "scripts decide",
        arguments: [
            ("फोन", TokenTag.hi), ("१०", .hi), ("привет", .other), ("தமிழ்", .other), ("।", .univ), ("42", .univ),
            ("😂", .univ),
            ("https://a.example/x?y=1", .univ), ("@rohan", .univ), ("a@b.example", .univ), ("5kg", .univ),
            ("???", .univ),
        ])
    func scripts(_ text: String, _ tag: TokenTag) {
        #expect(LanguageTagger().tags(of: text).map(\.tag) == [tag])
    }

    @Test("a lone word of both languages is unknown, and no part of N")
    func lone() {
        let tagged = LanguageTagger().tags(of: "sun")
        #expect(tagged.map(\.tag) == [.unk])
        #expect(CodeMix(tagged.map(\.tag)).coverage == 0)
    }

    @Test("confidence is a probability, and surer where lists are sure")
    func confidence() {
        let tagged = LanguageTagger().tags(of: "mujhe nahi pata ki main kahan hoon, please help")
        for token in tagged { #expect((0.5...1).contains(token.confidence), "\(token)") }
        #expect(tagged[0].confidence > 0.95)
    }

    @Test(
        "stretched words are the words they stretch", arguments: ["bahuuuut", "pleaseee", "haaaan", "nahiiii", "sooo"])
    func stretched(_ word: String) { #expect(WordForm(word).reading != nil) }

    @Test("a text of nothing has no tokens, and a hostile one ends")
    func extremes() {
        #expect(LanguageTagger().tags(of: "").isEmpty)
        #expect(LanguageTagger().tags(of: " \n\t ").isEmpty)
        #expect(LanguageTagger().tags(of: String(repeating: "a", count: 50_000)).count == 1)
        #expect(LanguageTagger().tags(of: "```\nlet x = 1\n``` accha").map(\.tag) == [.univ, .hi])
        #expect(LanguageTagger().tags(of: "``` never closed").map(\.tag) == [.univ])
    }

    @Test("letters tell words that no list has")
    func letters() {
        let model = CharacterModel.shared
        for word in ["gadbadjhala", "bhagdaud", "phusphusahat", "jhanjhanahat"] {
            #expect(model.logOdds(word) > 0, "\(word)")
        }
        for word in ["notwithstanding", "strengthened", "unequivocally"] { #expect(model.logOdds(word) < 0, "\(word)") }
    }
}
