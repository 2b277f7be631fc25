-- 0020_placeholders.sql: what placeholders stand for in redacted conversations, without saying it. New tables only.

CREATE TABLE gleaner.moderation_keys (
    project_id uuid  NOT NULL,
    key        bytea NOT NULL,
    CONSTRAINT moderation_keys_pkey            PRIMARY KEY (project_id),
    CONSTRAINT moderation_keys_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT moderation_keys_key_check       CHECK (octet_length(key) = 32)
);
COMMENT ON TABLE  gleaner.moderation_keys IS 'The secret under which a project''s personal data is recognised again. Without it nobody can link placeholders to values; with it phone numbers can be guessed, so keep it out of what you share.';
COMMENT ON COLUMN gleaner.moderation_keys.key IS '256 random bits, made when the first value is replaced.';

CREATE TABLE gleaner.moderation_placeholders (
    shard        smallint    NOT NULL,
    project_id   uuid        NOT NULL,
    conversation text        NOT NULL,
    kind         text        NOT NULL,
    number       integer     NOT NULL,
    hmac         bytea       NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT moderation_placeholders_pkey     PRIMARY KEY (shard, project_id, conversation, kind, number),
    CONSTRAINT moderation_placeholders_hmac_key UNIQUE (shard, project_id, conversation, kind, hmac)
);
COMMENT ON TABLE  gleaner.moderation_placeholders IS 'Which placeholder a value has in a conversation, so that it has the same one in each exchange of it.';
COMMENT ON COLUMN gleaner.moderation_placeholders.number IS '<PHONE_2> has 2.';
COMMENT ON COLUMN gleaner.moderation_placeholders.hmac IS 'HMAC-SHA256 of kind and value under the project''s key; the value itself is nowhere here.';
