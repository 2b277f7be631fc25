-- 0003_feedback.sql: what people thought of an exchange. New tables only; locks nothing in use.
CREATE TABLE gleaner.feedback (
    shard         smallint    NOT NULL,
    id            uuid        NOT NULL,
    project_id    uuid        NOT NULL,
    exchange_id   uuid        NOT NULL,
    kind          text        NOT NULL,
    thumb         smallint,
    score         smallint,
    body          text,
    raised        boolean,
    rater         text,
    source        text        NOT NULL,
    api_key_id    uuid,
    created_at    timestamptz NOT NULL,
    CONSTRAINT feedback_pkey       PRIMARY KEY (shard, id),
    CONSTRAINT feedback_kind_check CHECK (
        CASE kind
            WHEN 'thumb'      THEN thumb IN (-1, 1)
            WHEN 'score'      THEN score BETWEEN 1 AND 5
            WHEN 'comment'    THEN body IS NOT NULL
            WHEN 'correction' THEN body IS NOT NULL
            WHEN 'flag'       THEN raised IS NOT NULL
            ELSE false
        END)
) PARTITION BY RANGE (id);
CREATE INDEX feedback_shard_exchange_id_idx ON gleaner.feedback (shard, exchange_id, id);
CREATE INDEX feedback_project_id_idx        ON gleaner.feedback (project_id, id);
COMMENT ON TABLE  gleaner.feedback IS 'Append only. Per exchange, rater and kind the newest row counts.';
COMMENT ON COLUMN gleaner.feedback.exchange_id IS 'No foreign key on purpose: feedback may arrive before its exchange (docs/adr/0006).';
COMMENT ON COLUMN gleaner.feedback.body IS 'The comment, the better answer, or why it was flagged.';
COMMENT ON COLUMN gleaner.feedback.raised IS 'A flag: true opens it, false clears it.';
COMMENT ON COLUMN gleaner.feedback.rater IS 'Who, as the client names them; null when it does not say.';
COMMENT ON COLUMN gleaner.feedback.source IS 'api, console, cli or demo.';

CREATE TABLE gleaner.early_feedback (
    id            uuid        NOT NULL,
    project_id    uuid        NOT NULL,
    completion_id text        NOT NULL,
    kind          text        NOT NULL,
    thumb         smallint,
    score         smallint,
    body          text,
    raised        boolean,
    rater         text,
    source        text        NOT NULL,
    api_key_id    uuid,
    created_at    timestamptz NOT NULL,
    CONSTRAINT early_feedback_pkey PRIMARY KEY (id)
);
CREATE INDEX early_feedback_project_id_completion_id_idx ON gleaner.early_feedback (project_id, completion_id);
COMMENT ON TABLE gleaner.early_feedback IS 'Feedback that names a provider''s completion id no stored exchange has yet; moved to feedback, with its id, when the exchange lands.';

SELECT gleaner.ensure_partitions('feedback', now() - interval '7 days', now() + interval '21 days');
