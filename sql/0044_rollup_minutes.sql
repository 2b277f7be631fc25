-- 0044_rollup_minutes.sql: the five minutes under way are added up from minutes, so that a pass counts one minute anew and not five.
-- ACCESS EXCLUSIVE on rollups while its rows are looked through, about a second for each million.

ALTER TABLE gleaner.rollups DROP CONSTRAINT rollups_minutes_check;
ALTER TABLE gleaner.rollups ADD CONSTRAINT rollups_minutes_check CHECK (minutes IN (1, 5, 60, 1440));
COMMENT ON COLUMN gleaner.rollups.minutes IS 'How long it is: 1 (kept for about an hour), 5 (for 8 days), 60 or 1440.';
COMMENT ON COLUMN gleaner.rollup_marks.part IS 'exchanges: one landed in this minute; where five minutes begin, in these five. judgements: feedback on, or a decision about, an exchange of this hour. reviews: a sample, pick, review or retraction of one. work: a review was given in this hour. evaluators: one of this hour was evaluated.';
