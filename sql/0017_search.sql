-- 0017_search.sql: languages of exchanges, and what a search of them walks along. Two nullable columns: ACCESS EXCLUSIVE on
-- exchanges for a moment. Then SHARE on exchanges, feedback and reviews while their indexes are built (about a minute for
-- each ten million exchanges): reads go on, and what comes in waits in the journal.

ALTER TABLE gleaner.exchanges
    ADD COLUMN language        text,
    ADD COLUMN answer_language text;
COMMENT ON COLUMN gleaner.exchanges.language IS 'Of what the user said last: a BCP 47 tag (hi-Latn: Romanised Hindi), hi-en for Hindi and English in one text, und when nothing tells; null without such a text, and in rows from before 0017.';
COMMENT ON COLUMN gleaner.exchanges.answer_language IS 'Of the first choice of the answer, likewise.';

-- Each ends in the id, so that whatever is looked for is found newest first, a page at a time, in one direction of one index.
-- Bytes of clients are in none of them: text is looked for in the exchanges of a stretch of time, and so is what most have,
-- a model, a route, a common language. A further index would cost ingest 4 µs and 150 bytes of log for each exchange; all three
-- together cost 5 µs beside the 57 that storing one takes (docs/benchmarks.md).
CREATE INDEX exchanges_project_id_variant_idx  ON gleaner.exchanges (project_id, variant, id) WHERE variant IS NOT NULL;
CREATE INDEX exchanges_project_id_language_idx ON gleaner.exchanges (project_id, language, id) WHERE language <> ALL ('{en,hi,hi-Latn,hi-en,und}');
CREATE INDEX exchanges_project_id_failed_idx   ON gleaner.exchanges (project_id, id) WHERE status <> 'completed' OR http_status >= 400;

-- Few exchanges are rated or reviewed; these are found by the exchange, not by when that was.
CREATE INDEX feedback_project_id_exchange_id_idx ON gleaner.feedback (project_id, kind, exchange_id) WHERE kind IN ('thumb', 'score', 'flag');
CREATE INDEX reviews_project_id_exchange_id_idx  ON gleaner.reviews (project_id, exchange_id);
