extension PostgresError.ServerError {
    /// A step that this connection cannot take, in the words and state the server would use.
    static func outOfPlace(_ message: String, statement: String) -> Self {
        Self(sqlState: "0A000", message: message, statement: statement)
    }
}

/// libpq's description of a failed connection, fit to be shown.
enum ConnectionWords {
    /// One line; what is quoted after "invalid …" is hidden, as a wrongly written URI may put its password there.
    static func clean(_ words: String) -> String {
        let line = words.split(whereSeparator: \.isNewline).joined(separator: "; ")
        guard line.hasPrefix("invalid ") || line.contains(" in URI") else { return line }
        return line.prefix(while: { $0 != "\"" }) + "(not shown)"
    }
}
