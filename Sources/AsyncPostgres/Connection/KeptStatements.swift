/// Which statements a connection has prepared, by text. A value: it says what to send, and hears what came of it.
struct KeptStatements {
    /// Behind a pooler that hands out another server session for each transaction, names do not last: then none of the
    /// pool's connections keeps any.
    final class Permission {
        var isGiven = true
    }
    enum Action: Equatable {
        case sendText
        case prepare(String)
        case execute(String)
    }

    /// A text is program text, so there are few; a leak of generated ones must not fill the server.
    private static let most = 64

    private let permission: Permission
    private var names: [String: String] = [:]
    private var made = 0

    init(_ permission: Permission) { self.permission = permission }

    func action(for statement: BoundStatement) -> Action {
        guard statement.isKept, permission.isGiven else { return .sendText }
        if let name = names[statement.text] { return .execute(name) }
        return made < Self.most ? .prepare("kept_\(made)") : .sendText
    }

    mutating func prepared(_ text: String, as name: String) {
        names[text] = name
        made += 1
    }

    /// Hears of a refusal of a kept statement.
    /// - Returns: whether it is about the name, not about what was asked: it is unknown (26000) or taken (42P05), as
    ///   behind a pooler. The connection is then of no use, and no other one keeps statements any more.
    mutating func refused(_ text: String, _ sqlState: String) -> Bool {
        // Perhaps the result has another shape than when it was planned; the next one is prepared anew.
        if sqlState == "0A000" { names[text] = nil }
        guard sqlState == "26000" || sqlState == "42P05" else { return false }
        permission.isGiven = false
        return true
    }
}
