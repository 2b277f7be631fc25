import AsyncPostgres
import GleanerCore

/// Items and the slots under them.
enum ItemStore {
    /// Common table expressions that open items with their slots; an item that is there stays as it is. In order of ids,
    /// so that two instances with the same exchanges wait for each other rather than deadlock. A conflict is one of any key:
    /// of two that insert at once, the later may meet the other one first.
    static func opening(_ items: [NewItem]) -> SQL {
        let slots = items.flatMap { item in
            item.positions.enumerated().map { (item.exchange.uuid, Int16($0.offset + 1), $0.element) }
        }
        return """
            new_items AS (
                INSERT INTO gleaner.review_items
                    (project_id, exchange_id, is_gold, slots, wanted, purpose, standing, created_at)
                SELECT project_id, exchange_id, false, slots, slots, purpose, 'open', now()
                FROM unnest(
                    \(PostgresArray(items.map(\.project.uuid))), \(PostgresArray(items.map(\.exchange.uuid))),
                    \(PostgresArray(items.map { Int16($0.positions.count) })), \(PostgresArray(items.map(\.purpose))))
                AS i (project_id, exchange_id, slots, purpose)
                ORDER BY exchange_id
                ON CONFLICT DO NOTHING
                RETURNING project_id, exchange_id, slots
            ), new_slots AS (
                INSERT INTO gleaner.review_slots
                    (id, project_id, exchange_id, is_gold, slot, slot_limit, position, state, created_at)
                SELECT gen_random_uuid(), i.project_id, i.exchange_id, false, s.slot, i.slots, s.position, 'open', now()
                FROM new_items i
                JOIN unnest(
                    \(PostgresArray(slots.map(\.0))), \(PostgresArray(slots.map(\.1))), \(PostgresArray(slots.map(\.2))))
                AS s (exchange_id, slot, position) USING (exchange_id)
            )
            """
    }
}
