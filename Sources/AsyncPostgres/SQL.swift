/// SQL text with bound values: `"SELECT … WHERE id = \(id)"` sends `$1` and the value beside it.
///
/// Values are bound in binary format, never spliced into the text. A value that cannot be encoded (text with U+0000)
/// is remembered and thrown when the statement is run.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// The text between the placeholders: one more than there are values, unless made by `init(unsafe:_:)`.
    private var fragments: [String]
    public private(set) var values: [PostgresValue]
    private var failure: PostgresError?

    public init(stringLiteral text: String) {
        fragments = [text]
        values = []
    }
    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }

    /// Text that brings its own `$1…$n`.
    public init(unsafe text: String, _ values: [PostgresValue] = []) {
        fragments = [text]
        self.values = values
    }

    /// The statement as it is sent, with `$1…$n`.
    public var text: String {
        var text = fragments[0]
        for (number, fragment) in fragments.dropFirst().enumerated() { text += "$\(number + 1)\(fragment)" }
        return text
    }

    /// - Throws: what encoding a value threw; `nulInText` when the text itself holds U+0000, where libpq would cut it.
    func checked() throws(PostgresError) -> (text: String, values: [PostgresValue]) {
        if let failure { throw failure }
        let text = text
        if text.holdsNUL { throw .nulInText }
        return (text, values)
    }

    private mutating func append(text: String) { fragments[fragments.count - 1] += text }

    private mutating func append<Value: PostgresEncodable>(value: Value) {
        do throws(PostgresError) {
            values.append(try PostgresValue(value))
        } catch {
            failure = failure ?? error
            values.append(PostgresValue(type: Value.postgresType, bytes: nil))
        }
        fragments.append("")
    }

    private mutating func append(nested: SQL) {
        // Only a statement that knows where its placeholders are can be numbered anew.
        precondition(
            nested.fragments.count == nested.values.count + 1, "SQL(unsafe:) with values cannot be part of another SQL")
        append(text: nested.fragments[0])
        fragments += nested.fragments.dropFirst()
        values += nested.values
        failure = failure ?? nested.failure
    }

    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var sql = SQL(stringLiteral: "")

        public init(literalCapacity: Int, interpolationCount: Int) {}
        public mutating func appendLiteral(_ literal: String) { sql.append(text: literal) }

        public mutating func appendInterpolation(_ value: some PostgresEncodable) { sql.append(value: value) }
        /// `nil` is sent as NULL. Spelled out, so that the compiler does not take it for an oversight.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) { sql.append(value: value) }
        /// Another statement or part of one; its values follow the ones already bound.
        public mutating func appendInterpolation(sql nested: SQL) { sql.append(nested: nested) }
        /// Text from this program, never from outside it.
        public mutating func appendInterpolation(raw text: String) { sql.append(text: text) }
        /// The name of a table, column or channel, quoted.
        public mutating func appendInterpolation(identifier name: String) {
            sql.append(
                text: "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                    + "\"")
        }
    }
}
