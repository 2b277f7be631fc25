-- 0002_exchanges.sql: every call to a model, its exact bytes, and what could not be stored. New tables only.
--
-- Growing tables are partitioned by id: a UUIDv7 begins with its time, so a range of ids is a range of time.
-- There is no DEFAULT partition: it would block DETACH CONCURRENTLY and new partitions of its range.

CREATE TABLE gleaner.exchanges (
    shard              smallint    NOT NULL,
    id                 uuid        NOT NULL,
    project_id         uuid        NOT NULL,
    api_key_id         uuid,
    received_at        timestamptz NOT NULL,
    endpoint           text        NOT NULL,
    status             text        NOT NULL,
    reason             text,
    http_status        smallint,
    streamed           boolean     NOT NULL,
    conversation       text,
    end_user           text,
    tags               text[]      NOT NULL,
    metadata           jsonb,
    provider           text,
    route              text,
    variant            text,
    requested_model    text,
    served_model       text,
    completion_id      text,
    finish_reason      text,
    complete           boolean     NOT NULL,
    prompt_tokens      integer,
    completion_tokens  integer,
    cached_tokens      integer,
    reasoning_tokens   integer,
    duration_ms        double precision,
    ttft_ms            double precision,
    system_fingerprint bytea,
    request_sha256     bytea       NOT NULL,
    request_bytes      bigint      NOT NULL,
    response_sha256    bytea,
    response_bytes     bigint      NOT NULL,
    CONSTRAINT exchanges_pkey         PRIMARY KEY (shard, id),
    CONSTRAINT exchanges_status_check CHECK (status IN ('completed', 'upstream_failed', 'client_gone', 'interrupted', 'refused'))
) PARTITION BY RANGE (id);
CREATE INDEX exchanges_project_id_idx               ON gleaner.exchanges (project_id, id);
-- The id is part of it because completion ids may repeat, and the newest exchange is meant: without it the planner walks
-- (project_id, id) backwards.
CREATE INDEX exchanges_project_id_completion_id_idx ON gleaner.exchanges (project_id, completion_id, id) WHERE completion_id IS NOT NULL;
CREATE INDEX exchanges_project_id_conversation_idx  ON gleaner.exchanges (project_id, conversation, id) WHERE conversation IS NOT NULL;
CREATE INDEX exchanges_project_id_end_user_idx      ON gleaner.exchanges (project_id, end_user, id) WHERE end_user IS NOT NULL;

COMMENT ON TABLE  gleaner.exchanges IS 'One row a call, written once by ingest. The bytes are in exchange_bodies, judgements point here.';
COMMENT ON COLUMN gleaner.exchanges.status IS 'completed: the provider''s whole answer was passed on, whatever its http_status. upstream_failed: no answer, or a cut one. client_gone: the client left first. interrupted: Gleaner stopped in the middle. refused: never sent to a provider.';
COMMENT ON COLUMN gleaner.exchanges.reason IS 'Error code in our words when status is not completed.';
COMMENT ON COLUMN gleaner.exchanges.complete IS 'The answer is whole by its own format: a JSON body that parses, or a stream that reached [DONE].';
COMMENT ON COLUMN gleaner.exchanges.conversation IS 'As the client named it; at most 256 characters, so that it can be indexed.';
COMMENT ON COLUMN gleaner.exchanges.duration_ms IS 'From request sent to last byte, milliseconds.';
COMMENT ON COLUMN gleaner.exchanges.ttft_ms IS 'From request sent to the first bytes of a streamed answer, milliseconds; null when not streamed.';
COMMENT ON COLUMN gleaner.exchanges.system_fingerprint IS 'SHA-256 of the system prompt; null when there was none.';
COMMENT ON COLUMN gleaner.exchanges.request_sha256 IS 'Over the exact bytes in exchange_bodies.request.';

CREATE TABLE gleaner.exchange_bodies (
    shard            smallint NOT NULL,
    id               uuid     NOT NULL,
    project_id       uuid     NOT NULL,
    request          bytea    NOT NULL,
    response         bytea    NOT NULL,
    response_headers jsonb,
    messages         jsonb,
    answer           jsonb,
    projection_note  text,
    CONSTRAINT exchange_bodies_pkey PRIMARY KEY (shard, id)
) PARTITION BY RANGE (id);
-- Wire bytes are already compact text: lz4 halves the server's work per row at about the same size. Not every build
-- has it; pglz then stays.
DO $$
BEGIN
    ALTER TABLE gleaner.exchange_bodies ALTER COLUMN request SET COMPRESSION lz4, ALTER COLUMN response SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    RAISE NOTICE 'this server has no lz4; pglz is used';
END
$$;
COMMENT ON TABLE  gleaner.exchange_bodies IS 'What was on the wire, byte for byte, and what could be read from it. Has its own retention.';
COMMENT ON COLUMN gleaner.exchange_bodies.messages IS 'The request''s messages as JSON; null when the bytes are not JSON that Postgres can hold.';
COMMENT ON COLUMN gleaner.exchange_bodies.answer IS 'The answer as choices with whole messages, also for a stream; null as above.';
COMMENT ON COLUMN gleaner.exchange_bodies.projection_note IS 'Why a projection is null or was repaired: invalid_json, nul_replaced, too_large, stream_truncated, error_answer.';

CREATE TABLE gleaner.quarantine (
    id          uuid        NOT NULL,
    project_id  uuid,
    exchange_id uuid,
    sqlstate    text,
    reason      text        NOT NULL,
    envelope    bytea       NOT NULL,
    request     bytea       NOT NULL,
    response    bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT quarantine_pkey PRIMARY KEY (id)
);
CREATE INDEX quarantine_exchange_id_idx ON gleaner.quarantine (exchange_id);
COMMENT ON TABLE gleaner.quarantine IS 'Exchanges that could not be stored normally: bytes as they came, never parsed, with the reason.';

-- Makes the partitions of `parent` for whole weeks (Monday 00:00 UTC) that touch [from_time, to_time].
-- Each is made apart and then attached, because CREATE TABLE … PARTITION OF would lock the parent for every reader.
CREATE FUNCTION gleaner.ensure_partitions(parent text, from_time timestamptz, to_time timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    week      timestamptz := date_trunc('week', from_time AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    child     text;
    low       uuid;
    high      uuid;
    made      integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('gleaner.ensure_partitions'));
    WHILE week <= to_time LOOP
        child := parent || '_' || to_char(week AT TIME ZONE 'UTC', 'IYYY"w"IW');
        IF to_regclass('gleaner.' || quote_ident(child)) IS NULL THEN
            low  := (lpad(to_hex((extract(epoch FROM week) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
            high := (lpad(to_hex((extract(epoch FROM week + interval '7 days') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
            EXECUTE format('CREATE TABLE gleaner.%I (LIKE gleaner.%I INCLUDING ALL)', child, parent);
            EXECUTE format('ALTER TABLE gleaner.%I ADD CONSTRAINT %I CHECK (id >= %L AND id < %L)', child, child || '_range_check', low, high);
            EXECUTE format('ALTER TABLE gleaner.%I ATTACH PARTITION gleaner.%I FOR VALUES FROM (%L) TO (%L)', parent, child, low, high);
            EXECUTE format('ALTER TABLE gleaner.%I DROP CONSTRAINT %I', child, child || '_range_check');
            made := made + 1;
        END IF;
        week := week + interval '7 days';
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION gleaner.ensure_partitions IS 'Idempotent; returns how many partitions it made.';

SELECT gleaner.ensure_partitions('exchanges', now() - interval '7 days', now() + interval '21 days');
SELECT gleaner.ensure_partitions('exchange_bodies', now() - interval '7 days', now() + interval '21 days');
