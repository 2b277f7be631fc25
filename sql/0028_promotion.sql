-- 0028_promotion.sql: kinds of datasets, holdouts that stay, benchmarks, written examples, approvals, and which model was
-- made from what. ACCESS EXCLUSIVE on dataset_versions and examples for a moment; nothing is rewritten.

ALTER TABLE gleaner.dataset_versions
    ADD COLUMN kind              text NOT NULL DEFAULT 'sft',
    ADD COLUMN built_by          text,
    ADD COLUMN approvals_needed  smallint NOT NULL DEFAULT 0,
    ADD COLUMN erased_examples   integer NOT NULL DEFAULT 0,
    ADD COLUMN withdrawn_at      timestamptz,
    ADD COLUMN withdrawn_reason  text,
    ADD COLUMN replaced_by       uuid,
    ADD CONSTRAINT dataset_versions_kind_check      CHECK (kind IN ('sft', 'preference', 'unpaired')),
    ADD CONSTRAINT dataset_versions_approvals_check CHECK (approvals_needed BETWEEN 0 AND 9),
    ADD CONSTRAINT dataset_versions_withdrawn_check CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL));
COMMENT ON COLUMN gleaner.dataset_versions.kind IS 'sft: {"messages"}. preference: {"input","preferred_output","non_preferred_output"}. unpaired: {"messages","label"}.';
COMMENT ON COLUMN gleaner.dataset_versions.built_by IS 'A key''s name, a handle, or cli and the user''s; null in versions from before 0028. Its own approval does not count.';
COMMENT ON COLUMN gleaner.dataset_versions.approvals_needed IS 'How many people must approve before it may be exported or trained on.';
COMMENT ON COLUMN gleaner.dataset_versions.erased_examples IS 'Lines that an erasure has taken out since.';
COMMENT ON COLUMN gleaner.dataset_versions.withdrawn_at IS 'Since when it may no longer be exported or trained on; replaced_by is the version rebuilt without.';

ALTER TABLE gleaner.examples
    ADD COLUMN source text NOT NULL DEFAULT 'exchange',
    DROP CONSTRAINT examples_split_check,
    ADD CONSTRAINT examples_split_check  CHECK (split IN ('train', 'validation', 'holdout')),
    ADD CONSTRAINT examples_source_check CHECK (source IN ('exchange', 'written'));
COMMENT ON COLUMN gleaner.examples.exchange_id IS 'The exchange, or the written example when source says so; of a pair the chosen one''s.';
COMMENT ON COLUMN gleaner.examples.split IS 'train and validation are exported for training; holdout never is: candidates are measured on it.';

CREATE TABLE gleaner.holdouts (
    project_id uuid        NOT NULL,
    key_hash   bytea       NOT NULL,
    since      timestamptz NOT NULL,
    CONSTRAINT holdouts_pkey            PRIMARY KEY (project_id, key_hash),
    CONSTRAINT holdouts_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id)
);
COMMENT ON TABLE  gleaner.holdouts IS 'Users and conversations nobody ever trains on, for all datasets of a project and whatever becomes of the salt. Append only.';
COMMENT ON COLUMN gleaner.holdouts.key_hash IS 'SHA-256(project:key), the key being user:…, conversation:… or exchange:…; without the salt, so that it holds whatever becomes of that.';

CREATE TABLE gleaner.split_salts (
    project_id uuid NOT NULL,
    salt       text NOT NULL,
    CONSTRAINT split_salts_pkey            PRIMARY KEY (project_id),
    CONSTRAINT split_salts_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id)
);
COMMENT ON TABLE gleaner.split_salts IS 'One secret for all splits of a project: who knows it could choose which side an exchange falls on. Never changed.';

CREATE TABLE gleaner.benchmarks (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT benchmarks_pkey            PRIMARY KEY (id),
    CONSTRAINT benchmarks_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT benchmarks_name_key        UNIQUE (project_id, name)
);
COMMENT ON TABLE gleaner.benchmarks IS 'Texts of test sets that no training line may repeat.';
CREATE TABLE gleaner.benchmark_texts (
    benchmark_id uuid    NOT NULL,
    line         integer NOT NULL,
    body         text    NOT NULL,
    CONSTRAINT benchmark_texts_pkey              PRIMARY KEY (benchmark_id, line),
    CONSTRAINT benchmark_texts_benchmark_id_fkey FOREIGN KEY (benchmark_id) REFERENCES gleaner.benchmarks (id)
);

CREATE TABLE gleaner.written_examples (
    id          uuid        NOT NULL,
    project_id  uuid        NOT NULL,
    dataset     text        NOT NULL,
    content     bytea       NOT NULL,
    sha256      bytea       NOT NULL,
    author      text        NOT NULL,
    file        text        NOT NULL,
    line        integer     NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT written_examples_pkey            PRIMARY KEY (id),
    CONSTRAINT written_examples_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT written_examples_sha256_key      UNIQUE (project_id, dataset, sha256)
);
COMMENT ON TABLE  gleaner.written_examples IS 'Examples that people wrote by hand and gave to a dataset: its anchors. They pass no gate of judgement.';
COMMENT ON COLUMN gleaner.written_examples.id IS 'UUIDv7 with the shard of (project, id), so that an example of it looks like any other.';
COMMENT ON COLUMN gleaner.written_examples.content IS 'The line in OpenAI''s chat format, canonical.';

CREATE TABLE gleaner.dataset_approvals (
    version_id  uuid        NOT NULL,
    approver    text        NOT NULL,
    note        text        NOT NULL,
    approved_at timestamptz NOT NULL,
    CONSTRAINT dataset_approvals_pkey            PRIMARY KEY (version_id, approver),
    CONSTRAINT dataset_approvals_version_id_fkey FOREIGN KEY (version_id) REFERENCES gleaner.dataset_versions (id)
);
COMMENT ON TABLE gleaner.dataset_approvals IS 'Who let a version out. The one who built it does not count.';

CREATE TABLE gleaner.model_versions (
    id                 uuid        NOT NULL,
    project_id         uuid        NOT NULL,
    provider           text        NOT NULL,
    model              text        NOT NULL,
    base_model         text        NOT NULL,
    tuning_job_id      uuid,
    dataset_version_id uuid,
    generation         integer     NOT NULL,
    shutdown_date      date,
    erased_at          timestamptz,
    created_at         timestamptz NOT NULL,
    CONSTRAINT model_versions_pkey                    PRIMARY KEY (id),
    CONSTRAINT model_versions_project_id_fkey         FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT model_versions_dataset_version_id_fkey FOREIGN KEY (dataset_version_id) REFERENCES gleaner.dataset_versions (id),
    CONSTRAINT model_versions_model_key               UNIQUE (project_id, provider, model),
    CONSTRAINT model_versions_generation_check        CHECK (generation >= 1)
);
COMMENT ON TABLE  gleaner.model_versions IS 'Fine-tuned models: which job made each, from which dataset version.';
COMMENT ON COLUMN gleaner.model_versions.generation IS '1 when it learnt from people and base models; one more than the deepest model whose own answers it learnt from.';
COMMENT ON COLUMN gleaner.model_versions.erased_at IS 'Since when it is known to have learnt from something that was erased.';
