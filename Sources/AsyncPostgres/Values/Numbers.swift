extension Bool: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .bool }
    public func encoded() -> [UInt8] { [self ? 1 : 0] }
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Bool {
        guard type == .bool, bytes.count == 1 else { throw mismatch(type) }
        return bytes[0] != 0
    }
}

/// An integer column of any width, or a whole `numeric` such as `sum(bigint)` gives.
private func decodeInteger(_ bytes: Span<UInt8>, type: PostgresType) -> Int64? {
    switch type {
    case .int2: bytes.bigEndian(as: Int16.self).map(Int64.init)
    case .int4: bytes.bigEndian(as: Int32.self).map(Int64.init)
    case .int8: bytes.bigEndian(as: Int64.self)
    case .numeric: Numeric(bytes)?.integer
    default: nil
    }
}

extension Int16: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int2 }
    public func encoded() -> [UInt8] { [UInt8](bigEndian: self) }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Int16 {
        guard let value = decodeInteger(bytes, type: type).flatMap(Int16.init(exactly:)) else { throw mismatch(type) }
        return value
    }
}

extension Int32: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int4 }
    public func encoded() -> [UInt8] { [UInt8](bigEndian: self) }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Int32 {
        guard let value = decodeInteger(bytes, type: type).flatMap(Int32.init(exactly:)) else { throw mismatch(type) }
        return value
    }
}

extension Int64: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int8 }
    public func encoded() -> [UInt8] { [UInt8](bigEndian: self) }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Int64 {
        guard let value = decodeInteger(bytes, type: type) else { throw mismatch(type) }
        return value
    }
}

extension Int: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int8 }
    public func encoded() -> [UInt8] { [UInt8](bigEndian: Int64(self)) }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: Int64(self)) }
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Int {
        guard let value = decodeInteger(bytes, type: type) else { throw mismatch(type) }
        return Int(value)
    }
}

extension Float: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .float4 }
    public func encoded() -> [UInt8] { [UInt8](bigEndian: bitPattern) }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Float {
        guard type == .float4, let bits = bytes.bigEndian(as: UInt32.self) else { throw mismatch(type) }
        return Float(bitPattern: bits)
    }
}

extension Double: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .float8 }
    public func encoded() -> [UInt8] { [UInt8](bigEndian: bitPattern) }
    public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
    /// Also reads `float4` and, to the nearest double, `numeric`.
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Double {
        let value: Double? =
            switch type {
            case .float8: bytes.bigEndian(as: UInt64.self).map(Double.init(bitPattern:))
            case .float4: bytes.bigEndian(as: UInt32.self).map { Double(Float(bitPattern: $0)) }
            case .numeric: Numeric(bytes)?.double
            default: nil
            }
        guard let value else { throw mismatch(type) }
        return value
    }
}

extension [UInt8] {
    fileprivate init<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        self.init()
        reserveCapacity(Integer.bitWidth / 8)
        append(bigEndian: value)
    }
}
