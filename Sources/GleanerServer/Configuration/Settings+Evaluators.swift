import Foundation
import GleanerEvaluation

extension Settings {
    /// - Throws: `SettingsError.invalid` for an entry without name or value, a name twice, or an address that is no HTTP.
    func outsideEvaluators() throws(SettingsError) -> OutsideEvaluators {
        let commands = try named(.evaluatorCommands, wanted: "NAME=PROGRAM ARGUMENTS;…")
        let urls = try named(.evaluatorURLs, wanted: "NAME=https://…;…")
        for url in urls.values where !url.hasPrefix("http://") && !url.hasPrefix("https://") {
            throw .invalid(.evaluatorURLs, text: text(.evaluatorURLs) ?? "", wanted: "NAME=https://…;…")
        }
        return OutsideEvaluators(
            commands: commands.mapValues { $0.split(separator: " ").map(String.init) }, urls: urls)
    }

    /// `NAME=VALUE` parted by semicolons.
    func named(_ setting: Setting, wanted: String) throws(SettingsError) -> [String: String] {
        let whole = text(setting) ?? ""
        var entries: [String: String] = [:]
        for entry in whole.split(separator: ";") where !entry.allSatisfy(\.isWhitespace) {
            let halves = entry.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard halves.count == 2, halves[0].wholeMatch(of: /[a-z][a-z0-9_]{0,47}/) != nil, !halves[1].isEmpty,
                entries.updateValue(halves[1], forKey: halves[0]) == nil
            else { throw .invalid(setting, text: whole, wanted: wanted) }
        }
        return entries
    }
}
