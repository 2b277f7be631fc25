import Foundation

/// Where alerts go: a name that rules use, and what stands behind it, which only the operator sets and nobody is shown.
///
/// The address itself may be a secret, as Slack's are.
public struct AlertChannel: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Signed JSON to an address of the operator's.
        case webhook
        /// What Slack's incoming webhooks take, and Mattermost's, Rocket.Chat's and Discord's under `/slack`.
        case slack
        /// Alertmanager's API of version 2, at its base address.
        case alertmanager
        /// Addresses with commas.
        case email
    }
    public let name: String
    public let kind: Kind
    let target: String
    /// What a webhook is signed with.
    let secret: String?

    /// - Parameter text: `KIND:TARGET`.
    /// - Throws: `AlertError.channelsInvalid`, which does not repeat the text.
    public init(name: String, _ text: String, secret: String?) throws(AlertError) {
        let halves = text.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        guard AlertName.isOne(name), halves.count == 2, let kind = Kind(rawValue: halves[0]), !halves[1].isEmpty else {
            throw .channelsInvalid(wanted: "NAME=KIND:TARGET with webhook, slack, alertmanager or email")
        }
        self.name = name
        self.kind = kind
        self.secret = secret
        switch kind {
        case .email:
            let addresses = halves[1].split(separator: ",")
            guard addresses.allSatisfy({ $0.contains("@") && !$0.contains(where: \.isWhitespace) }) else {
                throw .channelsInvalid(wanted: "email: and addresses with commas")
            }
            target = halves[1]
        case .webhook, .slack, .alertmanager:
            let isVisible = halves[1].utf8.allSatisfy { (0x21..<0x7F).contains($0) }
            guard isVisible, halves[1].hasPrefix("http://") || halves[1].hasPrefix("https://") else {
                throw .channelsInvalid(wanted: "NAME=\(kind.rawValue):https://…")
            }
            target = halves[1].hasSuffix("/") && kind == .alertmanager ? String(halves[1].dropLast()) : halves[1]
        }
        if kind == .webhook, secret == nil {
            throw .channelsInvalid(wanted: "signed: a webhook needs a secret of its name in GLEANER_ALERT_SECRETS")
        }
    }

    /// Written nowhere: not into logs, errors or answers.
    var addresses: [String] { target.split(separator: ",").map(String.init) }
}
