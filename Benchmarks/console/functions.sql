-- What the fill is made of. Everything follows from an exchange's number and the seed: the same numbers give the same rows.
DROP SCHEMA IF EXISTS fill CASCADE;
CREATE SCHEMA fill;

CREATE TABLE fill.settings AS
SELECT :seed::bigint AS seed, :exchanges::bigint AS exchanges, :'began'::timestamptz AS began, :'ended'::timestamptz AS ended,
       extract(epoch FROM :'ended'::timestamptz - :'began'::timestamptz)::double precision / 86400 AS days;

-- 0 … 1, independent for each `what`.
CREATE FUNCTION fill.unit(n bigint, what int, seed bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (hashint8extended(n, seed * 1000 + what) & 9007199254740991) / 9007199254740992.0::double precision $$;

-- The place of `u` among shares that add up to 1; the last takes what is left.
CREATE FUNCTION fill.pick(u double precision, shares double precision[], names text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT names[1 + width_bucket(u, shares)] $$;

-- Ranks 1 … most by Zipf's law with exponent 1.1: the first about twice as often as the second.
CREATE FUNCTION fill.zipf(u double precision, most double precision) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT floor(power((power(most, -0.1) - 1) * u + 1, -10))::bigint $$;

-- Stable, as extract is: an immutable function with a stable one in it is not inlined, and takes ten times as long.
CREATE FUNCTION fill.id(at timestamptz, shard int, n bigint, seed bigint) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(shard), 3, '0') || '8'
            || lpad(to_hex(hashint8extended(n, seed) & 1152921504606846975), 15, '0'))::uuid $$;

-- Shard of a conversation, as GleanerCore.Shard has it.
CREATE FUNCTION fill.shard(project uuid, conversation text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('x' || left(encode(sha256(uuid_send(project) || '\x00'::bytea || conversation::bytea), 'hex'), 3))::bit(12)::int $$;

-- The first has nine tenths of everything.
CREATE TABLE fill.projects AS
SELECT g AS place, fill.id('2024-01-01', 0, g, :seed) AS id, CASE g WHEN 1 THEN 'bench' ELSE 'bench-' || g END AS name
FROM generate_series(1, 20) g;
INSERT INTO gleaner.projects (id, name, created_at) SELECT id, name, '2024-01-01' FROM fill.projects;
ALTER TABLE fill.settings ADD COLUMN projects uuid[];
UPDATE fill.settings SET projects = (SELECT array_agg(id ORDER BY place) FROM fill.projects);
-- Each draws one in fifty for people to look at.
INSERT INTO gleaner.sampling_salts (project_id, salt) SELECT id, name FROM fill.projects;
INSERT INTO gleaner.sampling_rules (id, project_id, name, version, probability, document, salt, created_at)
SELECT fill.id('2024-01-02', 0, place, :seed), id, 'floor', 1, 0.02, '{"probability": 0.02}', name, '2024-01-02' FROM fill.projects;

CREATE TABLE fill.talk (place int PRIMARY KEY, language text, prompt text, answer text);
INSERT INTO fill.talk VALUES
    (0, 'hi-Latn', 'Chai kaise banate hain?', 'Paani ubaalo, patti aur adrak daalo, phir doodh milao.'),
    (1, 'hi-Latn', 'Mujhe bukhar hai, kya karun?', 'Aaram kijiye, paani peejiye, aur doctor se milna theek rahega.'),
    (2, 'hi-Latn', 'Kal subah jaldi kaise uthun?', 'Raat ko jaldi so jao aur alarm door rakho.'),
    (3, 'hi-Latn', 'Mera order kab aayega?', 'Aapka order kal tak pahunch jayega.'),
    (4, 'en', 'What is the capital of France?', 'The capital of France is Paris.'),
    (5, 'en', 'How do I lose weight safely?', 'Eat a little less, move a little more, and give it time.'),
    (6, 'en', 'Where is my refund?', 'Refunds take three to five working days.'),
    (7, 'en', 'Write a short poem about rain', E'Soft on the roof,\nquick on the street,\nrain keeps its word.'),
    (8, 'hi-en', 'Please mujhe weight loss diet plan do', 'Sure! Subah oats, dopahar me dal aur salad, raat ko light khana.'),
    (9, 'hi-en', 'Kal mera exam hai, please help me with notes', 'Of course, chapter ka naam batao, main short notes bana deta hoon.'),
    (10, 'hi', 'मुझे बुखार है, क्या करूँ?', 'आराम कीजिए, पानी पीजिए और डॉक्टर से मिलिए।'),
    (11, 'hi', 'दिल्ली में आज मौसम कैसा है?', 'आज धूप रहेगी, शाम को हल्की बारिश हो सकती है।'),
    (12, 'ta', 'எனக்கு காய்ச்சல் இருக்கிறது', 'ஓய்வு எடுங்கள், தண்ணீர் குடியுங்கள்.'),
    (13, 'bn', 'আমার অর্ডার কোথায়?', 'আপনার অর্ডার কাল পৌঁছাবে।'),
    (14, 'ur', 'میرا آرڈر کہاں ہے؟', 'آپ کا آرڈر کل پہنچ جائے گا۔'),
    (15, 'und', '👍', '🙂');

-- One row for each exchange from number `low` up to but not including `high`.
CREATE FUNCTION fill.exchanges(low bigint, high bigint) RETURNS TABLE (
    n bigint, shard int, id uuid, project uuid, at timestamptz, conversation text, end_user text, route text, variant text,
    model text, provider text, language text, prompt text, answer text, status text, http_status int, tokens_in int,
    tokens_out int, duration_ms double precision, seed bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000000 AS $$
    SELECT w.n, w.shard, fill.id(w.at, w.shard, w.n, w.seed), w.project, w.at, w.conversation, w.end_user, w.route,
           w.variant, CASE WHEN w.variant = 'canary' THEN 'ft:small-1:canary' WHEN w.route = 'health' THEN 'large-1' ELSE 'small-1' END,
           CASE WHEN w.route = 'health' THEN 'anthropic' WHEN w.route = 'tools' THEN 'local' ELSE 'openai' END, t.language,
           t.prompt || ' ' || w.c % 9973, t.answer, w.status,
           CASE w.status WHEN 'refused' THEN 429 WHEN 'upstream_failed' THEN 502 WHEN 'interrupted' THEN NULL
                ELSE CASE WHEN fill.unit(w.n, 9, w.seed) < 0.01 THEN 400 ELSE 200 END END,
           (20 + 400 * -ln(1 - fill.unit(w.n, 10, w.seed)))::int, (5 + 120 * -ln(1 - fill.unit(w.n, 11, w.seed)))::int,
           150 + 900 * -ln(1 - fill.unit(w.n, 12, w.seed)), w.seed
    FROM (
        SELECT v.*, fill.shard(v.project, v.conversation) AS shard,
               CASE v.route WHEN 'chat' THEN
                        CASE WHEN v.u < 0.001 THEN 'rare' WHEN v.day > v.days - 7 AND v.u < 0.1 THEN 'canary' ELSE 'base' END
                    WHEN 'none' THEN NULL ELSE 'base' END AS variant
        FROM (
            SELECT g.n, g.c, s.seed, s.projects[CASE WHEN fill.unit(g.c, 0, s.seed) < 0.9 THEN 1
                                                        ELSE 1 + least(fill.zipf(fill.unit(g.c, 8, s.seed), 20), 19) END] AS project, 'c' || g.c AS conversation,
                   'user-' || fill.zipf(fill.unit(g.c, 2, s.seed), 200000) AS end_user,
                   fill.pick(fill.unit(g.c, 3, s.seed), '{0.6,0.85,0.95}', '{chat,health,tools,none}') AS route,
                   fill.pick(fill.unit(g.n, 4, s.seed), '{0.975,0.985,0.995,0.999}', '{completed,upstream_failed,client_gone,refused,interrupted}') AS status,
                   fill.unit(g.c, 5, s.seed) AS u, g.day, s.days,
                   fill.pick(fill.unit(g.c, 6, s.seed), '{0.35,0.75,0.87,0.95,0.97,0.98,0.985}', '{0,4,8,10,12,13,14,15}')::int
                       + CASE WHEN fill.unit(g.c, 6, s.seed) < 0.75 THEN (fill.unit(g.n, 7, s.seed) * 4)::int % 4
                              WHEN fill.unit(g.c, 6, s.seed) < 0.95 THEN (fill.unit(g.n, 7, s.seed) * 2)::int % 2 ELSE 0 END AS said,
                   -- Days have a busy and a quiet half; no two numbers change places.
                   least(s.began + (g.day - 0.12 * sin(2 * pi() * g.day)) * interval '1 day', s.ended) AS at
            FROM fill.settings s
            CROSS JOIN LATERAL (
                SELECT x AS n, x / 200 * 67 + (fill.unit(x, 1, s.seed) * 67)::bigint AS c, s.days * x / s.exchanges AS day
                FROM generate_series(low, high - 1) x OFFSET 0
            ) g
            OFFSET 0
        ) v OFFSET 0
    ) w JOIN fill.talk t ON t.place = w.said $$;

-- The number of the first exchange at or after a moment that is a midnight.
CREATE FUNCTION fill.number_at(moment timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT greatest(0, least(exchanges, ceil(exchanges * extract(epoch FROM moment - began) / extract(epoch FROM ended - began))::bigint))
    FROM fill.settings $$;

-- Gives a filled table its parent's indexes, and attaches it.
CREATE FUNCTION fill.finish(parent text, child text, low uuid, high uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    definition text;
BEGIN
    FOR definition IN
        SELECT regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \S+ ON ONLY \S+', format('INDEX ON gleaner.%I', child))
        FROM pg_index WHERE indrelid = ('gleaner.' || quote_ident(parent))::regclass
    LOOP
        EXECUTE definition;
    END LOOP;
    EXECUTE format('ALTER TABLE gleaner.%I ATTACH PARTITION gleaner.%I FOR VALUES FROM (%L) TO (%L)', parent, child, low, high);
END
$$;
