-- 0039_telemetry.sql: where an exchange stands in its caller's trace, and how far judgements have left for a collector. ACCESS
-- EXCLUSIVE on exchanges for a moment, no row is rewritten; evaluator_results takes no new rows while its new index is made.

ALTER TABLE gleaner.exchanges ADD COLUMN traceparent text;
COMMENT ON COLUMN gleaner.exchanges.traceparent IS 'The request''s header of that name (W3C Trace Context, version 00); null when it had none that is valid.';

CREATE INDEX evaluator_results_project_id_created_at_idx ON gleaner.evaluator_results (project_id, created_at);

CREATE TABLE gleaner.telemetry_positions (
    project_id uuid        NOT NULL,
    stream     text        NOT NULL,
    after_id   uuid,
    after_time timestamptz,
    CONSTRAINT telemetry_positions_pkey            PRIMARY KEY (project_id, stream),
    CONSTRAINT telemetry_positions_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT telemetry_positions_stream_check    CHECK (
        CASE stream
            WHEN 'feedback' THEN after_id IS NOT NULL AND after_time IS NULL
            WHEN 'reviews'  THEN after_id IS NOT NULL AND after_time IS NULL
            WHEN 'figures'  THEN after_id IS NULL AND after_time IS NOT NULL
            ELSE false
        END)
);
COMMENT ON TABLE  gleaner.telemetry_positions IS 'How far judgements have been sent to the OpenTelemetry collector; moved on once it has taken them.';
COMMENT ON COLUMN gleaner.telemetry_positions.after_id IS 'What has a lower id has been sent, this one too; of a project seen for the first time nothing older than that moment is.';
COMMENT ON COLUMN gleaner.telemetry_positions.after_time IS 'The same for figures of evaluators, by created_at.';

CREATE TABLE gleaner.telemetry_awaited (
    project_id  uuid NOT NULL,
    feedback_id uuid NOT NULL,
    CONSTRAINT telemetry_awaited_pkey            PRIMARY KEY (project_id, feedback_id),
    CONSTRAINT telemetry_awaited_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id)
);
COMMENT ON TABLE gleaner.telemetry_awaited IS 'Feedback the position has passed while it waited in early_feedback; sent when its exchange has landed.';
