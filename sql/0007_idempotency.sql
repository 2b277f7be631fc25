-- 0007_idempotency.sql: which exchange answers a repeated call that carries the same Idempotency-Key. New table only.

CREATE TABLE gleaner.idempotency_keys (
    project_id     uuid        NOT NULL,
    api_key_id     uuid        NOT NULL,
    key_sha256     bytea       NOT NULL,
    request_sha256 bytea       NOT NULL,
    exchange_shard smallint    NOT NULL,
    exchange_id    uuid        NOT NULL,
    claimed_at     timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (project_id, api_key_id, key_sha256)
);
CREATE INDEX idempotency_keys_claimed_at_idx ON gleaner.idempotency_keys (claimed_at);
COMMENT ON TABLE  gleaner.idempotency_keys IS 'Kept for 24 hours. The answer itself is the exchange''s, in exchange_bodies.';
COMMENT ON COLUMN gleaner.idempotency_keys.api_key_id IS 'A key of another holder is another key: a stored answer is for its creator only.';
COMMENT ON COLUMN gleaner.idempotency_keys.key_sha256 IS 'Over the endpoint, a line feed, and the header''s value.';
COMMENT ON COLUMN gleaner.idempotency_keys.request_sha256 IS 'Of the first call''s body: another body under the same key is refused.';
