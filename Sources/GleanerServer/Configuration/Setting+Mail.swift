import Foundation
import GleanerMail

/// Settings of mail.
extension Setting {
    public static let smtpURL = Setting(
        variable: "GLEANER_SMTP_URL", path: "smtp.url", standard: nil,
        meaning:
            "the server that takes mail, such as smtp://mail.example.com:587 (STARTTLS) or smtps://…:465; unset: no mail"
    )
    public static let smtpFrom = Setting(
        variable: "GLEANER_SMTP_FROM", path: "smtp.from", standard: nil,
        meaning: "whom mail comes from, such as Gleaner <gleaner@example.com>; wanted with GLEANER_SMTP_URL")
    public static let smtpUser = Setting(
        variable: "GLEANER_SMTP_USER", path: "smtp.user", standard: nil,
        meaning: "who logs in at the mail server; unset: nobody")
    public static let smtpPassword = Setting(
        variable: "GLEANER_SMTP_PASSWORD", path: "smtp.password", standard: nil, meaning: "that user's password",
        isSecret: true)
    public static let smtpPasswordFile = Setting(
        variable: "GLEANER_SMTP_PASSWORD_FILE", path: "smtp.password_file", standard: nil,
        meaning: "a file with the password alone; goes before the password")
    public static let smtpStartTLS = Setting(
        variable: "GLEANER_SMTP_STARTTLS", path: "smtp.starttls", standard: nil,
        meaning: "required or off; unset: required, but for a server on this machine")
    public static let smtpCAFile = Setting(
        variable: "GLEANER_SMTP_CA_FILE", path: "smtp.ca_file", standard: nil,
        meaning:
            "PEM file of the authorities that the mail server's certificate is checked against; unset: the system's")
    public static let smtpTimeout = Setting(
        variable: "GLEANER_SMTP_TIMEOUT", path: "smtp.timeout", standard: "30s", meaning: "for one mail (ms, s, m)")
}

extension Settings {
    private enum StartTLS: String, CaseIterable { case required, off }

    /// `nil` when no server is set.
    func mail() throws(SettingsError) -> SMTPConfiguration? {
        guard let url = text(.smtpURL) else { return nil }
        let parts = URL(string: url)
        guard let parts, ["smtp", "smtps"].contains(parts.scheme), let host = parts.host(), !host.isEmpty,
            parts.user() == nil, parts.query() == nil
        else {
            // What stands before an @ may be a password.
            let shown = url.split(separator: "@").count > 1 ? "…@…" : url
            throw .invalid(.smtpURL, text: shown, wanted: "smtp://host:port or smtps://host:port, without a user")
        }
        let sender = try required(.smtpFrom)
        guard let from = try? MailAddress(sender) else {
            throw .invalid(.smtpFrom, text: sender, wanted: "an address such as Gleaner <gleaner@example.com>")
        }
        let isHere = ["localhost", "::1"].contains(host) || host.hasPrefix("127.")
        let startTLS: StartTLS =
            text(.smtpStartTLS) == nil ? (isHere ? .off : .required) : try choice(.smtpStartTLS, StartTLS.self)
        return SMTPConfiguration(
            url: url, user: text(.smtpUser), password: try smtpPassword(), from: from,
            requiresEncryption: startTLS == .required, caFile: try certificates(.smtpCAFile),
            timeout: try duration(.smtpTimeout))
    }

    private func smtpPassword() throws(SettingsError) -> SMTPPassword? {
        var password = text(.smtpPassword)
        if let file = text(.smtpPasswordFile) {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw .invalid(.smtpPasswordFile, text: file, wanted: "a readable file with the password alone")
            }
            password = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
        }
        if password == nil, text(.smtpUser) != nil { throw .missing(.smtpPassword) }
        return password.map { SMTPPassword($0) }
    }
}
