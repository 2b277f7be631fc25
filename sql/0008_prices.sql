-- 0008_prices.sql: what models cost, and how far imports of other tools' logs have come. New tables only; locks nothing
-- in use.

CREATE TABLE gleaner.prices (
    id               uuid           NOT NULL,
    provider         text,
    model            text           NOT NULL,
    effective_from   timestamptz    NOT NULL,
    input_usd        numeric(20, 9) NOT NULL,
    cached_input_usd numeric(20, 9),
    cache_write_usd  numeric(20, 9),
    output_usd       numeric(20, 9) NOT NULL,
    created_at       timestamptz    NOT NULL,
    CONSTRAINT prices_pkey        PRIMARY KEY (id),
    CONSTRAINT prices_model_key   UNIQUE NULLS NOT DISTINCT (provider, model, effective_from),
    CONSTRAINT prices_model_check CHECK (model <> '' AND position('*' IN left(model, -1)) = 0),
    CONSTRAINT prices_usd_check   CHECK (least(input_usd, cached_input_usd, cache_write_usd, output_usd) >= 0)
);
COMMENT ON TABLE  gleaner.prices IS 'What tokens cost, in US dollars for a million. The most specific price in force when an exchange was received decides.';
COMMENT ON COLUMN gleaner.prices.provider IS 'As exchanges.provider says; null for any.';
COMMENT ON COLUMN gleaner.prices.model IS 'A model''s exact name, or the beginning of names followed by *.';
COMMENT ON COLUMN gleaner.prices.effective_from IS 'Counts for exchanges received from then on, until a newer one does.';
COMMENT ON COLUMN gleaner.prices.input_usd IS 'For a million prompt tokens that were neither cached nor written to a cache.';
COMMENT ON COLUMN gleaner.prices.cached_input_usd IS 'For a million cached prompt tokens; null: as input_usd.';
COMMENT ON COLUMN gleaner.prices.cache_write_usd IS 'For a million prompt tokens written to the provider''s cache; null: as input_usd.';
COMMENT ON COLUMN gleaner.prices.output_usd IS 'For a million completion tokens, reasoning included.';

CREATE FUNCTION gleaner.tell_prices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY gleaner_prices;
    RETURN NULL;
END
$$;
CREATE TRIGGER prices_tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON gleaner.prices
    FOR EACH STATEMENT EXECUTE FUNCTION gleaner.tell_prices();

CREATE TABLE gleaner.imports (
    id              uuid        NOT NULL,
    project_id      uuid        NOT NULL,
    format          text        NOT NULL,
    head_sha256     bytea       NOT NULL,
    name            text        NOT NULL,
    default_time    timestamptz NOT NULL,
    records         bigint      NOT NULL,
    position_sha256 bytea       NOT NULL,
    added           bigint      NOT NULL,
    known           bigint      NOT NULL,
    rejected        bigint      NOT NULL,
    rejected_bytes  bigint      NOT NULL,
    started_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    CONSTRAINT imports_pkey            PRIMARY KEY (id),
    CONSTRAINT imports_project_id_key  UNIQUE (project_id, format, head_sha256),
    CONSTRAINT imports_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id)
);
COMMENT ON TABLE  gleaner.imports IS 'Files that `gleaner import` has begun, and how far it came: an unfinished one goes on from there.';
COMMENT ON COLUMN gleaner.imports.head_sha256 IS 'Over the first 64 KiB, decompressed: by which a file is known again.';
COMMENT ON COLUMN gleaner.imports.name IS 'The file''s name when it was begun, without its directory; - for standard input.';
COMMENT ON COLUMN gleaner.imports.default_time IS 'What records without a time of their own are given; part of their identity, so it stays.';
COMMENT ON COLUMN gleaner.imports.records IS 'Records that are done, good or bad, from the beginning.';
COMMENT ON COLUMN gleaner.imports.position_sha256 IS 'Over those records, so that a changed file is noticed.';
COMMENT ON COLUMN gleaner.imports.known IS 'Of the records, those that were stored before.';
COMMENT ON COLUMN gleaner.imports.rejected_bytes IS 'Length of the file of rejected records at that point.';
