-- 0009_key_limits.sql: what one key may use of the gateway. Adds nullable columns; locks api_keys for a moment.
ALTER TABLE gleaner.api_keys
    ADD COLUMN max_concurrent integer,
    ADD COLUMN rate_count     integer,
    ADD COLUMN rate_seconds   integer,
    ADD COLUMN client_gone    text,
    ADD CONSTRAINT api_keys_max_concurrent_check CHECK (max_concurrent >= 0),
    ADD CONSTRAINT api_keys_rate_check
        CHECK ((rate_count IS NULL) = (rate_seconds IS NULL) AND rate_count BETWEEN 0 AND 1000000
               AND rate_seconds IN (1, 60, 3600)),
    ADD CONSTRAINT api_keys_client_gone_check CHECK (client_gone IN ('cancel', 'drain'));
COMMENT ON COLUMN gleaner.api_keys.max_concurrent IS 'Calls open at once. 0: no limit; null: the server''s GLEANER_KEY_MAX_CONCURRENT.';
COMMENT ON COLUMN gleaner.api_keys.rate_count IS 'Requests in rate_seconds. 0: no limit; null: the server''s GLEANER_KEY_RATE.';
COMMENT ON COLUMN gleaner.api_keys.rate_seconds IS 'The period of rate_count: a second, a minute or an hour.';
COMMENT ON COLUMN gleaner.api_keys.client_gone IS 'When a client leaves early: cancel or drain; null: the server''s GLEANER_CLIENT_GONE.';
