-- 0005_datasets.sql: promotion policies and frozen training sets. New tables only; locks nothing in use.
CREATE TABLE gleaner.promotion_policies (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    name       text        NOT NULL,
    version    integer     NOT NULL,
    document   jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT promotion_policies_pkey             PRIMARY KEY (id),
    CONSTRAINT promotion_policies_project_id_fkey  FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT promotion_policies_name_version_key UNIQUE (project_id, name, version)
);
COMMENT ON TABLE gleaner.promotion_policies IS 'What an exchange must show to become an example. A changed policy is a new version.';

CREATE TABLE gleaner.datasets (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT datasets_pkey            PRIMARY KEY (id),
    CONSTRAINT datasets_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT datasets_name_key        UNIQUE (project_id, name)
);

CREATE TABLE gleaner.dataset_versions (
    id              uuid        NOT NULL,
    dataset_id      uuid        NOT NULL,
    project_id      uuid        NOT NULL,
    number          integer     NOT NULL,
    policy_id       uuid        NOT NULL,
    policy_document jsonb       NOT NULL,
    salt            text        NOT NULL,
    statistics      jsonb       NOT NULL,
    content_sha256  bytea       NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT dataset_versions_pkey            PRIMARY KEY (id),
    CONSTRAINT dataset_versions_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES gleaner.datasets (id),
    CONSTRAINT dataset_versions_policy_id_fkey  FOREIGN KEY (policy_id) REFERENCES gleaner.promotion_policies (id),
    CONSTRAINT dataset_versions_number_key      UNIQUE (dataset_id, number)
);
COMMENT ON TABLE  gleaner.dataset_versions IS 'A frozen state of a dataset: written in one transaction with its examples and exclusions, never changed.';
COMMENT ON COLUMN gleaner.dataset_versions.salt IS 'Decides the split: u(SHA-256(salt:conversation or exchange)).';
COMMENT ON COLUMN gleaner.dataset_versions.content_sha256 IS 'Over the train file followed by the validation file, as exported.';

CREATE TABLE gleaner.examples (
    version_id  uuid     NOT NULL,
    split       text     NOT NULL,
    line        integer  NOT NULL,
    shard       smallint NOT NULL,
    exchange_id uuid     NOT NULL,
    content     bytea    NOT NULL,
    sha256      bytea    NOT NULL,
    lineage     jsonb    NOT NULL,
    CONSTRAINT examples_pkey            PRIMARY KEY (version_id, split, line),
    CONSTRAINT examples_version_id_fkey FOREIGN KEY (version_id) REFERENCES gleaner.dataset_versions (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT examples_split_check     CHECK (split IN ('train', 'validation'))
);
CREATE INDEX examples_exchange_id_idx ON gleaner.examples (exchange_id);
COMMENT ON COLUMN gleaner.examples.content IS 'The line as exported, without its newline: freezing the bytes makes every export the same.';
COMMENT ON COLUMN gleaner.examples.lineage IS 'Exchange, feedback, reviews, where the answer came from and what each gate saw.';

CREATE TABLE gleaner.exclusions (
    version_id  uuid     NOT NULL,
    shard       smallint NOT NULL,
    exchange_id uuid     NOT NULL,
    reason      text     NOT NULL,
    detail      text     NOT NULL,
    CONSTRAINT exclusions_pkey            PRIMARY KEY (version_id, exchange_id),
    CONSTRAINT exclusions_version_id_fkey FOREIGN KEY (version_id) REFERENCES gleaner.dataset_versions (id) DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE gleaner.exclusions IS 'Each candidate that was left out of a version, with the first gate that stopped it and the value it saw.';
