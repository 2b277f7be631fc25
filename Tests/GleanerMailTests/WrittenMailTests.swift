import Foundation
import Testing

@testable import GleanerMail

@Suite("Mail as it is written")
struct WrittenMailTests {
    private static let sender = try! MailAddress("Gleaner <gleaner@example.com>")

    private func written(
        to: [String] = ["ann@example.com"], subject: String = "Hello", text: String = "Hello.", html: String? = nil
    ) throws -> String {
        try WrittenMail(
            MailMessage(to: to, subject: subject, text: text, html: html), from: Self.sender,
            at: Date(timeIntervalSince1970: 1_700_000_000)
        ).text
    }

    @Test("a plain mail has the headers that mailboxes want")
    func plain() throws {
        let mail = try written()
        #expect(mail.hasPrefix("Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nFrom: \"Gleaner\" <gleaner@example.com>\r\n"))
        #expect(mail.contains("\r\nTo: ann@example.com\r\nSubject: Hello\r\nMessage-ID: <"))
        #expect(mail.contains("@example.com>\r\n"))
        #expect(mail.hasSuffix("\r\n\r\nHello.\r\n"))
    }

    @Test(
        "whatever is written, all lines are short ASCII",
        arguments: [
            "", " ", ".", "..\n.\n", String(repeating: "a", count: 5000), String(repeating: "नमस्ते ", count: 900),
            "line\rline\r\nline\n\n", "a \nb\t\n = ", "\u{0}\u{1}\u{7F}", String(repeating: "x =\u{E9} ", count: 100),
        ])
    func lines(_ text: String) throws {
        let mail = try written(
            to: ["\(String(text.unicodeScalars.filter(\.maybeShown).map(Character.init).prefix(30))) <a@b.example>"],
            subject: String(String.UnicodeScalarView(text.unicodeScalars.filter(\.maybeShown))), text: text, html: text)
        #expect(mail.utf8.allSatisfy { $0 == 0x0D || $0 == 0x0A || (0x20..<0x7F).contains($0) })
        #expect(mail.replacing("\r\n", with: "").utf8.allSatisfy { $0 != 0x0D && $0 != 0x0A })
        for line in mail.split(separator: "\r\n") { #expect(line.utf8.count <= 78, "\(line)") }
    }

    @Test(
        "a subject that would begin another header is refused", arguments: ["a\r\nBcc: b@example.com", "a\nb", "\u{0}"])
    func subjects(_ subject: String) { #expect(throws: MailError.subject) { try written(subject: subject) } }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "ann", "@example.com", "ann@", "a b@example.com", "ann@example.com\r\nBcc: x@example.com",
            "Ann\r\nBcc: x <ann@example.com>", "ann@exa mple.com", "ann@-example.com", "a..b@example.com",
            "<ann@example.com", "ann@example.com>", "ann@b\u{FC}cher.example", "a@b@c\n",
            String(repeating: "a", count: 65) + "@example.com", "a@" + String(repeating: "b.", count: 130) + "c",
        ])
    func addresses(_ text: String) {
        #expect(throws: MailError.address(text)) { try MailAddress(text) }
        #expect(throws: MailError.address(text)) { try written(to: [text]) }
    }

    @Test("an address may carry a name, in any script")
    func names() throws {
        #expect(try MailAddress("\"Ann\" <ann+x@example.com>").name == "Ann")
        #expect(try MailAddress(" ann@localhost ").address == "ann@localhost")
        #expect(try written(to: ["A \"B\" <a@b.example>"]).contains("To: \"A \\\"B\\\"\" <a@b.example>\r\n"))
        #expect(throws: MailError.noRecipient) { try written(to: []) }
    }

    @Test("a password is not shown")
    func password() {
        let configuration = SMTPConfiguration(
            url: "smtp://x", user: "u", password: SMTPPassword("hush"), from: Self.sender)
        #expect(!"\(configuration)".contains("hush") && !String(reflecting: configuration).contains("hush"))
    }
}
