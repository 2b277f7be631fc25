import AsyncPostgres
import Foundation
import GleanerCore

/// What was made of dataset versions that have lost lines: models, and what trainers said while they read the files.
struct TuningErasure {
    let project: ID<Project>
    /// Instead of a trainer's words: an event that is there is not stored again when the trainer lists it again.
    static let word = "erased"

    /// Marks the models, and takes out the trainers' words, which may quote lines. Loss curves and Gleaner's own events stay.
    /// What comes from a job that still runs is taken out when it is looked at again.
    func erase(
        versions ids: [UUID], _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        let versions = PostgresArray(ids)
        let models = try await connection.query(
            """
            UPDATE gleaner.model_versions SET erased_at = clock_timestamp()
            WHERE dataset_version_id = ANY (\(versions)) AND erased_at IS NULL
            """)
        tally.add(models.affected, to: "model_versions")
        let said = try await connection.query(
            """
            UPDATE gleaner.tuning_events e SET message = \(Self.word), data = NULL
            FROM gleaner.tuning_jobs j
            WHERE j.dataset_version_id = ANY (\(versions)) AND j.project_id = \(project.uuid) AND e.job_id = j.id
              AND e.event_id NOT LIKE 'gleaner-%' AND (e.message <> \(Self.word) OR e.data IS NOT NULL)
            """)
        tally.add(said.affected, to: "tuning_events")
        let failed = try await connection.query(
            """
            UPDATE gleaner.tuning_jobs
            SET error = (error - 'param') || jsonb_build_object('message', \(Self.word)::text), state_reason = NULL
            WHERE dataset_version_id = ANY (\(versions)) AND project_id = \(project.uuid)
              AND error->>'message' <> \(Self.word)
            """)
        tally.add(failed.affected, to: "tuning_jobs")
    }
}
