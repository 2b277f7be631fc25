-- 0015_review.sql: items with a fixed number of slots, rubrics, drafts, gold, retractions and final verdicts. New tables;
-- ACCESS EXCLUSIVE on review_slots while items are made for those that are there, and on reviews for a moment.

CREATE TABLE gleaner.review_items (
    project_id  uuid        NOT NULL,
    exchange_id uuid        NOT NULL,
    is_gold     boolean     NOT NULL,
    slots       smallint    NOT NULL,
    wanted      smallint    NOT NULL,
    purpose     text        NOT NULL,
    standing    text        NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT review_items_pkey           PRIMARY KEY (project_id, exchange_id, is_gold),
    CONSTRAINT review_items_slots_key      UNIQUE (project_id, exchange_id, is_gold, slots),
    CONSTRAINT review_items_slots_check    CHECK (slots BETWEEN 1 AND 1000),
    CONSTRAINT review_items_purpose_check  CHECK (purpose IN ('sample', 'pick', 'gold')),
    CONSTRAINT review_items_standing_check CHECK (standing IN ('open', 'agreed', 'third', 'disputed', 'final'))
);
CREATE INDEX review_items_disputed_idx ON gleaner.review_items (project_id, created_at) WHERE standing = 'disputed';
COMMENT ON TABLE  gleaner.review_items IS 'An exchange that people judge, and how many of them. Stays on one node; not sharded.';
COMMENT ON COLUMN gleaner.review_items.is_gold IS 'A hidden check of the reviewers; an exchange may be one besides being an ordinary item.';
COMMENT ON COLUMN gleaner.review_items.slots IS 'How many judgements it gets. A slot above it cannot exist.';
COMMENT ON COLUMN gleaner.review_items.wanted IS 'How many it was to get at first; one more is added when they differ.';
COMMENT ON COLUMN gleaner.review_items.purpose IS 'What it came in by first: sample (drawn by a rule), pick (by hand), gold.';
COMMENT ON COLUMN gleaner.review_items.standing IS 'open: judgements are missing. agreed: all are in and near each other. third: they differed, and one more is wanted. disputed: a lead must decide. final: one has.';

INSERT INTO gleaner.review_items (project_id, exchange_id, is_gold, slots, wanted, purpose, standing, created_at)
SELECT project_id, exchange_id, false, max(slot), max(slot), 'sample', CASE WHEN bool_and(state IN ('done', 'skipped')) THEN 'agreed' ELSE 'open' END, min(created_at)
FROM gleaner.review_slots GROUP BY project_id, exchange_id;

ALTER TABLE gleaner.review_slots
    ADD COLUMN is_gold      boolean NOT NULL DEFAULT false,
    ADD COLUMN slot_limit   smallint NOT NULL DEFAULT 1,
    ADD COLUMN rubric       text,
    ADD COLUMN submitted_at timestamptz,
    DROP CONSTRAINT review_slots_exchange_slot_key,
    ADD CONSTRAINT review_slots_item_slot_key UNIQUE (project_id, exchange_id, is_gold, slot),
    ADD CONSTRAINT review_slots_slot_check CHECK (slot BETWEEN 1 AND slot_limit);
ALTER TABLE gleaner.review_slots
    ALTER COLUMN is_gold DROP DEFAULT, ALTER COLUMN slot_limit DROP DEFAULT,
    ADD CONSTRAINT review_slots_item_fkey FOREIGN KEY (project_id, exchange_id, is_gold, slot_limit)
        REFERENCES gleaner.review_items (project_id, exchange_id, is_gold, slots) ON UPDATE CASCADE ON DELETE CASCADE;
UPDATE gleaner.review_slots s SET submitted_at = r.created_at
FROM gleaner.reviews r WHERE r.id = s.review_id AND s.state = 'done';
-- One reviewer never holds, or has held to the end, two slots of an exchange.
CREATE UNIQUE INDEX review_slots_reviewer_key ON gleaner.review_slots (project_id, exchange_id, leased_by) WHERE leased_by IS NOT NULL;
-- A reviewer's newest submission, and how many there were today.
CREATE INDEX review_slots_leased_by_idx ON gleaner.review_slots (project_id, leased_by, submitted_at) WHERE state = 'done';
-- What a reviewer has at hand.
CREATE INDEX review_slots_lent_idx ON gleaner.review_slots (project_id, leased_by) WHERE state = 'leased';
COMMENT ON COLUMN gleaner.review_slots.slot_limit IS 'The item''s number of slots, kept equal by the foreign key: slot k+1 of k is refused by the database.';
COMMENT ON COLUMN gleaner.review_slots.rubric IS 'name@version of the questions that the holder of the lease was asked.';
COMMENT ON COLUMN gleaner.review_slots.position IS 'Order in the queue, 0…1 by hash, so that reviewers do not see exchanges in the order of their arrival; picks are below 0 and come first.';

CREATE TABLE gleaner.review_declines (
    project_id  uuid        NOT NULL,
    exchange_id uuid        NOT NULL,
    reviewer    text        NOT NULL,
    reason      text        NOT NULL,
    declined_at timestamptz NOT NULL,
    CONSTRAINT review_declines_pkey PRIMARY KEY (project_id, exchange_id, reviewer)
);
COMMENT ON TABLE gleaner.review_declines IS 'Who would not judge which exchange, and why; none of its slots comes to them again.';

CREATE TABLE gleaner.review_drafts (
    slot_id  uuid        NOT NULL,
    document jsonb       NOT NULL,
    saved_at timestamptz NOT NULL,
    CONSTRAINT review_drafts_pkey PRIMARY KEY (slot_id),
    CONSTRAINT review_drafts_slot_id_fkey FOREIGN KEY (slot_id) REFERENCES gleaner.review_slots (id) ON DELETE CASCADE
);
COMMENT ON TABLE gleaner.review_drafts IS 'A half-done judgement of whoever has the slot; gone with the lease.';

ALTER TABLE gleaner.reviews
    ADD COLUMN kind    text NOT NULL DEFAULT 'review',
    ADD COLUMN answers jsonb,
    ADD COLUMN reason  text,
    ADD CONSTRAINT reviews_kind_check CHECK (kind IN ('review', 'gold', 'final'));
CREATE INDEX reviews_project_id_reviewer_idx ON gleaner.reviews (project_id, reviewer, id);
COMMENT ON COLUMN gleaner.reviews.kind IS 'review: of an ordinary item. gold: of a hidden check, never part of estimates or training sets. final: a lead''s, which replaces the others; the newest counts.';
COMMENT ON COLUMN gleaner.reviews.answers IS 'Question to choice, choices or text, for questions that are no scale; null when there are none.';
COMMENT ON COLUMN gleaner.reviews.reason IS 'Why a lead decided so.';

CREATE TABLE gleaner.review_retractions (
    shard        smallint    NOT NULL,
    review_id    uuid        NOT NULL,
    project_id   uuid        NOT NULL,
    exchange_id  uuid        NOT NULL,
    reviewer     text        NOT NULL,
    retracted_at timestamptz NOT NULL,
    CONSTRAINT review_retractions_pkey PRIMARY KEY (shard, review_id)
);
COMMENT ON TABLE gleaner.review_retractions IS 'Reviews that their writers took back within minutes. The review stays, and counts nowhere.';

CREATE VIEW gleaner.counted_reviews WITH (security_invoker = true) AS
SELECT r.shard, r.id, r.project_id, r.exchange_id, r.reviewer, r.rubric, r.kind, r.scores, r.answers, r.lowest, r.correction,
       r.comment, r.duration_ms, r.created_at
FROM gleaner.reviews r
WHERE r.kind IN ('review', 'final')
  AND NOT EXISTS (
      SELECT 1 FROM gleaner.review_retractions x WHERE x.shard = r.shard AND x.review_id = r.id)
  AND NOT EXISTS (
      SELECT 1 FROM gleaner.reviews f
      WHERE f.shard = r.shard AND f.exchange_id = r.exchange_id AND f.project_id = r.project_id AND f.kind = 'final'
        AND (r.kind = 'review' OR (f.created_at, f.id) > (r.created_at, r.id)));
COMMENT ON VIEW gleaner.counted_reviews IS 'The judgements that count: none of hidden checks, none taken back, and a lead''s newest instead of all others.';

-- The front of a queue is where rows are changed all the time.
ALTER TABLE gleaner.review_slots SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

CREATE TABLE gleaner.rubrics (
    project_id uuid        NOT NULL,
    name       text        NOT NULL,
    version    integer     NOT NULL,
    document   jsonb       NOT NULL,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT rubrics_pkey            PRIMARY KEY (project_id, name, version),
    CONSTRAINT rubrics_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id)
);
COMMENT ON TABLE gleaner.rubrics IS 'Questions that reviewers are asked, with guidelines; a change is a new version. default@1 and default@2 are part of Gleaner.';

CREATE TABLE gleaner.review_settings (
    project_id uuid        NOT NULL,
    document   jsonb       NOT NULL,
    updated_by text        NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT review_settings_pkey            PRIMARY KEY (project_id),
    CONSTRAINT review_settings_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id)
);
COMMENT ON TABLE gleaner.review_settings IS 'How a project reviews: rubric, slots per item, shares of double reviews and gold, lease, undo. Absent: the defaults.';

CREATE TABLE gleaner.gold_items (
    project_id  uuid        NOT NULL,
    exchange_id uuid        NOT NULL,
    scores      jsonb       NOT NULL,
    note        text,
    marked_by   text        NOT NULL,
    marked_at   timestamptz NOT NULL,
    CONSTRAINT gold_items_pkey PRIMARY KEY (project_id, exchange_id)
);
COMMENT ON TABLE  gleaner.gold_items IS 'Exchanges whose right scores a lead has settled; shown to reviewers like any other item.';
COMMENT ON COLUMN gleaner.gold_items.scores IS 'Question to right score; questions left out are not checked.';

-- The 12 bits that Gleaner's UUIDv7 carry after the timestamp (docs/adr/0004): where what hangs on an exchange lives.
CREATE FUNCTION gleaner.shard_of(id uuid) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ((get_byte(uuid_send(id), 6) & 15) << 8 | get_byte(uuid_send(id), 7))::smallint
$$;
COMMENT ON FUNCTION gleaner.shard_of IS 'The shard of an id, for joins from tables that do not keep it.';
