-- 0022_comparisons.sql: two answers to one question side by side, and which one people prefer. New tables only.
CREATE TABLE gleaner.comparisons (
    id           uuid             NOT NULL,
    project_id   uuid             NOT NULL,
    kind         text             NOT NULL,
    exchange_a   uuid             NOT NULL,
    exchange_b   uuid             NOT NULL,
    correction   text,
    position     double precision NOT NULL,
    state        text             NOT NULL,
    leased_by    text,
    lease_token  uuid,
    leased_at    timestamptz,
    leased_until timestamptz,
    created_at   timestamptz      NOT NULL,
    CONSTRAINT comparisons_pkey        PRIMARY KEY (id),
    CONSTRAINT comparisons_pair_key    UNIQUE (project_id, kind, exchange_a, exchange_b),
    CONSTRAINT comparisons_kind_check  CHECK (kind IN ('shadow', 'variants', 'regenerated', 'correction')),
    CONSTRAINT comparisons_state_check CHECK (state IN ('open', 'leased', 'done', 'skipped')),
    CONSTRAINT comparisons_sides_check CHECK (CASE kind WHEN 'correction' THEN exchange_a = exchange_b AND correction IS NOT NULL
                                                        ELSE exchange_a <> exchange_b AND correction IS NULL END)
);
CREATE INDEX comparisons_project_id_position_idx ON gleaner.comparisons (project_id, position) WHERE state IN ('open', 'leased');
COMMENT ON TABLE  gleaner.comparisons IS 'Pairs of answers to compare, one judgement each. Stays on one node; not sharded.';
COMMENT ON COLUMN gleaner.comparisons.kind IS 'shadow: a is the answer shown, b its copy''s. variants: equal requests, two variants. regenerated: b was asked for after a. correction: a is the answer, b the reviewer''s.';
COMMENT ON COLUMN gleaner.comparisons.correction IS 'The text of side b, when it is a correction.';

CREATE TABLE gleaner.comparison_verdicts (
    id            uuid        NOT NULL,
    comparison_id uuid        NOT NULL,
    project_id    uuid        NOT NULL,
    reviewer      text        NOT NULL,
    left_side     text        NOT NULL,
    preferred     text        NOT NULL,
    comment       text,
    duration_ms   bigint,
    created_at    timestamptz NOT NULL,
    CONSTRAINT comparison_verdicts_pkey               PRIMARY KEY (id),
    CONSTRAINT comparison_verdicts_comparison_id_fkey FOREIGN KEY (comparison_id) REFERENCES gleaner.comparisons (id),
    CONSTRAINT comparison_verdicts_comparison_id_key  UNIQUE (comparison_id),
    CONSTRAINT comparison_verdicts_left_side_check    CHECK (left_side IN ('a', 'b')),
    CONSTRAINT comparison_verdicts_preferred_check    CHECK (preferred IN ('a', 'b', 'tie'))
);
CREATE INDEX comparison_verdicts_project_id_idx ON gleaner.comparison_verdicts (project_id, created_at);
COMMENT ON TABLE  gleaner.comparison_verdicts IS 'Which answer a reviewer preferred, append only.';
COMMENT ON COLUMN gleaner.comparison_verdicts.left_side IS 'Which answer stood on the left: sides change by hash, so that a liking for one side evens out and can be seen.';
