-- The review queue: :slots items that wait for one judgement each, the newest exchanges of the first project, in the order of a
-- hash.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
-- Each slot has the item it was made with: no need to look it up a million times.
SET session_replication_role = replica;
CREATE TEMPORARY TABLE e AS
SELECT e.id, e.project_id, e.shard, e.received_at, ('x' || right(e.id::text, 12))::bit(48)::bigint AS n, s.seed
FROM (SELECT * FROM gleaner.exchanges WHERE project_id = (SELECT id FROM fill.projects WHERE place = 1) ORDER BY id DESC LIMIT :slots) e
CROSS JOIN fill.settings s;
INSERT INTO gleaner.review_items (project_id, exchange_id, is_gold, slots, wanted, purpose, standing, created_at)
SELECT project_id, id, false, 1, 1, 'sample', 'open', received_at FROM e;
INSERT INTO gleaner.review_slots (id, project_id, exchange_id, is_gold, slot, slot_limit, position, state, created_at)
SELECT fill.id(received_at, shard, n, seed + 11), project_id, id, false, 1, 1, fill.unit(n, 21, seed), 'open', received_at FROM e;
