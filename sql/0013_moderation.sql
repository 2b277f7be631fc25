-- 0013_moderation.sql: what classifiers said of prompts, answers and comments, and what was decided from it. New tables;
-- a nullable column is added to exchanges, which locks it for a moment.

CREATE TABLE gleaner.moderation_policies (
    project_id uuid        NOT NULL,
    version    bigint      NOT NULL,
    document   jsonb       NOT NULL,
    author     text        NOT NULL,
    note       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT moderation_policies_pkey            PRIMARY KEY (project_id, version),
    CONSTRAINT moderation_policies_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT moderation_policies_version_check   CHECK (version > 0)
);
COMMENT ON TABLE  gleaner.moderation_policies IS 'Every version of every project''s moderation policy, append only; the highest is in force. A project without one has the built-in policy, version 0.';
COMMENT ON COLUMN gleaner.moderation_policies.document IS 'The whole policy, defaults included.';
COMMENT ON COLUMN gleaner.moderation_policies.author IS 'A person''s handle, the key''s name, or cli and the user''s.';

-- Every instance listens; what is told is the project whose policy has changed. Sent at commit.
CREATE FUNCTION gleaner.notify_moderation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gleaner_moderation', NEW.project_id::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER moderation_policies_notify AFTER INSERT ON gleaner.moderation_policies
    FOR EACH ROW EXECUTE FUNCTION gleaner.notify_moderation();

CREATE TABLE gleaner.moderation_results (
    shard       smallint    NOT NULL,
    id          uuid        NOT NULL,
    project_id  uuid        NOT NULL,
    exchange_id uuid        NOT NULL,
    target      text        NOT NULL,
    subject_id  uuid        NOT NULL,
    classifier  text        NOT NULL,
    model       text,
    status      text        NOT NULL,
    flagged     boolean,
    raw         jsonb,
    failure     text,
    latency_ms  real        NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT moderation_results_pkey         PRIMARY KEY (shard, id),
    CONSTRAINT moderation_results_target_check CHECK (target IN ('prompt', 'response', 'comment')),
    CONSTRAINT moderation_results_status_check CHECK (status IN ('ok', 'error', 'timeout')),
    CONSTRAINT moderation_results_raw_check    CHECK ((status = 'ok') = (raw IS NOT NULL) AND (status = 'ok') = (failure IS NULL))
) PARTITION BY RANGE (id);
CREATE INDEX moderation_results_shard_exchange_id_idx ON gleaner.moderation_results (shard, exchange_id, id);
CREATE INDEX moderation_results_failed_idx            ON gleaner.moderation_results (project_id, id) WHERE status <> 'ok';
COMMENT ON TABLE  gleaner.moderation_results IS 'What a classifier said, as it said it. Append only; of each target and classifier the newest counts.';
COMMENT ON COLUMN gleaner.moderation_results.target IS 'prompt: the user''s last message. response: all choices of the answer. comment: a comment of feedback.';
COMMENT ON COLUMN gleaner.moderation_results.subject_id IS 'The feedback''s id for a comment, else the exchange''s.';
COMMENT ON COLUMN gleaner.moderation_results.classifier IS 'As the policy names it.';
COMMENT ON COLUMN gleaner.moderation_results.model IS 'As it named itself in its answer.';
COMMENT ON COLUMN gleaner.moderation_results.flagged IS 'Its own verdict, by its own thresholds; null when it gives none.';
COMMENT ON COLUMN gleaner.moderation_results.raw IS '{"scores","flags","missing","spans"}: scores by category, categories it flagged, categories it did not judge, and [kind, start, end, certainty] in the text''s UTF-8. No text.';
COMMENT ON COLUMN gleaner.moderation_results.failure IS 'Why there is no result: unreachable, timed_out, rate_limited, server_error, refused, unreadable, provider_unknown.';

CREATE TABLE gleaner.moderation_decisions (
    shard          smallint    NOT NULL,
    id             uuid        NOT NULL,
    project_id     uuid        NOT NULL,
    exchange_id    uuid        NOT NULL,
    target         text        NOT NULL,
    subject_id     uuid        NOT NULL,
    policy_version bigint      NOT NULL,
    action         text        NOT NULL,
    categories     text[]      NOT NULL,
    reason         text        NOT NULL,
    actor          text,
    created_at     timestamptz NOT NULL,
    CONSTRAINT moderation_decisions_pkey         PRIMARY KEY (shard, id),
    CONSTRAINT moderation_decisions_target_check CHECK (target IN ('prompt', 'response', 'comment')),
    CONSTRAINT moderation_decisions_action_check CHECK (action IN ('allow', 'unknown', 'flag', 'redact', 'block'))
) PARTITION BY RANGE (id);
CREATE INDEX moderation_decisions_shard_exchange_id_idx ON gleaner.moderation_decisions (shard, exchange_id, id);
CREATE INDEX moderation_decisions_project_id_idx        ON gleaner.moderation_decisions (project_id, id) WHERE action <> 'allow';
COMMENT ON TABLE  gleaner.moderation_decisions IS 'What follows from results under a policy. Append only; of each target the newest counts. One that would repeat the newest is not written.';
COMMENT ON COLUMN gleaner.moderation_decisions.policy_version IS 'Of moderation_policies; 0 for the built-in one.';
COMMENT ON COLUMN gleaner.moderation_decisions.action IS 'allow, unknown (a classifier gave no answer), flag, redact, block; from mild to severe.';
COMMENT ON COLUMN gleaner.moderation_decisions.categories IS 'Those that reached their threshold, worst first.';
COMMENT ON COLUMN gleaner.moderation_decisions.reason IS 'What decided, in a word of ours; of a person''s decision, why.';
COMMENT ON COLUMN gleaner.moderation_decisions.actor IS 'The person or key that decided; null when the policy did. A person''s decision is not changed by a policy.';

ALTER TABLE gleaner.exchanges ADD COLUMN redaction text;
COMMENT ON COLUMN gleaner.exchanges.redaction IS 'Whether personal data was replaced by placeholders: projection (messages and answer only) or stored (the bytes too; request_sha256, response_sha256 and the lengths stay those of the original), with the policy''s version behind a colon; null when nothing was.';

SELECT gleaner.ensure_partitions('moderation_results', now() - interval '7 days', now() + interval '21 days');
SELECT gleaner.ensure_partitions('moderation_decisions', now() - interval '7 days', now() + interval '21 days');
