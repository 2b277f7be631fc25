import Foundation
import GleanerFeedback

extension Settings {
    /// `nil`: answers carry no feedback tokens.
    func feedbackTokenLifetime() throws(SettingsError) -> Duration? {
        try text(.feedbackTokenLifetime) == "off" ? nil : duration(.feedbackTokenLifetime)
    }

    /// - Throws: `SettingsError.invalid` for anything but `scheme://host` and `scheme://host:port`.
    func feedbackOrigins() throws(SettingsError) -> FeedbackOrigins {
        let text = text(.feedbackOrigins) ?? ""
        let origins = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        guard let parsed = FeedbackOrigins(origins) else {
            throw .invalid(
                .feedbackOrigins, text: text, wanted: "origins such as https://chat.example.com, without path and *")
        }
        return parsed
    }
}
