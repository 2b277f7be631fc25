public import GleanerCore

/// An address that cannot be listened on.
public struct ListenError: Explained, Hashable {
    let addresses: [ListenAddress]
    /// Else it is forbidden.
    let isTaken: Bool

    public var explanation: Explanation {
        let names = addresses.map(\.description).joined(separator: " or ")
        return Explanation(
            status: 500, code: isTaken ? "address_in_use" : "address_forbidden",
            what: "Gleaner cannot listen on \(names).",
            why: isTaken ? "Another process listens there already." : "Ports below 1024 need a privilege.",
            fix: "Stop the other process, or set GLEANER_LISTEN and GLEANER_ADMIN_LISTEN to free ports.")
    }
}
