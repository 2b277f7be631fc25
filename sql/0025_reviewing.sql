-- 0025_reviewing.sql: skips and declines can be taken back, reports are a purpose of their own, and the sides of comparisons are
-- drawn. ACCESS EXCLUSIVE on review_items and comparisons for a moment; then SHARE on review_slots while its index
-- is built, about a second for each million slots: reviewing waits for it, and ingest with what it draws.

ALTER TABLE gleaner.review_items
    DROP CONSTRAINT review_items_purpose_check,
    ADD CONSTRAINT review_items_purpose_check CHECK (purpose IN ('sample', 'pick', 'reported', 'gold')) NOT VALID;
COMMENT ON COLUMN gleaner.review_items.purpose IS 'What it came in by first: sample (drawn by a rule), pick (by hand), reported (a user raised a flag), gold.';
COMMENT ON TABLE gleaner.picks IS 'Exchanges that somebody wanted reviewed, or a user reported, for finding failures. Their chance of being here is unknown: no estimate reads them.';

COMMENT ON COLUMN gleaner.review_slots.submitted_at IS 'When its reviewer submitted or skipped it; null when nobody did, also where a lead closed it.';
-- A reviewer's newest skip; the newest submission has its own.
CREATE INDEX review_slots_skipped_by_idx ON gleaner.review_slots (project_id, leased_by, submitted_at) WHERE state = 'skipped';
-- The newest declines. Not by reviewer: the queue looks for one reviewer's by exchange, and should go on using the primary key.
CREATE INDEX review_declines_declined_at_idx ON gleaner.review_declines (project_id, declined_at);

-- Leads look for those that no third reviewer comes to.
CREATE INDEX review_items_third_idx ON gleaner.review_items (project_id, created_at) WHERE standing = 'third';

ALTER TABLE gleaner.comparisons
    ADD COLUMN author    text,
    ADD COLUMN left_side text,
    ADD CONSTRAINT comparisons_left_side_check CHECK (left_side IN ('a', 'b')) NOT VALID;
COMMENT ON COLUMN gleaner.comparisons.author IS 'Who wrote the correction; the pair is not lent to them.';
COMMENT ON COLUMN gleaner.comparisons.left_side IS 'Which answer stands on the left, drawn when the pair was first lent.';
COMMENT ON COLUMN gleaner.comparison_verdicts.left_side IS 'Which answer stood on the left: drawn for each pair, so that a liking for one side evens out and can be seen.';
UPDATE gleaner.comparisons c SET author = r.reviewer
FROM gleaner.reviews r
WHERE c.kind = 'correction' AND r.shard = gleaner.shard_of(c.exchange_a) AND r.exchange_id = c.exchange_a
  AND r.project_id = c.project_id AND r.correction = c.correction;
-- The sides of those at hand were known to whoever knew their ids: they are lent anew.
UPDATE gleaner.comparisons SET state = 'open', leased_by = NULL, lease_token = NULL, leased_at = NULL, leased_until = NULL
WHERE state = 'leased';
CREATE INDEX comparisons_lent_idx ON gleaner.comparisons (project_id, leased_by) WHERE state = 'leased';
