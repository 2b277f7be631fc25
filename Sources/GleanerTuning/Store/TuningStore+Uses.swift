import AsyncPostgres
import GleanerCore

/// Where a project asks for a model by its name.
struct ModelUse: Sendable, Hashable {
    /// As the setting names it; `default` among them.
    let provider: String
    let model: String
    /// For people: `route chat`, `judge tone`, `teacher of helpdesk` …
    let place: String
}

extension TuningStore {
    /// Models that routes, evaluators, loops and recent drafts name, as their newest versions say.
    func uses(of project: ID<Project>) async throws -> [ModelUse] {
        try await pool.query(
            """
            WITH routes AS (
                SELECT document FROM gleaner.route_versions WHERE project_id = \(project.uuid) ORDER BY version DESC LIMIT 1
            ), evaluators AS (
                SELECT document FROM gleaner.evaluator_policies WHERE project_id = \(project.uuid)
                ORDER BY version DESC LIMIT 1
            ), loops AS (
                SELECT l.name, v.document->'steps' AS steps FROM gleaner.loops l
                JOIN gleaner.loop_versions v ON v.loop_id = l.id AND v.version = l.version
                WHERE l.project_id = \(project.uuid)
            ), named AS (
                SELECT 'route ' || (r->>'name') AS place, v->>'provider' AS provider, coalesce(v->>'model', r->>'name') AS model
                FROM routes, jsonb_array_elements(document->'routes') r, jsonb_array_elements(r->'variants') v
                WHERE v->'enabled' IS DISTINCT FROM 'false'
                UNION
                SELECT m.kind || ' ' || (e->>'name'), e->m.kind->>'provider', e->m.kind->>'model'
                FROM evaluators, jsonb_array_elements(document->'evaluators') e, (VALUES ('judge'), ('embeddings')) m (kind)
                WHERE e->'paused' IS DISTINCT FROM 'true'
                UNION
                SELECT m.kind || ' of loop ' || name, steps->'gate'->'policy'->m.kind->>'provider',
                       steps->'gate'->'policy'->m.kind->>'model'
                FROM loops, (VALUES ('judge'), ('embeddings')) m (kind)
                UNION
                SELECT 'base model of loop ' || name, steps->'tune'->>'provider', steps->'tune'->>'base_model' FROM loops
                UNION
                SELECT 'teacher of ' || dataset, settings->>'provider', settings->>'teacher' FROM gleaner.drafts
                WHERE project_id = \(project.uuid) AND (finished_at IS NULL OR finished_at > now() - interval '90 days')
            )
            SELECT place, coalesce(provider, 'default') AS provider, model FROM named WHERE model IS NOT NULL
            ORDER BY model, place
            """
        ).map {
            ModelUse(provider: try $0.decode("provider"), model: try $0.decode("model"), place: try $0.decode("place"))
        }
    }

    /// Of every provider, with how many days are left.
    func shutdowns() async throws -> [Retirement] {
        try await pool.query(
            """
            SELECT provider, model, model AS base_model, to_char(shutdown_date, 'YYYY-MM-DD') AS day,
                   shutdown_date - (statement_timestamp() AT TIME ZONE 'UTC')::date AS days
            FROM gleaner.model_shutdowns
            """
        ).map(Retirement.init)
    }
}
