import Foundation
import GleanerCore

/// What only some intents carry, as JSON beside the columns that all have.
struct IntentDetails: Codable {
    var source: ExchangeSource
    var choice: RouteChoice?
    var shadowOf: ID<Exchange>?
    var metadata: JSONValue?

    init(_ intent: ExchangeIntent) {
        source = intent.source
        choice = intent.choice
        shadowOf = intent.shadowOf
        metadata = intent.metadata
    }

    init(decoding bytes: Data?) throws {
        guard let bytes else {
            source = .gateway
            return
        }
        self = try JSONDecoder().decode(IntentDetails.self, from: bytes)
    }

    /// `nil` for a plain call through the gateway.
    func encoded() throws -> Data? {
        guard source != .gateway || choice != nil || shadowOf != nil || metadata != nil else { return nil }
        return try JSONEncoder().encode(self)
    }
}
