-- 0042_trained_keys.sql: who was trained on is never drawn into the holdout afterwards, and how many fine-tunes deep a model
-- is. A new table, filled from the lines that are frozen, and a function; an index locks tuning_checkpoints for a moment.

CREATE TABLE gleaner.trained_keys (
    project_id uuid        NOT NULL,
    key_hash   bytea       NOT NULL,
    since      timestamptz NOT NULL,
    CONSTRAINT trained_keys_pkey            PRIMARY KEY (project_id, key_hash),
    CONSTRAINT trained_keys_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id)
);
COMMENT ON TABLE  gleaner.trained_keys IS 'Exchanges, conversations and users that have a line in train or validation of some version: whatever share a later policy holds out, they are none of it. Append only.';
COMMENT ON COLUMN gleaner.trained_keys.key_hash IS 'As in holdouts; of each line the hashes of its exchange:…, conversation:… and user:….';

INSERT INTO gleaner.trained_keys (project_id, key_hash, since)
SELECT f.project_id, sha256(convert_to(f.project_id::text || ':' || k.key, 'UTF8')), min(f.created_at)
FROM (SELECT v.project_id, v.created_at, x.shard, x.exchange_id
      FROM gleaner.dataset_versions v JOIN gleaner.examples x ON x.version_id = v.id AND x.split IN ('train', 'validation')) f
LEFT JOIN gleaner.exchanges e ON e.shard = f.shard AND e.id = f.exchange_id
CROSS JOIN LATERAL (VALUES ('exchange:' || f.exchange_id::text), ('conversation:' || e.conversation), ('user:' || e.end_user)) AS k (key)
WHERE k.key IS NOT NULL
GROUP BY 1, 2;

-- One rule for promotion and for the models that tuning makes.
CREATE FUNCTION gleaner.tuned_depth(project uuid, model text) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        (SELECT max(v.generation) FROM gleaner.model_versions v
         WHERE v.project_id = tuned_depth.project
           AND (v.model = tuned_depth.model OR v.tuning_job_id IN (
                    SELECT c.job_id FROM gleaner.tuning_checkpoints c WHERE c.model = tuned_depth.model))),
        (SELECT 1 FROM gleaner.tuning_checkpoints c JOIN gleaner.tuning_jobs j ON j.id = c.job_id
         WHERE j.project_id = tuned_depth.project AND c.model = tuned_depth.model LIMIT 1),
        CASE WHEN tuned_depth.model ~ '^ft:|:ft-' THEN 1 ELSE 0 END)
$$;
COMMENT ON FUNCTION gleaner.tuned_depth IS 'How many fine-tunes deep a model is: of a tuned one its generation, and so of its checkpoints; 1 of what only its name says was tuned (ft:…, base:ft-…), by whomever; else 0.';
COMMENT ON COLUMN gleaner.model_versions.generation IS '1 when it learnt from people and base models; one more than the deepest of the model that it was tuned from and those whose own answers it learnt from.';
CREATE INDEX tuning_checkpoints_model_idx ON gleaner.tuning_checkpoints (model);
