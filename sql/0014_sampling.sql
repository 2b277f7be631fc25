-- 0014_sampling.sql: rules as documents, one salt for all rules of a project, and what keeps a budget. New tables; ACCESS
-- EXCLUSIVE on sampling_rules and samples for a moment. Samples keep the probabilities they were drawn with.

ALTER TABLE gleaner.sampling_rules ADD COLUMN document jsonb;
UPDATE gleaner.sampling_rules SET document = jsonb_build_object('probability', probability);
ALTER TABLE gleaner.sampling_rules ALTER COLUMN document SET NOT NULL;
COMMENT ON COLUMN gleaner.sampling_rules.document IS 'What the rule says: match, probability or importance, budget_per_day (docs/guide/sampling.md).';
COMMENT ON COLUMN gleaner.sampling_rules.probability IS 'The highest one this version gives; a budget or a low risk lowers it.';

ALTER TABLE gleaner.samples
    ADD COLUMN score double precision,
    DROP CONSTRAINT samples_pkey,
    ADD CONSTRAINT samples_pkey PRIMARY KEY (shard, exchange_id, rule_id, probability);
COMMENT ON COLUMN gleaner.samples.score IS 'Risk, as an importance rule saw it when it drew; null for other rules.';
COMMENT ON TABLE gleaner.samples IS 'What was drawn, by which version of which rule; once more when a signal raised the probability. The highest one of an exchange is its chance of being here at all.';

CREATE TABLE gleaner.sampling_salts (
    project_id uuid NOT NULL,
    salt       text NOT NULL,
    CONSTRAINT sampling_salts_pkey            PRIMARY KEY (project_id),
    CONSTRAINT sampling_salts_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id)
);
COMMENT ON TABLE  gleaner.sampling_salts IS 'One hash for all rules of a project: an exchange has one u, and a rule draws it when u < its probability.';
COMMENT ON COLUMN gleaner.sampling_salts.salt IS 'Secret: who mints ids and knows it decides what people look at. Never changed.';

-- A project goes on with the salt of its floor, so that a raised floor keeps what it drew. Rules that had another salt are
-- in force as a new version.
INSERT INTO gleaner.sampling_salts (project_id, salt)
SELECT DISTINCT ON (project_id) project_id, salt FROM gleaner.sampling_rules
ORDER BY project_id, retired_at IS NULL DESC, name = 'floor' DESC, created_at, id;

WITH old AS (
    UPDATE gleaner.sampling_rules r SET retired_at = now()
    FROM gleaner.sampling_salts s
    WHERE s.project_id = r.project_id AND r.retired_at IS NULL AND r.salt <> s.salt
    RETURNING r.project_id, r.name, r.version, r.probability, r.document, s.salt
)
INSERT INTO gleaner.sampling_rules (id, project_id, name, version, probability, document, salt, created_at)
SELECT gen_random_uuid(), project_id, name, version + 1, probability, document, salt, now() FROM old;
COMMENT ON COLUMN gleaner.sampling_rules.salt IS 'The project''s. Versions from before 0014 had one each, and their samples were drawn by it.';

CREATE TABLE gleaner.sampling_volumes (
    project_id uuid    NOT NULL,
    rule       text    NOT NULL,
    hour       timestamptz NOT NULL,
    bucket     smallint NOT NULL,
    exchanges  bigint  NOT NULL,
    CONSTRAINT sampling_volumes_pkey PRIMARY KEY (project_id, rule, hour, bucket)
);
COMMENT ON TABLE  gleaner.sampling_volumes IS 'How many exchanges a rule with a budget applied to, drawn or not; kept for eight days.';
COMMENT ON COLUMN gleaner.sampling_volumes.bucket IS 'Of risk: round(4·log2(score)); 0 for rules without importance.';

CREATE TABLE gleaner.sampling_plans (
    rule_id  uuid             NOT NULL,
    hour     timestamptz      NOT NULL,
    scale    double precision NOT NULL,
    expected double precision NOT NULL,
    CONSTRAINT sampling_plans_pkey        PRIMARY KEY (rule_id, hour),
    CONSTRAINT sampling_plans_scale_check CHECK (scale > 0)
);
COMMENT ON TABLE  gleaner.sampling_plans IS 'What a budget allows in an hour, decided before it by the first instance that needs it: all instances draw alike.';
COMMENT ON COLUMN gleaner.sampling_plans.scale IS 'c of min(1, c·risk); risk is 1 for rules without importance.';
COMMENT ON COLUMN gleaner.sampling_plans.expected IS 'How many exchanges a day the rule was expected to apply to.';

CREATE TABLE gleaner.sampling_prompts (
    project_id  uuid        NOT NULL,
    fingerprint bytea       NOT NULL,
    first_seen  timestamptz NOT NULL,
    CONSTRAINT sampling_prompts_pkey PRIMARY KEY (project_id, fingerprint)
);
COMMENT ON TABLE gleaner.sampling_prompts IS 'System prompts by their SHA-256, for rules on new ones; at most 10,000 a project: where each call has its own, none is new.';

CREATE TABLE gleaner.picks (
    shard       smallint    NOT NULL,
    exchange_id uuid        NOT NULL,
    project_id  uuid        NOT NULL,
    picked_by   text        NOT NULL,
    reason      text,
    picked_at   timestamptz NOT NULL,
    CONSTRAINT picks_pkey PRIMARY KEY (shard, exchange_id)
);
CREATE INDEX picks_project_id_idx ON gleaner.picks (project_id, picked_at);
COMMENT ON TABLE gleaner.picks IS 'Exchanges that somebody wanted reviewed, for finding failures. Their chance of being here is unknown: no estimate reads them.';
