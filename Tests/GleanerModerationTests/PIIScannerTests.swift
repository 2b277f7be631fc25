import Foundation
import Testing

@testable import GleanerModeration

@Suite("Personal data in texts")
struct PIIScannerTests {
    /// What is found, with the text that it covers.
    private func found(_ text: String) -> [String] {
        PIIScanner().scan(text).map { "\($0.kind.rawValue):\(Self.part($0.range, of: text))" }
    }

    static func part(_ range: Range<Int>, of text: String) -> String {
        let utf8 = Array(text.utf8)
        return String(decoding: utf8[range], as: UTF8.self)
    }

    // MARK: Finds over finds

    @Test("a find around another is one with it, and none lies over another")
    func nested() {
        let key = "sk-aaaaaaaaaaaaaaaaaaaaaaaa"
        #expect(found("mail a.\(key).b@c.io now") == ["api_key:a.\(key).b@c.io"])
        // Where only one of the two is looked for, only that one is there.
        func kinds(_ kinds: Set<PIIKind>) -> [String] {
            let text = "a.\(key).b@c.io"
            return PIIScanner(kinds: kinds).scan(text).map { "\($0.kind.rawValue):\(Self.part($0.range, of: text))" }
        }
        #expect(kinds([.apiKey]) == ["api_key:\(key)"])
        #expect(kinds([.email]) == ["email:a.\(key).b@c.io"])
    }

    // MARK: Checksums

    @Test("Verhoeff's check digit of 236 is 3, and of 23412341234 it is 6")
    func verhoeff() {
        func digits(_ text: String) -> [Int] { text.map { $0.wholeNumberValue! } }
        #expect((0...9).filter { Checksums.verhoeff(digits("236\($0)")) } == [3])
        #expect((0...9).filter { Checksums.verhoeff(digits("23412341234\($0)")) } == [6])
        #expect(Checksums.verhoeff(digits("999941057058")))
    }

    @Test("about one random number in ten passes Verhoeff's and Luhn's sums")
    func chance() {
        var generator = SystemRandomNumberGenerator()
        func share(_ passes: ([Int]) -> Bool) -> Double {
            let hits = (0..<20_000).count { _ in passes((0..<12).map { _ in Int.random(in: 0...9, using: &generator) })
            }
            return Double(hits) / 20_000
        }
        #expect((0.09...0.11).contains(share { Checksums.verhoeff($0) }))
        #expect((0.09...0.11).contains(share { Checksums.luhn($0) }))
    }

    // MARK: India

    @Test(
        "Aadhaar numbers are found however they are grouped",
        arguments: ["2341 2341 2346", "234123412346", "2341-2341-2346", "999941057058"])
    func aadhaar(_ number: String) {
        #expect(found("mera aadhaar \(number) hai") == ["aadhaar:\(number)"])
    }

    @Test(
        "a wrong sum, a palindrome and a number from 1 on are no Aadhaar",
        arguments: ["234123412347", "222222222222", "123412341236", "1234 1234 1236"])
    func noAadhaar(_ number: String) { #expect(found("uid \(number)") == []) }

    @Test("a word beside it makes an Aadhaar sure, the sum alone likely")
    func aadhaarContext() {
        #expect(PIIScanner().scan("Aadhaar: 2341 2341 2346").map(\.certainty) == [.sure])
        #expect(PIIScanner().scan("order 2341 2341 2346").map(\.certainty) == [.likely])
    }

    @Test("a virtual id needs a word that says so")
    func virtualID() throws {
        // Check digit made for the test: the one of ten that fits.
        let body = "912345678901234"
        let digit = try #require((0...9).first { d in Checksums.verhoeff("\(body)\(d)".map { $0.wholeNumberValue! }) })
        #expect(found("my VID is \(body)\(digit)") == ["aadhaar_vid:\(body)\(digit)"])
        #expect(found("order \(body)\(digit)") == [])
    }

    @Test(
        "mobile numbers are found with and without the country's code",
        arguments: [
            "9876543210", "98765 43210", "98765-43210", "+919876543210", "+91 98765 43210", "+91-98765-43210",
            "0091 9876543210", "919876543210", "09876543210", "6000012345",
        ])
    func mobile(_ number: String) { #expect(found("call \(number).") == ["phone:\(number)"]) }

    @Test(
        "other runs of digits are no mobile number",
        arguments: ["5876543210", "98765432101", "1234567890", "+449876543210", "987654321", "12 3456 7890"])
    func noMobile(_ number: String) { #expect(found("see \(number) there") == []) }

    @Test("a PAN's fourth letter says whose it is, and its digits are not all zero")
    func pan() {
        #expect(found("PAN ABCPE1234F") == ["pan:ABCPE1234F"])
        #expect(found("pan abcpe1234f") == ["pan:abcpe1234f"])
        #expect(found("PAN ABCXE1234F ABCPE0000F XABCPE1234F") == [])
    }

    @Test("a GSTIN's last character is its check")
    func gstin() {
        #expect(found("GSTIN 27AAPFU0939F1ZV") == ["gstin:27AAPFU0939F1ZV"])
        #expect(found("GSTIN 27AAPFU0939F1ZX 40AAPFU0939F1ZV") == [])
    }

    @Test("IFSC, voter's card and passport need a word beside them")
    func context() {
        #expect(found("IFSC: SBIN0001234") == ["ifsc:SBIN0001234"])
        #expect(found("part SBIN0001234 ordered") == [])
        #expect(found("voter id WKH1186253") == ["epic:WKH1186253"])
        #expect(found("voter id WKH1186263") == [])
        #expect(found("code WKH1186253") == [])
        #expect(found("passport no A1234567") == ["passport:A1234567"])
        #expect(found("passport A12 34567 expires") == ["passport:A12 34567"])
        #expect(found("seat A1234567") == [])
        #expect(found("passport Q1234567 A0234567 A1234560") == [])
    }

    // MARK: Addresses

    @Test("an address before a stop, in brackets and with a plus is found whole")
    func email() {
        #expect(found("Write to <ravi.k+news@mail.example.co.in>.") == ["email:ravi.k+news@mail.example.co.in"])
        #expect(found("a@b.com, c@d.org") == ["email:a@b.com", "email:c@d.org"])
        #expect(found("a@b @c.com x@.com a@b.c1") == [])
    }

    @Test("a UPI id is found at a sentence's end, and is no e-mail address")
    func upi() {
        #expect(found("Pay ravi.k@okhdfc.") == ["upi:ravi.k@okhdfc"])
        #expect(found("9876543210@ybl pe bhejo") == ["upi:9876543210@ybl"])
        #expect(found("ravi.k@okhdfc.x") == [])
        #expect(PIIScanner().scan("ravi@okaxis").map(\.certainty) == [.sure])
        #expect(PIIScanner().scan("meet me ravi@home").map(\.certainty) == [.form])
    }

    // MARK: Money

    @Test(
        "cards are found by sum, length and brand",
        arguments: [
            "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "6011111111111117",
        ])
    func card(_ number: String) { #expect(found("card \(number)") == ["card:\(number)"]) }

    @Test("a card is found although its expiry follows")
    func cardWithExpiry() {
        #expect(found("4111 1111 1111 1111 12/27") == ["card:4111 1111 1111 1111"])
    }

    @Test(
        "a wrong sum, a brand that is none and a run of one digit are no card",
        arguments: ["4111111111111112", "378282246310006", "1111111111111117", "4444444444444444", "411111111111"])
    func noCard(_ number: String) { #expect(found("card \(number)") == []) }

    @Test("IBANs are as long as their country says, with or without spaces")
    func iban() {
        #expect(found("to GB82 WEST 1234 5698 7654 32 please") == ["iban:GB82 WEST 1234 5698 7654 32"])
        #expect(found("DE89370400440532013000") == ["iban:DE89370400440532013000"])
        #expect(found("GB82 WEST 1234 5698 7654 33 DE8937040044053201300 XX89370400440532013000") == [])
    }

    // MARK: Machines

    @Test("public addresses are found, private ones and versions of five parts are not")
    func addresses() {
        #expect(found("from 203.0.113.9.") == ["ip_address:203.0.113.9"])
        #expect(found("IP:8.8.8.8:443") == ["ip_address:8.8.8.8"])
        #expect(found("2001:db8::ff00:42:8329") == ["ip_address:2001:db8::ff00:42:8329"])
        #expect(found("10.0.0.1 192.168.1.1 127.0.0.1 1.2.3.4.5 256.1.1.1 01.2.3.4 12:30:45 ::1 fe80::1") == [])
    }

    @Test("tokens and keys of well-known services are secrets")
    func secrets() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
        #expect(found("Bearer \(jwt)") == ["jwt:\(jwt)"])
        let keys = [
            "sk-proj-" + String(repeating: "a1B2", count: 8), "AKIAIOSFODNN7EXAMPLE",
            "ghp_" + String(repeating: "x9", count: 18), "AIza" + String(repeating: "Q", count: 35),
        ]
        for key in keys { #expect(found("key=\(key);") == ["api_key:\(key)"]) }
        #expect(found("sk-short AKIA123 task-force-that-is-long-enough-to-be-a-key") == [])
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow==\n-----END RSA PRIVATE KEY-----"
        #expect(found("here:\n\(pem)\nend") == ["private_key:\(pem)"])
        #expect(found("-----BEGIN PRIVATE KEY-----\nMIIE") == ["private_key:-----BEGIN PRIVATE KEY-----"])
        #expect(found("-----BEGIN PUBLIC KEY-----") == [])
        #expect(PIIKind.jwt.category == "secret/jwt")
        #expect(PIIKind.phone.category == "pii/phone")
    }

    // MARK: Disguises

    @Test("digits of other scripts, full-width forms and invisible characters hide nothing")
    func disguises() {
        #expect(found("मेरा नंबर ९८७६५४३२१० है") == ["phone:९८७६५४३२१०"])
        #expect(found("９８７６５４３２１０") == ["phone:９８７６５４３２１０"])
        #expect(found("98765\u{200B}43210") == ["phone:98765\u{200B}43210"])
        #expect(found("98765\u{00A0}43210") == ["phone:98765\u{00A0}43210"])
        #expect(found("4111–1111–1111–1111") == ["card:4111–1111–1111–1111"])
        #expect(found("ｒａｖｉ＠ｅｘａｍｐｌｅ．ｃｏｍ") == ["email:ｒａｖｉ＠ｅｘａｍｐｌｅ．ｃｏｍ"])
        #expect(found("𝟗𝟖𝟕𝟔𝟓𝟒𝟑𝟐𝟏𝟎") == ["phone:𝟗𝟖𝟕𝟔𝟓𝟒𝟑𝟐𝟏𝟎"])
    }

    @Test("what is found lies where it is in the original, whatever stands before it")
    func offsets() {
        let text = "👩‍👩‍👧 नमस्ते — फ़ोन: +91 98765 43210, mail é@x रवि@ a@b.in"
        let spans = PIIScanner().scan(text)
        #expect(spans.map { Self.part($0.range, of: text) } == ["+91 98765 43210", "a@b.in"])
    }

    @Test("none of what is found lies over another")
    func apart() {
        let text =
            "9876543210@ybl 4111111111111111 27AAPFU0939F1ZV ravi@okaxis.example.com +919876543210 AKIAIOSFODNN7EXAMPLE"
        let spans = PIIScanner().scan(text)
        #expect(spans.count == 6)
        for (a, b) in zip(spans, spans.dropFirst()) { #expect(a.range.upperBound <= b.range.lowerBound) }
    }

    @Test("a long text of nothing but @ and digits is read", arguments: ["a@", "4 ", "eyJa."])
    func long(_ unit: String) {
        let text = String(repeating: unit, count: (1 << 17) / unit.utf8.count)
        #expect(PIIScanner().scan(text).isEmpty)
    }

    @Test(
        "of anything, eight times as much takes about eight times as long", .serialized,
        arguments: [
            "a", "1", "1 ", "4 ", "9", "@", "a@", "a.", "a@a.", "eyJ", "eyJa.", "eyJaaaaaaaaaa.", "-----BEGIN ",
            "-----BEGIN PRIVATE KEY-----", "GB82", "GB82 ", "+91", "9876543210 ", "1.", "1:", "::", "\u{200B}", "é",
            "न", "ि", "sk-", "A1", "ABCPE1234F", "e\u{301}", "AAAA0AAAAAA ", "passport A1234567 ",
        ])
    func linear(_ unit: String) {
        func time(_ bytes: Int) -> Duration {
            let text = String(repeating: unit, count: bytes / unit.utf8.count)
            let clock = ContinuousClock()
            return clock.measure { _ = RuleClassifier().classify(text) }
        }
        _ = time(1 << 10)
        // Quadratic work would take 64 times as long, each time; other tests run beside this one.
        var (small, large) = (Duration.zero, Duration.zero)
        for _ in 0..<6 {
            (small, large) = (time(1 << 12), time(1 << 15))
            if large < small * 32 + .milliseconds(100) { return }
        }
        Issue.record("\(unit.debugDescription): \(small) and \(large)")
    }
}
