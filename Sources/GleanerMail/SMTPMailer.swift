import AsyncCurl
import Foundation
import NIOCore

/// Hands mails to the SMTP server of the configuration, one connection each.
public struct SMTPMailer: MailSender {
    /// Above it a mail is not sent; the larger providers take 20 to 25 MiB.
    static let maximumBytes = 10 << 20

    private let configuration: SMTPConfiguration
    private let client: CurlClient

    /// Starts a thread, which ends with the last copy.
    public init(_ configuration: SMTPConfiguration) {
        self.configuration = configuration
        var curl = CurlConfiguration()
        curl.caBundle = configuration.caFile
        client = CurlClient(configuration: curl)
    }

    public func send(_ message: MailMessage) async throws {
        let written = try WrittenMail(message, from: configuration.from, at: Date())
        let content = ByteBuffer(string: written.text)
        guard content.readableBytes <= Self.maximumBytes else {
            throw MailError.tooLarge(bytes: content.readableBytes, limit: Self.maximumBytes)
        }
        var mail = self.mail()
        mail.recipients = written.recipients.map(\.address)
        mail.content = content
        try await deliver(mail)
    }

    /// Greets the server, encrypts, logs in, and leaves: what `gleaner doctor` looks at.
    public func check() async throws(MailError) { try await deliver(mail()) }

    private func mail() -> CurlMail {
        var login: (user: String, password: String)?
        if let user = configuration.user { login = (user, configuration.password?.secret ?? "") }
        return CurlMail(
            url: configuration.url, encryption: configuration.requiresEncryption ? .required : .asTheURLSays,
            login: login, sender: configuration.from.address, connectTimeout: min(configuration.timeout, .seconds(10)),
            total: configuration.timeout)
    }

    private func deliver(_ mail: CurlMail) async throws(MailError) {
        do throws(CurlMailError) {
            try await client.deliver(mail)
        } catch {
            throw MailError(error, server: configuration.url)
        }
    }
}

extension MailError {
    init(_ error: CurlMailError, server: String) {
        self =
            switch error {
            case .refused(let reply): reply.code >= 500 ? .refused(reply) : .deferred(reply)
            case .loginRefused(let reply): .login(reply)
            case .noEncryption: .noEncryption(server: server)
            case .transfer(let error):
                switch error {
                case .tls(let words): .tls(server: server, words: words)
                case .timeout(.connect): .unreachable(server: server, words: "no answer in time")
                case .timeout: .tooSlow(server: server)
                case .cut, .bodyTooLarge: .cut(server: server)
                case .cancelled, .withheld: .cancelled
                case .connectFailed(let words), .transport(_, let words): .unreachable(server: server, words: words)
                case .invalidURL, .invalidHeader: .unreachable(server: server, words: "the address is not usable")
                }
            }
    }
}
