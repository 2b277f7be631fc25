public import Foundation

/// Whether an alert of one rule and slice opens or is over: looks in, one move out. No clock, no I/O.
public struct AlertMachine: Sendable, Hashable {
    public enum Move: Sendable {
        case none
        case open(RuleLook)
        case resolve(RuleLook)
        /// Too little has been heard of the slice for too long.
        case lapse
    }
    public var isOpen = false
    /// Windows that began before it hold what is over already.
    public var clearedFrom: Date?
    /// Since when there is too little data.
    public var silentSince: Date?

    public init() {}
    public init(isOpen: Bool, clearedFrom: Date?, silentSince: Date?) {
        self.isOpen = isOpen
        self.clearedFrom = clearedFrom
        self.silentSince = silentSince
    }

    /// - Parameters:
    ///   - looks: the older window's first.
    ///   - patience: after so long without enough data an open alert ends.
    public mutating func see(_ looks: [RuleLook], at time: Date, patience: TimeInterval) -> Move {
        let counted = looks.filter { look in clearedFrom.map { look.from >= $0 } ?? true }
        guard let newest = counted.last(where: \.hasEnough) else {
            let since = silentSince ?? time
            silentSince = since
            guard isOpen, time.timeIntervalSince(since) >= patience else { return .none }
            isOpen = false
            return .lapse
        }
        silentSince = nil
        if isOpen {
            // The youngest window knows best whether it is over.
            guard newest.isWithin else { return .none }
            isOpen = false
            clearedFrom = newest.from
            return .resolve(newest)
        }
        guard let beyond = counted.first(where: \.isBeyond) else { return .none }
        isOpen = true
        return .open(beyond)
    }
}
