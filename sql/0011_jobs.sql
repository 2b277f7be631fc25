-- 0011_jobs.sql: the one durable queue for background work. New table only; locks nothing in use.
--
-- A queue stays on one node when the growing tables are spread over many: it is locked with SKIP LOCKED.

CREATE SEQUENCE gleaner.job_fences AS bigint;
COMMENT ON SEQUENCE gleaner.job_fences IS 'Each claim of a job takes the next number, so a later holder always has a higher one.';

CREATE TABLE gleaner.jobs (
    id               uuid        NOT NULL,
    project_id       uuid,
    kind             text        NOT NULL,
    payload          jsonb       NOT NULL,
    idempotency_key  text,
    state            text        NOT NULL,
    run_at           timestamptz NOT NULL,
    lease_until      timestamptz,
    fence            bigint      NOT NULL,
    attempts         integer     NOT NULL,
    maximum_attempts integer     NOT NULL,
    progress         jsonb,
    last_error       text,
    created_at       timestamptz NOT NULL,
    finished_at      timestamptz,
    CONSTRAINT jobs_pkey           PRIMARY KEY (id),
    CONSTRAINT jobs_kind_check     CHECK (kind ~ '^[a-z][a-z0-9_.]{0,62}$'),
    CONSTRAINT jobs_state_check    CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    CONSTRAINT jobs_lease_check    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CONSTRAINT jobs_finished_check CHECK ((state IN ('done', 'dead')) = (finished_at IS NOT NULL)),
    CONSTRAINT jobs_attempts_check CHECK (maximum_attempts > 0 AND attempts BETWEEN 0 AND maximum_attempts)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
CREATE UNIQUE INDEX jobs_idempotency_key_idx ON gleaner.jobs (kind, project_id, idempotency_key) NULLS NOT DISTINCT
    WHERE idempotency_key IS NOT NULL;
-- One order for what may start and for what was let go of without a word.
CREATE INDEX jobs_kind_due_idx     ON gleaner.jobs (kind, (coalesce(lease_until, run_at))) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_project_id_idx   ON gleaner.jobs (project_id, id);
CREATE INDEX jobs_finished_at_idx  ON gleaner.jobs (finished_at) WHERE state = 'done';
CREATE INDEX jobs_dead_idx         ON gleaner.jobs (project_id, id) WHERE state = 'dead';

COMMENT ON TABLE  gleaner.jobs IS 'Work to be done in the background, at least once. Done ones are kept for a day, dead ones until somebody retries or removes them.';
COMMENT ON COLUMN gleaner.jobs.project_id IS 'Null for work of the installation.';
COMMENT ON COLUMN gleaner.jobs.payload IS 'What the handler of this kind needs: ids and choices, never texts of exchanges.';
COMMENT ON COLUMN gleaner.jobs.idempotency_key IS 'The same key again, of the same kind and project, is the same job for as long as it is kept.';
COMMENT ON COLUMN gleaner.jobs.state IS 'waiting: from run_at on. running: until lease_until, then anybody''s. done. dead: failed for good.';
COMMENT ON COLUMN gleaner.jobs.fence IS 'The claim that holds it. Whoever shows another number has lost it, and changes nothing.';
COMMENT ON COLUMN gleaner.jobs.attempts IS 'Claims so far, those that never ended included; a worker that stops in good order gives its own back.';
COMMENT ON COLUMN gleaner.jobs.progress IS 'As the handler last said; null when it says nothing.';
COMMENT ON COLUMN gleaner.jobs.last_error IS 'Why the last attempt failed: codes and words of ours, no values.';
