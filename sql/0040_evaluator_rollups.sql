-- 0040_evaluator_rollups.sql: what evaluators found, counted once, and the views of it; and what a figure was before its exchange had
-- another correction. New tables, views and functions. ACCESS EXCLUSIVE on rollup_marks for a moment: it is empty or nearly so.

CREATE TABLE gleaner.rollup_evaluators (
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
    evaluator  text        NOT NULL,
    version    text        NOT NULL,
    measure    text        NOT NULL,
    failure    text        NOT NULL,
    n          bigint      NOT NULL,
    events     bigint      NOT NULL,
    lowest     numeric     NOT NULL,
    highest    numeric     NOT NULL,
    w          numeric     NOT NULL,
    wy         numeric     NOT NULL,
    wyy        numeric     NOT NULL,
    ww         numeric     NOT NULL,
    wwy        numeric     NOT NULL,
    wwyy       numeric     NOT NULL,
    bins       smallint[]  NOT NULL,
    counts     bigint[]    NOT NULL,
    CONSTRAINT rollup_evaluators_pkey
        PRIMARY KEY (project_id, minutes, at, source, route, variant, provider, model, language, prompt, evaluator, version, measure, failure),
    CONSTRAINT rollup_evaluators_minutes_check CHECK (minutes IN (60, 1440))
);
COMMENT ON TABLE  gleaner.rollup_evaluators IS 'Moments of what evaluators found of an hour''s or day''s exchanges, whenever they found it, from which means and shares follow for any stretch.';
COMMENT ON COLUMN gleaner.rollup_evaluators.version IS 'As evaluator_results.evaluator_version: figures of two versions are never added.';
COMMENT ON COLUMN gleaner.rollup_evaluators.failure IS 'Why there is no figure, of measure failed; else the empty text.';
COMMENT ON COLUMN gleaner.rollup_evaluators.events IS 'How many values are not 0.';
COMMENT ON COLUMN gleaner.rollup_evaluators.w IS 'Sum of 1/probability; wy and wyy of value/probability and its square''s, ww, wwy and wwyy of the same over the probability''s square.';
COMMENT ON COLUMN gleaner.rollup_evaluators.bins IS 'A histogram that adds up: bin 0 holds 0, 1000 + b holds 2^(b/8) up to 2^((b+1)/8), b from -240 to 400; -1000 - b the same below 0.';
COMMENT ON COLUMN gleaner.rollup_evaluators.counts IS 'How many exchanges each bin stands for, in thousandths: 1000/probability of each.';

ALTER TABLE gleaner.rollup_marks DROP CONSTRAINT rollup_marks_part_check;
ALTER TABLE gleaner.rollup_marks ADD CONSTRAINT rollup_marks_part_check
    CHECK (part IN ('exchanges', 'judgements', 'reviews', 'work', 'evaluators'));
COMMENT ON COLUMN gleaner.rollup_marks.part IS 'exchanges: one landed in these five minutes. judgements: feedback on, or a decision about, an exchange of this hour. reviews: a sample, pick, review or retraction of one. work: a review was given in this hour. evaluators: one of this hour was evaluated.';
COMMENT ON COLUMN gleaner.rollup_passes.name IS 'exchanges, judgements (reviews and their work with them), evaluators, or backlog.';

CREATE TABLE gleaner.superseded_results (
    shard             smallint         NOT NULL,
    exchange_id       uuid             NOT NULL,
    evaluator         text             NOT NULL,
    evaluator_version text             NOT NULL,
    measure           text             NOT NULL,
    project_id        uuid             NOT NULL,
    value             double precision NOT NULL,
    details           jsonb,
    created_at        timestamptz      NOT NULL,
    superseded_at     timestamptz      NOT NULL,
    CONSTRAINT superseded_results_pkey PRIMARY KEY (shard, exchange_id, evaluator, evaluator_version, measure, superseded_at)
) PARTITION BY RANGE (exchange_id);
COMMENT ON TABLE  gleaner.superseded_results IS 'Figures that compared with a correction, from before there was another one: shown beside the new ones, counted nowhere.';
COMMENT ON COLUMN gleaner.superseded_results.created_at IS 'When it was found.';
COMMENT ON COLUMN gleaner.superseded_results.superseded_at IS 'When another took its place, or the correction was taken back.';
SELECT gleaner.ensure_partitions('superseded_results', now() - interval '7 days', now() + interval '21 days');

-- ---- views ----

-- As Weighted of GleanerEvaluation; a test compares them.
CREATE FUNCTION report.weighted(
    n numeric, events numeric, lowest numeric, highest numeric, w numeric, wy numeric, wyy numeric, ww numeric, wwy numeric, wwyy numeric,
    OUT kind text, OUT value double precision, OUT low double precision, OUT high double precision, OUT effective_n double precision
) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    mean     numeric;
    variance double precision;
    half     double precision;
    kish     double precision;
BEGIN
    IF n > 0 IS NOT TRUE THEN RETURN; END IF;
    mean := wy / w;
    value := mean;
    kish := w * w / ww;
    effective_n := kish;
    variance := greatest(0, wwyy - 2 * mean * wwy + mean * mean * ww) / (w * w);
    kind := CASE WHEN lowest >= 0 AND highest <= 1 AND wy = wyy THEN 'share' ELSE 'mean' END;
    IF kind = 'share' THEN
        IF variance > 0 AND value > 0 AND value < 1 THEN
            effective_n := value * (1 - value) / variance;
            IF least(events, n - events) < 10 THEN effective_n := least(effective_n, kish); END IF;
        END IF;
        low := report.wilson_low(value * effective_n, effective_n);
        high := report.wilson_high(value * effective_n, effective_n);
    ELSIF kish > 1.5 THEN
        half := report.student_t(greatest(1, kish - 1)) * sqrt(variance * kish / (kish - 1));
        low := value - half;
        high := value + half;
        IF lowest >= 0 THEN low := greatest(0, low); END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION report.weighted IS 'A mean, or where all values are 0 or 1 a share, from moments weighed by the inverse of each exchange''s probability (Hájek), with its 95 % interval: of what such traffic comes to, not only of the exchanges that were measured.';

CREATE FUNCTION report.value_quantile(
    q double precision, bins smallint[], counts bigint[], lowest numeric DEFAULT NULL, highest numeric DEFAULT NULL
) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(highest::float8, greatest(lowest::float8,
               CASE WHEN bin = 0 THEN 0
                    WHEN bin > 0 THEN power(2::float8, (bin - 1000 + greatest(0, q * total - before) / n) / 8)
                    ELSE -power(2::float8, (-bin - 999 - greatest(0, q * total - before) / n) / 8) END))
    FROM (
        SELECT bin, n, sum(n) OVER (ORDER BY bin) - n AS before, sum(n) OVER () AS total
        FROM (SELECT bin, sum(count)::float8 AS n FROM unnest(bins, counts) AS u (bin, count) GROUP BY bin) s
    ) c
    WHERE n > 0 AND before + n >= q * total * (1 - 1e-12)
    ORDER BY bin LIMIT 1
$$;
COMMENT ON FUNCTION report.value_quantile IS 'The quantile q (0 to 1) of what evaluators found, from bins an eighth of a doubling wide, within the smallest and largest if these are told. Bins may repeat, in any order.';

CREATE FUNCTION report.evaluators(project text, since timestamptz, until timestamptz, slice text DEFAULT NULL)
RETURNS TABLE (
    slice_value text, evaluator text, version text, measure text, kind text, value double precision, low double precision,
    high double precision, n bigint, effective_n double precision, population double precision, p10 double precision,
    p50 double precision, p90 double precision)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
                        CASE WHEN slice IS NOT NULL THEN '(none)' END) AS value, r.*
        FROM gleaner.rollup_evaluators r, stretch s, whole d
        WHERE r.project_id = (SELECT p.id FROM gleaner.projects p WHERE p.name = project) AND r.failure = ''
          AND (r.minutes = 1440 AND r.at >= d.since AND r.at < d.until
               OR r.minutes = 60 AND r.at >= s.since AND r.at < s.until AND NOT (r.at >= d.since AND r.at < d.until))
    ), summed AS (
        SELECT c.value, c.evaluator, c.version, c.measure, sum(c.n) AS n, sum(c.events) AS events, min(c.lowest) AS lowest,
               max(c.highest) AS highest, sum(c.w) AS w, sum(c.wy) AS wy, sum(c.wyy) AS wyy, sum(c.ww) AS ww, sum(c.wwy) AS wwy,
               sum(c.wwyy) AS wwyy
        FROM cells c GROUP BY 1, 2, 3, 4
    ), binned AS (
        SELECT b.value, b.evaluator, b.version, b.measure, array_agg(b.bin) AS bins, array_agg(b.count) AS counts
        FROM (SELECT c.value, c.evaluator, c.version, c.measure, u.bin, sum(u.count)::bigint AS count
              FROM cells c CROSS JOIN LATERAL unnest(c.bins, c.counts) AS u (bin, count) GROUP BY 1, 2, 3, 4, 5) b
        GROUP BY 1, 2, 3, 4
    )
    SELECT s.value, s.evaluator, s.version, s.measure, h.kind, h.value, h.low, h.high, s.n::bigint, h.effective_n, s.w::float8,
           report.value_quantile(0.1, b.bins, b.counts, s.lowest, s.highest), report.value_quantile(0.5, b.bins, b.counts, s.lowest, s.highest),
           report.value_quantile(0.9, b.bins, b.counts, s.lowest, s.highest)
    FROM summed s
    JOIN binned b ON b.value IS NOT DISTINCT FROM s.value AND b.evaluator = s.evaluator AND b.version = s.version
                 AND b.measure = s.measure
    CROSS JOIN LATERAL report.weighted(s.n, s.events, s.lowest, s.highest, s.w, s.wy, s.wyy, s.ww, s.wwy, s.wwyy) h
    ORDER BY s.value, s.evaluator, s.version, s.measure
$$;
-- As views do, it reads with its owner's rights: a role for dashboards needs none on schema gleaner.
COMMENT ON FUNCTION report.evaluators IS 'What evaluators found of a stretch, by slice or of all: means and shares with 95 % intervals, and quantiles.';


CREATE VIEW report.evaluators_hourly AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt, r.evaluator, r.version, r.measure,
       e.kind, r.n, r.events, e.value, e.low, e.high, e.effective_n, r.w AS population, r.lowest, r.highest,
       report.value_quantile(0.1, r.bins, r.counts, r.lowest, r.highest) AS p10, report.value_quantile(0.5, r.bins, r.counts, r.lowest, r.highest) AS p50, report.value_quantile(0.9, r.bins, r.counts, r.lowest, r.highest) AS p90,
       r.wy, r.wyy, r.ww, r.wwy, r.wwyy
FROM gleaner.rollup_evaluators r JOIN gleaner.projects p ON p.id = r.project_id
CROSS JOIN LATERAL report.weighted(r.n, r.events, r.lowest, r.highest, r.w, r.wy, r.wyy, r.ww, r.wwy, r.wwyy) e
WHERE r.minutes = 60 AND r.failure = '';
COMMENT ON VIEW report.evaluators_hourly IS 'What evaluators found of the answers of that time, whenever they found it. For dashboard quality. Of other groups and stretches: report.weighted and report.evaluators.';
COMMENT ON COLUMN report.evaluators_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.evaluators_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.evaluators_hourly.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.evaluators_hourly.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.evaluators_hourly.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.evaluators_hourly.provider IS 'That answered.';
COMMENT ON COLUMN report.evaluators_hourly.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.evaluators_hourly.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.evaluators_hourly.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.evaluators_hourly.evaluator IS 'As the policy names it.';
COMMENT ON COLUMN report.evaluators_hourly.version IS 'Of its rules and configuration: figures of two versions are not compared.';
COMMENT ON COLUMN report.evaluators_hourly.measure IS 'docs/reference/evaluators.md tells unit and range.';
COMMENT ON COLUMN report.evaluators_hourly.kind IS 'share where all values are 0 or 1, else mean.';
COMMENT ON COLUMN report.evaluators_hourly.n IS 'Exchanges that have a figure.';
COMMENT ON COLUMN report.evaluators_hourly.events IS 'Of them, those whose figure is not 0.';
COMMENT ON COLUMN report.evaluators_hourly.value IS 'The share or mean, each exchange weighed by the inverse of the probability it was drawn with; in the measure''s unit.';
COMMENT ON COLUMN report.evaluators_hourly.low IS 'Its 95 % interval, lower end: Wilson''s of a share, Student''s of a mean; null of too few.';
COMMENT ON COLUMN report.evaluators_hourly.high IS 'Upper end.';
COMMENT ON COLUMN report.evaluators_hourly.effective_n IS 'As many equally weighed exchanges tell as much.';
COMMENT ON COLUMN report.evaluators_hourly.population IS 'How many exchanges they stand for: the sum of 1/probability.';
COMMENT ON COLUMN report.evaluators_hourly.lowest IS 'The smallest figure.';
COMMENT ON COLUMN report.evaluators_hourly.highest IS 'The largest.';
COMMENT ON COLUMN report.evaluators_hourly.p10 IS 'Quantiles, weighed likewise: a tenth is below.';
COMMENT ON COLUMN report.evaluators_hourly.p50 IS 'Half is below.';
COMMENT ON COLUMN report.evaluators_hourly.p90 IS 'Nine tenths are below.';
COMMENT ON COLUMN report.evaluators_hourly.wy IS 'Sums over value/probability, and of squares, from which report.weighted makes value and interval of any group.';
COMMENT ON COLUMN report.evaluators_hourly.wyy IS 'Likewise.';
COMMENT ON COLUMN report.evaluators_hourly.ww IS 'Likewise.';
COMMENT ON COLUMN report.evaluators_hourly.wwy IS 'Likewise.';
COMMENT ON COLUMN report.evaluators_hourly.wwyy IS 'Likewise.';

CREATE VIEW report.evaluators_daily AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt, r.evaluator, r.version, r.measure,
       e.kind, r.n, r.events, e.value, e.low, e.high, e.effective_n, r.w AS population, r.lowest, r.highest,
       report.value_quantile(0.1, r.bins, r.counts, r.lowest, r.highest) AS p10, report.value_quantile(0.5, r.bins, r.counts, r.lowest, r.highest) AS p50, report.value_quantile(0.9, r.bins, r.counts, r.lowest, r.highest) AS p90,
       r.wy, r.wyy, r.ww, r.wwy, r.wwyy
FROM gleaner.rollup_evaluators r JOIN gleaner.projects p ON p.id = r.project_id
CROSS JOIN LATERAL report.weighted(r.n, r.events, r.lowest, r.highest, r.w, r.wy, r.wyy, r.ww, r.wwy, r.wwyy) e
WHERE r.minutes = 1440 AND r.failure = '';
COMMENT ON VIEW report.evaluators_daily IS 'What evaluators found of the answers of that time, whenever they found it. For dashboard quality. Of other groups and stretches: report.weighted and report.evaluators.';
COMMENT ON COLUMN report.evaluators_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.evaluators_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.evaluators_daily.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.evaluators_daily.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.evaluators_daily.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.evaluators_daily.provider IS 'That answered.';
COMMENT ON COLUMN report.evaluators_daily.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.evaluators_daily.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.evaluators_daily.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.evaluators_daily.evaluator IS 'As the policy names it.';
COMMENT ON COLUMN report.evaluators_daily.version IS 'Of its rules and configuration: figures of two versions are not compared.';
COMMENT ON COLUMN report.evaluators_daily.measure IS 'docs/reference/evaluators.md tells unit and range.';
COMMENT ON COLUMN report.evaluators_daily.kind IS 'share where all values are 0 or 1, else mean.';
COMMENT ON COLUMN report.evaluators_daily.n IS 'Exchanges that have a figure.';
COMMENT ON COLUMN report.evaluators_daily.events IS 'Of them, those whose figure is not 0.';
COMMENT ON COLUMN report.evaluators_daily.value IS 'The share or mean, each exchange weighed by the inverse of the probability it was drawn with; in the measure''s unit.';
COMMENT ON COLUMN report.evaluators_daily.low IS 'Its 95 % interval, lower end: Wilson''s of a share, Student''s of a mean; null of too few.';
COMMENT ON COLUMN report.evaluators_daily.high IS 'Upper end.';
COMMENT ON COLUMN report.evaluators_daily.effective_n IS 'As many equally weighed exchanges tell as much.';
COMMENT ON COLUMN report.evaluators_daily.population IS 'How many exchanges they stand for: the sum of 1/probability.';
COMMENT ON COLUMN report.evaluators_daily.lowest IS 'The smallest figure.';
COMMENT ON COLUMN report.evaluators_daily.highest IS 'The largest.';
COMMENT ON COLUMN report.evaluators_daily.p10 IS 'Quantiles, weighed likewise: a tenth is below.';
COMMENT ON COLUMN report.evaluators_daily.p50 IS 'Half is below.';
COMMENT ON COLUMN report.evaluators_daily.p90 IS 'Nine tenths are below.';
COMMENT ON COLUMN report.evaluators_daily.wy IS 'Sums over value/probability, and of squares, from which report.weighted makes value and interval of any group.';
COMMENT ON COLUMN report.evaluators_daily.wyy IS 'Likewise.';
COMMENT ON COLUMN report.evaluators_daily.ww IS 'Likewise.';
COMMENT ON COLUMN report.evaluators_daily.wwy IS 'Likewise.';
COMMENT ON COLUMN report.evaluators_daily.wwyy IS 'Likewise.';

CREATE VIEW report.evaluator_failures_hourly AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt, r.evaluator, r.version, r.failure, r.n AS exchanges
FROM gleaner.rollup_evaluators r JOIN gleaner.projects p ON p.id = r.project_id WHERE r.minutes = 60 AND r.failure <> '';
COMMENT ON VIEW report.evaluator_failures_hourly IS 'Exchanges of which an evaluator gave nothing, by why. For dashboard quality.';
COMMENT ON COLUMN report.evaluator_failures_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.evaluator_failures_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.evaluator_failures_hourly.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.evaluator_failures_hourly.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.evaluator_failures_hourly.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.evaluator_failures_hourly.provider IS 'That answered.';
COMMENT ON COLUMN report.evaluator_failures_hourly.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.evaluator_failures_hourly.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.evaluator_failures_hourly.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.evaluator_failures_hourly.evaluator IS 'As the policy names it.';
COMMENT ON COLUMN report.evaluator_failures_hourly.version IS 'Of its rules and configuration: figures of two versions are not compared.';
COMMENT ON COLUMN report.evaluator_failures_hourly.failure IS 'Why: unreachable, timed_out, rate_limited, status_…, refused, unreadable, provider_unknown, not_configured, exited, unanswered.';
COMMENT ON COLUMN report.evaluator_failures_hourly.exchanges IS 'How many exchanges.';

CREATE VIEW report.evaluator_failures_daily AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt, r.evaluator, r.version, r.failure, r.n AS exchanges
FROM gleaner.rollup_evaluators r JOIN gleaner.projects p ON p.id = r.project_id WHERE r.minutes = 1440 AND r.failure <> '';
COMMENT ON VIEW report.evaluator_failures_daily IS 'Exchanges of which an evaluator gave nothing, by why. For dashboard quality.';
COMMENT ON COLUMN report.evaluator_failures_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.evaluator_failures_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.evaluator_failures_daily.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.evaluator_failures_daily.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.evaluator_failures_daily.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.evaluator_failures_daily.provider IS 'That answered.';
COMMENT ON COLUMN report.evaluator_failures_daily.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.evaluator_failures_daily.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.evaluator_failures_daily.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.evaluator_failures_daily.evaluator IS 'As the policy names it.';
COMMENT ON COLUMN report.evaluator_failures_daily.version IS 'Of its rules and configuration: figures of two versions are not compared.';
COMMENT ON COLUMN report.evaluator_failures_daily.failure IS 'Why: unreachable, timed_out, rate_limited, status_…, refused, unreadable, provider_unknown, not_configured, exited, unanswered.';
COMMENT ON COLUMN report.evaluator_failures_daily.exchanges IS 'How many exchanges.';

CREATE OR REPLACE VIEW report.rollup_passes AS
SELECT s.name AS pass, s.ended_at, extract(epoch FROM now() - s.ended_at)::float8 AS age_s,
       (SELECT count(DISTINCT (m.project_id, date_bin('1 hour', m.at, '2000-01-01 00:00:00+00'))) FROM gleaner.rollup_marks m
        WHERE s.name = CASE m.part WHEN 'exchanges' THEN 'exchanges' WHEN 'evaluators' THEN 'evaluators' ELSE 'judgements' END) AS hours_behind
FROM gleaner.rollup_passes s;
COMMENT ON COLUMN report.rollup_passes.pass IS 'exchanges, judgements (and reviews), evaluators, or backlog.';

-- What is there already is counted by the first passes, the newest first.
DO $$
DECLARE
    child text;
    week  timestamptz;
    has   boolean;
BEGIN
    FOR child IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'gleaner.evaluator_results'::regclass LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM gleaner.%I)', child) INTO has;
        CONTINUE WHEN NOT has;
        week := to_date(right(child, 7), 'IYYY"w"IW')::timestamp AT TIME ZONE 'UTC';
        INSERT INTO gleaner.rollup_marks (project_id, part, at)
        SELECT p.project_id, 'evaluators', s.at FROM (SELECT DISTINCT project_id FROM gleaner.evaluator_policies) p
        CROSS JOIN generate_series(week, least(week + interval '7 days' - interval '1 second', now()), interval '1 hour') AS s (at);
    END LOOP;
END
$$;
