import Testing

@testable import GleanerConsole

@Suite("Passwords")
struct PasswordTests {
    private let asha = Handle("asha")!

    @Test("the right one matches, a wrong one does not, and nobody's matches nothing")
    func matching() throws {
        let kept = try Password.make("chai aur samosa", handle: asha)
        #expect(kept.text.hasPrefix("$scrypt$ln=\(Password.Costs.standard.logN),r=8,p=3$"))
        #expect(kept.matches("chai aur samosa"))
        #expect(!kept.matches("chai aur samosa "))
        #expect(!kept.matches(""))
        #expect(!Password.nobodys().matches("chai aur samosa"))
    }

    @Test("two people with one password have different hashes, and the password is in neither")
    func salted() throws {
        let (a, b) = (
            try Password.make("chai aur samosa", handle: asha), try Password.make("chai aur samosa", handle: asha)
        )
        #expect(a.text != b.text)
        #expect(!a.text.contains("chai"))
    }

    @Test("composed and decomposed letters are the same password")
    func normalized() throws {
        let kept = try Password.make("caf\u{E9} au lait", handle: asha)
        #expect(kept.matches("cafe\u{301} au lait"))
    }

    @Test(
        "short, endless, monotonous ones and one's own name are refused",
        arguments: [
            ("chai", AccountError.passwordShort(10)), (String(repeating: "x1y2", count: 300), .passwordLong(1024)),
            ("aaaaaaaaaaaa", .passwordGuessable), ("asha12345678", .passwordGuessable),
        ])
    func refused(_ text: String, _ error: AccountError) {
        #expect(throws: error) { try Password.make(text, handle: asha) }
    }

    @Test(
        "a damaged row matches nothing and costs nothing",
        arguments: [
            "", "$scrypt$", "$scrypt$ln=40,r=8,p=1$AAAA$AAAA", "$scrypt$ln=15,r=8,p=3$AAAA",
            "$argon2id$ln=15,r=8,p=3$AAAA$AAAA",
        ])
    func damaged(_ text: String) { #expect(!Password(text: text).matches("chai aur samosa")) }
}

@Suite("Handles")
struct HandleTests {
    @Test(
        "plain names are handles",
        arguments: ["a", "asha", "ravi.k", "7up", "a_b-c", String(repeating: "x", count: 63)])
    func good(_ text: String) { #expect(Handle(text)?.description == text) }

    @Test(
        "nothing else is",
        arguments: [
            "", "Asha", ".a", "-a", "a b", "a/b", "आशा", "a\u{301}", "a\0", "<b>", String(repeating: "x", count: 64),
        ])
    func bad(_ text: String) { #expect(Handle(text) == nil) }
}

@Suite("Guesses")
struct GuessTests {
    private let start = ContinuousClock.now

    @Test("the eleventh failure within a quarter of an hour waits, whatever address it comes from")
    func perAccount() {
        var counts = GuessCounts()
        for number in 0..<10 {
            #expect(counts.wait(account: "asha", address: "10.0.0.\(number)", now: start) == nil)
            counts.failed(account: "asha", address: "10.0.0.\(number)", now: start)
        }
        #expect(counts.wait(account: "asha", address: "10.0.0.99", now: start + .seconds(60)) == .seconds(840))
        #expect(counts.wait(account: "ravi", address: "10.0.0.99", now: start) == nil)
        #expect(counts.wait(account: "asha", address: "10.0.0.99", now: start + .seconds(900)) == nil)
    }

    @Test("an address that tries many names is slowed down, a success does not help it")
    func perAddress() {
        var counts = GuessCounts()
        for number in 0..<50 { counts.failed(account: "name\(number)", address: "10.0.0.1", now: start) }
        counts.succeeded(account: "name1")
        #expect(counts.wait(account: "another", address: "10.0.0.1", now: start) != nil)
        #expect(counts.wait(account: "another", address: "10.0.0.2", now: start) == nil)
    }

    @Test("a success forgets the account's failures")
    func success() {
        var counts = GuessCounts()
        for _ in 0..<10 { counts.failed(account: "asha", address: "10.0.0.1", now: start) }
        counts.succeeded(account: "asha")
        #expect(counts.wait(account: "asha", address: "10.0.0.1", now: start) == nil)
    }

    @Test("however many names are tried, what is remembered is bounded, and the newest stay")
    func bounded() {
        var counts = GuessCounts()
        for number in 0..<50_000 {
            counts.failed(account: "n\(number)", address: "127.0.0.1", now: start + .milliseconds(number))
        }
        for _ in 0..<10 { counts.failed(account: "asha", address: "127.0.0.1", now: start + .seconds(50)) }
        #expect(counts.wait(account: "asha", address: "127.0.0.1", now: start + .seconds(51)) != nil)
        #expect(counts.remembered <= GuessCounts.capacity + 1)
    }
}
