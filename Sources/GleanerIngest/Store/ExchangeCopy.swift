import AsyncPostgres
import GleanerCore

/// A batch as rows of COPY: half of an INSERT's cost to PostgreSQL, and refused as a whole when one row is there already.
struct ExchangeCopy: Sendable {
    private var exchanges = PostgresCopyRows(fields: ExchangeFields.exchange.count + 1, capacity: 256 << 10)
    private var bodies = PostgresCopyRows(fields: ExchangeFields.bodies.count, capacity: 1 << 20)
    private var attempts = PostgresCopyRows(fields: ExchangeFields.attempts.count, capacity: 64 << 10)

    /// - Parameter batch: in key order.
    init(_ batch: [ProjectedExchange]) {
        for exchange in batch {
            let intent = exchange.exchange.intent
            ExchangeFields.write(exchange, to: &exchanges)
            exchanges.append(intent.tags)
            ExchangeFields.writeBodies(exchange, to: &bodies)
            for attempt in exchange.exchange.outcome.attempts {
                ExchangeFields.write(attempt, of: intent, to: &attempts)
            }
        }
    }

    /// To be run in a transaction.
    func run(on connection: PostgresConnection, timeout: Duration) async throws {
        let columns = (ExchangeFields.exchange + [ExchangeFields.tags]).map(\.name)
        try await connection.copyIn(exchanges, into: "gleaner.exchanges", columns, timeout: timeout)
        try await connection.copyIn(
            bodies, into: "gleaner.exchange_bodies", ExchangeFields.bodies.map(\.name), timeout: timeout)
        guard attempts.count > 0 else { return }
        try await connection.copyIn(
            attempts, into: "gleaner.attempts", ExchangeFields.attempts.map(\.name), timeout: timeout)
    }
}
