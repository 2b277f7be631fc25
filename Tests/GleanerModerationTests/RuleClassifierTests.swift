import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerModeration

@Suite("Built-in rules")
struct RuleClassifierTests {
    private func categories(_ text: String, _ languages: Set<RuleLanguage> = Set(RuleLanguage.allCases)) -> Set<String>
    {
        Set(RuleClassifier(languages: languages).classify(text).scores.filter { $0.value >= 0.7 }.keys)
    }

    @Test(
        "what is plain is found, in each language and script",
        arguments: [
            ("I want to die", "self-harm/intent"), ("i just wanna die man", "self-harm/intent"),
            ("मैं मरना चाहता हूँ", "self-harm/intent"), ("mujhe ab jeena nahi chahta", "self-harm/intent"),
            ("how to make a bomb at home", "illicit/violent"), ("bomb kaise banaye", "illicit/violent"),
            ("tu chutiya hai", "harassment"), ("तू चूतिया है", "harassment"),
            ("main tujhe jaan se maar dunga", "harassment/threatening"), ("मैं तुझे मार दूँगा", "harassment/threatening"),
            ("kill all muslims", "hate/threatening"), ("saare madrasi ko maar do", "hate/threatening"),
            ("child porn", "sexual/minors"), ("ganja kahan milega", "illicit"), ("you are worthless", "harassment"),
        ])
    func plain(_ text: String, _ category: String) { #expect(categories(text).contains(category)) }

    @Test(
        "a word that somebody hides is the word",
        arguments: [
            "CHUUUTIYAAA", "chut1ya", "c h u t i y a", "c.h.u.t.i.y.a", "chu\u{200B}tiya", "chútiyá", "ｃｈｕｔｉｙａ",
            "сhutiya", "chutiye", "chutiyapa",
        ])
    func hidden(_ text: String) { #expect(categories(text) == ["harassment"]) }

    @Test("a text of ASCII reads as it does beside another script")
    func ascii() throws {
        var random = SeededRandom(seed: 7)
        let pieces = [
            "main", "tujhe", "maar", "dunga", "CHUUUTIYA", "c", "h", "u", "t", "i", "1", "9876543210", "k1ll", "@", "$",
            "-", ".", "  ",
            "ravi.k@okhdfc", "call me on", "4111 1111 1111 1111", "8.8.8.8", "sk-", String(repeating: "xa", count: 40),
            "xx", "hoon",
        ]
        let other = "क्या "
        for _ in 0..<200 {
            let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                pieces.randomElement(using: &random)! + (Bool.random(using: &random) ? " " : "")
            }.joined()
            let (alone, beside) = (WordFold.fold(text), WordFold.fold(other + text))
            try #require(beside.plain.text(0) == "क्या", "\(text)")
            for (words, all) in [(alone.plain, beside.plain), (alone.roman, beside.roman)] {
                #expect((0..<words.count).map(words.text) == (1..<all.count).map(all.text), "\(text)")
            }
            let shift = other.utf8.count
            let spans = PIIScanner().scan(other + text).map {
                PIISpan(
                    kind: $0.kind, range: $0.range.lowerBound - shift..<$0.range.upperBound - shift,
                    certainty: $0.certainty)
            }
            #expect(PIIScanner().scan(text) == spans, "\(text)")
        }
    }

    @Test(
        "spellings of one Hindi word are one word",
        arguments: [
            "behenchod", "bhenchod", "bahenchod", "behenchhod", "madarchod", "maderchod", "madarchodh",
        ])
    func spellings(_ text: String) { #expect(categories(text) == ["harassment"]) }

    @Test(
        "harmless texts are clean",
        arguments: [
            "How do I kill time at the station?", "This song slaps, bomb album", "banana bread recipe",
            "Chai kaise banate hain? Paani ubaalo, patti daalo.", "मेरे बच्चे को बुखार है, क्या करूँ?",
            "Mujhe kal school jana hai", "The assassin bug is an insect", "Scunthorpe and Penistone",
            "classic cocktail with grapes", "mera beta 5 saal ka hai", "Is paracetamol safe with ibuprofen?",
            "main khana bana raha hoon", "shuttle cock aur racket", "", "   ", "👍🏽",
        ])
    func harmless(_ text: String) { #expect(categories(text) == []) }

    @Test("a language that is not asked for is not read")
    func languages() {
        #expect(categories("tu chutiya hai", [.english]) == [])
        #expect(categories("तू चूतिया है", [.romanHindi]) == [])
        #expect(categories("i want to die", [.hindi]) == [])
    }

    @Test("two phrases make one surer than one does, and nothing is certain")
    func scores() throws {
        let one = try #require(RuleClassifier().classify("idiot").scores["harassment"])
        let two = try #require(RuleClassifier().classify("idiot, moron").scores["harassment"])
        let many = try #require(
            RuleClassifier().classify(String(repeating: "idiot ", count: 100)).scores["harassment"])
        #expect(one < two)
        #expect(two < many)
        #expect(many == 0.99)
    }

    @Test("every list names a category that OpenAI has, and every line has a weight and phrases")
    func lists() {
        let known: Set = [
            "sexual", "sexual/minors", "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit",
            "illicit/violent", "self-harm", "self-harm/intent", "self-harm/instructions", "violence",
            "violence/graphic",
        ]
        for list in WordList.all {
            #expect(known.contains(list.category), "\(list.category)")
            for line in list.text.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                let weight = parts.first.flatMap { Double($0) } ?? 0
                #expect((0.5...0.98).contains(weight), "\(line)")
                for phrase in parts[1].split(separator: "|") {
                    let words = phrase.split(separator: " ")
                    #expect(!words.isEmpty && words[0] != "_", "\(line)")
                }
            }
        }
        for language in RuleLanguage.allCases {
            #expect(Set(WordList.all.filter { $0.language == language }.map(\.category)) == known)
        }
    }

    @Test("each phrase of each list is found in a text that says it")
    func everyPhrase() {
        let classifier = RuleClassifier()
        for list in WordList.all {
            for line in list.text.split(separator: "\n") {
                for phrase in line.split(separator: ":", maxSplits: 1)[1].split(separator: "|") {
                    let text = phrase.replacing("*", with: "").replacing("_", with: "people")
                    #expect(
                        classifier.classify("x \(text) y").scores[list.category] != nil, "\(list.category): \(text)")
                }
            }
        }
    }

    @Test("personal data has a score by how sure it is, and its place but no value")
    func personalData() throws {
        let result = RuleClassifier().classify("call 9876543210")
        #expect(result.scores == ["pii/phone": 0.95])
        #expect(result.spans == [PIISpan(kind: .phone, range: 5..<15, certainty: .sure)])
        let raw = String(decoding: try result.raw.canonicalBytes(), as: UTF8.self)
        #expect(!raw.contains("9876543210"))
    }
}

@Suite("Long texts are read beside everything else")
struct LongTextTests {
    @Test("while megabytes are classified, short texts and other tasks go on", .timeLimit(.minutes(2)))
    func goesOn() async {
        let classifier = RuleClassifier()
        let long = String(repeating: "aaj mausam accha hai, chai ke saath pakode khayenge. ", count: 8_000)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    await classifier.classify([long], within: .seconds(60)).allSatisfy { $0.status == .ok }
                }
            }
            // More of them than there are threads; this gets its turn before they have ended.
            let began = ContinuousClock.now
            let short = await classifier.classify(["tu chutiya hai"], within: .seconds(1))
            let waited = ContinuousClock.now - began
            #expect(short.first?.scores.isEmpty == false)
            for await isFine in group { #expect(isFine) }
            #expect(waited * 4 < ContinuousClock.now - began)
        }
    }

    @Test("who is cancelled does not wait for a long text", .timeLimit(.minutes(2)))
    func cancelled() async {
        let long = String(repeating: "aaj mausam accha hai, chai ke saath pakode khayenge. ", count: 8_000)
        let judged = Task { await RuleClassifier().classify([long, long, long], within: .seconds(60)) }
        judged.cancel()
        #expect(await judged.value.map(\.status) == [.timeout, .timeout, .timeout])
    }
}
