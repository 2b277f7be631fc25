-- 0036_evaluators.sql: what evaluators measured of exchanges, and which of them a project wants. New tables only; locks nothing
-- in use.

CREATE TABLE gleaner.evaluator_policies (
    project_id uuid        NOT NULL,
    version    bigint      NOT NULL,
    document   jsonb       NOT NULL,
    author     text        NOT NULL,
    note       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT evaluator_policies_pkey            PRIMARY KEY (project_id, version),
    CONSTRAINT evaluator_policies_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT evaluator_policies_version_check   CHECK (version > 0)
);
COMMENT ON TABLE  gleaner.evaluator_policies IS 'Every version of which evaluators a project wants, and of what share of its exchanges; append only, the highest is in force. A project without one, version 0, has none evaluated.';
COMMENT ON COLUMN gleaner.evaluator_policies.document IS 'The whole policy, defaults included.';
COMMENT ON COLUMN gleaner.evaluator_policies.author IS 'The key''s name, or cli and the user''s.';

CREATE TABLE gleaner.evaluator_results (
    shard             smallint         NOT NULL,
    exchange_id       uuid             NOT NULL,
    evaluator         text             NOT NULL,
    evaluator_version text             NOT NULL,
    measure           text             NOT NULL,
    project_id        uuid             NOT NULL,
    value             double precision,
    details           jsonb,
    failure           text,
    probability       double precision NOT NULL,
    policy_version    bigint           NOT NULL,
    created_at        timestamptz      NOT NULL,
    CONSTRAINT evaluator_results_pkey              PRIMARY KEY (shard, exchange_id, evaluator, evaluator_version, measure),
    CONSTRAINT evaluator_results_value_check       CHECK ((value IS NULL) = (failure IS NOT NULL)),
    CONSTRAINT evaluator_results_probability_check CHECK (probability > 0 AND probability <= 1)
) PARTITION BY RANGE (exchange_id);
CREATE INDEX evaluator_results_project_id_idx ON gleaner.evaluator_results (project_id, evaluator, exchange_id);
COMMENT ON TABLE  gleaner.evaluator_results IS 'A row for each figure that an evaluator has of an exchange. What it has none of, because it does not apply or is not defined, has no row. Evaluated again under the same version, its rows are replaced.';
COMMENT ON COLUMN gleaner.evaluator_results.evaluator IS 'As the policy names it.';
COMMENT ON COLUMN gleaner.evaluator_results.evaluator_version IS 'Of its rules, and behind a dash of its configuration. Figures of two versions are not compared.';
COMMENT ON COLUMN gleaner.evaluator_results.measure IS 'docs/reference/evaluators.md tells unit and range; failed: the evaluator gave nothing, and failure says why.';
COMMENT ON COLUMN gleaner.evaluator_results.value IS 'A flag is 0 or 1.';
COMMENT ON COLUMN gleaner.evaluator_results.details IS 'What the figure was made of. No text of the exchange; of spellings those of the commonest Hindi words, with their counts.';
COMMENT ON COLUMN gleaner.evaluator_results.failure IS 'In a word of ours: unreachable, timed_out, rate_limited, status_…, refused, unreadable, provider_unknown, not_configured, exited.';
COMMENT ON COLUMN gleaner.evaluator_results.probability IS 'With which the exchange was drawn for this evaluator: an estimate weighs by its inverse.';

SELECT gleaner.ensure_partitions('evaluator_results', now() - interval '7 days', now() + interval '21 days');
