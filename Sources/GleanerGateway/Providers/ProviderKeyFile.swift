import Foundation
public import GleanerCore

extension ProviderKey {
    /// The key that a file holds alone; white space around it does not count.
    public init(file path: String) throws(ProviderKeyError) {
        guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable(path: path) }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let key = Self(checking: text) else { throw .unusable(path: path) }
        self = key
    }
}

/// A file that should hold a provider's key. Says nothing of what is in it.
public enum ProviderKeyError: Explained, Hashable {
    case unreadable(path: String)
    case unusable(path: String)

    public var explanation: Explanation {
        switch self {
        case .unreadable(let path):
            Explanation(
                status: 500, code: "key_file_unreadable", what: "The key file \(path) cannot be read.",
                why: "It is missing, or not readable for this user.", fix: "Correct the path or its permissions.")
        case .unusable(let path):
            Explanation(
                status: 500, code: "key_file_unusable", what: "The key file \(path) holds no key.",
                why: "It should hold one line of visible ASCII characters and nothing else.",
                fix: "Write the provider's key into it, then send SIGHUP.")
        }
    }
}
