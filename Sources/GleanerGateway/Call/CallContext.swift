import Foundation
import GleanerCore
import HTTPTypes

/// What a client says about its call in headers. Ours first, then the Helicone names that people moving over send.
struct CallContext: Hashable {
    var exchange: ID<Exchange>?
    var conversation: String?
    var endUser: String?
    var tags: [String]

    init(_ headers: HTTPFields, now: Date) throws(GatewayError) {
        exchange = try Self.exchange(headers, now: now)
        conversation = try Self.label(headers, "X-Gleaner-Conversation", "Helicone-Session-Id")
        endUser = try Self.label(headers, "X-Gleaner-End-User", "Helicone-User-Id")
        tags = try Self.tags(headers)
    }

    /// A client may mint the id; its time must be near ours, because it decides where the row lives.
    private static func exchange(_ headers: HTTPFields, now: Date) throws(GatewayError) -> ID<Exchange>? {
        let name = "X-Gleaner-Exchange-Id"
        guard let text = headers[HTTPField.Name(name)!] else { return nil }
        guard let id = ID<Exchange>(text), id.isVersion7 else {
            throw .headerInvalid(name, problem: "is not a UUID of version 7")
        }
        guard abs(id.timestamp.timeIntervalSince(now)) < 300 else {
            throw .headerInvalid(name, problem: "carries a time more than 5 minutes from the server's")
        }
        return id
    }

    /// The first of `names` that is there.
    private static func label(_ headers: HTTPFields, _ names: String...) throws(GatewayError) -> String? {
        guard let name = names.first(where: { headers[HTTPField.Name($0)!]?.isEmpty == false }),
            let value = headers[HTTPField.Name(name)!]
        else { return nil }
        guard value.unicodeScalars.count <= 256 else {
            throw .headerInvalid(name, problem: "is longer than 256 characters")
        }
        guard isPrintable(value) else { throw .headerInvalid(name, problem: "holds control characters") }
        return value
    }

    private static func tags(_ headers: HTTPFields) throws(GatewayError) -> [String] {
        let name = "X-Gleaner-Tags"
        guard let value = headers[HTTPField.Name(name)!] else { return [] }
        let tags = value.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        guard tags.count <= 16, tags.allSatisfy({ $0.unicodeScalars.count <= 64 && isPrintable($0) }) else {
            throw .headerInvalid(name, problem: "holds more than 16 tags, or one longer than 64 characters")
        }
        return tags
    }

    private static func isPrintable(_ text: String) -> Bool {
        !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }
}

extension String {
    /// A value from the body, where the provider and not we decide what is allowed: cut and cleaned, never refused.
    var asCallLabel: String? {
        let clean = String(
            String.UnicodeScalarView(unicodeScalars.prefix(256).map { $0.value < 0x20 ? "\u{FFFD}" : $0 }))
        return clean.isEmpty ? nil : clean
    }
}
