public import Foundation
import GleanerCore
import GleanerHTTP
import Hummingbird

/// From a moment up to, not with, another.
public struct TimeRange: Sendable, Hashable {
    public let from: Date
    public let to: Date

    public init(from: Date, to: Date) {
        self.from = from
        self.to = to
    }

    /// So many days up to now.
    public init(lastDays days: Int, before now: Date = Date()) {
        self.init(from: now.addingTimeInterval(-86_400 * Double(days)), to: now.addingTimeInterval(1))
    }

    /// `from=` and `to=` as RFC 3339 or a day; without them the last 30 days.
    init(_ parameters: Parameters) throws {
        let standard = TimeRange(lastDays: 30)
        func moment(_ name: Substring) throws -> Date? {
            guard let text = parameters[name] else { return nil }
            guard let date = Self.date(String(text)) else {
                throw BodyError(field: String(name), problem: "is no time like 2026-11-25 or 2026-11-25T10:00:00Z")
            }
            return date
        }
        let (from, to) = (try moment("from") ?? standard.from, try moment("to") ?? standard.to)
        guard from < to else { throw BodyError(field: "to", problem: "is not after `from`") }
        self.init(from: from, to: to)
    }

    /// RFC 3339, or a day in UTC.
    public static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: .iso8601.year().month().day()))
    }

    /// Ids of UUIDv7 of that time.
    var ids: (low: UUID, high: UUID) {
        (ID<Exchange>.earliest(at: from).uuid, ID<Exchange>.earliest(at: to).uuid)
    }
}
