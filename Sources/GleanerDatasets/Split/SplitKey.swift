import Crypto
import GleanerCore

/// What falls on one side of the split as a whole: an end user, a conversation, or an exchange that has neither.
///
/// Decided before anything is selected, so that no gate can move a hard case from one side to the other.
public struct SplitKey: Sendable, Hashable {
    public enum Unit: String, Sendable, Hashable, Codable, CaseIterable {
        /// Nobody's habits are on both sides. Needs many users: the shares are of users, not of exchanges.
        case endUser = "end_user"
        case conversation
    }

    /// `user:…`, `conversation:…` or `exchange:…`.
    let text: String

    init(endUser: String?, conversation: String?, exchange: ID<Exchange>, by unit: Unit) {
        if unit == .endUser, let endUser {
            self.init(endUser: endUser)
        } else if let conversation {
            self.init(conversation: conversation)
        } else {
            self.init(exchange: exchange)
        }
    }

    private init(endUser: String) { text = "user:\(endUser)" }
    private init(conversation: String) { text = "conversation:\(conversation)" }
    private init(exchange: ID<Exchange>) { text = "exchange:\(exchange)" }

    /// As `holdouts` keeps it: without the salt, so that it holds whatever becomes of that.
    func hash(in project: ID<Project>) -> [UInt8] { Array(SHA256.hash(data: Array("\(project):\(text)".utf8))) }

    /// Of everything that an exchange falls under, whatever a policy splits by, as `holdouts` and `trained_keys` keep it.
    struct Hashes: Sendable, Hashable {
        let exchange: [UInt8]
        let conversation: [UInt8]?
        let endUser: [UInt8]?

        init(endUser: String?, conversation: String?, exchange: ID<Exchange>, in project: ID<Project>) {
            self.exchange = SplitKey(exchange: exchange).hash(in: project)
            self.conversation = conversation.map { SplitKey(conversation: $0).hash(in: project) }
            self.endUser = endUser.map { SplitKey(endUser: $0).hash(in: project) }
        }
    }

    /// Which side an unassigned key falls on. Both draws have salts of their own, or they would be one.
    func side(salt: String, holdout: Double, validation: Double) -> Split {
        if SamplingHash.draws(text, salt: "holdout:\(salt)", probability: holdout) { return .holdout }
        return SamplingHash.draws(text, salt: "validation:\(salt)", probability: validation) ? .validation : .train
    }
}

public enum Split: String, Sendable, Hashable, Codable, CaseIterable {
    case train, validation
    /// Never exported for training, never trained on.
    case holdout
}
