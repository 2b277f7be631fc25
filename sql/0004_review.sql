-- 0004_review.sql: what is drawn for people to judge, and their judgements. New tables only; locks nothing in use.
CREATE TABLE gleaner.sampling_rules (
    id          uuid             NOT NULL,
    project_id  uuid             NOT NULL,
    name        text             NOT NULL,
    version     integer          NOT NULL,
    probability double precision NOT NULL,
    salt        text             NOT NULL,
    created_at  timestamptz      NOT NULL,
    retired_at  timestamptz,
    CONSTRAINT sampling_rules_pkey              PRIMARY KEY (id),
    CONSTRAINT sampling_rules_project_id_fkey   FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT sampling_rules_name_version_key  UNIQUE (project_id, name, version),
    CONSTRAINT sampling_rules_probability_check CHECK (probability > 0 AND probability <= 1)
);
COMMENT ON TABLE  gleaner.sampling_rules IS 'Which share of exchanges people look at. A changed rule is a new version; the old one is retired.';
COMMENT ON COLUMN gleaner.sampling_rules.salt IS 'An exchange is drawn when u(SHA-256(salt:exchange id)) < probability, so every instance decides alike.';

CREATE TABLE gleaner.samples (
    shard        smallint         NOT NULL,
    exchange_id  uuid             NOT NULL,
    project_id   uuid             NOT NULL,
    rule_id      uuid             NOT NULL,
    rule_version integer          NOT NULL,
    probability  double precision NOT NULL,
    drawn_at     timestamptz      NOT NULL,
    CONSTRAINT samples_pkey PRIMARY KEY (shard, exchange_id, rule_id)
);
CREATE INDEX samples_project_id_idx ON gleaner.samples (project_id, exchange_id);
COMMENT ON COLUMN gleaner.samples.probability IS 'The chance this exchange had of being drawn, as it was when the decision fell; never changed afterwards.';

CREATE TABLE gleaner.review_slots (
    id           uuid        NOT NULL,
    project_id   uuid        NOT NULL,
    exchange_id  uuid        NOT NULL,
    slot         smallint    NOT NULL,
    position     double precision NOT NULL,
    state        text        NOT NULL,
    leased_by    text,
    lease_token  uuid,
    leased_at    timestamptz,
    leased_until timestamptz,
    review_id    uuid,
    skip_reason  text,
    created_at   timestamptz NOT NULL,
    CONSTRAINT review_slots_pkey              PRIMARY KEY (id),
    CONSTRAINT review_slots_exchange_slot_key UNIQUE (project_id, exchange_id, slot),
    CONSTRAINT review_slots_state_check       CHECK (state IN ('open', 'leased', 'done', 'skipped'))
);
-- Lent ones too: a slot whose lease has run out is found in its place, and few are lent at a time.
CREATE INDEX review_slots_project_id_position_idx ON gleaner.review_slots (project_id, position) WHERE state IN ('open', 'leased');
COMMENT ON TABLE  gleaner.review_slots IS 'The annotation queue: one row for each judgement wanted. Stays on one node; not sharded.';
COMMENT ON COLUMN gleaner.review_slots.position IS 'Order in the queue, 0…1 by hash, so that reviewers do not see exchanges in the order of their arrival.';
COMMENT ON COLUMN gleaner.review_slots.state IS 'leased until leased_until; after that it counts as open, without anybody having to change the row.';
COMMENT ON COLUMN gleaner.review_slots.skip_reason IS 'Why the reviewer would not judge it, in their words; null when they did not say.';
COMMENT ON COLUMN gleaner.review_slots.lease_token IS 'A submission must show the token of the current lease: a reviewer whose lease ran out cannot overwrite another.';

CREATE TABLE gleaner.reviews (
    shard       smallint    NOT NULL,
    id          uuid        NOT NULL,
    project_id  uuid        NOT NULL,
    exchange_id uuid        NOT NULL,
    reviewer    text        NOT NULL,
    rubric      text        NOT NULL,
    scores      jsonb       NOT NULL,
    lowest      smallint    NOT NULL,
    correction  text,
    comment     text,
    duration_ms bigint,
    created_at  timestamptz NOT NULL,
    CONSTRAINT reviews_pkey         PRIMARY KEY (shard, id),
    CONSTRAINT reviews_lowest_check CHECK (lowest BETWEEN 1 AND 5)
) PARTITION BY RANGE (id);
CREATE INDEX reviews_shard_exchange_id_idx ON gleaner.reviews (shard, exchange_id, id);
CREATE INDEX reviews_project_id_idx        ON gleaner.reviews (project_id, id);
COMMENT ON TABLE  gleaner.reviews IS 'One judgement of one exchange by one reviewer, append only.';
COMMENT ON COLUMN gleaner.reviews.rubric IS 'name@version of the questions that were asked; default@1 asks relevance, accuracy, appropriateness, each 1 (unusable) to 5 (ready to train on).';
COMMENT ON COLUMN gleaner.reviews.scores IS 'Question to score: {"relevance": 5, …}.';
COMMENT ON COLUMN gleaner.reviews.lowest IS 'The smallest of the scores.';
COMMENT ON COLUMN gleaner.reviews.duration_ms IS 'From lease to submission, milliseconds.';

SELECT gleaner.ensure_partitions('reviews', now() - interval '7 days', now() + interval '21 days');
