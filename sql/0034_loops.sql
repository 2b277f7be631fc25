-- 0034_loops.sql: the way from judged exchanges to a canary, gone again and again by itself. New tables, and a column of
-- dataset_versions: ACCESS EXCLUSIVE on it for a moment; nothing is rewritten.

ALTER TABLE gleaner.dataset_versions
    ADD COLUMN build_key text,
    ADD CONSTRAINT dataset_versions_build_key_key UNIQUE (project_id, build_key);
COMMENT ON COLUMN gleaner.dataset_versions.build_key IS 'Whoever builds again under the same key gets the same version; null where nobody gave one.';

CREATE TABLE gleaner.loops (
    id          uuid        NOT NULL,
    project_id  uuid        NOT NULL,
    name        text        NOT NULL,
    version     integer     NOT NULL,
    paused_by   text,
    paused_at   timestamptz,
    pause_note  text,
    since       timestamptz,
    material    integer,
    material_at timestamptz,
    news        integer,
    news_at     timestamptz,
    news_of     integer,
    trouble     text,
    created_at  timestamptz NOT NULL,
    CONSTRAINT loops_pkey            PRIMARY KEY (id),
    CONSTRAINT loops_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT loops_name_key        UNIQUE (project_id, name),
    CONSTRAINT loops_name_check      CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    CONSTRAINT loops_paused_check    CHECK ((paused_by IS NULL) = (paused_at IS NULL))
);
COMMENT ON TABLE  gleaner.loops IS 'What a project does again and again: build, compare, approve, tune, gate, canary; and what its trigger counted last.';
COMMENT ON COLUMN gleaner.loops.version IS 'The loop_versions row in force; a round keeps the one it began with.';
COMMENT ON COLUMN gleaner.loops.paused_by IS 'Who said that no round and no step is to begin.';
COMMENT ON COLUMN gleaner.loops.since IS 'What the trigger counts from: the newest version, or the newest round if that came later.';
COMMENT ON COLUMN gleaner.loops.material IS 'Exchanges judged and examples written since, at material_at: a quick count, more than what a build would add.';
COMMENT ON COLUMN gleaner.loops.news IS 'What a build would have added to the newest version, at news_at, when material stood at news_of.';
COMMENT ON COLUMN gleaner.loops.trouble IS 'Why the trigger could not be looked at, code and sentence; null when it could.';

CREATE TABLE gleaner.loop_versions (
    loop_id    uuid        NOT NULL,
    version    integer     NOT NULL,
    document   jsonb       NOT NULL,
    author     text        NOT NULL,
    note       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT loop_versions_pkey         PRIMARY KEY (loop_id, version),
    CONSTRAINT loop_versions_loop_id_fkey FOREIGN KEY (loop_id) REFERENCES gleaner.loops (id)
);
COMMENT ON TABLE  gleaner.loop_versions IS 'Loop documents. A changed one is a new version. Who wrote it has agreed to what it may spend.';
COMMENT ON COLUMN gleaner.loop_versions.author IS 'A handle, key: and a key''s name, or cli: and the user''s.';

CREATE TABLE gleaner.loop_rounds (
    id          uuid        NOT NULL,
    project_id  uuid        NOT NULL,
    loop_id     uuid        NOT NULL,
    number      integer     NOT NULL,
    version     integer     NOT NULL,
    state       text        NOT NULL,
    reason      text,
    started_by  text        NOT NULL,
    why         text        NOT NULL,
    cancel_by   text,
    cancel_at   timestamptz,
    created_at  timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT loop_rounds_pkey           PRIMARY KEY (id),
    CONSTRAINT loop_rounds_version_fkey   FOREIGN KEY (loop_id, version) REFERENCES gleaner.loop_versions (loop_id, version),
    CONSTRAINT loop_rounds_number_key     UNIQUE (loop_id, number),
    CONSTRAINT loop_rounds_state_check    CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    CONSTRAINT loop_rounds_finished_check CHECK ((state = 'running') = (finished_at IS NULL)),
    CONSTRAINT loop_rounds_cancel_check   CHECK ((cancel_by IS NULL) = (cancel_at IS NULL))
);
-- Two rounds at a time would build twice of the same material, and pay twice.
CREATE UNIQUE INDEX loop_rounds_open_idx ON gleaner.loop_rounds (loop_id) WHERE finished_at IS NULL;
CREATE INDEX loop_rounds_project_id_idx ON gleaner.loop_rounds (project_id, id);
COMMENT ON TABLE  gleaner.loop_rounds IS 'One way from judged exchanges to a canary. A job of kind loop takes it on.';
COMMENT ON COLUMN gleaner.loop_rounds.number IS 'Counts from 1 in its loop; the variant of its canary is named after it.';
COMMENT ON COLUMN gleaner.loop_rounds.started_by IS 'gleaner when the trigger did, else who.';
COMMENT ON COLUMN gleaner.loop_rounds.cancel_at IS 'Since when somebody wants its end; the job carries it out.';

CREATE TABLE gleaner.loop_steps (
    round_id    uuid        NOT NULL,
    step        text        NOT NULL,
    state       text        NOT NULL,
    code        text,
    reason      text,
    attempt     integer     NOT NULL,
    key         text,
    made        text,
    usd         double precision,
    figures     jsonb       NOT NULL,
    allowed_by  text,
    started_at  timestamptz,
    finished_at timestamptz,
    CONSTRAINT loop_steps_pkey          PRIMARY KEY (round_id, step),
    CONSTRAINT loop_steps_round_id_fkey FOREIGN KEY (round_id) REFERENCES gleaner.loop_rounds (id),
    CONSTRAINT loop_steps_step_check    CHECK (step IN ('build', 'compare', 'approve', 'tune', 'gate', 'canary')),
    CONSTRAINT loop_steps_state_check   CHECK (state IN ('waiting', 'running', 'holding', 'done', 'skipped', 'failed', 'cancelled')),
    CONSTRAINT loop_steps_finished_check CHECK ((state IN ('done', 'skipped', 'failed', 'cancelled')) = (finished_at IS NOT NULL))
);
COMMENT ON TABLE  gleaner.loop_steps IS 'The steps of a round, each once. Only ids and figures; no text of an exchange.';
COMMENT ON COLUMN gleaner.loop_steps.state IS 'waiting: not begun. running: begun, or asked for and awaited. holding: a person must say how it goes on.';
COMMENT ON COLUMN gleaner.loop_steps.code IS 'For programs, why it stands where it stands; reason says it to people.';
COMMENT ON COLUMN gleaner.loop_steps.key IS 'Written before anything is asked for under it: asked again, nothing is made twice.';
COMMENT ON COLUMN gleaner.loop_steps.made IS 'Id of the dataset version, tuning job, evaluation or canary.';
COMMENT ON COLUMN gleaner.loop_steps.usd IS 'Estimated, US dollars, when it was begun; null when no price is known or nothing is spent.';
COMMENT ON COLUMN gleaner.loop_steps.allowed_by IS 'Who said that it goes on although it held.';

CREATE TABLE gleaner.loop_events (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    loop_id    uuid        NOT NULL,
    round_id   uuid,
    step       text,
    kind       text        NOT NULL,
    actor      text        NOT NULL,
    why        text        NOT NULL,
    at         timestamptz NOT NULL,
    CONSTRAINT loop_events_pkey         PRIMARY KEY (id),
    CONSTRAINT loop_events_loop_id_fkey FOREIGN KEY (loop_id) REFERENCES gleaner.loops (id),
    CONSTRAINT loop_events_kind_check   CHECK (kind IN ('put', 'pause', 'resume', 'start', 'begin', 'hold', 'continue', 'skip', 'cancel', 'done', 'fail', 'end'))
);
CREATE INDEX loop_events_loop_id_idx ON gleaner.loop_events (loop_id, id);
COMMENT ON TABLE  gleaner.loop_events IS 'What was decided over a loop and its rounds, by whom and why. Append only.';
COMMENT ON COLUMN gleaner.loop_events.actor IS 'gleaner, or who.';
