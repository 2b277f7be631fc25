-- 0041_rollup_slices.sql: rollups once more, added up for each value of one slice and for all together, so that a page about all exchanges,
-- or about those of one route, does not add up every combination of the others. New tables and views; what is counted already is added up.

CREATE TABLE gleaner.rollup_slices (
    project_id         uuid           NOT NULL,
    minutes            smallint       NOT NULL,
    at                 timestamptz    NOT NULL,
    source             text           NOT NULL,
    slice              text           NOT NULL,
    value              text           NOT NULL,
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
    CONSTRAINT rollup_slices_pkey          PRIMARY KEY (project_id, minutes, slice, at, source, value),
    CONSTRAINT rollup_slices_minutes_check CHECK (minutes IN (5, 60, 1440)),
    CONSTRAINT rollup_slices_slice_check   CHECK (slice IN ('all', 'route', 'variant', 'provider', 'model', 'language', 'prompt'))
);
CREATE INDEX rollup_slices_minutes_at_idx ON gleaner.rollup_slices (minutes, at);

COMMENT ON TABLE gleaner.rollup_slices IS 'rollups, added up for each value of one slice: what most pages ask for. An exchange counts once in each slice.';
COMMENT ON COLUMN gleaner.rollup_slices.slice IS 'all: together, and value is the empty text. Otherwise the column of rollups that value is one of.';
COMMENT ON COLUMN gleaner.rollup_slices.value IS 'As in rollups, the empty text for none.';
COMMENT ON COLUMN gleaner.rollup_slices.exchanges IS 'As in rollups; so is all that follows.';

CREATE TABLE gleaner.rollup_judgement_slices (
    project_id       uuid        NOT NULL,
    minutes          smallint    NOT NULL,
    at               timestamptz NOT NULL,
    source           text        NOT NULL,
    slice            text        NOT NULL,
    value            text        NOT NULL,
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
    CONSTRAINT rollup_judgement_slices_pkey          PRIMARY KEY (project_id, minutes, slice, at, source, value),
    CONSTRAINT rollup_judgement_slices_minutes_check CHECK (minutes IN (60, 1440))
);
COMMENT ON TABLE gleaner.rollup_judgement_slices IS 'rollup_judgements, added up as rollup_slices are.';
COMMENT ON COLUMN gleaner.rollup_judgement_slices.slice IS 'As in rollup_slices.';
COMMENT ON COLUMN gleaner.rollup_judgement_slices.value IS 'As in rollup_slices.';
COMMENT ON COLUMN gleaner.rollup_judgement_slices.rated IS 'As in rollup_judgements; so is all that follows.';

-- What passes do with a stretch they have counted, and this migration with all that is there. Where an argument is null, all are meant.
CREATE FUNCTION gleaner.slice_rollups(of_project uuid, of_minutes smallint, of_at timestamptz) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan SET jit = off AS $$
BEGIN
    DELETE FROM gleaner.rollup_slices r
    WHERE r.project_id = coalesce(of_project, r.project_id) AND r.minutes = coalesce(of_minutes, r.minutes)
      AND r.at = coalesce(of_at, r.at);
    WITH parts AS MATERIALIZED (
        SELECT r.*, s.slice, s.value
        FROM gleaner.rollups r
        CROSS JOIN LATERAL (
            VALUES ('all', ''), ('route', r.route), ('variant', r.variant), ('provider', r.provider), ('model', r.model),
                   ('language', r.language), ('prompt', r.prompt)) AS s (slice, value)
        WHERE r.project_id = coalesce(of_project, r.project_id) AND r.minutes = coalesce(of_minutes, r.minutes)
          AND r.at = coalesce(of_at, r.at)
    ), sums AS (
        SELECT project_id, minutes, at, source, slice, value,
               sum(exchanges)::bigint AS exchanges, sum(completed)::bigint AS completed,
               sum(upstream_failed)::bigint AS upstream_failed, sum(client_gone)::bigint AS client_gone,
               sum(interrupted)::bigint AS interrupted, sum(refused)::bigint AS refused, sum(errors)::bigint AS errors,
               sum(http_errors)::bigint AS http_errors, sum(answered)::bigint AS answered, sum(streamed)::bigint AS streamed,
               sum(cut_short)::bigint AS cut_short, sum(filtered)::bigint AS filtered, sum(redacted)::bigint AS redacted,
               sum(counted)::bigint AS counted, sum(prompt_tokens)::bigint AS prompt_tokens,
               sum(cached_tokens)::bigint AS cached_tokens, sum(cache_write_tokens)::bigint AS cache_write_tokens,
               sum(completion_tokens)::bigint AS completion_tokens, sum(reasoning_tokens)::bigint AS reasoning_tokens,
               sum(priced)::bigint AS priced, sum(cost_usd) AS cost_usd, sum(request_bytes)::bigint AS request_bytes,
               sum(response_bytes)::bigint AS response_bytes, sum(timed)::bigint AS timed, sum(duration_ms) AS duration_ms,
               sum(first_timed)::bigint AS first_timed, sum(ttft_ms) AS ttft_ms
        FROM parts GROUP BY 1, 2, 3, 4, 5, 6
    ), durations AS (
        SELECT project_id, minutes, at, source, slice, value, array_agg(bin ORDER BY bin) AS bins, array_agg(count ORDER BY bin) AS counts
        FROM (SELECT p.project_id, p.minutes, p.at, p.source, p.slice, p.value, u.bin, sum(u.count)::bigint AS count
              FROM parts p, unnest(p.duration_bins, p.duration_counts) AS u (bin, count) GROUP BY 1, 2, 3, 4, 5, 6, 7) b
        GROUP BY 1, 2, 3, 4, 5, 6
    ), firsts AS (
        SELECT project_id, minutes, at, source, slice, value, array_agg(bin ORDER BY bin) AS bins, array_agg(count ORDER BY bin) AS counts
        FROM (SELECT p.project_id, p.minutes, p.at, p.source, p.slice, p.value, u.bin, sum(u.count)::bigint AS count
              FROM parts p, unnest(p.ttft_bins, p.ttft_counts) AS u (bin, count) GROUP BY 1, 2, 3, 4, 5, 6, 7) b
        GROUP BY 1, 2, 3, 4, 5, 6
    )
    INSERT INTO gleaner.rollup_slices (
        project_id, minutes, at, source, slice, value,
        exchanges, completed, upstream_failed, client_gone, interrupted, refused, errors, http_errors, answered, streamed,
        cut_short, filtered, redacted, counted, prompt_tokens, cached_tokens, cache_write_tokens, completion_tokens,
        reasoning_tokens, priced, cost_usd, request_bytes, response_bytes, timed, duration_ms, first_timed, ttft_ms, duration_bins,
        duration_counts, ttft_bins, ttft_counts)
    SELECT project_id, minutes, at, source, slice, value,
           s.exchanges, s.completed, s.upstream_failed, s.client_gone, s.interrupted, s.refused, s.errors, s.http_errors,
           s.answered, s.streamed, s.cut_short, s.filtered, s.redacted, s.counted, s.prompt_tokens, s.cached_tokens,
           s.cache_write_tokens, s.completion_tokens, s.reasoning_tokens, s.priced, s.cost_usd, s.request_bytes, s.response_bytes,
           s.timed, s.duration_ms, s.first_timed, s.ttft_ms,
           coalesce(d.bins, '{}'), coalesce(d.counts, '{}'), coalesce(f.bins, '{}'), coalesce(f.counts, '{}')
    FROM sums s
    LEFT JOIN durations d USING (project_id, minutes, at, source, slice, value)
    LEFT JOIN firsts f USING (project_id, minutes, at, source, slice, value);
END
$$;
COMMENT ON FUNCTION gleaner.slice_rollups IS 'Adds rollups up to rollup_slices anew: of one project, length and beginning, or of all where that is null.';

CREATE FUNCTION gleaner.slice_judgements(of_project uuid, of_minutes smallint, of_at timestamptz) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan SET jit = off AS $$
BEGIN
    DELETE FROM gleaner.rollup_judgement_slices r
    WHERE r.project_id = coalesce(of_project, r.project_id) AND r.minutes = coalesce(of_minutes, r.minutes)
      AND r.at = coalesce(of_at, r.at);
    INSERT INTO gleaner.rollup_judgement_slices (
        project_id, minutes, at, source, slice, value,
        rated, ups, downs, stars, star_sum, star_squares, left_out, comments, corrections, preferences, regenerated,
        copied, abandoned, reported, flagged, prompt_flagged, response_flagged, blocked, unjudged)
    SELECT r.project_id, r.minutes, r.at, r.source, s.slice, s.value,
           sum(rated), sum(ups), sum(downs), sum(stars), sum(star_sum), sum(star_squares), sum(left_out), sum(comments),
           sum(corrections), sum(preferences), sum(regenerated), sum(copied), sum(abandoned), sum(reported), sum(flagged),
           sum(prompt_flagged), sum(response_flagged), sum(blocked), sum(unjudged)
    FROM gleaner.rollup_judgements r
    CROSS JOIN LATERAL (
        VALUES ('all', ''), ('route', r.route), ('variant', r.variant), ('provider', r.provider), ('model', r.model),
               ('language', r.language), ('prompt', r.prompt)) AS s (slice, value)
    WHERE r.project_id = coalesce(of_project, r.project_id) AND r.minutes = coalesce(of_minutes, r.minutes)
      AND r.at = coalesce(of_at, r.at)
    GROUP BY 1, 2, 3, 4, 5, 6;
END
$$;
COMMENT ON FUNCTION gleaner.slice_judgements IS 'The same of rollup_judgements, to rollup_judgement_slices.';

SELECT gleaner.slice_rollups(NULL, NULL, NULL);
SELECT gleaner.slice_judgements(NULL, NULL, NULL);

CREATE VIEW report.slices_recent AS
SELECT p.name AS project, r.at, r.source, r.slice,
       CASE r.slice WHEN 'all' THEN '(all)' ELSE coalesce(nullif(r.value, ''), '(none)') END AS value,
       r.exchanges, r.completed, r.upstream_failed, r.client_gone, r.interrupted, r.refused, r.errors, r.http_errors,
       r.answered, r.streamed, r.cut_short, r.filtered, r.redacted, r.counted, r.prompt_tokens, r.cached_tokens,
       r.cache_write_tokens, r.completion_tokens, r.reasoning_tokens, r.priced, r.cost_usd, r.request_bytes, r.response_bytes,
       r.timed, r.duration_ms, r.first_timed, r.ttft_ms,
       report.quantile(0.50, r.duration_bins, r.duration_counts) AS duration_p50_ms, report.quantile(0.95, r.duration_bins,
       r.duration_counts) AS duration_p95_ms, report.quantile(0.99, r.duration_bins, r.duration_counts) AS duration_p99_ms,
       report.quantile(0.50, r.ttft_bins, r.ttft_counts) AS ttft_p50_ms, report.quantile(0.95, r.ttft_bins,
       r.ttft_counts) AS ttft_p95_ms,
       r.duration_bins, r.duration_counts, r.ttft_bins, r.ttft_counts
FROM gleaner.rollup_slices r JOIN gleaner.projects p ON p.id = r.project_id WHERE r.minutes = 5;
COMMENT ON VIEW report.slices_recent IS 'As exchanges_recent, added up for each value of one slice, and for all: the quickest answer where no two slices are crossed. Kept for eight days. For dashboards overview, cost and latency.';
COMMENT ON COLUMN report.slices_recent.project IS 'Name of the project.';
COMMENT ON COLUMN report.slices_recent.at IS 'Where the five minutes begin.';
COMMENT ON COLUMN report.slices_recent.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.slices_recent.slice IS 'all, route, variant, provider, model, language or prompt. Choose one: an exchange counts once in each.';
COMMENT ON COLUMN report.slices_recent.value IS 'Of that slice: (all), or (none) where it has no value.';
COMMENT ON COLUMN report.slices_recent.exchanges IS 'Exchanges that were received.';
COMMENT ON COLUMN report.slices_recent.completed IS 'The whole answer was passed on; so are the statuses that follow.';
COMMENT ON COLUMN report.slices_recent.upstream_failed IS 'No answer came, or a cut one.';
COMMENT ON COLUMN report.slices_recent.client_gone IS 'The client left first.';
COMMENT ON COLUMN report.slices_recent.interrupted IS 'Gleaner stopped in the middle.';
COMMENT ON COLUMN report.slices_recent.refused IS 'Never sent to a provider.';
COMMENT ON COLUMN report.slices_recent.errors IS 'Without an answer, or with one of 429 or 5xx.';
COMMENT ON COLUMN report.slices_recent.http_errors IS 'With an answer of 400 or more.';
COMMENT ON COLUMN report.slices_recent.answered IS 'completed, whole, and 200.';
COMMENT ON COLUMN report.slices_recent.streamed IS 'As a stream of events.';
COMMENT ON COLUMN report.slices_recent.cut_short IS 'The answer reached its limit of tokens (finish_reason length).';
COMMENT ON COLUMN report.slices_recent.filtered IS 'The provider withheld the answer (finish_reason content_filter).';
COMMENT ON COLUMN report.slices_recent.redacted IS 'Personal data was replaced.';
COMMENT ON COLUMN report.slices_recent.counted IS 'Whose tokens are known; the sums that follow are over these.';
COMMENT ON COLUMN report.slices_recent.prompt_tokens IS 'All input, tokens; cached and cache-written are part of it.';
COMMENT ON COLUMN report.slices_recent.cached_tokens IS 'Input read from the provider''s cache, tokens.';
COMMENT ON COLUMN report.slices_recent.cache_write_tokens IS 'Input written to it, tokens.';
COMMENT ON COLUMN report.slices_recent.completion_tokens IS 'All output, tokens; reasoning is part of it.';
COMMENT ON COLUMN report.slices_recent.reasoning_tokens IS 'Output that was reasoning, tokens.';
COMMENT ON COLUMN report.slices_recent.priced IS 'Whose cost is known.';
COMMENT ON COLUMN report.slices_recent.cost_usd IS 'Their cost, US dollars.';
COMMENT ON COLUMN report.slices_recent.request_bytes IS 'Bytes of requests.';
COMMENT ON COLUMN report.slices_recent.response_bytes IS 'Bytes of answers.';
COMMENT ON COLUMN report.slices_recent.timed IS 'Whose duration is known.';
COMMENT ON COLUMN report.slices_recent.duration_ms IS 'Sum of their durations, milliseconds: from request sent to last byte.';
COMMENT ON COLUMN report.slices_recent.first_timed IS 'Whose time to the first token is known: streamed ones.';
COMMENT ON COLUMN report.slices_recent.ttft_ms IS 'Sum of those times, milliseconds.';
COMMENT ON COLUMN report.slices_recent.duration_p50_ms IS 'Median duration, milliseconds; all quantiles are read from bins an eighth of a doubling wide.';
COMMENT ON COLUMN report.slices_recent.duration_p95_ms IS '95 % are shorter, milliseconds.';
COMMENT ON COLUMN report.slices_recent.duration_p99_ms IS '99 % are shorter, milliseconds.';
COMMENT ON COLUMN report.slices_recent.ttft_p50_ms IS 'Median time to the first token, milliseconds.';
COMMENT ON COLUMN report.slices_recent.ttft_p95_ms IS '95 % are shorter, milliseconds.';
COMMENT ON COLUMN report.slices_recent.duration_bins IS 'Histogram of durations, for report.quantile: bin b holds 2^(b/8) up to 2^((b+1)/8) milliseconds.';
COMMENT ON COLUMN report.slices_recent.duration_counts IS 'How many exchanges are in each of these bins.';
COMMENT ON COLUMN report.slices_recent.ttft_bins IS 'The same of times to the first token.';
COMMENT ON COLUMN report.slices_recent.ttft_counts IS 'How many exchanges are in each of these bins.';

CREATE VIEW report.slices_hourly AS
SELECT p.name AS project, r.at, r.source, r.slice,
       CASE r.slice WHEN 'all' THEN '(all)' ELSE coalesce(nullif(r.value, ''), '(none)') END AS value,
       r.exchanges, r.completed, r.upstream_failed, r.client_gone, r.interrupted, r.refused, r.errors, r.http_errors,
       r.answered, r.streamed, r.cut_short, r.filtered, r.redacted, r.counted, r.prompt_tokens, r.cached_tokens,
       r.cache_write_tokens, r.completion_tokens, r.reasoning_tokens, r.priced, r.cost_usd, r.request_bytes, r.response_bytes,
       r.timed, r.duration_ms, r.first_timed, r.ttft_ms,
       report.quantile(0.50, r.duration_bins, r.duration_counts) AS duration_p50_ms, report.quantile(0.95, r.duration_bins,
       r.duration_counts) AS duration_p95_ms, report.quantile(0.99, r.duration_bins, r.duration_counts) AS duration_p99_ms,
       report.quantile(0.50, r.ttft_bins, r.ttft_counts) AS ttft_p50_ms, report.quantile(0.95, r.ttft_bins,
       r.ttft_counts) AS ttft_p95_ms,
       r.duration_bins, r.duration_counts, r.ttft_bins, r.ttft_counts
FROM gleaner.rollup_slices r JOIN gleaner.projects p ON p.id = r.project_id WHERE r.minutes = 60;
COMMENT ON VIEW report.slices_hourly IS 'As exchanges_hourly, added up for each value of one slice, and for all: the quickest answer where no two slices are crossed. For dashboards overview, cost and latency.';
COMMENT ON COLUMN report.slices_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.slices_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.slices_hourly.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.slices_hourly.slice IS 'all, route, variant, provider, model, language or prompt. Choose one: an exchange counts once in each.';
COMMENT ON COLUMN report.slices_hourly.value IS 'Of that slice: (all), or (none) where it has no value.';
COMMENT ON COLUMN report.slices_hourly.exchanges IS 'Exchanges that were received.';
COMMENT ON COLUMN report.slices_hourly.completed IS 'The whole answer was passed on; so are the statuses that follow.';
COMMENT ON COLUMN report.slices_hourly.upstream_failed IS 'No answer came, or a cut one.';
COMMENT ON COLUMN report.slices_hourly.client_gone IS 'The client left first.';
COMMENT ON COLUMN report.slices_hourly.interrupted IS 'Gleaner stopped in the middle.';
COMMENT ON COLUMN report.slices_hourly.refused IS 'Never sent to a provider.';
COMMENT ON COLUMN report.slices_hourly.errors IS 'Without an answer, or with one of 429 or 5xx.';
COMMENT ON COLUMN report.slices_hourly.http_errors IS 'With an answer of 400 or more.';
COMMENT ON COLUMN report.slices_hourly.answered IS 'completed, whole, and 200.';
COMMENT ON COLUMN report.slices_hourly.streamed IS 'As a stream of events.';
COMMENT ON COLUMN report.slices_hourly.cut_short IS 'The answer reached its limit of tokens (finish_reason length).';
COMMENT ON COLUMN report.slices_hourly.filtered IS 'The provider withheld the answer (finish_reason content_filter).';
COMMENT ON COLUMN report.slices_hourly.redacted IS 'Personal data was replaced.';
COMMENT ON COLUMN report.slices_hourly.counted IS 'Whose tokens are known; the sums that follow are over these.';
COMMENT ON COLUMN report.slices_hourly.prompt_tokens IS 'All input, tokens; cached and cache-written are part of it.';
COMMENT ON COLUMN report.slices_hourly.cached_tokens IS 'Input read from the provider''s cache, tokens.';
COMMENT ON COLUMN report.slices_hourly.cache_write_tokens IS 'Input written to it, tokens.';
COMMENT ON COLUMN report.slices_hourly.completion_tokens IS 'All output, tokens; reasoning is part of it.';
COMMENT ON COLUMN report.slices_hourly.reasoning_tokens IS 'Output that was reasoning, tokens.';
COMMENT ON COLUMN report.slices_hourly.priced IS 'Whose cost is known.';
COMMENT ON COLUMN report.slices_hourly.cost_usd IS 'Their cost, US dollars.';
COMMENT ON COLUMN report.slices_hourly.request_bytes IS 'Bytes of requests.';
COMMENT ON COLUMN report.slices_hourly.response_bytes IS 'Bytes of answers.';
COMMENT ON COLUMN report.slices_hourly.timed IS 'Whose duration is known.';
COMMENT ON COLUMN report.slices_hourly.duration_ms IS 'Sum of their durations, milliseconds: from request sent to last byte.';
COMMENT ON COLUMN report.slices_hourly.first_timed IS 'Whose time to the first token is known: streamed ones.';
COMMENT ON COLUMN report.slices_hourly.ttft_ms IS 'Sum of those times, milliseconds.';
COMMENT ON COLUMN report.slices_hourly.duration_p50_ms IS 'Median duration, milliseconds; all quantiles are read from bins an eighth of a doubling wide.';
COMMENT ON COLUMN report.slices_hourly.duration_p95_ms IS '95 % are shorter, milliseconds.';
COMMENT ON COLUMN report.slices_hourly.duration_p99_ms IS '99 % are shorter, milliseconds.';
COMMENT ON COLUMN report.slices_hourly.ttft_p50_ms IS 'Median time to the first token, milliseconds.';
COMMENT ON COLUMN report.slices_hourly.ttft_p95_ms IS '95 % are shorter, milliseconds.';
COMMENT ON COLUMN report.slices_hourly.duration_bins IS 'Histogram of durations, for report.quantile: bin b holds 2^(b/8) up to 2^((b+1)/8) milliseconds.';
COMMENT ON COLUMN report.slices_hourly.duration_counts IS 'How many exchanges are in each of these bins.';
COMMENT ON COLUMN report.slices_hourly.ttft_bins IS 'The same of times to the first token.';
COMMENT ON COLUMN report.slices_hourly.ttft_counts IS 'How many exchanges are in each of these bins.';

CREATE VIEW report.slices_daily AS
SELECT p.name AS project, r.at, r.source, r.slice,
       CASE r.slice WHEN 'all' THEN '(all)' ELSE coalesce(nullif(r.value, ''), '(none)') END AS value,
       r.exchanges, r.completed, r.upstream_failed, r.client_gone, r.interrupted, r.refused, r.errors, r.http_errors,
       r.answered, r.streamed, r.cut_short, r.filtered, r.redacted, r.counted, r.prompt_tokens, r.cached_tokens,
       r.cache_write_tokens, r.completion_tokens, r.reasoning_tokens, r.priced, r.cost_usd, r.request_bytes, r.response_bytes,
       r.timed, r.duration_ms, r.first_timed, r.ttft_ms,
       report.quantile(0.50, r.duration_bins, r.duration_counts) AS duration_p50_ms, report.quantile(0.95, r.duration_bins,
       r.duration_counts) AS duration_p95_ms, report.quantile(0.99, r.duration_bins, r.duration_counts) AS duration_p99_ms,
       report.quantile(0.50, r.ttft_bins, r.ttft_counts) AS ttft_p50_ms, report.quantile(0.95, r.ttft_bins,
       r.ttft_counts) AS ttft_p95_ms,
       r.duration_bins, r.duration_counts, r.ttft_bins, r.ttft_counts
FROM gleaner.rollup_slices r JOIN gleaner.projects p ON p.id = r.project_id WHERE r.minutes = 1440;
COMMENT ON VIEW report.slices_daily IS 'As exchanges_daily, added up for each value of one slice, and for all: the quickest answer where no two slices are crossed. For dashboards overview, cost and latency.';
COMMENT ON COLUMN report.slices_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.slices_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.slices_daily.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.slices_daily.slice IS 'all, route, variant, provider, model, language or prompt. Choose one: an exchange counts once in each.';
COMMENT ON COLUMN report.slices_daily.value IS 'Of that slice: (all), or (none) where it has no value.';
COMMENT ON COLUMN report.slices_daily.exchanges IS 'Exchanges that were received.';
COMMENT ON COLUMN report.slices_daily.completed IS 'The whole answer was passed on; so are the statuses that follow.';
COMMENT ON COLUMN report.slices_daily.upstream_failed IS 'No answer came, or a cut one.';
COMMENT ON COLUMN report.slices_daily.client_gone IS 'The client left first.';
COMMENT ON COLUMN report.slices_daily.interrupted IS 'Gleaner stopped in the middle.';
COMMENT ON COLUMN report.slices_daily.refused IS 'Never sent to a provider.';
COMMENT ON COLUMN report.slices_daily.errors IS 'Without an answer, or with one of 429 or 5xx.';
COMMENT ON COLUMN report.slices_daily.http_errors IS 'With an answer of 400 or more.';
COMMENT ON COLUMN report.slices_daily.answered IS 'completed, whole, and 200.';
COMMENT ON COLUMN report.slices_daily.streamed IS 'As a stream of events.';
COMMENT ON COLUMN report.slices_daily.cut_short IS 'The answer reached its limit of tokens (finish_reason length).';
COMMENT ON COLUMN report.slices_daily.filtered IS 'The provider withheld the answer (finish_reason content_filter).';
COMMENT ON COLUMN report.slices_daily.redacted IS 'Personal data was replaced.';
COMMENT ON COLUMN report.slices_daily.counted IS 'Whose tokens are known; the sums that follow are over these.';
COMMENT ON COLUMN report.slices_daily.prompt_tokens IS 'All input, tokens; cached and cache-written are part of it.';
COMMENT ON COLUMN report.slices_daily.cached_tokens IS 'Input read from the provider''s cache, tokens.';
COMMENT ON COLUMN report.slices_daily.cache_write_tokens IS 'Input written to it, tokens.';
COMMENT ON COLUMN report.slices_daily.completion_tokens IS 'All output, tokens; reasoning is part of it.';
COMMENT ON COLUMN report.slices_daily.reasoning_tokens IS 'Output that was reasoning, tokens.';
COMMENT ON COLUMN report.slices_daily.priced IS 'Whose cost is known.';
COMMENT ON COLUMN report.slices_daily.cost_usd IS 'Their cost, US dollars.';
COMMENT ON COLUMN report.slices_daily.request_bytes IS 'Bytes of requests.';
COMMENT ON COLUMN report.slices_daily.response_bytes IS 'Bytes of answers.';
COMMENT ON COLUMN report.slices_daily.timed IS 'Whose duration is known.';
COMMENT ON COLUMN report.slices_daily.duration_ms IS 'Sum of their durations, milliseconds: from request sent to last byte.';
COMMENT ON COLUMN report.slices_daily.first_timed IS 'Whose time to the first token is known: streamed ones.';
COMMENT ON COLUMN report.slices_daily.ttft_ms IS 'Sum of those times, milliseconds.';
COMMENT ON COLUMN report.slices_daily.duration_p50_ms IS 'Median duration, milliseconds; all quantiles are read from bins an eighth of a doubling wide.';
COMMENT ON COLUMN report.slices_daily.duration_p95_ms IS '95 % are shorter, milliseconds.';
COMMENT ON COLUMN report.slices_daily.duration_p99_ms IS '99 % are shorter, milliseconds.';
COMMENT ON COLUMN report.slices_daily.ttft_p50_ms IS 'Median time to the first token, milliseconds.';
COMMENT ON COLUMN report.slices_daily.ttft_p95_ms IS '95 % are shorter, milliseconds.';
COMMENT ON COLUMN report.slices_daily.duration_bins IS 'Histogram of durations, for report.quantile: bin b holds 2^(b/8) up to 2^((b+1)/8) milliseconds.';
COMMENT ON COLUMN report.slices_daily.duration_counts IS 'How many exchanges are in each of these bins.';
COMMENT ON COLUMN report.slices_daily.ttft_bins IS 'The same of times to the first token.';
COMMENT ON COLUMN report.slices_daily.ttft_counts IS 'How many exchanges are in each of these bins.';

CREATE VIEW report.judged_slices_hourly AS
SELECT p.name AS project, r.at, r.source, r.slice,
       CASE r.slice WHEN 'all' THEN '(all)' ELSE coalesce(nullif(r.value, ''), '(none)') END AS value,
       r.exchanges, r.answered, coalesce(j.rated, 0) AS rated, coalesce(j.ups, 0) AS ups, coalesce(j.downs, 0) AS downs,
       coalesce(j.stars, 0) AS stars, coalesce(j.star_sum, 0) AS star_sum, coalesce(j.star_squares, 0) AS star_squares,
       coalesce(j.left_out, 0) AS left_out, coalesce(j.comments, 0) AS comments, coalesce(j.corrections, 0) AS corrections,
       coalesce(j.preferences, 0) AS preferences, coalesce(j.regenerated, 0) AS regenerated,
       coalesce(j.copied, 0) AS copied, coalesce(j.abandoned, 0) AS abandoned, coalesce(j.reported, 0) AS reported,
       coalesce(j.flagged, 0) AS flagged, coalesce(j.prompt_flagged, 0) AS prompt_flagged,
       coalesce(j.response_flagged, 0) AS response_flagged, coalesce(j.blocked, 0) AS blocked,
       coalesce(j.unjudged, 0) AS unjudged
FROM gleaner.rollup_slices r JOIN gleaner.projects p ON p.id = r.project_id
LEFT JOIN gleaner.rollup_judgement_slices j USING (project_id, minutes, at, source, slice, value) WHERE r.minutes = 60;
COMMENT ON VIEW report.judged_slices_hourly IS 'As ratings_hourly and safety_hourly together, added up for each value of one slice, and for all. For dashboards overview, quality and safety.';
COMMENT ON COLUMN report.judged_slices_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.judged_slices_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.judged_slices_hourly.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.judged_slices_hourly.slice IS 'all, route, variant, provider, model, language or prompt. Choose one: an exchange counts once in each.';
COMMENT ON COLUMN report.judged_slices_hourly.value IS 'Of that slice: (all), or (none) where it has no value.';
COMMENT ON COLUMN report.judged_slices_hourly.exchanges IS 'Exchanges that were received.';
COMMENT ON COLUMN report.judged_slices_hourly.answered IS 'Exchanges that could be rated: completed, whole, and 200.';
COMMENT ON COLUMN report.judged_slices_hourly.rated IS 'Exchanges with a thumb or stars of a rater who is not marked.';
COMMENT ON COLUMN report.judged_slices_hourly.ups IS 'Thumbs up that count.';
COMMENT ON COLUMN report.judged_slices_hourly.downs IS 'Thumbs down that count.';
COMMENT ON COLUMN report.judged_slices_hourly.stars IS 'Scores of 1 to 5 that count.';
COMMENT ON COLUMN report.judged_slices_hourly.star_sum IS 'Their sum.';
COMMENT ON COLUMN report.judged_slices_hourly.star_squares IS 'The sum of their squares.';
COMMENT ON COLUMN report.judged_slices_hourly.left_out IS 'Votes of marked raters, in no other count.';
COMMENT ON COLUMN report.judged_slices_hourly.comments IS 'Comments.';
COMMENT ON COLUMN report.judged_slices_hourly.corrections IS 'Better answers that were given.';
COMMENT ON COLUMN report.judged_slices_hourly.preferences IS 'Comparisons in which the exchange was a side.';
COMMENT ON COLUMN report.judged_slices_hourly.regenerated IS 'Answers that the user asked for again.';
COMMENT ON COLUMN report.judged_slices_hourly.copied IS 'Answers that were copied.';
COMMENT ON COLUMN report.judged_slices_hourly.abandoned IS 'Answers after which the user left.';
COMMENT ON COLUMN report.judged_slices_hourly.reported IS 'On which a user''s flag stands.';
COMMENT ON COLUMN report.judged_slices_hourly.flagged IS 'Whose prompt or answer moderation flagged, redacted or blocked.';
COMMENT ON COLUMN report.judged_slices_hourly.prompt_flagged IS 'Because of the prompt.';
COMMENT ON COLUMN report.judged_slices_hourly.response_flagged IS 'Because of the answer.';
COMMENT ON COLUMN report.judged_slices_hourly.blocked IS 'Blocked ones.';
COMMENT ON COLUMN report.judged_slices_hourly.unjudged IS 'On whose prompt or answer a classifier gave no answer.';

CREATE VIEW report.judged_slices_daily AS
SELECT p.name AS project, r.at, r.source, r.slice,
       CASE r.slice WHEN 'all' THEN '(all)' ELSE coalesce(nullif(r.value, ''), '(none)') END AS value,
       r.exchanges, r.answered, coalesce(j.rated, 0) AS rated, coalesce(j.ups, 0) AS ups, coalesce(j.downs, 0) AS downs,
       coalesce(j.stars, 0) AS stars, coalesce(j.star_sum, 0) AS star_sum, coalesce(j.star_squares, 0) AS star_squares,
       coalesce(j.left_out, 0) AS left_out, coalesce(j.comments, 0) AS comments, coalesce(j.corrections, 0) AS corrections,
       coalesce(j.preferences, 0) AS preferences, coalesce(j.regenerated, 0) AS regenerated,
       coalesce(j.copied, 0) AS copied, coalesce(j.abandoned, 0) AS abandoned, coalesce(j.reported, 0) AS reported,
       coalesce(j.flagged, 0) AS flagged, coalesce(j.prompt_flagged, 0) AS prompt_flagged,
       coalesce(j.response_flagged, 0) AS response_flagged, coalesce(j.blocked, 0) AS blocked,
       coalesce(j.unjudged, 0) AS unjudged
FROM gleaner.rollup_slices r JOIN gleaner.projects p ON p.id = r.project_id
LEFT JOIN gleaner.rollup_judgement_slices j USING (project_id, minutes, at, source, slice, value) WHERE r.minutes = 1440;
COMMENT ON VIEW report.judged_slices_daily IS 'As ratings_daily and safety_daily together, added up for each value of one slice, and for all. For dashboards overview, quality and safety.';
COMMENT ON COLUMN report.judged_slices_daily.project IS 'Name of the project.';
COMMENT ON COLUMN report.judged_slices_daily.at IS 'Where the day begins (UTC).';
COMMENT ON COLUMN report.judged_slices_daily.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.judged_slices_daily.slice IS 'all, route, variant, provider, model, language or prompt. Choose one: an exchange counts once in each.';
COMMENT ON COLUMN report.judged_slices_daily.value IS 'Of that slice: (all), or (none) where it has no value.';
COMMENT ON COLUMN report.judged_slices_daily.exchanges IS 'Exchanges that were received.';
COMMENT ON COLUMN report.judged_slices_daily.answered IS 'Exchanges that could be rated: completed, whole, and 200.';
COMMENT ON COLUMN report.judged_slices_daily.rated IS 'Exchanges with a thumb or stars of a rater who is not marked.';
COMMENT ON COLUMN report.judged_slices_daily.ups IS 'Thumbs up that count.';
COMMENT ON COLUMN report.judged_slices_daily.downs IS 'Thumbs down that count.';
COMMENT ON COLUMN report.judged_slices_daily.stars IS 'Scores of 1 to 5 that count.';
COMMENT ON COLUMN report.judged_slices_daily.star_sum IS 'Their sum.';
COMMENT ON COLUMN report.judged_slices_daily.star_squares IS 'The sum of their squares.';
COMMENT ON COLUMN report.judged_slices_daily.left_out IS 'Votes of marked raters, in no other count.';
COMMENT ON COLUMN report.judged_slices_daily.comments IS 'Comments.';
COMMENT ON COLUMN report.judged_slices_daily.corrections IS 'Better answers that were given.';
COMMENT ON COLUMN report.judged_slices_daily.preferences IS 'Comparisons in which the exchange was a side.';
COMMENT ON COLUMN report.judged_slices_daily.regenerated IS 'Answers that the user asked for again.';
COMMENT ON COLUMN report.judged_slices_daily.copied IS 'Answers that were copied.';
COMMENT ON COLUMN report.judged_slices_daily.abandoned IS 'Answers after which the user left.';
COMMENT ON COLUMN report.judged_slices_daily.reported IS 'On which a user''s flag stands.';
COMMENT ON COLUMN report.judged_slices_daily.flagged IS 'Whose prompt or answer moderation flagged, redacted or blocked.';
COMMENT ON COLUMN report.judged_slices_daily.prompt_flagged IS 'Because of the prompt.';
COMMENT ON COLUMN report.judged_slices_daily.response_flagged IS 'Because of the answer.';
COMMENT ON COLUMN report.judged_slices_daily.blocked IS 'Blocked ones.';
COMMENT ON COLUMN report.judged_slices_daily.unjudged IS 'On whose prompt or answer a classifier gave no answer.';
