/// The type of a value on the wire: an OID of `pg_type`, fixed for built-in types.
public struct PostgresType: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let bool = PostgresType(rawValue: 16)
    public static let bytea = PostgresType(rawValue: 17)
    public static let name = PostgresType(rawValue: 19)
    public static let int8 = PostgresType(rawValue: 20)
    public static let int2 = PostgresType(rawValue: 21)
    public static let int4 = PostgresType(rawValue: 23)
    public static let text = PostgresType(rawValue: 25)
    public static let json = PostgresType(rawValue: 114)
    public static let float4 = PostgresType(rawValue: 700)
    public static let float8 = PostgresType(rawValue: 701)
    public static let bpchar = PostgresType(rawValue: 1042)
    public static let varchar = PostgresType(rawValue: 1043)
    public static let date = PostgresType(rawValue: 1082)
    public static let timestamp = PostgresType(rawValue: 1114)
    public static let timestamptz = PostgresType(rawValue: 1184)
    public static let numeric = PostgresType(rawValue: 1700)
    public static let uuid = PostgresType(rawValue: 2950)
    public static let jsonb = PostgresType(rawValue: 3802)

    private static let arrays: [PostgresType: PostgresType] = [
        .bool: PostgresType(rawValue: 1000), .bytea: PostgresType(rawValue: 1001), .name: PostgresType(rawValue: 1003),
        .int2: PostgresType(rawValue: 1005), .int4: PostgresType(rawValue: 1007), .text: PostgresType(rawValue: 1009),
        .int8: PostgresType(rawValue: 1016), .float4: PostgresType(rawValue: 1021),
        .bpchar: PostgresType(rawValue: 1014), .varchar: PostgresType(rawValue: 1015),
        .timestamp: PostgresType(rawValue: 1115), .date: PostgresType(rawValue: 1182),
        .numeric: PostgresType(rawValue: 1231),
        .float8: PostgresType(rawValue: 1022), .timestamptz: PostgresType(rawValue: 1185),
        .json: PostgresType(rawValue: 199), .uuid: PostgresType(rawValue: 2951), .jsonb: PostgresType(rawValue: 3807),
    ]

    /// The type of an array of this one, `nil` when it has no fixed OID here.
    public var array: PostgresType? { Self.arrays[self] }

    /// OIDs from here on belong to the database: enums, domains and types of extensions.
    var isUserDefined: Bool { rawValue >= 16_384 }
}
