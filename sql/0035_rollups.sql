-- 0035_rollups.sql: what dashboards read, counted once: rollups of exchanges, of what was said of them and of their reviews, and the
-- views of schema report over them. New tables and views. Then SHARE on feedback and moderation_decisions while an index on each is
-- built, about a second for each million rows: what comes in meanwhile waits.

-- A UUIDv7 begins with its time in milliseconds.
CREATE FUNCTION gleaner.time_of(id uuid) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_timestamp(('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000.0)
$$;
CREATE FUNCTION gleaner.hour_of(id uuid) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date_bin('1 hour', gleaner.time_of(id), '2000-01-01 00:00:00+00')
$$;
COMMENT ON FUNCTION gleaner.time_of IS 'When a UUIDv7 was made, to the millisecond.';
COMMENT ON FUNCTION gleaner.hour_of IS 'The hour (UTC) that a UUIDv7 was made in: the hour of a rollup that an exchange counts in.';

-- Append only until a pass takes them: whoever writes one never waits for a pass, and a pass deletes only those it has seen.
CREATE TABLE gleaner.rollup_marks (
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    project_id uuid        NOT NULL,
    part       text        NOT NULL,
    at         timestamptz NOT NULL,
    CONSTRAINT rollup_marks_pkey       PRIMARY KEY (id),
    CONSTRAINT rollup_marks_part_check CHECK (part IN ('exchanges', 'judgements', 'reviews', 'work'))
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

CREATE TABLE gleaner.rollup_prompts (
    project_id  uuid  NOT NULL,
    day         date  NOT NULL,
    fingerprint bytea NOT NULL,
    CONSTRAINT rollup_prompts_pkey PRIMARY KEY (project_id, day, fingerprint)
);

CREATE TABLE gleaner.rollup_passes (
    name     text        NOT NULL,
    ended_at timestamptz NOT NULL,
    CONSTRAINT rollup_passes_pkey PRIMARY KEY (name)
);

CREATE TABLE gleaner.rollups (
    project_id         uuid           NOT NULL,
    minutes            smallint       NOT NULL,
    at                 timestamptz    NOT NULL,
    source             text           NOT NULL,
    route              text           NOT NULL,
    variant            text           NOT NULL,
    provider           text           NOT NULL,
    model              text           NOT NULL,
    language           text           NOT NULL,
    prompt             text           NOT NULL,
    exchanges          bigint         NOT NULL,
    completed          bigint         NOT NULL,
    upstream_failed    bigint         NOT NULL,
    client_gone        bigint         NOT NULL,
    interrupted        bigint         NOT NULL,
    refused            bigint         NOT NULL,
    errors             bigint         NOT NULL,
    http_errors        bigint         NOT NULL,
    answered           bigint         NOT NULL,
    streamed           bigint         NOT NULL,
    cut_short          bigint         NOT NULL,
    filtered           bigint         NOT NULL,
    redacted           bigint         NOT NULL,
    counted            bigint         NOT NULL,
    prompt_tokens      bigint         NOT NULL,
    cached_tokens      bigint         NOT NULL,
    cache_write_tokens bigint         NOT NULL,
    completion_tokens  bigint         NOT NULL,
    reasoning_tokens   bigint         NOT NULL,
    priced             bigint         NOT NULL,
    cost_usd           numeric        NOT NULL,
    request_bytes      bigint         NOT NULL,
    response_bytes     bigint         NOT NULL,
    timed              bigint         NOT NULL,
    duration_ms        numeric        NOT NULL,
    duration_bins      smallint[]     NOT NULL,
    duration_counts    bigint[]       NOT NULL,
    first_timed        bigint         NOT NULL,
    ttft_ms            numeric        NOT NULL,
    ttft_bins          smallint[]     NOT NULL,
    ttft_counts        bigint[]       NOT NULL,
    CONSTRAINT rollups_pkey          PRIMARY KEY (project_id, minutes, at, source, route, variant, provider, model, language, prompt),
    CONSTRAINT rollups_minutes_check CHECK (minutes IN (5, 60, 1440))
);
CREATE INDEX rollups_minutes_at_idx ON gleaner.rollups (minutes, at);

CREATE TABLE gleaner.rollup_judgements (
    project_id       uuid        NOT NULL,
    minutes          smallint    NOT NULL,
    at               timestamptz NOT NULL,
    source           text        NOT NULL,
    route            text        NOT NULL,
    variant          text        NOT NULL,
    provider         text        NOT NULL,
    model            text        NOT NULL,
    language         text        NOT NULL,
    prompt           text        NOT NULL,
    rated            bigint      NOT NULL,
    ups              bigint      NOT NULL,
    downs            bigint      NOT NULL,
    stars            bigint      NOT NULL,
    star_sum         bigint      NOT NULL,
    star_squares     bigint      NOT NULL,
    left_out         bigint      NOT NULL,
    comments         bigint      NOT NULL,
    corrections      bigint      NOT NULL,
    preferences      bigint      NOT NULL,
    regenerated      bigint      NOT NULL,
    copied           bigint      NOT NULL,
    abandoned        bigint      NOT NULL,
    reported         bigint      NOT NULL,
    flagged          bigint      NOT NULL,
    prompt_flagged   bigint      NOT NULL,
    response_flagged bigint      NOT NULL,
    blocked          bigint      NOT NULL,
    unjudged         bigint      NOT NULL,
    CONSTRAINT rollup_judgements_pkey          PRIMARY KEY (project_id, minutes, at, source, route, variant, provider, model, language, prompt),
    CONSTRAINT rollup_judgements_minutes_check CHECK (minutes IN (60, 1440))
);

CREATE TABLE gleaner.rollup_categories (
    project_id uuid        NOT NULL,
    minutes    smallint    NOT NULL,
    at         timestamptz NOT NULL,
    source     text        NOT NULL,
    route      text        NOT NULL,
    variant    text        NOT NULL,
    provider   text        NOT NULL,
    model      text        NOT NULL,
    language   text        NOT NULL,
    prompt     text        NOT NULL,
    target     text        NOT NULL,
    category   text        NOT NULL,
    exchanges  bigint      NOT NULL,
    CONSTRAINT rollup_categories_pkey
        PRIMARY KEY (project_id, minutes, at, source, route, variant, provider, model, language, prompt, target, category),
    CONSTRAINT rollup_categories_minutes_check CHECK (minutes IN (60, 1440))
);

CREATE TABLE gleaner.rollup_reviews (
    project_id     uuid        NOT NULL,
    minutes        smallint    NOT NULL,
    at             timestamptz NOT NULL,
    source         text        NOT NULL,
    route          text        NOT NULL,
    variant        text        NOT NULL,
    provider       text        NOT NULL,
    model          text        NOT NULL,
    language       text        NOT NULL,
    prompt         text        NOT NULL,
    rule           text        NOT NULL,
    is_singled_out boolean     NOT NULL,
    measure        text        NOT NULL,
    n              bigint      NOT NULL,
    events         bigint      NOT NULL,
    lowest         numeric     NOT NULL,
    highest        numeric     NOT NULL,
    w              numeric     NOT NULL,
    wy             numeric     NOT NULL,
    wyy            numeric     NOT NULL,
    ww             numeric     NOT NULL,
    wwy            numeric     NOT NULL,
    wwyy           numeric     NOT NULL,
    CONSTRAINT rollup_reviews_pkey
        PRIMARY KEY (project_id, minutes, at, source, route, variant, provider, model, language, prompt, rule, is_singled_out, measure),
    CONSTRAINT rollup_reviews_minutes_check CHECK (minutes IN (60, 1440))
);

CREATE TABLE gleaner.rollup_review_work (
    project_id  uuid        NOT NULL,
    minutes     smallint    NOT NULL,
    at          timestamptz NOT NULL,
    reviewer    text        NOT NULL,
    rubric      text        NOT NULL,
    kind        text        NOT NULL,
    reviews     bigint      NOT NULL,
    retracted   bigint      NOT NULL,
    corrected   bigint      NOT NULL,
    timed       bigint      NOT NULL,
    duration_ms bigint      NOT NULL,
    CONSTRAINT rollup_review_work_pkey          PRIMARY KEY (project_id, minutes, at, reviewer, rubric, kind),
    CONSTRAINT rollup_review_work_minutes_check CHECK (minutes IN (60, 1440))
);

CREATE TABLE gleaner.review_backlog (
    project_id uuid        NOT NULL,
    state      text        NOT NULL,
    slots      bigint      NOT NULL,
    oldest_at  timestamptz,
    counted_at timestamptz NOT NULL,
    CONSTRAINT review_backlog_pkey PRIMARY KEY (project_id, state)
);

-- What was said of an hour's exchanges is found by the exchange, however much later it was said. thumb, score and flag have theirs.
CREATE INDEX feedback_project_id_other_exchange_id_idx ON gleaner.feedback (project_id, exchange_id)
    WHERE kind NOT IN ('thumb', 'score', 'flag') AND exchange_id IS NOT NULL;
CREATE INDEX moderation_decisions_unknown_idx ON gleaner.moderation_decisions (project_id, exchange_id) WHERE action = 'unknown';

COMMENT ON TABLE gleaner.rollup_marks IS 'Stretches whose rollups have to be counted anew, written with what changed them, gone when that is done.';
COMMENT ON COLUMN gleaner.rollup_marks.part IS 'exchanges: one landed in these five minutes. judgements: feedback on, or a decision about, an exchange of this hour. reviews: a sample, pick, review or retraction of one. work: a review was given in this hour.';
COMMENT ON TABLE gleaner.rollup_prompts IS 'System prompts that rollups of a day tell apart: the first 50 of each project. The others are (others), whatever comes later, so that counting anew gives the same.';
COMMENT ON COLUMN gleaner.rollup_prompts.fingerprint IS 'As exchanges.system_fingerprint.';
COMMENT ON TABLE gleaner.rollup_passes IS 'When rollups were last counted.';
COMMENT ON COLUMN gleaner.rollup_passes.name IS 'exchanges, judgements (reviews and their work with them), or backlog.';
COMMENT ON TABLE gleaner.rollups IS 'Exchanges by five minutes, hour and day (UTC) of their ids and by slice, counted once. Only counts and sums: of an erased exchange nothing can be told from them.';
COMMENT ON COLUMN gleaner.rollups.minutes IS 'How long it is: 5 (kept for 8 days), 60 or 1440.';
COMMENT ON COLUMN gleaner.rollups.at IS 'Where it begins.';
COMMENT ON COLUMN gleaner.rollups.route IS 'As in exchanges, the empty text for none; so are the slices that follow.';
COMMENT ON COLUMN gleaner.rollups.model IS 'served_model, its first 100 characters.';
COMMENT ON COLUMN gleaner.rollups.prompt IS 'The first 12 hexadecimal digits of the system prompt''s fingerprint; (others) for those that rollup_prompts has no row of.';
COMMENT ON COLUMN gleaner.rollups.errors IS 'Without an answer, or with one of 429 or 5xx.';
COMMENT ON COLUMN gleaner.rollups.http_errors IS 'With an answer of 400 or more.';
COMMENT ON COLUMN gleaner.rollups.answered IS 'completed, complete and 200: those that can be drawn for review.';
COMMENT ON COLUMN gleaner.rollups.cut_short IS 'finish_reason length.';
COMMENT ON COLUMN gleaner.rollups.filtered IS 'finish_reason content_filter.';
COMMENT ON COLUMN gleaner.rollups.counted IS 'Whose tokens are known; the sums are over these.';
COMMENT ON COLUMN gleaner.rollups.priced IS 'Whose cost is known; cost_usd is their sum.';
COMMENT ON COLUMN gleaner.rollups.timed IS 'Whose duration is known; duration_ms is their sum. first_timed and ttft_ms are the same of the time to the first token.';
COMMENT ON COLUMN gleaner.rollups.duration_bins IS 'A histogram that adds up: bin b holds 2^(b/8) up to 2^((b+1)/8) milliseconds, -16 (a quarter of one) to 167; duration_counts says how many each.';
COMMENT ON TABLE gleaner.rollup_judgements IS 'What was said of an hour''s or day''s exchanges, whenever it was said: of each voice and kind the newest counts, of moderation the newest decision on each text.';
COMMENT ON COLUMN gleaner.rollup_judgements.rated IS 'Exchanges with a thumb or a score of a rater who is not marked.';
COMMENT ON COLUMN gleaner.rollup_judgements.left_out IS 'Votes of marked raters, in none of the other counts.';
COMMENT ON COLUMN gleaner.rollup_judgements.reported IS 'Exchanges on which a user''s flag stands.';
COMMENT ON COLUMN gleaner.rollup_judgements.flagged IS 'Exchanges whose prompt or response moderation flagged, redacted or blocked.';
COMMENT ON COLUMN gleaner.rollup_judgements.unjudged IS 'Exchanges on whose prompt or response a classifier gave no answer.';
COMMENT ON TABLE gleaner.rollup_categories IS 'Exchanges that moderation flagged, by text and category; one counts in each of its categories.';
COMMENT ON TABLE gleaner.rollup_reviews IS 'Moments of the drawn exchanges and their reviews, from which shares and means follow for any stretch (SampleMoments in GleanerReview says how).';
COMMENT ON COLUMN gleaner.rollup_reviews.rule IS 'The sampling rule that gave it the highest probability; with is_singled_out the cell within which those judged stand for those drawn.';
COMMENT ON COLUMN gleaner.rollup_reviews.is_singled_out IS 'Picked besides, or decided by a lead: that it was judged was somebody''s choice.';
COMMENT ON COLUMN gleaner.rollup_reviews.measure IS 'The empty text: all that were drawn. A question: its mean score. A question and >=4: whether it is that. corrected: whether a reviewer gave a better answer.';
COMMENT ON COLUMN gleaner.rollup_reviews.events IS 'How many values are not 0.';
COMMENT ON COLUMN gleaner.rollup_reviews.w IS 'Sum of 1/probability; wy and wyy of value/probability and its square''s, ww, wwy and wwyy of the same over the probability''s square.';
COMMENT ON TABLE gleaner.rollup_review_work IS 'Reviews by the hour and day they were given in.';
COMMENT ON COLUMN gleaner.rollup_review_work.retracted IS 'Of them, those taken back.';
COMMENT ON TABLE gleaner.review_backlog IS 'What waits in the annotation queue, counted every minute.';
COMMENT ON COLUMN gleaner.review_backlog.state IS 'open and leased slots; items that wait for a third judgement, or are disputed.';

-- ---- views ----
CREATE INDEX rollup_marks_part_idx ON gleaner.rollup_marks (part, project_id, at);

CREATE SCHEMA IF NOT EXISTS report;
COMMENT ON SCHEMA report IS 'What dashboards may rely on: views over rollups and small tables (docs/reference/report.md).';

CREATE FUNCTION report.quantile(q double precision, bins smallint[], counts bigint[]) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT power(2::float8, (bin + greatest(0, q * total - before) / n) / 8)
    FROM (
        SELECT bin, n, sum(n) OVER (ORDER BY bin) - n AS before, sum(n) OVER () AS total
        FROM (SELECT bin, sum(count)::float8 AS n FROM unnest(bins, counts) AS u (bin, count) GROUP BY bin) s
    ) c
    WHERE n > 0 AND before + n >= q * total * (1 - 1e-12)
    ORDER BY bin LIMIT 1
$$;
COMMENT ON FUNCTION report.quantile IS 'The quantile q (0 to 1) of a histogram of rollups, in milliseconds; within a bin in proportion of logarithms. Bins may repeat, in any order.';

CREATE FUNCTION report.wilson(events double precision, n double precision, side integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN n > 0 IS NOT TRUE OR events IS NULL THEN NULL
        WHEN side < 0 AND events = 0 THEN 0
        WHEN side > 0 AND events = n THEN 1
        ELSE (events / n + 1.9207294103470646 / n
              + side * 1.959963984540054 * sqrt(events / n * (1 - events / n) / n + 0.9603647051735323 / (n * n)))
             / (1 + 3.8414588206941285 / n) END
$$;
CREATE FUNCTION report.wilson_low(events double precision, n double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT greatest(0, report.wilson(events, n, -1)) $$;
CREATE FUNCTION report.wilson_high(events double precision, n double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT least(1, report.wilson(events, n, 1)) $$;
COMMENT ON FUNCTION report.wilson_low IS 'Where a share lies at least, with 95 % confidence, when so many events of n were seen: Wilson (1927).';
COMMENT ON FUNCTION report.wilson_high IS 'The same, at most.';

CREATE FUNCTION report.student_t(freedom double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT z + (z * (z2 + 1) / 4
                + (z * ((5 * z2 + 16) * z2 + 3) / 96
                   + (z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384
                      + z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160 / freedom) / freedom) / freedom) / freedom
    FROM (SELECT 1.959963984540054::float8 AS z, 1.959963984540054::float8 ^ 2 AS z2) c
$$;
COMMENT ON FUNCTION report.student_t IS 'The 97.5 % point of Student''s distribution: Abramowitz and Stegun (1964), 26.7.5.';

-- As Measure and SampleMoments of GleanerReview; a test compares them.
CREATE FUNCTION report.hajek(
    kind text, n bigint, events bigint, lowest double precision, highest double precision, w double precision, wy double precision,
    wyy double precision, ww double precision, wwy double precision, wwyy double precision,
    OUT value double precision, OUT low double precision, OUT high double precision, OUT effective_n double precision
) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    variance double precision;
    half     double precision;
    others   double precision;
    kish     double precision;
BEGIN
    effective_n := CASE WHEN ww > 0 THEN w * w / ww ELSE 0 END;
    IF n < 10 OR effective_n < 10 - 1e-6 THEN RETURN; END IF;
    value := wy / w;
    IF ww - w <= 1e-9 * w THEN
        low := value; high := value;
        RETURN;
    END IF;
    variance := greatest(0, (wwyy - wyy) - 2 * value * (wwy - wy) + value * value * (ww - w)) / (w * w);
    IF kind = 'mean' THEN
        IF lowest = highest THEN
            others := 1 - power(0.05, 1 / effective_n);
            low := value - others * (value - 1); high := value + others * (5 - value);
        ELSE
            half := report.student_t(effective_n - 1) * sqrt(variance);
            low := greatest(1, value - half); high := least(5, value + half);
        END IF;
        RETURN;
    END IF;
    kish := effective_n;
    IF variance > 0 AND value > 0 AND value < 1 THEN
        effective_n := value * (1 - value) / variance;
        IF least(events, n - events) < 10 THEN effective_n := least(effective_n, kish); END IF;
    END IF;
    IF events = 0 THEN
        low := 0; high := 1 - power(0.05, 1 / effective_n);
    ELSIF events = n THEN
        low := power(0.05, 1 / effective_n); high := 1;
    ELSE
        low := report.wilson_low(value * effective_n, effective_n); high := report.wilson_high(value * effective_n, effective_n);
    END IF;
END
$$;
COMMENT ON FUNCTION report.hajek IS 'A mean or a share of a population, from the moments of a Poisson sample of it (Hájek), with its 95 % interval; null from fewer than ten.';

CREATE FUNCTION report.quality(project text, since timestamptz, until timestamptz, slice text DEFAULT NULL)
RETURNS TABLE (
    slice_value text, measure text, kind text, value double precision, low double precision, high double precision, n bigint,
    effective_n double precision, drawn bigint, judged bigint, population double precision)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH stretch AS (
        SELECT date_bin('1 hour', since, '2000-01-01 00:00:00+00') AS since, date_bin('1 hour', until, '2000-01-01 00:00:00+00') AS until
    ), whole AS (
        -- Whole days are read as such, the hours at both ends as hours.
        SELECT date_bin('1 day', s.since + interval '1 day' - interval '1 microsecond', '2000-01-01 00:00:00+00') AS since,
               date_bin('1 day', s.until, '2000-01-01 00:00:00+00') AS until
        FROM stretch s
    ), cells AS (
        SELECT coalesce(nullif(CASE slice WHEN 'source' THEN r.source WHEN 'route' THEN r.route WHEN 'variant' THEN r.variant
                                          WHEN 'provider' THEN r.provider WHEN 'model' THEN r.model
                                          WHEN 'language' THEN r.language WHEN 'prompt' THEN r.prompt END, ''),
                        CASE WHEN slice IS NOT NULL THEN '(none)' END) AS value,
               r.rule, r.is_singled_out, r.measure, sum(r.n) AS n, sum(r.events) AS events, min(r.lowest) AS lowest,
               max(r.highest) AS highest, sum(r.w) AS w, sum(r.wy) AS wy, sum(r.wyy) AS wyy, sum(r.ww) AS ww, sum(r.wwy) AS wwy,
               sum(r.wwyy) AS wwyy
        FROM gleaner.rollup_reviews r, stretch s, whole d
        WHERE r.project_id = (SELECT p.id FROM gleaner.projects p WHERE p.name = project)
          AND (r.minutes = 1440 AND r.at >= d.since AND r.at < d.until
               OR r.minutes = 60 AND r.at >= s.since AND r.at < s.until AND NOT (r.at >= d.since AND r.at < d.until))
        GROUP BY 1, 2, 3, 4
    ), scaled AS (
        -- Those judged in a cell stand for all that were drawn there.
        SELECT c.value, c.measure, c.n, c.events, c.lowest, c.highest, d.w / c.w AS f, c.w, c.wy, c.wyy, c.ww, c.wwy, c.wwyy,
               d.w AS reached
        FROM cells c
        JOIN cells d ON d.value IS NOT DISTINCT FROM c.value AND d.rule = c.rule AND d.is_singled_out = c.is_singled_out
                    AND d.measure = ''
        WHERE c.measure <> ''
    ), summed AS (
        SELECT s.value, s.measure, CASE WHEN s.measure LIKE '%>=4' OR s.measure = 'corrected' THEN 'share' ELSE 'mean' END AS kind,
               sum(s.n)::bigint AS n, sum(s.events)::bigint AS events, min(s.lowest)::float8 AS lowest,
               max(s.highest)::float8 AS highest, sum(s.f * s.w)::float8 AS w, sum(s.f * s.wy)::float8 AS wy,
               sum(s.f * s.wyy)::float8 AS wyy, sum(s.f * s.f * s.ww)::float8 AS ww, sum(s.f * s.f * s.wwy)::float8 AS wwy,
               sum(s.f * s.f * s.wwyy)::float8 AS wwyy, sum(s.reached)::float8 AS reached
        FROM scaled s GROUP BY 1, 2, 3
    ), drawn AS (
        SELECT c.value, sum(c.n) FILTER (WHERE c.measure = '') AS drawn, sum(c.n) FILTER (WHERE c.measure = 'corrected') AS judged,
               sum(c.w) FILTER (WHERE c.measure = '')::float8 AS population
        FROM cells c GROUP BY 1
    )
    SELECT s.value, s.measure, s.kind, h.value, h.low, h.high, s.n, h.effective_n, d.drawn::bigint, coalesce(d.judged, 0)::bigint,
           d.population
    FROM summed s
    JOIN drawn d ON d.value IS NOT DISTINCT FROM s.value
    CROSS JOIN LATERAL (SELECT d.population / s.reached AS g) k
    CROSS JOIN LATERAL report.hajek(
        s.kind, s.n, s.events, s.lowest, s.highest, s.w * k.g, s.wy * k.g, s.wyy * k.g, s.ww * k.g * k.g, s.wwy * k.g * k.g,
        s.wwyy * k.g * k.g) h
    ORDER BY s.value, s.measure
$$;
-- As views do, it reads with its owner's rights: a role for dashboards needs none on schema gleaner.
COMMENT ON FUNCTION report.quality IS 'How good the answers of a stretch were, by slice or of all: estimates from reviews of a random sample, with 95 % intervals.';

CREATE VIEW report.projects AS
SELECT name AS project, id AS project_id, created_at FROM gleaner.projects;
COMMENT ON VIEW report.projects IS 'Whom dashboards can be about.';
COMMENT ON COLUMN report.projects.project IS 'Its name.';
COMMENT ON COLUMN report.projects.project_id IS 'Its id.';
COMMENT ON COLUMN report.projects.created_at IS 'When it was made.';

CREATE VIEW report.exchanges_recent AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt,
       r.exchanges, r.completed, r.upstream_failed, r.client_gone, r.interrupted, r.refused, r.errors, r.http_errors, r.answered, r.streamed, r.cut_short, r.filtered, r.redacted, r.counted, r.prompt_tokens, r.cached_tokens, r.cache_write_tokens, r.completion_tokens, r.reasoning_tokens, r.priced, r.cost_usd, r.request_bytes, r.response_bytes, r.timed, r.duration_ms, r.first_timed, r.ttft_ms,
       report.quantile(0.50, r.duration_bins, r.duration_counts) AS duration_p50_ms, report.quantile(0.95, r.duration_bins, r.duration_counts) AS duration_p95_ms, report.quantile(0.99, r.duration_bins, r.duration_counts) AS duration_p99_ms, report.quantile(0.50, r.ttft_bins, r.ttft_counts) AS ttft_p50_ms, report.quantile(0.95, r.ttft_bins, r.ttft_counts) AS ttft_p95_ms
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id WHERE r.minutes = 5;
COMMENT ON VIEW report.exchanges_recent IS 'Traffic, failures, tokens, cost and latency, by slice. Kept for eight days. For dashboards overview, cost and latency.';
COMMENT ON COLUMN report.exchanges_recent.project IS 'Name of the project.';
COMMENT ON COLUMN report.exchanges_recent.at IS 'Where the five minutes begin.';
COMMENT ON COLUMN report.exchanges_recent.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.exchanges_recent.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.exchanges_recent.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.exchanges_recent.provider IS 'That answered.';
COMMENT ON COLUMN report.exchanges_recent.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.exchanges_recent.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.exchanges_recent.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.exchanges_recent.exchanges IS 'Exchanges that were received.';
COMMENT ON COLUMN report.exchanges_recent.completed IS 'The whole answer was passed on; so are the statuses that follow.';
COMMENT ON COLUMN report.exchanges_recent.upstream_failed IS 'No answer came, or a cut one.';
COMMENT ON COLUMN report.exchanges_recent.client_gone IS 'The client left first.';
COMMENT ON COLUMN report.exchanges_recent.interrupted IS 'Gleaner stopped in the middle.';
COMMENT ON COLUMN report.exchanges_recent.refused IS 'Never sent to a provider.';
COMMENT ON COLUMN report.exchanges_recent.errors IS 'Without an answer, or with one of 429 or 5xx.';
COMMENT ON COLUMN report.exchanges_recent.http_errors IS 'With an answer of 400 or more.';
COMMENT ON COLUMN report.exchanges_recent.answered IS 'completed, whole, and 200.';
COMMENT ON COLUMN report.exchanges_recent.streamed IS 'As a stream of events.';
COMMENT ON COLUMN report.exchanges_recent.cut_short IS 'The answer reached its limit of tokens (finish_reason length).';
COMMENT ON COLUMN report.exchanges_recent.filtered IS 'The provider withheld the answer (finish_reason content_filter).';
COMMENT ON COLUMN report.exchanges_recent.redacted IS 'Personal data was replaced.';
COMMENT ON COLUMN report.exchanges_recent.counted IS 'Whose tokens are known; the sums that follow are over these.';
COMMENT ON COLUMN report.exchanges_recent.prompt_tokens IS 'All input, tokens; cached and cache-written are part of it.';
COMMENT ON COLUMN report.exchanges_recent.cached_tokens IS 'Input read from the provider''s cache, tokens.';
COMMENT ON COLUMN report.exchanges_recent.cache_write_tokens IS 'Input written to it, tokens.';
COMMENT ON COLUMN report.exchanges_recent.completion_tokens IS 'All output, tokens; reasoning is part of it.';
COMMENT ON COLUMN report.exchanges_recent.reasoning_tokens IS 'Output that was reasoning, tokens.';
COMMENT ON COLUMN report.exchanges_recent.priced IS 'Whose cost is known.';
COMMENT ON COLUMN report.exchanges_recent.cost_usd IS 'Their cost, US dollars.';
COMMENT ON COLUMN report.exchanges_recent.request_bytes IS 'Bytes of requests.';
COMMENT ON COLUMN report.exchanges_recent.response_bytes IS 'Bytes of answers.';
COMMENT ON COLUMN report.exchanges_recent.timed IS 'Whose duration is known.';
COMMENT ON COLUMN report.exchanges_recent.duration_ms IS 'Sum of their durations, milliseconds: from request sent to last byte.';
COMMENT ON COLUMN report.exchanges_recent.first_timed IS 'Whose time to the first token is known: streamed ones.';
COMMENT ON COLUMN report.exchanges_recent.ttft_ms IS 'Sum of those times, milliseconds.';
COMMENT ON COLUMN report.exchanges_recent.duration_p50_ms IS 'Median duration, milliseconds; all quantiles are read from bins an eighth of a doubling wide.';
COMMENT ON COLUMN report.exchanges_recent.duration_p95_ms IS '95 % are shorter, milliseconds.';
COMMENT ON COLUMN report.exchanges_recent.duration_p99_ms IS '99 % are shorter, milliseconds.';
COMMENT ON COLUMN report.exchanges_recent.ttft_p50_ms IS 'Median time to the first token, milliseconds.';
COMMENT ON COLUMN report.exchanges_recent.ttft_p95_ms IS '95 % are shorter, milliseconds.';

CREATE VIEW report.exchanges_hourly AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt,
       r.exchanges, r.completed, r.upstream_failed, r.client_gone, r.interrupted, r.refused, r.errors, r.http_errors, r.answered, r.streamed, r.cut_short, r.filtered, r.redacted, r.counted, r.prompt_tokens, r.cached_tokens, r.cache_write_tokens, r.completion_tokens, r.reasoning_tokens, r.priced, r.cost_usd, r.request_bytes, r.response_bytes, r.timed, r.duration_ms, r.first_timed, r.ttft_ms,
       report.quantile(0.50, r.duration_bins, r.duration_counts) AS duration_p50_ms, report.quantile(0.95, r.duration_bins, r.duration_counts) AS duration_p95_ms, report.quantile(0.99, r.duration_bins, r.duration_counts) AS duration_p99_ms, report.quantile(0.50, r.ttft_bins, r.ttft_counts) AS ttft_p50_ms, report.quantile(0.95, r.ttft_bins, r.ttft_counts) AS ttft_p95_ms
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id WHERE r.minutes = 60;
COMMENT ON VIEW report.exchanges_hourly IS 'Traffic, failures, tokens, cost and latency, by slice. For dashboards overview, cost and latency.';
COMMENT ON COLUMN report.exchanges_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.exchanges_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.exchanges_hourly.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.exchanges_hourly.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.exchanges_hourly.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.exchanges_hourly.provider IS 'That answered.';
COMMENT ON COLUMN report.exchanges_hourly.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.exchanges_hourly.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.exchanges_hourly.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.exchanges_hourly.exchanges IS 'Exchanges that were received.';
COMMENT ON COLUMN report.exchanges_hourly.completed IS 'The whole answer was passed on; so are the statuses that follow.';
COMMENT ON COLUMN report.exchanges_hourly.upstream_failed IS 'No answer came, or a cut one.';
COMMENT ON COLUMN report.exchanges_hourly.client_gone IS 'The client left first.';
COMMENT ON COLUMN report.exchanges_hourly.interrupted IS 'Gleaner stopped in the middle.';
COMMENT ON COLUMN report.exchanges_hourly.refused IS 'Never sent to a provider.';
COMMENT ON COLUMN report.exchanges_hourly.errors IS 'Without an answer, or with one of 429 or 5xx.';
COMMENT ON COLUMN report.exchanges_hourly.http_errors IS 'With an answer of 400 or more.';
COMMENT ON COLUMN report.exchanges_hourly.answered IS 'completed, whole, and 200.';
COMMENT ON COLUMN report.exchanges_hourly.streamed IS 'As a stream of events.';
COMMENT ON COLUMN report.exchanges_hourly.cut_short IS 'The answer reached its limit of tokens (finish_reason length).';
COMMENT ON COLUMN report.exchanges_hourly.filtered IS 'The provider withheld the answer (finish_reason content_filter).';
COMMENT ON COLUMN report.exchanges_hourly.redacted IS 'Personal data was replaced.';
COMMENT ON COLUMN report.exchanges_hourly.counted IS 'Whose tokens are known; the sums that follow are over these.';
COMMENT ON COLUMN report.exchanges_hourly.prompt_tokens IS 'All input, tokens; cached and cache-written are part of it.';
COMMENT ON COLUMN report.exchanges_hourly.cached_tokens IS 'Input read from the provider''s cache, tokens.';
COMMENT ON COLUMN report.exchanges_hourly.cache_write_tokens IS 'Input written to it, tokens.';
COMMENT ON COLUMN report.exchanges_hourly.completion_tokens IS 'All output, tokens; reasoning is part of it.';
COMMENT ON COLUMN report.exchanges_hourly.reasoning_tokens IS 'Output that was reasoning, tokens.';
COMMENT ON COLUMN report.exchanges_hourly.priced IS 'Whose cost is known.';
COMMENT ON COLUMN report.exchanges_hourly.cost_usd IS 'Their cost, US dollars.';
COMMENT ON COLUMN report.exchanges_hourly.request_bytes IS 'Bytes of requests.';
COMMENT ON COLUMN report.exchanges_hourly.response_bytes IS 'Bytes of answers.';
COMMENT ON COLUMN report.exchanges_hourly.timed IS 'Whose duration is known.';
COMMENT ON COLUMN report.exchanges_hourly.duration_ms IS 'Sum of their durations, milliseconds: from request sent to last byte.';
COMMENT ON COLUMN report.exchanges_hourly.first_timed IS 'Whose time to the first token is known: streamed ones.';
COMMENT ON COLUMN report.exchanges_hourly.ttft_ms IS 'Sum of those times, milliseconds.';
COMMENT ON COLUMN report.exchanges_hourly.duration_p50_ms IS 'Median duration, milliseconds; all quantiles are read from bins an eighth of a doubling wide.';
COMMENT ON COLUMN report.exchanges_hourly.duration_p95_ms IS '95 % are shorter, milliseconds.';
COMMENT ON COLUMN report.exchanges_hourly.duration_p99_ms IS '99 % are shorter, milliseconds.';
COMMENT ON COLUMN report.exchanges_hourly.ttft_p50_ms IS 'Median time to the first token, milliseconds.';
COMMENT ON COLUMN report.exchanges_hourly.ttft_p95_ms IS '95 % are shorter, milliseconds.';

CREATE VIEW report.exchanges_daily AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt,
       r.exchanges, r.completed, r.upstream_failed, r.client_gone, r.interrupted, r.refused, r.errors, r.http_errors, r.answered, r.streamed, r.cut_short, r.filtered, r.redacted, r.counted, r.prompt_tokens, r.cached_tokens, r.cache_write_tokens, r.completion_tokens, r.reasoning_tokens, r.priced, r.cost_usd, r.request_bytes, r.response_bytes, r.timed, r.duration_ms, r.first_timed, r.ttft_ms,
       report.quantile(0.50, r.duration_bins, r.duration_counts) AS duration_p50_ms, report.quantile(0.95, r.duration_bins, r.duration_counts) AS duration_p95_ms, report.quantile(0.99, r.duration_bins, r.duration_counts) AS duration_p99_ms, report.quantile(0.50, r.ttft_bins, r.ttft_counts) AS ttft_p50_ms, report.quantile(0.95, r.ttft_bins, r.ttft_counts) AS ttft_p95_ms
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id WHERE r.minutes = 1440;
COMMENT ON VIEW report.exchanges_daily IS 'Traffic, failures, tokens, cost and latency, by slice. For dashboards overview, cost and latency.';
COMMENT ON COLUMN report.exchanges_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.exchanges_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.exchanges_daily.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.exchanges_daily.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.exchanges_daily.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.exchanges_daily.provider IS 'That answered.';
COMMENT ON COLUMN report.exchanges_daily.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.exchanges_daily.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.exchanges_daily.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.exchanges_daily.exchanges IS 'Exchanges that were received.';
COMMENT ON COLUMN report.exchanges_daily.completed IS 'The whole answer was passed on; so are the statuses that follow.';
COMMENT ON COLUMN report.exchanges_daily.upstream_failed IS 'No answer came, or a cut one.';
COMMENT ON COLUMN report.exchanges_daily.client_gone IS 'The client left first.';
COMMENT ON COLUMN report.exchanges_daily.interrupted IS 'Gleaner stopped in the middle.';
COMMENT ON COLUMN report.exchanges_daily.refused IS 'Never sent to a provider.';
COMMENT ON COLUMN report.exchanges_daily.errors IS 'Without an answer, or with one of 429 or 5xx.';
COMMENT ON COLUMN report.exchanges_daily.http_errors IS 'With an answer of 400 or more.';
COMMENT ON COLUMN report.exchanges_daily.answered IS 'completed, whole, and 200.';
COMMENT ON COLUMN report.exchanges_daily.streamed IS 'As a stream of events.';
COMMENT ON COLUMN report.exchanges_daily.cut_short IS 'The answer reached its limit of tokens (finish_reason length).';
COMMENT ON COLUMN report.exchanges_daily.filtered IS 'The provider withheld the answer (finish_reason content_filter).';
COMMENT ON COLUMN report.exchanges_daily.redacted IS 'Personal data was replaced.';
COMMENT ON COLUMN report.exchanges_daily.counted IS 'Whose tokens are known; the sums that follow are over these.';
COMMENT ON COLUMN report.exchanges_daily.prompt_tokens IS 'All input, tokens; cached and cache-written are part of it.';
COMMENT ON COLUMN report.exchanges_daily.cached_tokens IS 'Input read from the provider''s cache, tokens.';
COMMENT ON COLUMN report.exchanges_daily.cache_write_tokens IS 'Input written to it, tokens.';
COMMENT ON COLUMN report.exchanges_daily.completion_tokens IS 'All output, tokens; reasoning is part of it.';
COMMENT ON COLUMN report.exchanges_daily.reasoning_tokens IS 'Output that was reasoning, tokens.';
COMMENT ON COLUMN report.exchanges_daily.priced IS 'Whose cost is known.';
COMMENT ON COLUMN report.exchanges_daily.cost_usd IS 'Their cost, US dollars.';
COMMENT ON COLUMN report.exchanges_daily.request_bytes IS 'Bytes of requests.';
COMMENT ON COLUMN report.exchanges_daily.response_bytes IS 'Bytes of answers.';
COMMENT ON COLUMN report.exchanges_daily.timed IS 'Whose duration is known.';
COMMENT ON COLUMN report.exchanges_daily.duration_ms IS 'Sum of their durations, milliseconds: from request sent to last byte.';
COMMENT ON COLUMN report.exchanges_daily.first_timed IS 'Whose time to the first token is known: streamed ones.';
COMMENT ON COLUMN report.exchanges_daily.ttft_ms IS 'Sum of those times, milliseconds.';
COMMENT ON COLUMN report.exchanges_daily.duration_p50_ms IS 'Median duration, milliseconds; all quantiles are read from bins an eighth of a doubling wide.';
COMMENT ON COLUMN report.exchanges_daily.duration_p95_ms IS '95 % are shorter, milliseconds.';
COMMENT ON COLUMN report.exchanges_daily.duration_p99_ms IS '99 % are shorter, milliseconds.';
COMMENT ON COLUMN report.exchanges_daily.ttft_p50_ms IS 'Median time to the first token, milliseconds.';
COMMENT ON COLUMN report.exchanges_daily.ttft_p95_ms IS '95 % are shorter, milliseconds.';

CREATE VIEW report.latency_recent AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt, 'duration' AS measure, b.bin, power(2::float8, b.bin / 8.0) AS low_ms,
       power(2::float8, (b.bin + 1) / 8.0) AS high_ms, b.exchanges
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
CROSS JOIN LATERAL unnest(r.duration_bins, r.duration_counts) AS b (bin, exchanges) WHERE r.minutes = 5
UNION ALL
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt, 'ttft' AS measure, b.bin, power(2::float8, b.bin / 8.0) AS low_ms,
       power(2::float8, (b.bin + 1) / 8.0) AS high_ms, b.exchanges
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
CROSS JOIN LATERAL unnest(r.ttft_bins, r.ttft_counts) AS b (bin, exchanges) WHERE r.minutes = 5;
COMMENT ON VIEW report.latency_recent IS 'Histograms of latency, by slice: from them quantiles of any group follow, as report.quantile(0.95, array_agg(bin), array_agg(exchanges)). For dashboard latency.';
COMMENT ON COLUMN report.latency_recent.project IS 'Name of the project.';
COMMENT ON COLUMN report.latency_recent.at IS 'Where the five minutes begin.';
COMMENT ON COLUMN report.latency_recent.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.latency_recent.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.latency_recent.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.latency_recent.provider IS 'That answered.';
COMMENT ON COLUMN report.latency_recent.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.latency_recent.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.latency_recent.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.latency_recent.measure IS 'duration, or ttft: the time to the first token.';
COMMENT ON COLUMN report.latency_recent.bin IS 'Number of the bin: adds up over slices and time; report.quantile reads it.';
COMMENT ON COLUMN report.latency_recent.low_ms IS 'Where it begins, milliseconds.';
COMMENT ON COLUMN report.latency_recent.high_ms IS 'Where it ends, milliseconds.';
COMMENT ON COLUMN report.latency_recent.exchanges IS 'How many exchanges are in it.';

CREATE VIEW report.latency_hourly AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt, 'duration' AS measure, b.bin, power(2::float8, b.bin / 8.0) AS low_ms,
       power(2::float8, (b.bin + 1) / 8.0) AS high_ms, b.exchanges
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
CROSS JOIN LATERAL unnest(r.duration_bins, r.duration_counts) AS b (bin, exchanges) WHERE r.minutes = 60
UNION ALL
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt, 'ttft' AS measure, b.bin, power(2::float8, b.bin / 8.0) AS low_ms,
       power(2::float8, (b.bin + 1) / 8.0) AS high_ms, b.exchanges
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
CROSS JOIN LATERAL unnest(r.ttft_bins, r.ttft_counts) AS b (bin, exchanges) WHERE r.minutes = 60;
COMMENT ON VIEW report.latency_hourly IS 'Histograms of latency, by slice: from them quantiles of any group follow, as report.quantile(0.95, array_agg(bin), array_agg(exchanges)). For dashboard latency.';
COMMENT ON COLUMN report.latency_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.latency_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.latency_hourly.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.latency_hourly.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.latency_hourly.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.latency_hourly.provider IS 'That answered.';
COMMENT ON COLUMN report.latency_hourly.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.latency_hourly.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.latency_hourly.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.latency_hourly.measure IS 'duration, or ttft: the time to the first token.';
COMMENT ON COLUMN report.latency_hourly.bin IS 'Number of the bin: adds up over slices and time; report.quantile reads it.';
COMMENT ON COLUMN report.latency_hourly.low_ms IS 'Where it begins, milliseconds.';
COMMENT ON COLUMN report.latency_hourly.high_ms IS 'Where it ends, milliseconds.';
COMMENT ON COLUMN report.latency_hourly.exchanges IS 'How many exchanges are in it.';

CREATE VIEW report.latency_daily AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt, 'duration' AS measure, b.bin, power(2::float8, b.bin / 8.0) AS low_ms,
       power(2::float8, (b.bin + 1) / 8.0) AS high_ms, b.exchanges
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
CROSS JOIN LATERAL unnest(r.duration_bins, r.duration_counts) AS b (bin, exchanges) WHERE r.minutes = 1440
UNION ALL
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt, 'ttft' AS measure, b.bin, power(2::float8, b.bin / 8.0) AS low_ms,
       power(2::float8, (b.bin + 1) / 8.0) AS high_ms, b.exchanges
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
CROSS JOIN LATERAL unnest(r.ttft_bins, r.ttft_counts) AS b (bin, exchanges) WHERE r.minutes = 1440;
COMMENT ON VIEW report.latency_daily IS 'Histograms of latency, by slice: from them quantiles of any group follow, as report.quantile(0.95, array_agg(bin), array_agg(exchanges)). For dashboard latency.';
COMMENT ON COLUMN report.latency_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.latency_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.latency_daily.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.latency_daily.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.latency_daily.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.latency_daily.provider IS 'That answered.';
COMMENT ON COLUMN report.latency_daily.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.latency_daily.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.latency_daily.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.latency_daily.measure IS 'duration, or ttft: the time to the first token.';
COMMENT ON COLUMN report.latency_daily.bin IS 'Number of the bin: adds up over slices and time; report.quantile reads it.';
COMMENT ON COLUMN report.latency_daily.low_ms IS 'Where it begins, milliseconds.';
COMMENT ON COLUMN report.latency_daily.high_ms IS 'Where it ends, milliseconds.';
COMMENT ON COLUMN report.latency_daily.exchanges IS 'How many exchanges are in it.';

CREATE VIEW report.ratings_hourly AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt,
       r.answered, coalesce(j.rated, 0) AS rated, least(1, j.rated::float8 / nullif(r.answered, 0)) AS response_rate, coalesce(j.ups, 0) AS ups, coalesce(j.downs, 0) AS downs,
       j.ups::float8 / nullif(j.ups + j.downs, 0) AS up_share, report.wilson_low(j.ups, j.ups + j.downs) AS up_low,
       report.wilson_high(j.ups, j.ups + j.downs) AS up_high, coalesce(j.stars, 0) AS stars, coalesce(j.star_sum, 0) AS star_sum, coalesce(j.star_squares, 0) AS star_squares, j.star_sum::float8 / nullif(j.stars, 0) AS star_mean,
       coalesce(j.left_out, 0) AS left_out, coalesce(j.comments, 0) AS comments, coalesce(j.corrections, 0) AS corrections, coalesce(j.preferences, 0) AS preferences, coalesce(j.regenerated, 0) AS regenerated, coalesce(j.copied, 0) AS copied, coalesce(j.abandoned, 0) AS abandoned
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
LEFT JOIN gleaner.rollup_judgements j USING (project_id, minutes, at, source, route, variant, provider, model, language, prompt) WHERE r.minutes = 60;
COMMENT ON VIEW report.ratings_hourly IS 'What users said of the answers of that time, whenever they said it. Those who rate are few and often of one mind: report.quality says how good all answers are. For dashboards overview and quality.';
COMMENT ON COLUMN report.ratings_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.ratings_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.ratings_hourly.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.ratings_hourly.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.ratings_hourly.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.ratings_hourly.provider IS 'That answered.';
COMMENT ON COLUMN report.ratings_hourly.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.ratings_hourly.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.ratings_hourly.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.ratings_hourly.answered IS 'Exchanges that could be rated: completed, whole, and 200.';
COMMENT ON COLUMN report.ratings_hourly.rated IS 'Exchanges with a thumb or stars of a rater who is not marked.';
COMMENT ON COLUMN report.ratings_hourly.response_rate IS 'rated / answered, 0 to 1; null without any.';
COMMENT ON COLUMN report.ratings_hourly.ups IS 'Thumbs up that count.';
COMMENT ON COLUMN report.ratings_hourly.downs IS 'Thumbs down that count.';
COMMENT ON COLUMN report.ratings_hourly.up_share IS 'ups / (ups + downs), 0 to 1; null without thumbs.';
COMMENT ON COLUMN report.ratings_hourly.up_low IS 'Wilson''s 95 % interval of it, lower end.';
COMMENT ON COLUMN report.ratings_hourly.up_high IS 'Upper end. Of sums over rows: report.wilson_low and report.wilson_high.';
COMMENT ON COLUMN report.ratings_hourly.stars IS 'Scores of 1 to 5 that count.';
COMMENT ON COLUMN report.ratings_hourly.star_sum IS 'Their sum.';
COMMENT ON COLUMN report.ratings_hourly.star_squares IS 'The sum of their squares.';
COMMENT ON COLUMN report.ratings_hourly.star_mean IS 'star_sum / stars, 1 to 5; null without any.';
COMMENT ON COLUMN report.ratings_hourly.left_out IS 'Votes of marked raters, in no other count.';
COMMENT ON COLUMN report.ratings_hourly.comments IS 'Comments.';
COMMENT ON COLUMN report.ratings_hourly.corrections IS 'Better answers that were given.';
COMMENT ON COLUMN report.ratings_hourly.preferences IS 'Comparisons in which the exchange was a side.';
COMMENT ON COLUMN report.ratings_hourly.regenerated IS 'Answers that the user asked for again.';
COMMENT ON COLUMN report.ratings_hourly.copied IS 'Answers that were copied.';
COMMENT ON COLUMN report.ratings_hourly.abandoned IS 'Answers after which the user left.';

CREATE VIEW report.ratings_daily AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt,
       r.answered, coalesce(j.rated, 0) AS rated, least(1, j.rated::float8 / nullif(r.answered, 0)) AS response_rate, coalesce(j.ups, 0) AS ups, coalesce(j.downs, 0) AS downs,
       j.ups::float8 / nullif(j.ups + j.downs, 0) AS up_share, report.wilson_low(j.ups, j.ups + j.downs) AS up_low,
       report.wilson_high(j.ups, j.ups + j.downs) AS up_high, coalesce(j.stars, 0) AS stars, coalesce(j.star_sum, 0) AS star_sum, coalesce(j.star_squares, 0) AS star_squares, j.star_sum::float8 / nullif(j.stars, 0) AS star_mean,
       coalesce(j.left_out, 0) AS left_out, coalesce(j.comments, 0) AS comments, coalesce(j.corrections, 0) AS corrections, coalesce(j.preferences, 0) AS preferences, coalesce(j.regenerated, 0) AS regenerated, coalesce(j.copied, 0) AS copied, coalesce(j.abandoned, 0) AS abandoned
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
LEFT JOIN gleaner.rollup_judgements j USING (project_id, minutes, at, source, route, variant, provider, model, language, prompt) WHERE r.minutes = 1440;
COMMENT ON VIEW report.ratings_daily IS 'What users said of the answers of that time, whenever they said it. Those who rate are few and often of one mind: report.quality says how good all answers are. For dashboards overview and quality.';
COMMENT ON COLUMN report.ratings_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.ratings_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.ratings_daily.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.ratings_daily.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.ratings_daily.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.ratings_daily.provider IS 'That answered.';
COMMENT ON COLUMN report.ratings_daily.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.ratings_daily.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.ratings_daily.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.ratings_daily.answered IS 'Exchanges that could be rated: completed, whole, and 200.';
COMMENT ON COLUMN report.ratings_daily.rated IS 'Exchanges with a thumb or stars of a rater who is not marked.';
COMMENT ON COLUMN report.ratings_daily.response_rate IS 'rated / answered, 0 to 1; null without any.';
COMMENT ON COLUMN report.ratings_daily.ups IS 'Thumbs up that count.';
COMMENT ON COLUMN report.ratings_daily.downs IS 'Thumbs down that count.';
COMMENT ON COLUMN report.ratings_daily.up_share IS 'ups / (ups + downs), 0 to 1; null without thumbs.';
COMMENT ON COLUMN report.ratings_daily.up_low IS 'Wilson''s 95 % interval of it, lower end.';
COMMENT ON COLUMN report.ratings_daily.up_high IS 'Upper end. Of sums over rows: report.wilson_low and report.wilson_high.';
COMMENT ON COLUMN report.ratings_daily.stars IS 'Scores of 1 to 5 that count.';
COMMENT ON COLUMN report.ratings_daily.star_sum IS 'Their sum.';
COMMENT ON COLUMN report.ratings_daily.star_squares IS 'The sum of their squares.';
COMMENT ON COLUMN report.ratings_daily.star_mean IS 'star_sum / stars, 1 to 5; null without any.';
COMMENT ON COLUMN report.ratings_daily.left_out IS 'Votes of marked raters, in no other count.';
COMMENT ON COLUMN report.ratings_daily.comments IS 'Comments.';
COMMENT ON COLUMN report.ratings_daily.corrections IS 'Better answers that were given.';
COMMENT ON COLUMN report.ratings_daily.preferences IS 'Comparisons in which the exchange was a side.';
COMMENT ON COLUMN report.ratings_daily.regenerated IS 'Answers that the user asked for again.';
COMMENT ON COLUMN report.ratings_daily.copied IS 'Answers that were copied.';
COMMENT ON COLUMN report.ratings_daily.abandoned IS 'Answers after which the user left.';

CREATE VIEW report.safety_hourly AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt,
       r.exchanges, coalesce(j.flagged, 0) AS flagged, coalesce(j.flagged, 0)::float8 / nullif(r.exchanges, 0) AS flagged_share,
       report.wilson_low(coalesce(j.flagged, 0), r.exchanges) AS flagged_low,
       report.wilson_high(coalesce(j.flagged, 0), r.exchanges) AS flagged_high, coalesce(j.prompt_flagged, 0) AS prompt_flagged, coalesce(j.response_flagged, 0) AS response_flagged, coalesce(j.blocked, 0) AS blocked, coalesce(j.unjudged, 0) AS unjudged, coalesce(j.reported, 0) AS reported
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
LEFT JOIN gleaner.rollup_judgements j USING (project_id, minutes, at, source, route, variant, provider, model, language, prompt) WHERE r.minutes = 60;
COMMENT ON VIEW report.safety_hourly IS 'What moderation and users found, by the time of the exchange. For dashboard safety.';
COMMENT ON COLUMN report.safety_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.safety_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.safety_hourly.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.safety_hourly.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.safety_hourly.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.safety_hourly.provider IS 'That answered.';
COMMENT ON COLUMN report.safety_hourly.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.safety_hourly.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.safety_hourly.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.safety_hourly.exchanges IS 'Exchanges that were received.';
COMMENT ON COLUMN report.safety_hourly.flagged IS 'Whose prompt or answer moderation flagged, redacted or blocked.';
COMMENT ON COLUMN report.safety_hourly.flagged_share IS 'flagged / exchanges, 0 to 1. What nothing has judged counts as not flagged.';
COMMENT ON COLUMN report.safety_hourly.flagged_low IS 'Wilson''s 95 % interval of it, lower end.';
COMMENT ON COLUMN report.safety_hourly.flagged_high IS 'Upper end.';
COMMENT ON COLUMN report.safety_hourly.prompt_flagged IS 'Because of the prompt.';
COMMENT ON COLUMN report.safety_hourly.response_flagged IS 'Because of the answer.';
COMMENT ON COLUMN report.safety_hourly.blocked IS 'Blocked ones.';
COMMENT ON COLUMN report.safety_hourly.unjudged IS 'On whose prompt or answer a classifier gave no answer.';
COMMENT ON COLUMN report.safety_hourly.reported IS 'On which a user''s flag stands.';

CREATE VIEW report.categories_hourly AS
SELECT p.name AS project, c.at, c.source, coalesce(nullif(c.route, ''), '(none)') AS route, coalesce(nullif(c.variant, ''), '(none)') AS variant, coalesce(nullif(c.provider, ''), '(none)') AS provider, coalesce(nullif(c.model, ''), '(none)') AS model, coalesce(nullif(c.language, ''), '(none)') AS language, coalesce(nullif(c.prompt, ''), '(none)') AS prompt, c.target, c.category, c.exchanges
FROM gleaner.rollup_categories c JOIN gleaner.projects p ON p.id = c.project_id WHERE c.minutes = 60;
COMMENT ON VIEW report.categories_hourly IS 'Flagged exchanges by category. For dashboard safety.';
COMMENT ON COLUMN report.categories_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.categories_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.categories_hourly.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.categories_hourly.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.categories_hourly.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.categories_hourly.provider IS 'That answered.';
COMMENT ON COLUMN report.categories_hourly.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.categories_hourly.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.categories_hourly.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.categories_hourly.target IS 'prompt, response or exchange.';
COMMENT ON COLUMN report.categories_hourly.category IS 'A category that reached its threshold.';
COMMENT ON COLUMN report.categories_hourly.exchanges IS 'Exchanges flagged for it; one counts in each of its categories.';

CREATE VIEW report.safety_daily AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt,
       r.exchanges, coalesce(j.flagged, 0) AS flagged, coalesce(j.flagged, 0)::float8 / nullif(r.exchanges, 0) AS flagged_share,
       report.wilson_low(coalesce(j.flagged, 0), r.exchanges) AS flagged_low,
       report.wilson_high(coalesce(j.flagged, 0), r.exchanges) AS flagged_high, coalesce(j.prompt_flagged, 0) AS prompt_flagged, coalesce(j.response_flagged, 0) AS response_flagged, coalesce(j.blocked, 0) AS blocked, coalesce(j.unjudged, 0) AS unjudged, coalesce(j.reported, 0) AS reported
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
LEFT JOIN gleaner.rollup_judgements j USING (project_id, minutes, at, source, route, variant, provider, model, language, prompt) WHERE r.minutes = 1440;
COMMENT ON VIEW report.safety_daily IS 'What moderation and users found, by the time of the exchange. For dashboard safety.';
COMMENT ON COLUMN report.safety_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.safety_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.safety_daily.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.safety_daily.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.safety_daily.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.safety_daily.provider IS 'That answered.';
COMMENT ON COLUMN report.safety_daily.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.safety_daily.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.safety_daily.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.safety_daily.exchanges IS 'Exchanges that were received.';
COMMENT ON COLUMN report.safety_daily.flagged IS 'Whose prompt or answer moderation flagged, redacted or blocked.';
COMMENT ON COLUMN report.safety_daily.flagged_share IS 'flagged / exchanges, 0 to 1. What nothing has judged counts as not flagged.';
COMMENT ON COLUMN report.safety_daily.flagged_low IS 'Wilson''s 95 % interval of it, lower end.';
COMMENT ON COLUMN report.safety_daily.flagged_high IS 'Upper end.';
COMMENT ON COLUMN report.safety_daily.prompt_flagged IS 'Because of the prompt.';
COMMENT ON COLUMN report.safety_daily.response_flagged IS 'Because of the answer.';
COMMENT ON COLUMN report.safety_daily.blocked IS 'Blocked ones.';
COMMENT ON COLUMN report.safety_daily.unjudged IS 'On whose prompt or answer a classifier gave no answer.';
COMMENT ON COLUMN report.safety_daily.reported IS 'On which a user''s flag stands.';

CREATE VIEW report.categories_daily AS
SELECT p.name AS project, c.at, c.source, coalesce(nullif(c.route, ''), '(none)') AS route, coalesce(nullif(c.variant, ''), '(none)') AS variant, coalesce(nullif(c.provider, ''), '(none)') AS provider, coalesce(nullif(c.model, ''), '(none)') AS model, coalesce(nullif(c.language, ''), '(none)') AS language, coalesce(nullif(c.prompt, ''), '(none)') AS prompt, c.target, c.category, c.exchanges
FROM gleaner.rollup_categories c JOIN gleaner.projects p ON p.id = c.project_id WHERE c.minutes = 1440;
COMMENT ON VIEW report.categories_daily IS 'Flagged exchanges by category. For dashboard safety.';
COMMENT ON COLUMN report.categories_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.categories_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.categories_daily.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.categories_daily.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.categories_daily.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.categories_daily.provider IS 'That answered.';
COMMENT ON COLUMN report.categories_daily.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.categories_daily.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.categories_daily.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.categories_daily.target IS 'prompt, response or exchange.';
COMMENT ON COLUMN report.categories_daily.category IS 'A category that reached its threshold.';
COMMENT ON COLUMN report.categories_daily.exchanges IS 'Exchanges flagged for it; one counts in each of its categories.';

CREATE VIEW report.quality_daily AS
SELECT p.name AS project, d.at, q.measure, q.kind, q.value, q.low, q.high, q.n, q.effective_n, q.drawn, q.judged, q.population
FROM (SELECT DISTINCT project_id, at FROM gleaner.rollup_reviews WHERE minutes = 1440) d
JOIN gleaner.projects p ON p.id = d.project_id
CROSS JOIN LATERAL report.quality(p.name, d.at, d.at + interval '1 day') q;
COMMENT ON VIEW report.quality_daily IS 'How good the answers of a day were, from reviews of a random sample: weighted by the probability of each draw, with non-response made up for. For dashboards overview and quality. Of slices and other stretches: report.quality.';
COMMENT ON COLUMN report.quality_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.quality_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.quality_daily.measure IS 'A question of the rubric, a question and >=4, or corrected (a reviewer gave a better answer). What moderation found is in the safety views, of all exchanges.';
COMMENT ON COLUMN report.quality_daily.kind IS 'mean: of scores 1 to 5. share: 0 to 1.';
COMMENT ON COLUMN report.quality_daily.value IS 'Hájek''s estimate for all exchanges of the time; null when there is not enough to tell.';
COMMENT ON COLUMN report.quality_daily.low IS 'The 95 % interval, lower end.';
COMMENT ON COLUMN report.quality_daily.high IS 'Upper end.';
COMMENT ON COLUMN report.quality_daily.n IS 'Exchanges it was estimated from.';
COMMENT ON COLUMN report.quality_daily.effective_n IS 'So many drawn with equal chances would tell as much.';
COMMENT ON COLUMN report.quality_daily.drawn IS 'Exchanges drawn for review.';
COMMENT ON COLUMN report.quality_daily.judged IS 'Of them, those reviewed.';
COMMENT ON COLUMN report.quality_daily.population IS 'Exchanges that it speaks for, estimated.';

CREATE VIEW report.review_work_hourly AS
SELECT p.name AS project, w.at, w.reviewer, w.rubric, w.kind, w.reviews, w.retracted, w.corrected, w.timed, w.duration_ms
FROM gleaner.rollup_review_work w JOIN gleaner.projects p ON p.id = w.project_id WHERE w.minutes = 60;
COMMENT ON VIEW report.review_work_hourly IS 'Reviews by when they were given. For dashboard review work.';
COMMENT ON COLUMN report.review_work_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.review_work_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.review_work_hourly.reviewer IS 'Handle of the reviewer.';
COMMENT ON COLUMN report.review_work_hourly.rubric IS 'name@version of the questions.';
COMMENT ON COLUMN report.review_work_hourly.kind IS 'review, gold (a hidden check) or final (a lead''s).';
COMMENT ON COLUMN report.review_work_hourly.reviews IS 'Reviews given.';
COMMENT ON COLUMN report.review_work_hourly.retracted IS 'Of them, those taken back.';
COMMENT ON COLUMN report.review_work_hourly.corrected IS 'With a better answer.';
COMMENT ON COLUMN report.review_work_hourly.timed IS 'Whose duration is known.';
COMMENT ON COLUMN report.review_work_hourly.duration_ms IS 'Sum of their durations, milliseconds: from lease to submission.';

CREATE VIEW report.review_work_daily AS
SELECT p.name AS project, w.at, w.reviewer, w.rubric, w.kind, w.reviews, w.retracted, w.corrected, w.timed, w.duration_ms
FROM gleaner.rollup_review_work w JOIN gleaner.projects p ON p.id = w.project_id WHERE w.minutes = 1440;
COMMENT ON VIEW report.review_work_daily IS 'Reviews by when they were given. For dashboard review work.';
COMMENT ON COLUMN report.review_work_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.review_work_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.review_work_daily.reviewer IS 'Handle of the reviewer.';
COMMENT ON COLUMN report.review_work_daily.rubric IS 'name@version of the questions.';
COMMENT ON COLUMN report.review_work_daily.kind IS 'review, gold (a hidden check) or final (a lead''s).';
COMMENT ON COLUMN report.review_work_daily.reviews IS 'Reviews given.';
COMMENT ON COLUMN report.review_work_daily.retracted IS 'Of them, those taken back.';
COMMENT ON COLUMN report.review_work_daily.corrected IS 'With a better answer.';
COMMENT ON COLUMN report.review_work_daily.timed IS 'Whose duration is known.';
COMMENT ON COLUMN report.review_work_daily.duration_ms IS 'Sum of their durations, milliseconds: from lease to submission.';

CREATE VIEW report.review_backlog AS
SELECT p.name AS project, b.state, b.slots, extract(epoch FROM now() - b.oldest_at)::float8 AS oldest_age_s, b.counted_at
FROM gleaner.review_backlog b JOIN gleaner.projects p ON p.id = b.project_id;
COMMENT ON VIEW report.review_backlog IS 'What waits in the annotation queue, counted every minute. For dashboard review work.';
COMMENT ON COLUMN report.review_backlog.project IS 'Name of the project.';
COMMENT ON COLUMN report.review_backlog.state IS 'open or leased slots; third: items that wait for a third judgement; disputed.';
COMMENT ON COLUMN report.review_backlog.slots IS 'How many.';
COMMENT ON COLUMN report.review_backlog.oldest_age_s IS 'How long the oldest has waited, seconds; null without any.';
COMMENT ON COLUMN report.review_backlog.counted_at IS 'When it was counted.';

CREATE VIEW report.dataset_versions AS
SELECT p.name AS project, d.name AS dataset, v.number AS version, v.kind, v.created_at, v.built_by,
       coalesce((v.statistics ->> 'train')::bigint, 0) AS train, coalesce((v.statistics ->> 'validation')::bigint, 0) AS validation,
       coalesce((v.statistics ->> 'holdout')::bigint, 0) AS holdout,
       coalesce((SELECT sum(x.value::bigint) FROM jsonb_each_text(v.statistics -> 'excluded') x), 0)::bigint AS excluded,
       coalesce((v.statistics ->> 'estimated_tokens')::bigint, 0) AS estimated_tokens,
       coalesce((v.statistics ->> 'anchors')::bigint, 0) AS anchors, v.erased_examples AS erased, v.withdrawn_at
FROM gleaner.dataset_versions v JOIN gleaner.datasets d ON d.id = v.dataset_id JOIN gleaner.projects p ON p.id = v.project_id;
COMMENT ON VIEW report.dataset_versions IS 'Frozen training sets. For dashboard datasets and tuning.';
COMMENT ON COLUMN report.dataset_versions.project IS 'Name of the project.';
COMMENT ON COLUMN report.dataset_versions.dataset IS 'Its name.';
COMMENT ON COLUMN report.dataset_versions.version IS 'Its number, from 1.';
COMMENT ON COLUMN report.dataset_versions.kind IS 'sft, preference or unpaired.';
COMMENT ON COLUMN report.dataset_versions.created_at IS 'When it was built.';
COMMENT ON COLUMN report.dataset_versions.built_by IS 'By whom; null in versions of before.';
COMMENT ON COLUMN report.dataset_versions.train IS 'Lines for training.';
COMMENT ON COLUMN report.dataset_versions.validation IS 'Lines for validation.';
COMMENT ON COLUMN report.dataset_versions.holdout IS 'Lines that are never exported.';
COMMENT ON COLUMN report.dataset_versions.excluded IS 'Judged exchanges that were left out.';
COMMENT ON COLUMN report.dataset_versions.estimated_tokens IS 'Of train and validation, tokens, estimated.';
COMMENT ON COLUMN report.dataset_versions.anchors IS 'Lines written or corrected by people.';
COMMENT ON COLUMN report.dataset_versions.erased IS 'Lines taken out by erasures since.';
COMMENT ON COLUMN report.dataset_versions.withdrawn_at IS 'Since when it may not be used; null while it may.';

CREATE VIEW report.tuning_jobs AS
SELECT p.name AS project, t.id AS job_id, t.driver, t.provider, t.base_model, t.method, t.state, d.name AS dataset, v.number AS version,
       t.created_at, t.finished_at, t.fine_tuned_model, t.trained_tokens, t.billed_tokens, t.estimated_usd
FROM gleaner.tuning_jobs t JOIN gleaner.projects p ON p.id = t.project_id
JOIN gleaner.dataset_versions v ON v.id = t.dataset_version_id JOIN gleaner.datasets d ON d.id = v.dataset_id;
COMMENT ON VIEW report.tuning_jobs IS 'Fine-tunes. For dashboard datasets and tuning.';
COMMENT ON COLUMN report.tuning_jobs.project IS 'Name of the project.';
COMMENT ON COLUMN report.tuning_jobs.job_id IS 'Its id.';
COMMENT ON COLUMN report.tuning_jobs.driver IS 'openai or command.';
COMMENT ON COLUMN report.tuning_jobs.provider IS 'Where it trains.';
COMMENT ON COLUMN report.tuning_jobs.base_model IS 'What it starts from.';
COMMENT ON COLUMN report.tuning_jobs.method IS 'sft or dpo.';
COMMENT ON COLUMN report.tuning_jobs.state IS 'waiting, preparing, submitting, training, succeeded, failed or cancelled.';
COMMENT ON COLUMN report.tuning_jobs.dataset IS 'Name of the dataset.';
COMMENT ON COLUMN report.tuning_jobs.version IS 'Number of its version.';
COMMENT ON COLUMN report.tuning_jobs.created_at IS 'When it was confirmed.';
COMMENT ON COLUMN report.tuning_jobs.finished_at IS 'When it ended; null before.';
COMMENT ON COLUMN report.tuning_jobs.fine_tuned_model IS 'What came of it; null before.';
COMMENT ON COLUMN report.tuning_jobs.trained_tokens IS 'As the trainer counts, tokens; null before.';
COMMENT ON COLUMN report.tuning_jobs.billed_tokens IS 'Estimated beforehand: tokens times epochs.';
COMMENT ON COLUMN report.tuning_jobs.estimated_usd IS 'Estimated cost, US dollars; null without a price.';

CREATE VIEW report.tuning_losses AS
SELECT p.name AS project, t.id AS job_id, m.step, m.train_loss, m.valid_loss, m.full_valid_loss, m.train_accuracy, m.valid_accuracy
FROM gleaner.tuning_metrics m JOIN gleaner.tuning_jobs t ON t.id = m.job_id JOIN gleaner.projects p ON p.id = t.project_id;
COMMENT ON VIEW report.tuning_losses IS 'Loss curves of fine-tunes. For dashboard datasets and tuning.';
COMMENT ON COLUMN report.tuning_losses.project IS 'Name of the project.';
COMMENT ON COLUMN report.tuning_losses.job_id IS 'The fine-tune.';
COMMENT ON COLUMN report.tuning_losses.step IS 'Training step, from 1.';
COMMENT ON COLUMN report.tuning_losses.train_loss IS 'Null where the trainer says none; so are the others.';
COMMENT ON COLUMN report.tuning_losses.valid_loss IS 'On some of the validation lines.';
COMMENT ON COLUMN report.tuning_losses.full_valid_loss IS 'On all of them.';
COMMENT ON COLUMN report.tuning_losses.train_accuracy IS 'Of tokens, 0 to 1.';
COMMENT ON COLUMN report.tuning_losses.valid_accuracy IS 'Likewise.';

CREATE VIEW report.evaluations AS
SELECT p.name AS project, e.id AS evaluation_id, concat_ws('/', e.candidate ->> 'provider', e.candidate ->> 'model') AS candidate,
       concat_ws('/', e.incumbent ->> 'provider', e.incumbent ->> 'model') AS incumbent, e.state, e.verdict, e.items, e.created_at, e.finished_at
FROM gleaner.evaluations e JOIN gleaner.projects p ON p.id = e.project_id;
COMMENT ON VIEW report.evaluations IS 'Candidates measured on the holdout. For dashboard datasets and tuning.';
COMMENT ON COLUMN report.evaluations.project IS 'Name of the project.';
COMMENT ON COLUMN report.evaluations.evaluation_id IS 'Its id.';
COMMENT ON COLUMN report.evaluations.candidate IS 'provider/model.';
COMMENT ON COLUMN report.evaluations.incumbent IS 'provider/model.';
COMMENT ON COLUMN report.evaluations.state IS 'waiting, running, waiting_for_people, done or failed.';
COMMENT ON COLUMN report.evaluations.verdict IS 'pass, fail or not_enough_data; null before.';
COMMENT ON COLUMN report.evaluations.items IS 'Lines that both answered.';
COMMENT ON COLUMN report.evaluations.created_at IS 'When it was asked for.';
COMMENT ON COLUMN report.evaluations.finished_at IS 'When it ended; null before.';

CREATE VIEW report.canary_points AS
SELECT p.name AS project, c.id AS canary_id, c.route, c.candidate, c.incumbent, k.at, k.step, k.metric, k.candidate AS candidate_users,
       k.incumbent AS incumbent_users, k.estimate, k.low, k.high
FROM gleaner.canary_points k JOIN gleaner.canaries c ON c.id = k.canary_id JOIN gleaner.projects p ON p.id = c.project_id;
COMMENT ON VIEW report.canary_points IS 'How candidates do under traffic, candidate minus incumbent. For dashboard datasets and tuning.';
COMMENT ON COLUMN report.canary_points.project IS 'Name of the project.';
COMMENT ON COLUMN report.canary_points.canary_id IS 'The canary.';
COMMENT ON COLUMN report.canary_points.route IS 'Its route.';
COMMENT ON COLUMN report.canary_points.candidate IS 'Name of the variant.';
COMMENT ON COLUMN report.canary_points.incumbent IS 'Name of the variant.';
COMMENT ON COLUMN report.canary_points.at IS 'When it was looked at.';
COMMENT ON COLUMN report.canary_points.step IS 'Of the plan, from 0.';
COMMENT ON COLUMN report.canary_points.metric IS 'What was compared.';
COMMENT ON COLUMN report.canary_points.candidate_users IS 'Users of the arm that have a value.';
COMMENT ON COLUMN report.canary_points.incumbent_users IS 'Likewise.';
COMMENT ON COLUMN report.canary_points.estimate IS 'Difference, in the metric''s unit.';
COMMENT ON COLUMN report.canary_points.low IS 'Its confidence sequence, lower end.';
COMMENT ON COLUMN report.canary_points.high IS 'Upper end.';

CREATE VIEW report.events AS
SELECT p.name AS project, v.created_at AS at, 'routes' AS kind, 'routes ' || v.version AS title, v.author AS actor, v.note
FROM gleaner.route_versions v JOIN gleaner.projects p ON p.id = v.project_id
UNION ALL
SELECT p.name, d.created_at, 'decision', d.kind, d.actor, d.why
FROM gleaner.decisions d JOIN gleaner.projects p ON p.id = d.project_id WHERE d.state = 'applied'
UNION ALL
SELECT p.name, v.created_at, 'dataset', d.name || ' ' || v.number, coalesce(v.built_by, ''), ''
FROM gleaner.dataset_versions v JOIN gleaner.datasets d ON d.id = v.dataset_id JOIN gleaner.projects p ON p.id = v.project_id
UNION ALL
SELECT p.name, t.finished_at, 'model', t.fine_tuned_model, t.confirmed_by, ''
FROM gleaner.tuning_jobs t JOIN gleaner.projects p ON p.id = t.project_id WHERE t.state = 'succeeded';
COMMENT ON VIEW report.events IS 'What was changed and decided, to be drawn into charts. For all dashboards.';
COMMENT ON COLUMN report.events.project IS 'Name of the project.';
COMMENT ON COLUMN report.events.at IS 'When.';
COMMENT ON COLUMN report.events.kind IS 'routes: an edit of the routes. decision: over a canary or a gate. dataset: a version was built. model: a fine-tune succeeded.';
COMMENT ON COLUMN report.events.title IS 'In a few words.';
COMMENT ON COLUMN report.events.actor IS 'Who: a handle, a key''s name, or gleaner.';
COMMENT ON COLUMN report.events.note IS 'Why; empty when nobody said.';

CREATE VIEW report.jobs AS
SELECT coalesce(p.name, '(none)') AS project, j.kind, j.state, count(*) AS jobs,
       greatest(0, extract(epoch FROM now() - min(j.run_at) FILTER (WHERE j.state = 'waiting')))::float8 AS oldest_due_s
FROM gleaner.jobs j LEFT JOIN gleaner.projects p ON p.id = j.project_id WHERE j.state IN ('waiting', 'running', 'dead') GROUP BY 1, 2, 3;
COMMENT ON VIEW report.jobs IS 'Background work that is not done. For dashboard service health.';
COMMENT ON COLUMN report.jobs.project IS 'Name of the project; (none) for work of the installation.';
COMMENT ON COLUMN report.jobs.kind IS 'As jobs.kind.';
COMMENT ON COLUMN report.jobs.state IS 'waiting, running or dead.';
COMMENT ON COLUMN report.jobs.jobs IS 'How many.';
COMMENT ON COLUMN report.jobs.oldest_due_s IS 'How long the first waiting one has been due, seconds; null where none waits.';

CREATE VIEW report.journals AS
SELECT host, directory, seen_at, extract(epoch FROM now() - seen_at)::float8 AS age_s, cardinality(leftovers) AS leftovers FROM gleaner.journals;
COMMENT ON VIEW report.journals IS 'Journals, one for each data directory. For dashboard service health.';
COMMENT ON COLUMN report.journals.host IS 'Where it is.';
COMMENT ON COLUMN report.journals.directory IS 'Its data directory.';
COMMENT ON COLUMN report.journals.seen_at IS 'When its process last said so.';
COMMENT ON COLUMN report.journals.age_s IS 'How long ago that was, seconds.';
COMMENT ON COLUMN report.journals.leftovers IS 'Copies of damaged files beside it.';

CREATE VIEW report.rollup_passes AS
SELECT s.name AS pass, s.ended_at, extract(epoch FROM now() - s.ended_at)::float8 AS age_s,
       (SELECT count(DISTINCT (m.project_id, date_bin('1 hour', m.at, '2000-01-01 00:00:00+00'))) FROM gleaner.rollup_marks m
        WHERE s.name = CASE m.part WHEN 'exchanges' THEN 'exchanges' ELSE 'judgements' END) AS hours_behind
FROM gleaner.rollup_passes s;
COMMENT ON VIEW report.rollup_passes IS 'How fresh all of this is. For dashboard service health.';
COMMENT ON COLUMN report.rollup_passes.pass IS 'exchanges, judgements (and reviews), or backlog.';
COMMENT ON COLUMN report.rollup_passes.ended_at IS 'When it last ended.';
COMMENT ON COLUMN report.rollup_passes.age_s IS 'How long ago that was, seconds.';
COMMENT ON COLUMN report.rollup_passes.hours_behind IS 'Hours of projects that are marked and not counted yet.';

-- What is there already is counted by the first passes, the newest first.
DO $$
DECLARE
    child text;
    week  timestamptz;
    has   boolean;
BEGIN
    FOR child IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'gleaner.exchanges'::regclass LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM gleaner.%I)', child) INTO has;
        CONTINUE WHEN NOT has;
        week := to_date(right(child, 7), 'IYYY"w"IW')::timestamp AT TIME ZONE 'UTC';
        INSERT INTO gleaner.rollup_marks (project_id, part, at)
        SELECT p.id, m.part, s.at FROM gleaner.projects p
        CROSS JOIN generate_series(week, least(week + interval '7 days' - interval '1 second', now()), interval '5 minutes') AS s (at)
        CROSS JOIN LATERAL (
            SELECT 'exchanges' AS part
            UNION ALL SELECT 'work' WHERE s.at = date_bin('1 hour', s.at, '2000-01-01 00:00:00+00')) m;
    END LOOP;
END
$$;
