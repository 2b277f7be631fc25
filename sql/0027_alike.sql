-- 0027_alike.sql: what is clean on both sides is one row instead of two. The checks are looked through once more (about a
-- second for each five million rows), while what comes in waits in the journal.

ALTER TABLE gleaner.moderation_results DROP CONSTRAINT moderation_results_target_check,
    ADD CONSTRAINT moderation_results_target_check CHECK (target IN ('prompt', 'response', 'comment', 'exchange'));
ALTER TABLE gleaner.moderation_decisions DROP CONSTRAINT moderation_decisions_target_check,
    ADD CONSTRAINT moderation_decisions_target_check CHECK (target IN ('prompt', 'response', 'comment', 'exchange'));
COMMENT ON COLUMN gleaner.moderation_results.target IS 'prompt: the user''s last message. response: all choices of the answer. comment: a comment of feedback. exchange: prompt and response alike, of which the first judgement found nothing; any other row about one of them counts instead.';
COMMENT ON COLUMN gleaner.moderation_decisions.target IS 'prompt, response, comment, or exchange: prompt and response alike, both allowed by the first judgement; any other row about one of them counts instead.';
