-- What people, rules and moderation made of the exchanges between :low and :high: about 3 % are rated, 1 % flagged, 2 % drawn,
-- and of those one in ten is reviewed. Runs once for each week, after all weeks are there.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
CREATE TEMPORARY TABLE e AS
SELECT e.shard, e.id, e.project_id, e.end_user, e.received_at, fill.unit(hashint8(('x' || right(e.id::text, 12))::bit(48)::bigint), 20, s.seed) AS u, s.seed,
       ('x' || right(e.id::text, 12))::bit(48)::bigint AS n
FROM gleaner.exchanges e CROSS JOIN fill.settings s WHERE e.id >= :'low' AND e.id < :'high';

INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, thumb, score, body, raised, rater, source, created_at)
SELECT e.shard, fill.id(e.received_at + interval '1 second' + e.u * interval '1 minute', e.shard, e.n, e.seed + k.place), e.project_id, e.id, k.kind,
       CASE WHEN k.kind = 'thumb' THEN CASE WHEN e.u < 0.006 THEN -1 ELSE 1 END END,
       CASE WHEN k.kind = 'score' THEN 1 + (e.u * 1000)::int % 5 END, CASE WHEN k.kind = 'comment' THEN 'samajh nahi aaya' END,
       CASE WHEN k.kind = 'flag' THEN true END, e.end_user, 'api', e.received_at + interval '1 second' + e.u * interval '1 minute'
FROM e JOIN (VALUES (1, 'thumb', 0.0, 0.025), (2, 'score', 0.024, 0.03), (3, 'comment', 0.004, 0.007), (4, 'flag', 0.0, 0.0005)) AS k (place, kind, low, high)
  ON e.u >= k.low AND e.u < k.high;

INSERT INTO gleaner.samples (shard, exchange_id, project_id, rule_id, rule_version, probability, drawn_at)
SELECT e.shard, e.id, e.project_id, r.id, r.version, r.probability, e.received_at + interval '2 seconds'
FROM e JOIN gleaner.sampling_rules r ON r.project_id = e.project_id AND r.name = 'floor' WHERE e.u >= 0.5 AND e.u < 0.52;

INSERT INTO gleaner.reviews (shard, id, project_id, exchange_id, reviewer, rubric, scores, lowest, comment, duration_ms, created_at)
SELECT e.shard, fill.id(e.received_at + interval '1 hour', e.shard, e.n, e.seed + 9), e.project_id, e.id, 'reviewer-' || e.n % 7, 'default@1',
       jsonb_build_object('relevance', 1 + e.n % 5, 'accuracy', 1 + e.n % 4, 'appropriateness', 5), 1 + e.n % 4,
       CASE WHEN e.n % 9 = 0 THEN 'could be shorter' END, 4000 + e.n % 20000, e.received_at + interval '1 hour'
FROM e WHERE e.u >= 0.5 AND e.u < 0.502;

SELECT to_regclass('gleaner.moderation_decisions') IS NOT NULL AS is_moderated \gset
\if :is_moderated
INSERT INTO gleaner.moderation_decisions (shard, id, project_id, exchange_id, target, subject_id, policy_version, action, categories, reason, created_at)
SELECT e.shard, fill.id(e.received_at + interval '3 seconds', e.shard, e.n, e.seed + 10), e.project_id, e.id,
       CASE WHEN e.n % 3 = 0 THEN 'response' ELSE 'prompt' END, e.id, 0,
       CASE WHEN e.u < 0.308 THEN 'flag' WHEN e.u < 0.31 THEN 'redact' ELSE 'allow' END,
       CASE WHEN e.u < 0.308 THEN '{harassment}' WHEN e.u < 0.31 THEN '{pii}' ELSE '{}' END::text[], 'threshold', e.received_at + interval '3 seconds'
FROM e WHERE e.u >= 0.3 AND e.u < 0.35;
\endif
