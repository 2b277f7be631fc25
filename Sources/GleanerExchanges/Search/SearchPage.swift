public import Foundation
public import GleanerCore

/// What a search has found, and how far it came.
public struct SearchPage: Sendable {
    public private(set) var exchanges: [ExchangeSummary] = []
    /// Of a search for a text, where each of them says it.
    public private(set) var matches: [ID<Exchange>: TextMatch] = [:]
    /// Pass as `before` to go on; `nil` when there is nothing beyond.
    public private(set) var next: ID<Exchange>?
    /// How many exchanges were looked at.
    public private(set) var looked = 0
    /// Time was up before the page was full: `next` goes on, and what is newer than `searchedTo` has been looked at.
    public private(set) var isCutShort = false
    /// The page is full, or there is nothing beyond.
    private(set) var isDone = false

    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// One more than there is room for tells whether there is a next page.
    var wanted: Int { limit + 1 - exchanges.count }

    /// The time that the search has come to; `nil` when it has looked at all there is.
    public var searchedTo: Date? { next?.timestamp }

    /// - Parameter found: `nil` when no text is looked for; else hits that are not in it are none.
    mutating func take(_ outcome: SearchStep.Outcome, _ found: [ID<Exchange>: TextMatch]?) {
        looked += outcome.looked
        // A step that brings all it was asked for may have more behind the last one.
        let isCut = outcome.hits.count >= wanted
        next = isCut ? outcome.hits.last?.id : outcome.isEnd ? nil : outcome.reached
        exchanges += outcome.hits.filter { found == nil || found?[$0.id] != nil }
        matches.merge(found ?? [:]) { first, _ in first }
        if exchanges.count > limit {
            exchanges.removeLast(exchanges.count - limit)
            next = exchanges.last?.id
        }
        isDone = exchanges.count >= limit || next == nil
    }

    mutating func endInTime(_ isInTime: Bool) { isCutShort = !isInTime }
}
