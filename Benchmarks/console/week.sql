-- One week of exchanges, their bodies and attempts: tables are filled without indexes, and get them when they are attached.
-- :child ends the tables' names, :low and :high are the ids between which they lie, :first and :last the numbers.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET work_mem = '256MB';
BEGIN;
CREATE TABLE gleaner.exchanges_:child (LIKE gleaner.exchanges INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
CREATE TABLE gleaner.exchange_bodies_:child (LIKE gleaner.exchange_bodies INCLUDING DEFAULTS INCLUDING COMPRESSION);
CREATE TABLE gleaner.attempts_:child (LIKE gleaner.attempts);
CREATE TEMPORARY TABLE x ON COMMIT DROP AS SELECT * FROM fill.exchanges(:first, :last);

INSERT INTO gleaner.exchanges_:child (
    shard, id, project_id, received_at, endpoint, status, reason, http_status, streamed, conversation, end_user, tags, provider,
    route, variant, requested_model, served_model, completion_id, finish_reason, complete, prompt_tokens, completion_tokens,
    duration_ms, ttft_ms, request_sha256, request_bytes, response_sha256, response_bytes, cost_usd, language, answer_language)
SELECT shard, id, project, at, '/v1/chat/completions', status, CASE WHEN status <> 'completed' THEN status END, http_status,
       n % 2 = 0, conversation, end_user,
       CASE WHEN fill.unit(n, 13, seed) < 0.00001 THEN '{incident}' WHEN fill.unit(n, 13, seed) < 0.05 THEN '{beta,vip}'
            WHEN fill.unit(n, 13, seed) < 0.25 THEN '{beta}' ELSE '{}' END::text[],
       provider, nullif(route, 'none'), variant, coalesce(nullif(route, 'none'), model), model,
       CASE WHEN status = 'completed' THEN 'chatcmpl-' || n END, CASE WHEN status = 'completed' THEN 'stop' END,
       status = 'completed', tokens_in, tokens_out, duration_ms, CASE WHEN n % 2 = 0 THEN duration_ms / 4 END,
       sha256(int8send(n)), 160 + octet_length(prompt), CASE WHEN status <> 'refused' THEN sha256(int8send(-n)) END,
       CASE WHEN status <> 'refused' THEN 220 + octet_length(answer) ELSE 0 END, (tokens_in * 0.15 + tokens_out * 0.6) / 1000000,
       language, CASE WHEN status = 'completed' THEN language END
FROM x;

INSERT INTO gleaner.exchange_bodies_:child (shard, id, project_id, request, response, messages, answer)
SELECT shard, id, project, convert_to(format('{"model":"%s","messages":%s}', model, messages), 'UTF8'),
       CASE WHEN status = 'completed' THEN convert_to(format('{"id":"chatcmpl-%s","model":"%s",%s', n, model, right(answered::text, -1)), 'UTF8') ELSE ''::bytea END,
       messages, CASE WHEN status = 'completed' THEN answered END
FROM (
    SELECT x.*, jsonb_build_array(jsonb_build_object('role', 'user', 'content', prompt)) AS messages,
           jsonb_build_object('choices', jsonb_build_array(jsonb_build_object('index', 0, 'finish_reason', 'stop',
               'message', jsonb_build_object('role', 'assistant', 'content', answer)))) AS answered
    FROM x
) y;

INSERT INTO gleaner.attempts_:child (shard, exchange_id, number, project_id, provider, variant, model, started_after_ms, duration_ms, http_status, reason)
SELECT shard, id, 1, project, provider, variant, model, 0.4, duration_ms, http_status, CASE WHEN status <> 'completed' THEN status END
FROM x WHERE status <> 'refused';

-- The indexes that the parents have, and then their place among the parents' partitions.
SELECT fill.finish(parent, parent || '_' || :'child', :'low', :'high')
FROM unnest('{exchanges,exchange_bodies,attempts}'::text[]) AS parent;
COMMIT;
