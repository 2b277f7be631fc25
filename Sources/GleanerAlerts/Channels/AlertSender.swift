public import AsyncCurl
import Foundation
import GleanerCore
public import GleanerMail
import NIOCore

/// Tells channels of alerts.
public struct AlertSender: Sendable {
    let channels: [AlertChannel]
    private let client: CurlClient
    private let mail: (any MailSender)?
    private let console: String?
    private let timeout = Duration.seconds(10)

    /// How it went.
    enum Outcome: Sendable, Hashable {
        case sent
        /// - Parameter isTransient: it is worth trying again.
        case failed(reason: String, isTransient: Bool)
    }

    /// - Parameters:
    ///   - mail: what channels of kind `email` go through; without one they say so.
    ///   - console: where browsers know this server's console.
    public init(channels: [AlertChannel], client: CurlClient, mail: (any MailSender)? = nil, console: String?) {
        self.channels = channels
        self.client = client
        self.mail = mail
        self.console = console
    }

    public var names: [String] { channels.map(\.name) }

    func channel(_ name: String) -> AlertChannel? { channels.first { $0.name == name } }

    /// - Parameters:
    ///   - delivery: the same at each attempt, for the receiver to know.
    ///   - standing: for how long Alertmanager believes it without hearing of it again.
    func send(
        _ alert: Alert, _ kind: AlertDelivery.Kind, delivery: String, to channel: AlertChannel, standing: TimeInterval
    ) async -> Outcome {
        let message = AlertMessage(alert: alert, kind: kind, delivery: delivery, console: console)
        switch channel.kind {
        case .webhook:
            guard let body = try? message.document.canonicalBytes(), let secret = channel.secret else {
                return .failed(reason: "not_configured", isTransient: false)
            }
            let headers = [
                (name: "Gleaner-Signature", value: AlertMessage.signature(of: body, at: Date(), secret: secret)),
                (name: "Gleaner-Delivery", value: delivery),
            ]
            return await post(body, to: channel.target, headers: headers)
        case .slack:
            guard let body = try? message.slack.canonicalBytes() else {
                return .failed(reason: "not_configured", isTransient: false)
            }
            return await post(body, to: channel.target)
        case .alertmanager:
            let until = Date(timeIntervalSinceNow: standing)
            guard let body = try? message.alertmanager(until: until).canonicalBytes() else {
                return .failed(reason: "not_configured", isTransient: false)
            }
            return await post(body, to: channel.target + "/api/v2/alerts")
        case .email:
            guard let mail else { return .failed(reason: "no_mail_server", isTransient: false) }
            do {
                try await mail.send(message.mail(to: channel.addresses))
                return .sent
            } catch {
                return .failed(reason: "mail_refused", isTransient: (error as? MailError)?.isPermanent != true)
            }
        }
    }

    private func post(
        _ body: [UInt8], to url: String, headers: [(name: String, value: String)] = []
    ) async -> Outcome {
        let request = CurlRequest(
            method: "POST", url: url,
            headers: [("Content-Type", "application/json"), ("User-Agent", "Gleaner")] + headers,
            body: ByteBuffer(bytes: body),
            deadlines: CurlDeadlines(
                connect: .seconds(5), firstByte: timeout, idle: timeout, total: timeout))
        do throws(CurlError) {
            let response = try await client.send(request)
            // What it says is of no interest; that it has said it frees the connection.
            _ = try await response.collect(upTo: 1 << 20)
            if (200..<300).contains(response.status) { return .sent }
            let isTransient = response.status == 408 || response.status == 429 || response.status >= 500
            return .failed(
                reason: response.status == 429 ? "rate_limited" : "status_\(response.status)",
                isTransient: isTransient)
        } catch {
            switch error {
            case .timeout: return .failed(reason: "timed_out", isTransient: true)
            case .bodyTooLarge: return .sent
            case .invalidURL, .invalidHeader: return .failed(reason: "not_configured", isTransient: false)
            default: return .failed(reason: "unreachable", isTransient: true)
            }
        }
    }
}
