/// One bound parameter: its type and its bytes in Postgres's binary format, `nil` for NULL.
public struct PostgresValue: Sendable, Hashable {
    public let type: PostgresType
    public let bytes: [UInt8]?

    public init(type: PostgresType, bytes: [UInt8]?) {
        self.type = type
        self.bytes = bytes
    }

    public init<Value: PostgresEncodable>(_ value: Value) throws(PostgresError) {
        type = Value.postgresType
        bytes = value.isNull ? nil : try value.encoded()
    }
}
