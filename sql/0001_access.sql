-- 0001_access.sql: projects and the keys that speak for them. New schema; locks nothing in use.
CREATE SCHEMA IF NOT EXISTS gleaner;
COMMENT ON SCHEMA gleaner IS 'Gleaner''s own tables. Dashboards read the views of schema report.';

CREATE TABLE gleaner.projects (
    id         uuid        NOT NULL,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT projects_pkey       PRIMARY KEY (id),
    CONSTRAINT projects_name_key   UNIQUE (name),
    CONSTRAINT projects_name_check CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$')
);
COMMENT ON TABLE gleaner.projects IS 'One chatbot, or one customer of one; everything else belongs to a project.';

CREATE TABLE gleaner.api_keys (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    name       text        NOT NULL,
    secret_sha256 bytea    NOT NULL,
    scopes     text[]      NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT api_keys_pkey              PRIMARY KEY (id),
    CONSTRAINT api_keys_project_id_fkey   FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT api_keys_secret_sha256_key UNIQUE (secret_sha256),
    CONSTRAINT api_keys_scopes_check      CHECK (scopes <@ ARRAY['gateway','feedback','read','review','datasets','admin'])
);
CREATE INDEX api_keys_project_id_idx ON gleaner.api_keys (project_id);
COMMENT ON TABLE  gleaner.api_keys IS 'What a client shows as its bearer token. The token itself is never stored.';
COMMENT ON COLUMN gleaner.api_keys.secret_sha256 IS 'SHA-256 of the whole token, whose secret part has 256 random bits.';
COMMENT ON COLUMN gleaner.api_keys.scopes IS 'gateway: call /v1. feedback: rate. read: search exchanges. review: judge. datasets: build and export. admin: all.';
