import AsyncPostgres
import Foundation
import GleanerCore

/// Gathers an exchange's history from the tables of every room.
struct HistoryReader {
    typealias Event = ExchangeHistory.Event
    let pool: PostgresPool

    /// `nil` when the project has no such exchange.
    func history(of id: ID<Exchange>, of project: ID<Project>) async throws -> ExchangeHistory? {
        let reader = ExchangeReader(pool: pool)
        guard let whole = try await reader.find(id, of: project) else { return nil }
        let events = try await pool.withConnection { connection in
            let on = HistoryQuery(connection: connection, id: id, project: project)
            return try await on.feedback() + on.moderation() + on.samples() + on.picks() + on.reviews() + on.datasets()
                + on.shadows()
        }
        return ExchangeHistory(exchange: id, events: Self.call(whole) + events)
    }

    private static func call(_ whole: ExchangeReader.Whole) -> [Event] {
        let exchange = whole.exchange
        let asked = exchange.requestedModel.map { " for \($0)" } ?? ""
        var events = [
            Event(
                at: exchange.receivedAt, .received, by: exchange.endUser,
                exchange.shadowOf == nil
                    ? "asked \(exchange.endpoint)\(asked)" : "repeated another exchange's request\(asked)",
                other: exchange.shadowOf)
        ]
        for attempt in whole.attempts {
            let outcome = [attempt.httpStatus.map { "HTTP \($0)" }, attempt.reason].compactMap { $0 }
            events.append(
                Event(
                    at: exchange.receivedAt.addingTimeInterval(attempt.startedAfterMS / 1000), .attempt,
                    by: attempt.provider,
                    "try \(attempt.number)\(attempt.variant.map { ", variant \($0)" } ?? ""): "
                        + (outcome.isEmpty ? "no answer" : outcome.joined(separator: ", "))
                        + " after \(Int(attempt.durationMS.rounded())) ms"))
        }
        return events
    }
}
