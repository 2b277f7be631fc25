import AsyncPostgres
import Foundation
import GleanerCore

/// What tells rollups that an hour's reviews have changed: written by the statement that changes them.
enum RollupMarks {
    /// To be followed by `FROM` rows with `project_id` and `exchange_id`.
    static let ofExchanges = """
        INSERT INTO gleaner.rollup_marks (project_id, part, at)
        SELECT DISTINCT project_id, 'reviews', gleaner.hour_of(exchange_id)
        """

    /// The hour of the exchange, and the one in which the review was given.
    static func of(_ review: UUID, on exchange: ID<Exchange>, in project: ID<Project>) -> SQL {
        """
        INSERT INTO gleaner.rollup_marks (project_id, part, at)
        VALUES (\(project.uuid), 'reviews', gleaner.hour_of(\(exchange.uuid))),
               (\(project.uuid), 'work', gleaner.hour_of(\(review)))
        """
    }
}
