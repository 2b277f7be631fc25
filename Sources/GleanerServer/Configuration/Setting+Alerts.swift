import GleanerAlerts

/// Settings of alerts.
extension Setting {
    public static let alertChannels = Setting(
        variable: "GLEANER_ALERT_CHANNELS", path: "alerts.channels", standard: nil,
        meaning: "where alerts go, NAME=KIND:TARGET with webhook, slack, alertmanager or email; several are parted by "
            + "semicolons",
        isSecret: true)
    public static let alertSecrets = Setting(
        variable: "GLEANER_ALERT_SECRETS", path: "alerts.secrets", standard: nil,
        meaning: "what webhooks are signed with, NAME=SECRET; several are parted by semicolons", isSecret: true)
    public static let alertInterval = Setting(
        variable: "GLEANER_ALERT_INTERVAL", path: "alerts.interval", standard: "60s",
        meaning: "between two looks at alert rules (ms, s, m)")
}

extension Settings {
    /// - Throws: `SettingsError.invalid` for an entry that cannot be read, a name twice, or a webhook without a secret.
    func alertChannels() throws(SettingsError) -> [AlertChannel] {
        let secrets = try named(.alertSecrets, wanted: "NAME=SECRET;…")
        let entries = try named(.alertChannels, wanted: "NAME=KIND:TARGET;…")
        var channels: [AlertChannel] = []
        for (name, text) in entries.sorted(by: { $0.key < $1.key }) {
            do throws(AlertError) {
                channels.append(try AlertChannel(name: name, text, secret: secrets[name]))
            } catch {
                guard case .channelsInvalid(let wanted) = error else { continue }
                // The text holds addresses that may be secrets.
                throw .invalid(.alertChannels, text: "", wanted: wanted)
            }
        }
        return channels
    }
}
