import Foundation
import GleanerCore

/// Where an exchange's span is: in its caller's trace, or in one of its own. Always the same for the same exchange, so
/// that what is said of it later finds it, and a repetition is no second span.
struct TracePlace: Hashable {
    let traceID: [UInt8]
    let spanID: [UInt8]
    let parent: [UInt8]?
    /// What the caller decided.
    let callerSamples: Bool?

    init(_ exchange: ID<Exchange>, in caller: TraceParent?) {
        let bytes = exchange.bytes
        traceID = caller?.traceID ?? bytes
        // The last eight bytes of an id of version 7 are random but for two bits, which are never zero.
        spanID = Array(bytes[8...])
        parent = caller?.spanID
        callerSamples = caller?.isSampled
    }

    /// Of the attempt with this number.
    func attempt(_ number: Int) -> [UInt8] {
        let own = spanID.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let mixed = (own &+ UInt64(truncatingIfNeeded: number)).mixed | 1
        return (0..<8).map { UInt8(truncatingIfNeeded: mixed >> (56 - 8 * $0)) }
    }
}
