import AsyncPostgres
import GleanerCore

/// One statement that stores a batch whatever is there already, with one array a column. Only what was new gets bodies
/// and attempts.
struct ExchangeInsert {
    private typealias Column = ExchangeFields.Column

    private var exchanges = PostgresColumns(of: Self.exchangeColumns.map(\.type))
    private var bodies = PostgresColumns(of: ExchangeFields.bodies.map(\.type))
    private var attempts = PostgresColumns(of: ExchangeFields.attempts.map(\.type))
    private var hasAttempts = false

    /// - Parameter batch: in key order.
    init(_ batch: [ProjectedExchange]) {
        for exchange in batch {
            let intent = exchange.exchange.intent
            ExchangeFields.write(exchange, to: &exchanges)
            exchanges.append(intent.tags.joined(separator: JournalWriter.tagSeparator))
            ExchangeFields.writeBodies(exchange, to: &bodies)
            for attempt in exchange.exchange.outcome.attempts {
                hasAttempts = true
                ExchangeFields.write(attempt, of: intent, to: &attempts)
            }
        }
    }

    /// Returns the ids that were new.
    var statement: SQL {
        get throws(PostgresError) {
            let values = try exchanges.values() + bodies.values()
            guard hasAttempts else { return SQL(unsafe: Self.plain, values) }
            return SQL(unsafe: Self.withAttempts, values + (try attempts.values()))
        }
    }

    // MARK: Texts; only names of columns are put into them

    private static let exchangeColumns = ExchangeFields.exchange + [ExchangeFields.tags]
    private static let plain = text(isWithAttempts: false)
    private static let withAttempts = text(isWithAttempts: true)

    /// One statement and one answer a batch, instead of a transaction of several.
    private static func text(isWithAttempts: Bool) -> String {
        var text = """
            WITH new AS (
                INSERT INTO gleaner.exchanges (\(names(exchangeColumns)))
                SELECT \(names(exchangeColumns) { name in
                    name == "tags" ? "coalesce(string_to_array(nullif(tags, ''), E'\\x1f'), '{}')" : name
                })
                FROM unnest(\(placeholders(exchangeColumns, from: 1))) AS e (\(names(exchangeColumns)))
                ON CONFLICT (shard, id) DO NOTHING
                RETURNING id
            ), bodies AS (
                \(insert("exchange_bodies", ExchangeFields.bodies, key: "id", from: exchangeColumns.count + 1))
            )
            """
        if isWithAttempts {
            let first = exchangeColumns.count + ExchangeFields.bodies.count + 1
            text +=
                ", tries AS (\n    \(insert("attempts", ExchangeFields.attempts, key: "exchange_id", from: first))\n)"
        }
        return text + "\nSELECT id FROM new"
    }

    /// `IS TRUE` keeps the planner from turning the condition into a join: it knows nothing of the arrays' lengths, and
    /// would compare each row with each. As a subplan the ids become one hash table.
    private static func insert(_ table: String, _ columns: [Column], key: String, from first: Int) -> String {
        """
        INSERT INTO gleaner.\(table) (\(names(columns)))
            SELECT \(names(columns))
            FROM unnest(\(placeholders(columns, from: first))) AS r (\(names(columns)))
            WHERE (r.\(key) IN (SELECT new.id FROM new)) IS TRUE
            ON CONFLICT DO NOTHING
        """
    }

    private static func names(_ columns: [Column], _ spelled: (String) -> String = { $0 }) -> String {
        columns.map { spelled($0.name) }.joined(separator: ", ")
    }

    private static func placeholders(_ columns: [Column], from first: Int) -> String {
        columns.indices.map { "$\(first + $0)" }.joined(separator: ", ")
    }
}
