/// What a scanner finds in a text. The raw value is what SQL, JSON and policies say.
public enum PIIKind: String, Sendable, Hashable, CaseIterable, Codable {
    case email, upi, phone, aadhaar
    case aadhaarVID = "aadhaar_vid"
    case pan, gstin, ifsc
    /// The number of an Indian voter's card.
    case epic
    case passport, card, iban
    case ipAddress = "ip_address"
    case jwt
    case apiKey = "api_key"
    case privateKey = "private_key"

    /// Opens a door, rather than naming a person.
    public var isSecret: Bool {
        switch self {
        case .jwt, .apiKey, .privateKey: true
        default: false
        }
    }

    /// `pii/phone`, `secret/api_key`: by which policies and results name it.
    public var category: String { (isSecret ? "secret/" : "pii/") + rawValue }

    /// What stands in a redacted text: `<PHONE_1>`.
    public func placeholder(_ number: Int) -> String { "<\(rawValue.uppercased())_\(number)>" }
}

/// Where something lies in a text, and how sure that is. Never the value itself.
public struct PIISpan: Sendable, Hashable {
    public let kind: PIIKind
    /// In the text's UTF-8.
    public let range: Range<Int>
    public let certainty: Certainty

    /// One random number in ten passes a check digit, so the words around it count too.
    public enum Certainty: Double, Sendable, Hashable {
        /// It has the form.
        case form = 0.5
        /// And its check digits are right, or a word beside it says what it is.
        case likely = 0.8
        /// Both, or a form that nothing else has.
        case sure = 0.95
    }
}
