import Foundation
import GleanerCore
import HTTPTypes

/// What a client says about its call in headers. Ours first, then the Helicone names that people moving over send.
struct CallContext: Hashable {
    var exchange: ID<Exchange>?
    var conversation: String?
    var endUser: String?
    var tags: [String]
    /// A feedback token is wanted where SDKs show it, not only in a header.
    var wantsTokenInBody: Bool
    /// One that is not valid counts as none.
    var traceParent: TraceParent?

    init(_ headers: HTTPFields, now: Date) throws(GatewayError) {
        var said = Said()
        // One look at each header: to look one name up goes through all of them, too.
        for field in headers { said.hear(field) }
        exchange = try said.exchange.map { field throws(GatewayError) in try Self.exchange(field, now: now) }
        conversation = try said.conversation.map(Self.label)
        endUser = try said.endUser.map(Self.label)
        tags = try said.tags.map(Self.tags) ?? []
        traceParent = said.traceParent.flatMap { TraceParent($0.value) }
        wantsTokenInBody = said.feedbackToken?.value.lowercased() == "body"
    }

    /// The headers that matter, the first of each kind; ours before Helicone's.
    private struct Said {
        var exchange: HTTPField?
        var conversation: HTTPField?
        var endUser: HTTPField?
        var tags: HTTPField?
        var feedbackToken: HTTPField?
        var traceParent: HTTPField?

        mutating func hear(_ field: HTTPField) {
            let name = field.name.canonicalName
            if name == "traceparent" { traceParent = traceParent ?? field }
            guard name.hasPrefix("x-gleaner-") || name.hasPrefix("helicone-") else { return }
            switch name {
            case "x-gleaner-exchange-id": exchange = exchange ?? field
            case "x-gleaner-tags": tags = tags ?? field
            case "x-gleaner-feedback-token": feedbackToken = feedbackToken ?? field
            case "x-gleaner-conversation", "helicone-session-id": conversation = Self.better(conversation, field)
            case "x-gleaner-end-user", "helicone-user-id": endUser = Self.better(endUser, field)
            default: break
            }
        }

        private static func better(_ known: HTTPField?, _ new: HTTPField) -> HTTPField? {
            if new.value.isEmpty { return known }
            guard let known, known.name.canonicalName.hasPrefix("x-gleaner-") || !new.name.canonicalName.hasPrefix("x-")
            else { return new }
            return known
        }
    }

    /// A client may mint the id; its time must be near ours, because it decides where the row lives.
    private static func exchange(_ field: HTTPField, now: Date) throws(GatewayError) -> ID<Exchange> {
        guard let id = ID<Exchange>(field.value), id.isVersion7 else {
            throw .headerInvalid(field.name.rawName, problem: "is not a UUID of version 7")
        }
        guard abs(id.timestamp.timeIntervalSince(now)) < 300 else {
            throw .headerInvalid(
                field.name.rawName, problem: "carries a time more than 5 minutes from the server's")
        }
        return id
    }

    private static func label(_ field: HTTPField) throws(GatewayError) -> String {
        let value = field.value
        guard value.unicodeScalars.count <= 256 else {
            throw .headerInvalid(field.name.rawName, problem: "is longer than 256 characters")
        }
        guard !value.hasControlCharacters else {
            throw .headerInvalid(field.name.rawName, problem: "holds control characters")
        }
        return value
    }

    private static func tags(_ field: HTTPField) throws(GatewayError) -> [String] {
        let tags = field.value.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        guard tags.count <= 16, tags.allSatisfy({ $0.unicodeScalars.count <= 64 && !$0.hasControlCharacters }) else {
            throw .headerInvalid(
                field.name.rawName, problem: "holds more than 16 tags, or one longer than 64 characters")
        }
        return tags
    }
}

extension String {
    /// A value from the body, where the provider and not we decide what is allowed: cut and cleaned, never refused.
    var asCallLabel: String? {
        if utf8.count <= 256, utf8.allSatisfy({ $0 >= 0x20 }) { return isEmpty ? nil : self }
        let clean = String(
            String.UnicodeScalarView(unicodeScalars.prefix(256).map { $0.value < 0x20 ? "\u{FFFD}" : $0 }))
        return clean.isEmpty ? nil : clean
    }
}
