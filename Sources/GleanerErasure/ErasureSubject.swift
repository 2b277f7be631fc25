import Crypto
public import GleanerCore

/// Whose traces are to go.
public enum ErasureSubject: Sendable, Hashable {
    /// One exchange, or one example that somebody wrote by hand.
    case exchange(ID<Exchange>)
    /// As the client named them.
    case endUser(String)
    case conversation(String)

    /// What SQL and JSON say.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case exchange
        case endUser = "end_user"
        case conversation
    }

    public var kind: Kind {
        switch self {
        case .exchange: .exchange
        case .endUser: .endUser
        case .conversation: .conversation
        }
    }

    public var text: String {
        switch self {
        case .exchange(let id): id.description
        case .endUser(let name), .conversation(let name): name
        }
    }

    /// - Throws: `ErasureError.subjectInvalid` for what no exchange can have.
    public init(_ kind: Kind, _ text: String) throws(ErasureError) {
        guard !text.isEmpty, text.unicodeScalars.count <= 256,
            !text.hasControlCharacters
        else { throw .subjectInvalid(kind) }
        switch kind {
        case .exchange:
            guard let id = ID<Exchange>(text) else { throw .subjectInvalid(kind) }
            self = .exchange(id)
        case .endUser: self = .endUser(text)
        case .conversation: self = .conversation(text)
        }
    }
}

/// Knows erased subjects again without keeping their names: HMAC-SHA256 under the installation's secret.
struct SubjectHash: Sendable {
    let key: [UInt8]

    func callAsFunction(_ kind: ErasureSubject.Kind, _ text: String, in project: ID<Project>) -> [UInt8] {
        var hash = HMAC<SHA256>(key: SymmetricKey(data: key))
        hash.update(data: Array(kind.rawValue.utf8))
        hash.update(data: [0] + project.bytes + [0])
        hash.update(data: Array(text.utf8))
        return Array(hash.finalize())
    }

    func callAsFunction(_ subject: ErasureSubject, in project: ID<Project>) -> [UInt8] {
        self(subject.kind, subject.text, in: project)
    }
}
