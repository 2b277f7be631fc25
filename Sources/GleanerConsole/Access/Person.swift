import Foundation
public import GleanerCore

/// Somebody who may sign in.
public struct Person: Sendable, Hashable {
    public let id: ID<Person>
    /// What they sign in with, and what stands as reviewer, rater or actor wherever they act.
    public let handle: Handle
    /// What pages call them.
    public let name: String
}

/// `asha`, `ravi.k`: lower case letters, digits, `.`, `_` and `-`, at most 63, beginning with a letter or a digit.
public struct Handle: Sendable, Hashable, LosslessStringConvertible {
    public let description: String

    public init?(_ description: String) {
        let bytes = Array(description.utf8)
        func isPlain(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard (1...63).contains(bytes.count), isPlain(bytes[0]),
            bytes.allSatisfy({
                isPlain($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            })
        else { return nil }
        self.description = description
    }
}
