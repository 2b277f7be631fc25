import Foundation
import GleanerCore

/// Small values in few bytes: numbers in groups of 7 bits, text with its length before it, an optional behind a flag.
///
/// For what only some exchanges carry (headers, attempts, a route's choice): written twice an exchange on the hot path,
/// where a JSON encoder costs more than SQLite's insert.
struct CompactWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: Int64) {
        // Zigzag, so that small negative numbers stay small.
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
    mutating func put(_ value: Int) { put(Int64(value)) }
    mutating func put(_ value: String) {
        put(value.utf8.count)
        bytes += value.utf8
    }
    /// In nanoseconds.
    mutating func put(_ value: Duration) {
        put(value.components.seconds * 1_000_000_000 + value.components.attoseconds / 1_000_000_000)
    }
    mutating func put<Value>(_ value: Value?, _ body: (inout CompactWriter, Value) -> Void) {
        bytes.append(value == nil ? 0 : 1)
        if let value { body(&self, value) }
    }
}

struct CompactReader {
    /// The bytes end early or say something impossible.
    struct Damaged: Error {}

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    private mutating func byte() throws(Damaged) -> UInt8 {
        guard position < bytes.count else { throw Damaged() }
        defer { position += 1 }
        return bytes[position]
    }
    mutating func integer() throws(Damaged) -> Int64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
        }
        throw Damaged()
    }
    mutating func count() throws(Damaged) -> Int {
        guard let count = Int(exactly: try integer()), (0...bytes.count).contains(count) else { throw Damaged() }
        return count
    }
    mutating func text() throws(Damaged) -> String {
        let length = try count()
        guard length <= bytes.count - position else { throw Damaged() }
        defer { position += length }
        return String(decoding: bytes[position..<position + length], as: UTF8.self)
    }
    mutating func duration() throws(Damaged) -> Duration { .nanoseconds(try integer()) }
    mutating func optional<Value>(
        _ body: (inout CompactReader) throws(Damaged) -> Value
    ) throws(Damaged) -> Value? {
        try byte() == 0 ? nil : try body(&self)
    }
}

/// The journal's columns `details`, `headers` and `attempts`.
enum JournalEnvelope {
    typealias Details = (
        source: ExchangeSource, choice: RouteChoice?, shadowOf: ID<Exchange>?, metadata: JSONValue?,
        traceParent: TraceParent?
    )

    /// `nil` for a plain call through the gateway.
    static func details(_ intent: ExchangeIntent) -> [UInt8]? {
        guard
            intent.source != .gateway || intent.choice != nil || intent.shadowOf != nil || intent.metadata != nil
                || intent.traceParent != nil
        else { return nil }
        var writer = CompactWriter()
        writer.put(intent.source.rawValue)
        writer.put(intent.choice) { writer, choice in
            writer.put(choice.route)
            writer.put(choice.variant)
            writer.put(choice.version)
        }
        writer.put(intent.shadowOf) { $0.put($1.description) }
        let metadata = intent.metadata.flatMap { try? $0.canonicalBytes() }
        // What stands at the end may be missing; an empty text keeps the place of what does not.
        if metadata != nil || intent.traceParent != nil { writer.put(String(decoding: metadata ?? [], as: UTF8.self)) }
        if let traceParent = intent.traceParent { writer.put(traceParent.description) }
        return writer.bytes
    }

    static func details(
        _ bytes: [UInt8]?
    ) throws(CompactReader.Damaged) -> Details {
        guard let bytes else { return (.gateway, nil, nil, nil, nil) }
        var reader = CompactReader(bytes)
        guard let source = ExchangeSource(rawValue: try reader.text()) else { throw CompactReader.Damaged() }
        let choice = try reader.optional { reader throws(CompactReader.Damaged) in
            RouteChoice(route: try reader.text(), variant: try reader.text(), version: try reader.integer())
        }
        let shadowOf = try reader.optional { reader throws(CompactReader.Damaged) in
            guard let id = ID<Exchange>(try reader.text()) else { throw CompactReader.Damaged() }
            return id
        }
        // Only what was logged afterwards has any.
        let said = reader.isAtEnd ? "" : try reader.text()
        let metadata = said.isEmpty ? nil : try? JSONValue(parsing: said.utf8)
        let traceParent = reader.isAtEnd ? nil : TraceParent(try reader.text())
        return (source, choice, shadowOf, metadata, traceParent)
    }

    static func headers(_ headers: [String: String]) -> [UInt8]? {
        guard !headers.isEmpty else { return nil }
        var writer = CompactWriter()
        writer.put(headers.count)
        for (name, value) in headers {
            writer.put(name)
            writer.put(value)
        }
        return writer.bytes
    }

    static func headers(_ bytes: [UInt8]?) throws(CompactReader.Damaged) -> [String: String] {
        guard let bytes else { return [:] }
        var reader = CompactReader(bytes)
        var headers: [String: String] = [:]
        for _ in 0..<(try reader.count()) {
            let name = try reader.text()
            headers[name] = try reader.text()
        }
        return headers
    }

    static func attempts(_ attempts: [Attempt]) -> [UInt8]? {
        guard !attempts.isEmpty else { return nil }
        var writer = CompactWriter()
        writer.put(attempts.count)
        for attempt in attempts {
            writer.put(attempt.number)
            writer.put(attempt.provider)
            writer.put(attempt.variant) { $0.put($1) }
            writer.put(attempt.model) { $0.put($1) }
            writer.put(attempt.startedAfter)
            writer.put(attempt.duration)
            writer.put(attempt.httpStatus) { $0.put($1) }
            writer.put(attempt.reason) { $0.put($1) }
        }
        return writer.bytes
    }

    static func attempts(_ bytes: [UInt8]?) throws(CompactReader.Damaged) -> [Attempt] {
        guard let bytes else { return [] }
        var reader = CompactReader(bytes)
        var attempts: [Attempt] = []
        for _ in 0..<(try reader.count()) {
            attempts.append(
                Attempt(
                    number: Int(try reader.integer()), provider: try reader.text(),
                    variant: try reader.optional { reader throws(CompactReader.Damaged) in try reader.text() },
                    model: try reader.optional { reader throws(CompactReader.Damaged) in try reader.text() },
                    startedAfter: try reader.duration(), duration: try reader.duration(),
                    httpStatus: try reader.optional { reader throws(CompactReader.Damaged) in Int(try reader.integer())
                    },
                    reason: try reader.optional { reader throws(CompactReader.Damaged) in try reader.text() }))
        }
        return attempts
    }
}
