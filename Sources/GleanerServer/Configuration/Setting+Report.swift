import Foundation
public import GleanerReport

/// Settings of the report of the week.
extension Setting {
    public static let reportWeekly = Setting(
        variable: "GLEANER_REPORT_WEEKLY", path: "report.weekly", standard: nil,
        meaning:
            "when the report of the week is mailed, day and time in UTC, such as mon 07:00; wants GLEANER_REPORT_TO and "
            + "GLEANER_SMTP_URL; unset: never")
    public static let reportRecipients = Setting(
        variable: "GLEANER_REPORT_TO", path: "report.to", standard: nil,
        meaning: "comma separated addresses that reports are mailed to")
    public static let reportProject = Setting(
        variable: "GLEANER_REPORT_PROJECT", path: "report.project", standard: "default",
        meaning: "the project that the report of the week is about")
}

/// Who gets reports, and when the report of the week is due.
public struct ReportSettings: Sendable {
    /// `nil`: nothing goes out by itself.
    public let weekly: WeeklySchedule?
    public let recipients: [String]
    public let project: String
}

extension Settings {
    func report() throws(SettingsError) -> ReportSettings {
        let recipients = (text(.reportRecipients) ?? "").split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        var weekly: WeeklySchedule?
        if let moment = text(.reportWeekly) {
            guard let schedule = WeeklySchedule(moment) else {
                throw .invalid(.reportWeekly, text: moment, wanted: "a day and a time in UTC, such as mon 07:00")
            }
            if recipients.isEmpty { throw .missing(.reportRecipients) }
            if text(.smtpURL) == nil { throw .missing(.smtpURL) }
            weekly = schedule
        }
        return ReportSettings(weekly: weekly, recipients: recipients, project: try required(.reportProject))
    }
}
