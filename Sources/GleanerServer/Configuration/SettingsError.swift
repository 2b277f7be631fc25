public import GleanerCore

/// A configuration that cannot be used. Thrown before anything is opened or started.
public enum SettingsError: Explained, Hashable {
    case file(path: String)
    case missing(Setting)
    /// `text` is not shown when the setting is a secret.
    case invalid(Setting, text: String, wanted: String)

    public var explanation: Explanation {
        switch self {
        case .file(let path):
            Explanation(
                status: 500, code: "configuration_unreadable",
                what: "The configuration file \(path) cannot be read.", why: "It is missing or not YAML.",
                fix: "Mend or remove it, or point GLEANER_CONFIG at another one.")
        case .missing(let setting):
            Explanation(
                status: 500, code: "setting_missing", what: "\(setting.variable) is not set.",
                why: "It has no default: \(setting.meaning).",
                fix: "Set \(setting.variable), or `\(setting.path)` in gleaner.yaml.")
        case .invalid(let setting, let text, let wanted):
            Explanation(
                status: 500, code: "setting_invalid",
                what: "\(setting.variable) cannot be used\(setting.isSecret ? "" : ": \(text)").",
                why: "It should be \(wanted).",
                fix: "Correct \(setting.variable), or `\(setting.path)` in gleaner.yaml.")
        }
    }
}
