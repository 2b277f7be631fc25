-- 0006_attempts.sql: every try at a provider, and what routing, cost and other sources add to an exchange. ACCESS
-- EXCLUSIVE on exchanges while the new check and the new index read it; no row is rewritten.

ALTER TABLE gleaner.exchanges
    ADD COLUMN source             text NOT NULL DEFAULT 'gateway',
    ADD COLUMN routes_version     bigint,
    ADD COLUMN shadow_of          uuid,
    ADD COLUMN cache_write_tokens integer,
    ADD COLUMN cost_usd           numeric(20, 10),
    ADD CONSTRAINT exchanges_source_check CHECK (source IN ('gateway', 'shadow', 'api', 'import'));
COMMENT ON COLUMN gleaner.exchanges.source IS 'gateway: it went through Gleaner. shadow: a copy of another exchange''s request to a candidate, never shown. api: posted afterwards. import: read from another tool''s log.';
COMMENT ON COLUMN gleaner.exchanges.provider IS 'The one that answered: of the last attempt.';
COMMENT ON COLUMN gleaner.exchanges.variant IS 'The one that answered; after a fallback not the one the route chose first, which attempts tells.';
COMMENT ON COLUMN gleaner.exchanges.routes_version IS 'Version of the routes that chose; null when no route had the name asked for.';
COMMENT ON COLUMN gleaner.exchanges.shadow_of IS 'The exchange whose request this one repeats.';
COMMENT ON COLUMN gleaner.exchanges.prompt_tokens IS 'All input, cached and cache-written tokens included, whatever the provider''s own way of counting.';
COMMENT ON COLUMN gleaner.exchanges.completion_tokens IS 'All output, reasoning included.';
COMMENT ON COLUMN gleaner.exchanges.cache_write_tokens IS 'Of prompt_tokens, those written to the provider''s prompt cache.';
COMMENT ON COLUMN gleaner.exchanges.cost_usd IS 'From the price in force when it was received; null when no price or no usage is known.';
-- Shadows are looked up by what they shadow.
CREATE INDEX exchanges_project_id_shadow_of_idx ON gleaner.exchanges (project_id, shadow_of) WHERE shadow_of IS NOT NULL;

CREATE TABLE gleaner.attempts (
    shard            smallint         NOT NULL,
    exchange_id      uuid             NOT NULL,
    number           smallint         NOT NULL,
    project_id       uuid             NOT NULL,
    provider         text             NOT NULL,
    variant          text,
    model            text,
    started_after_ms double precision NOT NULL,
    duration_ms      double precision NOT NULL,
    http_status      smallint,
    reason           text,
    CONSTRAINT attempts_pkey PRIMARY KEY (shard, exchange_id, number)
) PARTITION BY RANGE (exchange_id);
COMMENT ON TABLE  gleaner.attempts IS 'Each try at a provider under one exchange, in order; the last one is what the client got.';
COMMENT ON COLUMN gleaner.attempts.started_after_ms IS 'Since the exchange arrived, milliseconds.';
COMMENT ON COLUMN gleaner.attempts.http_status IS 'The provider''s; null when no head came.';
COMMENT ON COLUMN gleaner.attempts.reason IS 'Error code in our words; null when the answer was passed on whole.';

-- As in 0002, for a parent whose key column has any name.
CREATE OR REPLACE FUNCTION gleaner.ensure_partitions(parent text, from_time timestamptz, to_time timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    week      timestamptz := date_trunc('week', from_time AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    key       name;
    child     text;
    low       uuid;
    high      uuid;
    made      integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('gleaner.ensure_partitions'));
    SELECT a.attname INTO STRICT key
    FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
    WHERE p.partrelid = ('gleaner.' || quote_ident(parent))::regclass;
    WHILE week <= to_time LOOP
        child := parent || '_' || to_char(week AT TIME ZONE 'UTC', 'IYYY"w"IW');
        IF to_regclass('gleaner.' || quote_ident(child)) IS NULL THEN
            low  := (lpad(to_hex((extract(epoch FROM week) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
            high := (lpad(to_hex((extract(epoch FROM week + interval '7 days') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
            EXECUTE format('CREATE TABLE gleaner.%I (LIKE gleaner.%I INCLUDING ALL)', child, parent);
            EXECUTE format('ALTER TABLE gleaner.%I ADD CONSTRAINT %I CHECK (%I >= %L AND %I < %L)', child, child || '_range_check', key, low, key, high);
            EXECUTE format('ALTER TABLE gleaner.%I ATTACH PARTITION gleaner.%I FOR VALUES FROM (%L) TO (%L)', parent, child, low, high);
            EXECUTE format('ALTER TABLE gleaner.%I DROP CONSTRAINT %I', child, child || '_range_check');
            made := made + 1;
        END IF;
        week := week + interval '7 days';
    END LOOP;
    RETURN made;
END
$$;

SELECT gleaner.ensure_partitions('attempts', now() - interval '7 days', now() + interval '21 days');
