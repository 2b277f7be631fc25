import AsyncCurl
import Crypto
import Foundation
import GleanerCore
import GleanerMail
import Synchronization
import Testing

@testable import GleanerAlerts

@Suite("What channels are told")
struct AlertMessageTests {
    private func alert(
        _ change: (inout AlertRuleDocument) -> Void = { _ in }, slice: String = "b <1>", high: Double = 0.31
    ) -> Alert {
        var document = AlertRuleDocument(.thumbsDownShare, line: 0.2)
        document.by = .variant
        document.filter = [.route: "chat & more"]
        document.advice = "Ask @channel"
        change(&document)
        let start = Date(timeIntervalSince1970: 1_780_000_000)
        return Alert(
            id: .new(), project: .new(), projectName: "saathi", rule: "thumbs", ruleVersion: 2, document: document,
            slice: slice, severity: .critical, value: 0.26, low: 0.21, high: high, line: 0.2, count: 900, from: start,
            to: start.addingTimeInterval(3600), since: start, openedAt: start, notifiedAt: nil, acknowledgedBy: nil,
            acknowledgedAt: nil, resolvedAt: nil, resolution: nil)
    }
    private func message(_ alert: Alert, _ kind: AlertDelivery.Kind = .firing) -> AlertMessage {
        AlertMessage(alert: alert, kind: kind, delivery: "d1", console: "https://gleaner.example")
    }

    @Test("a webhook's body says all of it, and its signature is over time and body")
    func webhook() throws {
        let alert = alert()
        let document = message(alert).document
        let body = try document.canonicalBytes()
        #expect(document["delivery"]?.stringValue == "d1" && document["kind"]?.stringValue == "firing")
        #expect(document["alert"]?["slice"]?["variant"]?.stringValue == "b <1>")
        #expect(document["alert"]?["low"]?.doubleValue == 0.21)
        let exchanges = try #require(document["links"]?["exchanges"]?.stringValue)
        #expect(exchanges.hasPrefix("https://gleaner.example/exchanges?since=2026-05-2"))
        #expect(
            exchanges.hasSuffix(
                "&route=chat%20%26%20more&variant=b%20%3C1%3E&source=api%2Cgateway&rating=down&marked=false"))
        let signature = AlertMessage.signature(of: body, at: Date(timeIntervalSince1970: 1_780_000_000.9), secret: "s")
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("1780000000.".utf8) + body, using: SymmetricKey(data: Array("s".utf8)))
        #expect(signature == "t=1780000000,v1=\(code.hexadecimal)")
        // JSON knows no infinity.
        #expect(try message(self.alert(high: .infinity)).document.canonicalBytes().count > 100)
        #expect(message(self.alert(high: .infinity)).document["alert"]?["high"] == .null)
    }

    @Test("Slack's characters are escaped, and Alertmanager gets labels, times and an end")
    func others() {
        let text = message(alert()).slack["text"]?.stringValue ?? ""
        #expect(text.contains("b &lt;1&gt;") && !text.contains("b <1>"))
        #expect(text.contains("<https://gleaner.example/alerts/"))
        let until = Date(timeIntervalSince1970: 1_780_003_600)
        let one = message(alert()).alertmanager(until: until).arrayValue?.first
        #expect(one?["labels"]?["alertname"]?.stringValue == "thumbs")
        #expect(
            one?["labels"]?["variant"]?.stringValue == "b <1>" && one?["labels"]?["route"]?.stringValue == "chat & more"
        )
        #expect(one?["endsAt"]?.stringValue == until.ISO8601Format())
        let mail = message(alert()).mail(to: ["a@b.example"])
        #expect(mail.subject == "[critical] saathi: thumbs (b <1>)" && mail.text.contains("rating=down"))
    }

    @Test("channels are read from one line, and what cannot be one is refused without repeating it")
    func channels() throws {
        let hook = try AlertChannel(name: "ops", "webhook:https://x.example/a=b", secret: "s")
        #expect(hook.kind == .webhook && hook.target == "https://x.example/a=b")
        #expect(try AlertChannel(name: "am", "alertmanager:http://am:9093/", secret: nil).target == "http://am:9093")
        #expect(try AlertChannel(name: "m", "email:a@x.example,b@x.example", secret: nil).addresses.count == 2)
        let refused = [
            "https://hooks.example/T0/secret", "webhook:ftp://x", "webhook:https://x", "slack:https://x y", "email:me",
            "pager:https://x", "slack:", "slack",
        ]
        for text in refused {
            let error = #expect(throws: AlertError.self) { try AlertChannel(name: "ops", text, secret: nil) }
            #expect(error.map { !$0.description.contains("hooks.example") } ?? false)
        }
        #expect(throws: AlertError.self) { try AlertChannel(name: "Ops", "slack:https://x", secret: nil) }
    }

    /// Keeps letters, or refuses them.
    private final class Postbox: MailSender {
        let letters = Mutex<[MailMessage]>([])
        let isOpen: Bool
        init(isOpen: Bool) { self.isOpen = isOpen }
        func send(_ message: MailMessage) async throws {
            guard isOpen else { throw AlertError.noteInvalid }
            letters.withLock { $0.append(message) }
        }
    }

    @Test("a letter goes through whoever sends mail; without one, and when it is refused, that is said")
    func mail() async throws {
        let client = CurlClient()
        defer { client.shutdown() }
        let channel = try AlertChannel(name: "post", "email:a@x.example,b@x.example", secret: nil)
        func send(_ mail: Postbox?) async -> AlertSender.Outcome {
            let sender = AlertSender(channels: [channel], client: client, mail: mail, console: nil)
            return await sender.send(alert(), .firing, delivery: "d7", to: channel, standing: 300)
        }
        let box = Postbox(isOpen: true)
        #expect(await send(box) == .sent)
        let letter = try #require(box.letters.withLock { $0.first })
        #expect(letter.to == ["a@x.example", "b@x.example"] && letter.text.contains("Delivery d7."))
        #expect(!letter.text.contains("/alerts/"))
        #expect(await send(nil) == .failed(reason: "no_mail_server", isTransient: false))
        #expect(await send(Postbox(isOpen: false)) == .failed(reason: "mail_refused", isTransient: true))
    }

    @Test("gauges are of no exchanges")
    func gauges() {
        var gauge = AlertRuleDocument(.jobsAge, line: 900)
        gauge.by = nil
        let alert = alert { $0 = gauge }
        #expect(AlertEvidence.exchanges(of: alert) == nil)
        #expect(message(alert).document["links"]?["exchanges"] == .null)
        #expect(alert.words.hasPrefix("age of the oldest job that is due is 0.26 s, above"))
    }
}
