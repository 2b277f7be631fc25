public import GleanerCore

public enum AlertError: Explained, Hashable {
    case nameInvalid(String)
    case ruleUnknown(String)
    case alertUnknown(String)
    case silenceUnknown(String)
    case memberUnknown(String, [String])
    case memberInvalid(String, wanted: String)
    case channelUnknown(String, [String])
    case ruleConflict(expected: Int, found: Int)
    case alertOver(String)
    case untilInvalid
    case noteInvalid
    case channelsInvalid(wanted: String)

    public var explanation: Explanation {
        switch self {
        case .nameInvalid(let name):
            Explanation(
                status: 400, code: "alert_rule_name_invalid", what: "A rule cannot be called `\(name.prefix(64))`.",
                why: "Names have 1 to 63 lower case letters, digits, - and _, and begin with a letter or digit.",
                fix: "Choose such a name.")
        case .ruleUnknown(let name):
            Explanation(
                status: 404, code: "alert_rule_unknown", what: "There is no rule `\(name.prefix(64))`.",
                why: "None was put under this name in this project, or it was removed.",
                fix: "`gleaner alerts rules` shows what there is.")
        case .alertUnknown(let id):
            Explanation(
                status: 404, code: "alert_unknown", what: "There is no alert \(id.prefix(64)).",
                why: "None has this id in this project.", fix: "`gleaner alerts list --all` shows what there is.")
        case .silenceUnknown(let id):
            Explanation(
                status: 404, code: "alert_silence_unknown", what: "There is no silence \(id.prefix(64)).",
                why: "None has this id in this project, or it is over.",
                fix: "`gleaner alerts silences` shows what there is.")
        case .memberUnknown(let member, let known):
            Explanation(
                status: 400, code: "alert_rule_member_unknown",
                what: "The rule has an unknown member `\(member.prefix(64))`.",
                why: "Known are there: \(known.joined(separator: ", ")).", fix: "Correct or remove it.")
        case .memberInvalid(let member, let wanted):
            Explanation(
                status: 400, code: "alert_rule_member_invalid",
                what: member.isEmpty ? "The rule cannot be read." : "The rule's `\(member.prefix(64))` cannot be used.",
                why: "It should be \(wanted).", fix: "Correct it; docs/guide/alerts.md lists all of them.")
        case .channelUnknown(let name, let known):
            Explanation(
                status: 400, code: "alert_channel_unknown", what: "There is no channel `\(name.prefix(64))`.",
                why: known.isEmpty
                    ? "The server has none: GLEANER_ALERT_CHANNELS is not set."
                    : "The server has: \(known.joined(separator: ", ")).",
                fix: "Name one of them, or have the operator add it to GLEANER_ALERT_CHANNELS.")
        case .ruleConflict(let expected, let found):
            Explanation(
                status: 409, code: "alert_rule_conflict", what: "The rule has changed meanwhile.",
                why: "Version \(expected) was to be changed, and version \(found) is in force.",
                fix: "Read it again, and change what is there now.")
        case .alertOver(let state):
            Explanation(
                status: 409, code: "alert_over", what: "This alert is over.", why: "It is \(state).",
                fix: "Nothing to do.")
        case .untilInvalid:
            Explanation(
                status: 400, code: "alert_silence_invalid", what: "A silence cannot end then.",
                why: "It ends after now, and within a year.", fix: "Name such a time.")
        case .noteInvalid:
            Explanation(
                status: 400, code: "alert_note_invalid", what: "This text cannot be stored.",
                why: "It has more than 500 bytes, or holds a control character.", fix: "Shorten or clean it.")
        case .channelsInvalid(let wanted):
            Explanation(
                status: 400, code: "alert_channels_invalid", what: "The channels of alerts cannot be read.",
                why: "Each should be \(wanted).", fix: "Correct GLEANER_ALERT_CHANNELS.")
        }
    }
}
