import Crypto
import GleanerCore

/// The placeholders of one conversation: the same value has the same number, whatever way it was written.
///
/// What is remembered of a value is its HMAC under a key of the project's.
struct Placeholders: Sendable {
    struct Entry: Sendable, Hashable {
        let kind: PIIKind
        let hmac: [UInt8]
    }

    private let key: SymmetricKey
    private var numbers: [Entry: Int] = [:]
    private var last: [PIIKind: Int] = [:]
    /// Those given out since it was made, which nobody has stored yet.
    private(set) var new: [(entry: Entry, number: Int)] = []

    init(key: [UInt8], known: [(entry: Entry, number: Int)] = []) {
        self.key = SymmetricKey(data: key)
        for (entry, number) in known {
            numbers[entry] = number
            last[entry.kind] = max(last[entry.kind] ?? 0, number)
        }
    }

    /// A hash of what is not kept, under the project's key: the same for the same bytes, and nothing to guess against. A
    /// plain one beside a text with one number left out tells the number to whoever tries them all.
    func sealed(_ hash: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array("sha256".utf8) + [0] + hash, using: key))
    }

    /// - Parameter value: as `PIIKind.canonical` has it.
    mutating func placeholder(for kind: PIIKind, _ value: [UInt8]) -> String {
        let hmac = HMAC<SHA256>.authenticationCode(for: Array(kind.rawValue.utf8) + [0] + value, using: key)
        let entry = Entry(kind: kind, hmac: Array(hmac))
        if let number = numbers[entry] { return kind.placeholder(number) }
        let number = (last[kind] ?? 0) + 1
        last[kind] = number
        numbers[entry] = number
        new.append((entry, number))
        return kind.placeholder(number)
    }
}

extension PIIKind {
    /// A value without the differences that are a matter of writing: `+91 98765-43210` and `9876543210` are one phone.
    func canonical(_ bytes: some Collection<UInt8>) -> [UInt8] {
        switch self {
        case .phone: bytes.filter(\.isDigit).suffix(10).map { $0 }
        case .card, .aadhaar, .aadhaarVID: bytes.filter(\.isDigit)
        case .email, .upi, .ipAddress: bytes.map(\.lowercased)
        case .iban, .pan, .gstin, .ifsc, .epic, .passport:
            bytes.filter { $0.isDigit || $0.isLetter }.map(\.uppercased)
        case .jwt, .apiKey, .privateKey: Array(bytes)
        }
    }
}
