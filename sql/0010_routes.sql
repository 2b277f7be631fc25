-- 0010_routes.sql: every version of every project's routes, and the secret they choose variants with. New tables; ACCESS
-- EXCLUSIVE on api_keys for a moment, while its check on scopes is replaced.

CREATE TABLE gleaner.route_versions (
    project_id uuid        NOT NULL,
    version    bigint      NOT NULL,
    document   jsonb       NOT NULL,
    author     text        NOT NULL,
    note       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT route_versions_pkey            PRIMARY KEY (project_id, version),
    CONSTRAINT route_versions_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT route_versions_version_check   CHECK (version > 0)
);
COMMENT ON TABLE  gleaner.route_versions IS 'All routes of a project after each edit, append only; the highest version is in force.';
COMMENT ON COLUMN gleaner.route_versions.version IS 'From 1 in each project, without gaps; exchanges.routes_version says which one chose.';
COMMENT ON COLUMN gleaner.route_versions.document IS '{"routes": […]}, each with its variants, policy and shadows.';
COMMENT ON COLUMN gleaner.route_versions.author IS 'The key''s name, or cli and the user''s.';

CREATE TABLE gleaner.route_salts (
    is_only boolean NOT NULL DEFAULT true,
    salt    bytea   NOT NULL,
    CONSTRAINT route_salts_pkey       PRIMARY KEY (is_only),
    CONSTRAINT route_salts_is_only_check CHECK (is_only),
    CONSTRAINT route_salts_salt_check CHECK (octet_length(salt) = 32)
);
COMMENT ON TABLE  gleaner.route_salts IS 'One row: the installation''s secret key of the hash that gives users their variants.';
COMMENT ON COLUMN gleaner.route_salts.salt IS '256 random bits, made by the first instance that needs them; changing it moves users.';

-- Every instance listens; what is told is the project whose routes have changed. Sent at commit.
CREATE FUNCTION gleaner.notify_routes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gleaner_routes', NEW.project_id::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER route_versions_notify AFTER INSERT ON gleaner.route_versions
    FOR EACH ROW EXECUTE FUNCTION gleaner.notify_routes();

ALTER TABLE gleaner.api_keys
    DROP CONSTRAINT api_keys_scopes_check,
    ADD CONSTRAINT api_keys_scopes_check CHECK (scopes <@ ARRAY['gateway','feedback','read','review','datasets','routes','admin']);
COMMENT ON COLUMN gleaner.api_keys.scopes IS 'gateway: call /v1. feedback: rate. read: search exchanges. review: judge. datasets: build and export. routes: edit routes. admin: all.';
