-- 0024_waiting_feedback.sql: early feedback finds its exchange without reading conversations, texts of feedback may hold
-- placeholders, and votes without a name have a voice. Columns without a stored default and a function: ACCESS EXCLUSIVE on
-- exchanges, feedback and early_feedback for an instant; early_feedback, which is small, is indexed anew.

ALTER TABLE gleaner.exchanges ADD COLUMN message_count integer;
COMMENT ON COLUMN gleaner.exchanges.message_count IS 'Messages of the request: the answer is the message with this place in its conversation. Null when they could not be read, and in rows of before.';

ALTER TABLE gleaner.feedback ADD COLUMN redaction text;
COMMENT ON COLUMN gleaner.feedback.redaction IS 'Whether personal data in body was replaced by placeholders before it was stored: stored, with the policy''s version behind a colon; null when nothing was.';

ALTER TABLE gleaner.early_feedback
    ADD COLUMN redaction text,
    ADD COLUMN look_at   timestamptz NOT NULL DEFAULT now();
DROP INDEX gleaner.early_feedback_project_id_conversation_idx;
CREATE INDEX early_feedback_project_id_conversation_idx ON gleaner.early_feedback (project_id, conversation, message_index) WHERE conversation IS NOT NULL;
CREATE INDEX early_feedback_look_at_idx ON gleaner.early_feedback (look_at);
COMMENT ON TABLE  gleaner.early_feedback IS 'Feedback whose exchange is not stored yet, by a provider''s completion id or as a turn of a conversation; moved to feedback, with its id, when the exchange lands. A turn that none answers within an hour is kept for its conversation; a completion that none has within 7 days is deleted, logged and counted.';
COMMENT ON COLUMN gleaner.early_feedback.look_at IS 'When the sweep looks for its exchange again: rarer the longer it waits. Landing exchanges find it at any time.';

-- One expression for everybody who counts voices; inlined by the planner.
CREATE FUNCTION gleaner.voice(rater text, api_key_id uuid, kind text, id uuid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(rater, CASE WHEN kind IN ('thumb', 'score') THEN 'unnamed:' || api_key_id::text END, id::text)
$$;
COMMENT ON FUNCTION gleaner.voice IS 'Whose judgement a row of feedback is: the rater''s. Votes without a name are one voice for each API key, however often it votes; whatever else comes without a name is somebody''s own, and nobody takes it back.';

CREATE FUNCTION gleaner.watched_voice(rater text, api_key_id uuid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN rater LIKE 'token:%' THEN 'unnamed:tokens' ELSE coalesce(rater, 'unnamed:' || api_key_id::text) END
$$;
COMMENT ON TABLE  gleaner.feedback_days IS 'A day''s exchanges and what they were rated, counted every minute for today and every hour for the two days before (UTC).';
COMMENT ON COLUMN gleaner.rater_marks.rater IS 'As in feedback; unnamed: and the id of an API key for its votes without a name, unnamed:tokens for tokens without an end user.';
COMMENT ON COLUMN gleaner.rater_marks.cleared_by IS 'A handle, or key: and a key''s name; gleaner:few_raters when more raters came that day.';
COMMENT ON FUNCTION gleaner.watched_voice IS 'Whom rater_marks mean: the rater; all tokens without an end user together; without a name the API key.';
