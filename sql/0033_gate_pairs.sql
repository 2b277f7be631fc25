-- 0033_gate_pairs.sql: both answers to a holdout line side by side, for reviewers who do not know whose is whose. ACCESS
-- EXCLUSIVE on comparisons and evaluations for a moment; both are small.

ALTER TABLE gleaner.comparisons
    ALTER COLUMN exchange_b DROP NOT NULL,
    ADD COLUMN evaluation_id uuid,
    ADD COLUMN line          integer,
    ADD COLUMN messages      jsonb,
    ADD COLUMN answer_a      text,
    ADD COLUMN answer_b      text,
    ADD COLUMN name_a        text,
    ADD COLUMN name_b        text,
    DROP CONSTRAINT comparisons_kind_check,
    DROP CONSTRAINT comparisons_sides_check,
    ADD CONSTRAINT comparisons_kind_check
        CHECK (kind IN ('shadow', 'variants', 'regenerated', 'correction', 'gate')),
    ADD CONSTRAINT comparisons_sides_check CHECK (
        CASE kind WHEN 'gate' THEN exchange_b IS NULL AND correction IS NULL
                  WHEN 'correction' THEN exchange_b IS NOT NULL AND exchange_a = exchange_b AND correction IS NOT NULL
                  ELSE exchange_b IS NOT NULL AND exchange_a <> exchange_b AND correction IS NULL END),
    ADD CONSTRAINT comparisons_gate_check CHECK (
        num_nonnulls(evaluation_id, line, messages, answer_a, answer_b, name_a, name_b)
        = CASE kind WHEN 'gate' THEN 7 ELSE 0 END),
    ADD CONSTRAINT comparisons_evaluation_id_fkey FOREIGN KEY (evaluation_id) REFERENCES gleaner.evaluations (id);
CREATE UNIQUE INDEX comparisons_evaluation_id_line_idx ON gleaner.comparisons (evaluation_id, line)
    WHERE evaluation_id IS NOT NULL;
COMMENT ON COLUMN gleaner.comparisons.kind IS 'shadow: a is the answer shown, b its copy''s. variants: equal requests, two variants. regenerated: b was asked for after a. correction: a is the answer, b the reviewer''s. gate: two models'' answers to a holdout line, a the candidate''s; never read for training.';
COMMENT ON COLUMN gleaner.comparisons.exchange_a IS 'Of kind gate the holdout line''s: whoever is erased is found by it.';
COMMENT ON COLUMN gleaner.comparisons.exchange_b IS 'Null of kind gate: neither side is an exchange.';
COMMENT ON COLUMN gleaner.comparisons.evaluation_id IS 'Of kind gate; so are the columns that follow.';
COMMENT ON COLUMN gleaner.comparisons.line IS 'Of the holdout split.';
COMMENT ON COLUMN gleaner.comparisons.messages IS 'What both models were asked.';
COMMENT ON COLUMN gleaner.comparisons.answer_a IS 'The candidate''s; answer_b is the incumbent''s.';
COMMENT ON COLUMN gleaner.comparisons.name_a IS 'The candidate''s model, for the results; name_b is the incumbent''s. Reviewers are not shown them.';

ALTER TABLE gleaner.evaluations
    ADD COLUMN people_ended_at timestamptz,
    ADD COLUMN people_ended_by text,
    DROP CONSTRAINT evaluations_state_check,
    ADD CONSTRAINT evaluations_state_check
        CHECK (state IN ('waiting', 'running', 'waiting_for_people', 'done', 'failed')),
    ADD CONSTRAINT evaluations_people_check CHECK ((people_ended_at IS NULL) = (people_ended_by IS NULL));
COMMENT ON COLUMN gleaner.evaluations.state IS 'waiting: queued. running. waiting_for_people: all answers are there, and reviewers compare some. done: there is a verdict. failed: there will be none; failure says why.';
COMMENT ON COLUMN gleaner.evaluations.people_ended_at IS 'Since when nobody is waited for: enough verdicts were in, or somebody ended it.';
COMMENT ON COLUMN gleaner.evaluations.people_ended_by IS 'gleaner, or who did not want to wait longer.';
