-- 0031_erasures.sql: what was asked to be forgotten, the tombstones that keep it so, which journals have confirmed it, and drafts
-- that a teacher model writes. New tables; two nullable columns on quarantine and an index on comparisons, both small:
-- ACCESS EXCLUSIVE on quarantine and SHARE on comparisons for a moment.

CREATE TABLE gleaner.erasure_keys (
    is_only boolean NOT NULL DEFAULT true,
    key     bytea   NOT NULL,
    CONSTRAINT erasure_keys_pkey          PRIMARY KEY (is_only),
    CONSTRAINT erasure_keys_is_only_check CHECK (is_only),
    CONSTRAINT erasure_keys_key_check     CHECK (octet_length(key) = 32)
);
COMMENT ON TABLE gleaner.erasure_keys IS 'One secret under which erased end users and conversations are known again without their names being kept. Never changed: tombstones would fail.';

CREATE TABLE gleaner.erasures (
    id            uuid        NOT NULL,
    project_id    uuid        NOT NULL,
    kind          text        NOT NULL,
    subject       text,
    subject_hash  bytea       NOT NULL,
    forbid        boolean     NOT NULL,
    reason        text        NOT NULL,
    state         text        NOT NULL,
    preview       jsonb       NOT NULL,
    counts        jsonb       NOT NULL,
    notes         jsonb       NOT NULL,
    requested_by  text        NOT NULL,
    requested_at  timestamptz NOT NULL,
    confirmed_by  text,
    erased_before timestamptz,
    finished_at   timestamptz,
    CONSTRAINT erasures_pkey            PRIMARY KEY (id),
    CONSTRAINT erasures_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT erasures_kind_check      CHECK (kind IN ('exchange', 'end_user', 'conversation')),
    CONSTRAINT erasures_state_check     CHECK (state IN ('proposed', 'running', 'waiting', 'done')),
    CONSTRAINT erasures_before_check    CHECK ((state = 'proposed') = (erased_before IS NULL)),
    CONSTRAINT erasures_finished_check  CHECK ((state = 'done') = (finished_at IS NOT NULL))
);
CREATE INDEX erasures_project_id_idx           ON gleaner.erasures (project_id, id);
CREATE INDEX erasures_project_id_subject_idx   ON gleaner.erasures (project_id, subject_hash) WHERE erased_before IS NOT NULL;
CREATE INDEX erasures_erased_before_idx        ON gleaner.erasures (erased_before) WHERE erased_before IS NOT NULL;
COMMENT ON TABLE  gleaner.erasures IS 'What was asked to be forgotten. Each row that was confirmed is a tombstone: what ingest and imports bring of it again is not stored.';
COMMENT ON COLUMN gleaner.erasures.subject IS 'The exchange''s id, or the end user or conversation as the client named it; null once all is done.';
COMMENT ON COLUMN gleaner.erasures.subject_hash IS 'HMAC-SHA256 of kind, project and subject under erasure_keys.key.';
COMMENT ON COLUMN gleaner.erasures.erased_before IS 'What was received until then is erased; set when it was confirmed, and later ones are later.';
COMMENT ON COLUMN gleaner.erasures.forbid IS 'Whether new exchanges of the subject are not stored either.';
COMMENT ON COLUMN gleaner.erasures.state IS 'proposed: counted, not confirmed. running. waiting: all tables are done, running journals have not confirmed. done.';
COMMENT ON COLUMN gleaner.erasures.counts IS 'Rows that went, by table.';
COMMENT ON COLUMN gleaner.erasures.notes IS 'What else the receipt has to say: models, provider files, what was not reached.';

CREATE TABLE gleaner.erased_exchanges (
    shard       smallint    NOT NULL,
    exchange_id uuid        NOT NULL,
    project_id  uuid        NOT NULL,
    erasure_id  uuid        NOT NULL,
    erased_at   timestamptz NOT NULL,
    CONSTRAINT erased_exchanges_pkey PRIMARY KEY (shard, exchange_id)
);
CREATE INDEX erased_exchanges_erasure_id_idx ON gleaner.erased_exchanges (erasure_id, exchange_id);
COMMENT ON TABLE gleaner.erased_exchanges IS 'Tombstones: ids that are never stored again, whoever brings them.';

CREATE TABLE gleaner.erasure_versions (
    erasure_id  uuid    NOT NULL,
    version_id  uuid    NOT NULL,
    examples    integer NOT NULL,
    replaced_by uuid,
    note        text,
    CONSTRAINT erasure_versions_pkey PRIMARY KEY (erasure_id, version_id)
);
COMMENT ON TABLE  gleaner.erasure_versions IS 'Dataset versions that lost lines to an erasure.';
COMMENT ON COLUMN gleaner.erasure_versions.note IS 'Why none was built in its place, when none was.';

CREATE TABLE gleaner.journals (
    id              uuid        NOT NULL,
    host            text        NOT NULL,
    directory       text        NOT NULL,
    leftovers       text[]      NOT NULL,
    confirmed_until timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL,
    CONSTRAINT journals_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE  gleaner.journals IS 'Every journal there is or was, one for each data directory; who still has to confirm erasures.';
COMMENT ON COLUMN gleaner.journals.leftovers IS 'Copies of damaged journal files beside it, which cannot be searched.';
COMMENT ON COLUMN gleaner.journals.confirmed_until IS 'It holds nothing of any erasure up to this erased_before, not in its free pages or its log either.';

CREATE TABLE gleaner.erased_files (
    journal_id uuid        NOT NULL,
    version_id uuid        NOT NULL,
    path       text        NOT NULL,
    bytes      bigint      NOT NULL,
    erased_at  timestamptz NOT NULL,
    CONSTRAINT erased_files_pkey PRIMARY KEY (journal_id, path, erased_at)
);
CREATE INDEX erased_files_version_id_idx ON gleaner.erased_files (version_id);
COMMENT ON TABLE gleaner.erased_files IS 'Exported files of withdrawn dataset versions that were removed from a data directory.';

ALTER TABLE gleaner.quarantine
    ADD COLUMN end_user     bytea,
    ADD COLUMN conversation bytea;
COMMENT ON COLUMN gleaner.quarantine.end_user IS 'As the client named them, UTF-8; bytes, because it may be what could not be stored. Null in rows of before.';
COMMENT ON COLUMN gleaner.quarantine.conversation IS 'The same of the conversation.';

CREATE INDEX comparisons_exchange_a_idx ON gleaner.comparisons (exchange_a);
CREATE INDEX comparisons_exchange_b_idx ON gleaner.comparisons (exchange_b);

CREATE TABLE gleaner.drafts (
    id              uuid        NOT NULL,
    project_id      uuid        NOT NULL,
    dataset         text        NOT NULL,
    settings        jsonb       NOT NULL,
    settings_sha256 bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    CONSTRAINT drafts_pkey            PRIMARY KEY (id),
    CONSTRAINT drafts_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT drafts_settings_key    UNIQUE (project_id, dataset, settings_sha256)
);
COMMENT ON TABLE  gleaner.drafts IS 'Runs of gleaner dataset draft. The same settings are the same run, and go on where it stopped.';
COMMENT ON COLUMN gleaner.drafts.settings IS 'System message, teacher, topics, example questions and how many.';

CREATE TABLE gleaner.draft_calls (
    draft_id          uuid        NOT NULL,
    number            integer     NOT NULL,
    purpose           text        NOT NULL,
    topic             text,
    question          text,
    reply             bytea,
    prompt_tokens     integer,
    completion_tokens integer,
    state             text        NOT NULL,
    exchange_id       uuid,
    asked_at          timestamptz,
    answered_at       timestamptz,
    CONSTRAINT draft_calls_pkey          PRIMARY KEY (draft_id, number),
    CONSTRAINT draft_calls_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES gleaner.drafts (id),
    CONSTRAINT draft_calls_purpose_check CHECK (purpose IN ('questions', 'answer')),
    CONSTRAINT draft_calls_state_check   CHECK (state IN ('planned', 'asked', 'answered', 'logged', 'failed'))
);
CREATE INDEX draft_calls_exchange_id_idx ON gleaner.draft_calls (exchange_id) WHERE exchange_id IS NOT NULL;
COMMENT ON TABLE  gleaner.draft_calls IS 'Every call to the teacher: asked is written before it is sent, and the reply before anything follows from it, so that nothing is paid for twice.';
COMMENT ON COLUMN gleaner.draft_calls.reply IS 'The completion''s body as it came; null again once the exchange is logged or the questions are planned.';
COMMENT ON COLUMN gleaner.draft_calls.exchange_id IS 'What the answer was logged as: synthetic, to be reviewed like any other.';
