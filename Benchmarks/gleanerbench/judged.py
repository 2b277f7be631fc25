"""Fills a project with exchanges in Hinglish-like words, half of them judged by people, some nearly alike."""

import subprocess

from .processes import BenchError

# Prompts of 8 to 23 and answers of 15 to 54 words. Of the judged ones a tenth are variants of one in a hundred common
# questions, another tenth variants of the one before. What nobody judged has the same texts, and other numbers.
SCRIPT = r"""
\set ON_ERROR_STOP on
SET synchronous_commit = off;
CREATE SCHEMA IF NOT EXISTS fill;
CREATE OR REPLACE FUNCTION fill.words() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT string_to_array(
    'mujhe aapko chai paani doodh adrak ghar dukaan paisa khaata card order kal aaj subah shaam raat jaldi dheere accha bura '
    'kaise kyun kab kahan kaun kitna batao dikhao bhejo samjhao likho karo karna karte karenge chahiye milega milta hota hogi '
    'please refund delivery payment account login password mobile recharge ticket booking train flight hotel doctor fever '
    'medicine diet plan weight loss exercise yoga meeting office boss salary loan interest school exam notes maths science '
    'history result admission college form online offline app website link number message call video photo recipe masala '
    'sabzi dal chawal roti namak mirch tel garam thanda mausam baarish dhoop gaadi petrol scooter bus metro station rasta '
    'mummy papa bhai behen dost shaadi birthday gift party film gaana cricket match team khel kitaab kahani kavita shabd '
    'matlab hindi english tamil bhasha seekhna bolna sunna padhna thoda zyada bilkul shayad zaroor pehle baad phir lekin '
    'aur ya agar toh kyunki isliye mein ko se par tak ke liye saath bina andar bahar upar neeche', ' ') $$;
CREATE OR REPLACE FUNCTION fill.draw(n bigint, place int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT hashint8extended(n, place) & 4294967295 $$;
-- `changed` is the place of a word that is another one; 0 changes none.
CREATE OR REPLACE FUNCTION fill.talk(n bigint, side int, shortest int, range int, changed int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(w.words[1 + fill.draw(CASE WHEN i = changed THEN -n ELSE n END, side + i) % cardinality(w.words)], ' ' ORDER BY i)
    FROM (SELECT fill.words() AS words OFFSET 0) w, generate_series(1, (shortest + fill.draw(n, side) % range)::int) i $$;

INSERT INTO gleaner.projects (id, name, created_at) VALUES (:'project', :'name', now());
CREATE TEMPORARY TABLE made AS
SELECT n, n % 2 = 0 AS is_judged, fill.draw(:seed + n, 1) % 4096 AS shard,
       (lpad(to_hex(floor(extract(epoch FROM now() - interval '5 days') * 1000)::bigint + n), 12, '0') || '7'
        || lpad(to_hex(fill.draw(:seed + n, 1) % 4096), 3, '0') || '8' || lpad(to_hex(:seed + n), 15, '0'))::uuid AS id,
       now() - interval '5 days' + n * interval '1 millisecond' AS at, 'conversation-' || n / 6 AS conversation,
       'user-' || n % (:judged / 4 + 1) AS end_user,
       fill.talk(:seed + t.source, 100, 8, 16, t.changed) AS prompt, fill.talk(:seed + t.source, 1000, 15, 40, t.changed) AS answer
FROM generate_series(1, 2 * :judged::bigint) n CROSS JOIN LATERAL (
    SELECT CASE WHEN n % 20 = 0 THEN 1 + fill.draw(n, 7) % 100 WHEN n % 20 = 2 THEN n - 2 ELSE n END AS source,
           CASE WHEN n % 20 IN (0, 2) THEN 1 + fill.draw(n, 8) % 8 ELSE 0 END::int AS changed) t;

INSERT INTO gleaner.exchanges (
    shard, id, project_id, received_at, endpoint, status, http_status, streamed, conversation, end_user, tags, provider, route,
    variant, requested_model, served_model, completion_id, finish_reason, complete, prompt_tokens, completion_tokens, duration_ms,
    request_sha256, request_bytes, response_sha256, response_bytes, language, answer_language)
SELECT shard, id, :'project', at, '/v1/chat/completions', 'completed', 200, false, conversation, end_user, '{}', 'openai', 'chat',
       'base', 'chat', 'small-1', 'chatcmpl-' || n, 'stop', true, 40, 60, 900, sha256(int8send(n)), 160 + octet_length(prompt),
       sha256(int8send(-n)), 220 + octet_length(answer), 'hi-Latn', 'hi-Latn'
FROM made;
INSERT INTO gleaner.exchange_bodies (shard, id, project_id, request, response, messages, answer)
SELECT shard, id, :'project', convert_to(format('{"model":"chat","messages":%s}', messages), 'UTF8'),
       convert_to(format('{"id":"chatcmpl-%s","model":"small-1",%s', n, right(answered::text, -1)), 'UTF8'), messages, answered
FROM (SELECT made.*, jsonb_build_array(
                 jsonb_build_object('role', 'system', 'content', 'You answer in Hinglish, briefly and kindly.'),
                 jsonb_build_object('role', 'user', 'content', prompt)) AS messages,
             jsonb_build_object('choices', jsonb_build_array(jsonb_build_object('index', 0, 'finish_reason', 'stop',
                 'message', jsonb_build_object('role', 'assistant', 'content', answer)))) AS answered FROM made) whole;
INSERT INTO gleaner.moderation_decisions (
    shard, id, project_id, exchange_id, target, subject_id, policy_version, action, categories, reason, created_at)
SELECT shard, (left(id::text, 24) || lpad(to_hex(:seed + n), 11, '0') || side)::uuid, :'project', id,
       CASE side WHEN 1 THEN 'prompt' ELSE 'response' END, id, 0, 'allow', '{}', 'clean', at
FROM made CROSS JOIN generate_series(1, 2) side;
-- Nine in ten are good enough; one in four also has a thumb, one in twenty-five a reviewer's correction.
INSERT INTO gleaner.reviews (shard, id, project_id, exchange_id, reviewer, rubric, scores, lowest, correction, duration_ms, created_at)
SELECT shard, id, :'project', id, 'reviewer-' || n / 2 % 20, 'default@1',
       jsonb_build_object('relevance', 5, 'accuracy', 4, 'appropriateness', CASE WHEN n % 10 = 4 AND n % 20 = 4 THEN 2 ELSE 5 END),
       CASE WHEN n % 20 = 4 THEN 2 ELSE 4 END, CASE WHEN n % 50 = 6 THEN 'Sahi jawab: ' || fill.talk(:seed + n, 3000, 12, 20, 0) END, 9000, at
FROM made WHERE is_judged;
INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, thumb, rater, source, created_at)
SELECT shard, id, :'project', id, 'thumb', CASE WHEN n % 16 = 8 THEN -1 ELSE 1 END, end_user, 'api', at FROM made WHERE n % 8 = 0;
DROP TABLE made;
"""


def fill(conninfo, judged, place):
    """A project of `judged` judged exchanges and as many that nobody judged.

    - place: 0…99, another for each project of a database.
    Returns the project's name.
    """
    name = f"judged-{judged}"
    settings = {"project": f"01990000-0000-7000-8000-0000000000{place:02x}", "name": name, "judged": judged,
                "seed": 1 + place * 100_000_000}
    done = subprocess.run(
        ["psql", "-XAtq", *[part for key, value in settings.items() for part in ("-v", f"{key}={value}")], "-d", conninfo, "-f", "-"],
        input=SCRIPT, capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"filling failed: {done.stderr.strip()}")
    done = subprocess.run(["psql", "-XAtq", "-d", conninfo, "-c", "VACUUM ANALYZE"], capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"vacuum failed: {done.stderr.strip()}")
    return name
