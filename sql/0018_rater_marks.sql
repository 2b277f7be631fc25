-- 0018_rater_marks.sql: raters whose votes look made, and what each day's feedback came to. New tables only.

CREATE TABLE gleaner.rater_marks (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    rater      text        NOT NULL,
    reason     text        NOT NULL,
    since      timestamptz NOT NULL,
    until      timestamptz,
    evidence   jsonb       NOT NULL,
    marked_at  timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    cleared_at timestamptz,
    cleared_by text,
    note       text,
    CONSTRAINT rater_marks_pkey          PRIMARY KEY (id),
    CONSTRAINT rater_marks_rater_key     UNIQUE (project_id, rater, reason, since),
    CONSTRAINT rater_marks_reason_check  CHECK (reason IN ('burst', 'share', 'one_direction', 'few_raters', 'others_exchanges', 'disagrees')),
    CONSTRAINT rater_marks_cleared_check CHECK ((cleared_at IS NULL) = (cleared_by IS NULL))
);
CREATE INDEX rater_marks_project_id_open_idx ON gleaner.rater_marks (project_id, rater) WHERE cleared_at IS NULL;
COMMENT ON TABLE  gleaner.rater_marks IS 'Why a rater''s judgements are left out of promotion, until a lead clears the mark. Flags still count: they only keep exchanges out.';
COMMENT ON COLUMN gleaner.rater_marks.reason IS 'burst: too many a minute. share: too much of the project''s day. one_direction: all up or all down, against all chance. few_raters: a day''s votes came from too few. others_exchanges: an end user who rates what others were answered. disagrees: with the reviews.';
COMMENT ON COLUMN gleaner.rater_marks.since IS 'Judgements from here on are left out.';
COMMENT ON COLUMN gleaner.rater_marks.until IS 'Up to here; null: until cleared.';
COMMENT ON COLUMN gleaner.rater_marks.evidence IS 'The counts that it was decided on, and the limit they passed.';
COMMENT ON COLUMN gleaner.rater_marks.seen_at IS 'When the evidence last held.';

CREATE TABLE gleaner.feedback_days (
    project_id  uuid        NOT NULL,
    day         date        NOT NULL,
    exchanges   bigint      NOT NULL,
    rated       bigint      NOT NULL,
    ups         bigint      NOT NULL,
    downs       bigint      NOT NULL,
    scores      bigint      NOT NULL,
    score_sum   bigint      NOT NULL,
    raters      bigint      NOT NULL,
    left_out    bigint      NOT NULL,
    computed_at timestamptz NOT NULL,
    CONSTRAINT feedback_days_pkey PRIMARY KEY (project_id, day)
);
COMMENT ON TABLE  gleaner.feedback_days IS 'A day''s exchanges and what they were rated, counted every minute for today and the two days before (UTC).';
COMMENT ON COLUMN gleaner.feedback_days.exchanges IS 'Answered on that day.';
COMMENT ON COLUMN gleaner.feedback_days.rated IS 'Those of them with a thumb or a score of a rater who is not marked.';
COMMENT ON COLUMN gleaner.feedback_days.ups IS 'Current thumbs on them; so are downs, scores and their sum.';
COMMENT ON COLUMN gleaner.feedback_days.left_out IS 'Current votes of marked raters, in none of the other counts.';
