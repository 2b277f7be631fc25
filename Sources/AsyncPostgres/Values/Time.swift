public import FoundationEssentials

/// `timestamptz`: microseconds since 2000-01-01 00:00 UTC. Reads `timestamp` (as UTC) and `date` as well.
///
/// Postgres's `infinity` is `Date.distantFuture`, `-infinity` is `Date.distantPast`, in both directions.
extension Date: PostgresEncodable, PostgresDecodable {
    /// From 2000-01-01, where Postgres counts from, to 2001-01-01, where Foundation does: 366 days.
    private static let epochOffset: TimeInterval = 31_622_400

    public static var postgresType: PostgresType { .timestamptz }

    public func encoded() throws(PostgresError) -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(into: &bytes)
        return bytes
    }

    public func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(bigEndian: try postgresMicroseconds())
    }

    /// As Postgres counts them.
    func postgresMicroseconds() throws(PostgresError) -> Int64 {
        switch self {
        case .distantFuture: return .max
        case .distantPast: return .min
        default:
            let exact = ((timeIntervalSinceReferenceDate + Self.epochOffset) * 1e6).rounded()
            guard let whole = Int64(exactly: exact) else {
                throw .wrongType(column: "", expected: "a finite Date", got: PostgresType.timestamptz.rawValue)
            }
            return whole
        }
    }

    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Date {
        switch type {
        case .timestamptz, .timestamp:
            guard let microseconds = bytes.bigEndian(as: Int64.self) else { throw mismatch(type) }
            if microseconds == .max { return .distantFuture }
            if microseconds == .min { return .distantPast }
            return Date(timeIntervalSinceReferenceDate: Double(microseconds) / 1e6 - epochOffset)
        case .date:
            guard let days = bytes.bigEndian(as: Int32.self) else { throw mismatch(type) }
            if days == .max { return .distantFuture }
            if days == .min { return .distantPast }
            return Date(timeIntervalSinceReferenceDate: Double(days) * 86_400 - epochOffset)
        default: throw mismatch(type)
        }
    }
}
