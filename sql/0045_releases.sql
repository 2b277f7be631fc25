-- 0045_releases.sql: releases of the chatbot itself, which nothing else here knows of, as marks in charts. A new table; report.events
-- is replaced, which holds it for a moment.

CREATE TABLE gleaner.releases (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    name       text        NOT NULL,
    at         timestamptz NOT NULL,
    note       text        NOT NULL,
    author     text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT releases_pkey            PRIMARY KEY (id),
    CONSTRAINT releases_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT releases_name_check      CHECK (name <> '' AND length(name) <= 100),
    CONSTRAINT releases_note_check      CHECK (length(note) <= 500)
);
CREATE INDEX releases_project_id_at_idx ON gleaner.releases (project_id, at);
COMMENT ON TABLE  gleaner.releases IS 'When the chatbot, or what is around it, was put out anew: whoever does that says so.';
COMMENT ON COLUMN gleaner.releases.name IS 'As people call it: a version.';
COMMENT ON COLUMN gleaner.releases.at IS 'When it was there for users.';
COMMENT ON COLUMN gleaner.releases.note IS 'What is new; the empty text when nobody said.';
COMMENT ON COLUMN gleaner.releases.author IS 'key: and a key''s name, or cli: and the user''s.';

CREATE OR REPLACE VIEW report.events AS
SELECT p.name AS project, v.created_at AS at, 'routes' AS kind, 'routes ' || v.version AS title, v.author AS actor, v.note
FROM gleaner.route_versions v JOIN gleaner.projects p ON p.id = v.project_id
UNION ALL
SELECT p.name, d.created_at, 'decision', d.kind, d.actor, d.why
FROM gleaner.decisions d JOIN gleaner.projects p ON p.id = d.project_id WHERE d.state = 'applied'
UNION ALL
SELECT p.name, v.created_at, 'dataset', d.name || ' ' || v.number, coalesce(v.built_by, ''), ''
FROM gleaner.dataset_versions v JOIN gleaner.datasets d ON d.id = v.dataset_id JOIN gleaner.projects p ON p.id = v.project_id
UNION ALL
SELECT p.name, t.finished_at, 'model', t.fine_tuned_model, t.confirmed_by, ''
FROM gleaner.tuning_jobs t JOIN gleaner.projects p ON p.id = t.project_id WHERE t.state = 'succeeded'
UNION ALL
SELECT p.name, r.at, 'release', r.name, r.author, r.note
FROM gleaner.releases r JOIN gleaner.projects p ON p.id = r.project_id;
COMMENT ON COLUMN report.events.kind IS 'release: of the chatbot. routes: an edit of the routes. decision: over a canary or a gate. dataset: a version was built. model: a fine-tune succeeded.';
