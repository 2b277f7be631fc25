-- 0046_star_counts.sql: how often each number of stars was given, by which rules tell whether ratings are spread as they were. ACCESS
-- EXCLUSIVE on rollup_judgements for a moment; two views are replaced. Hours with stars are marked, and counted anew by the next passes.

ALTER TABLE gleaner.rollup_judgements
    ADD COLUMN stars_1 bigint NOT NULL DEFAULT 0,
    ADD COLUMN stars_2 bigint NOT NULL DEFAULT 0,
    ADD COLUMN stars_3 bigint NOT NULL DEFAULT 0,
    ADD COLUMN stars_4 bigint NOT NULL DEFAULT 0,
    ADD COLUMN stars_5 bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN gleaner.rollup_judgements.stars_1 IS 'Of stars, those that are 1; so are those that follow.';

CREATE OR REPLACE VIEW report.ratings_hourly AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt,
       r.answered, coalesce(j.rated, 0) AS rated, least(1, j.rated::float8 / nullif(r.answered, 0)) AS response_rate, coalesce(j.ups, 0) AS ups, coalesce(j.downs, 0) AS downs,
       j.ups::float8 / nullif(j.ups + j.downs, 0) AS up_share, report.wilson_low(j.ups, j.ups + j.downs) AS up_low,
       report.wilson_high(j.ups, j.ups + j.downs) AS up_high, coalesce(j.stars, 0) AS stars, coalesce(j.star_sum, 0) AS star_sum, coalesce(j.star_squares, 0) AS star_squares, j.star_sum::float8 / nullif(j.stars, 0) AS star_mean,
       coalesce(j.left_out, 0) AS left_out, coalesce(j.comments, 0) AS comments, coalesce(j.corrections, 0) AS corrections, coalesce(j.preferences, 0) AS preferences, coalesce(j.regenerated, 0) AS regenerated, coalesce(j.copied, 0) AS copied, coalesce(j.abandoned, 0) AS abandoned,
       coalesce(j.stars_1, 0) AS stars_1, coalesce(j.stars_2, 0) AS stars_2, coalesce(j.stars_3, 0) AS stars_3, coalesce(j.stars_4, 0) AS stars_4, coalesce(j.stars_5, 0) AS stars_5
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
LEFT JOIN gleaner.rollup_judgements j USING (project_id, minutes, at, source, route, variant, provider, model, language, prompt) WHERE r.minutes = 60;
COMMENT ON COLUMN report.ratings_hourly.stars_1 IS 'Of stars, those that are 1.';
COMMENT ON COLUMN report.ratings_hourly.stars_2 IS 'Those that are 2.';
COMMENT ON COLUMN report.ratings_hourly.stars_3 IS 'Those that are 3.';
COMMENT ON COLUMN report.ratings_hourly.stars_4 IS 'Those that are 4.';
COMMENT ON COLUMN report.ratings_hourly.stars_5 IS 'Those that are 5.';

CREATE OR REPLACE VIEW report.ratings_daily AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt,
       r.answered, coalesce(j.rated, 0) AS rated, least(1, j.rated::float8 / nullif(r.answered, 0)) AS response_rate, coalesce(j.ups, 0) AS ups, coalesce(j.downs, 0) AS downs,
       j.ups::float8 / nullif(j.ups + j.downs, 0) AS up_share, report.wilson_low(j.ups, j.ups + j.downs) AS up_low,
       report.wilson_high(j.ups, j.ups + j.downs) AS up_high, coalesce(j.stars, 0) AS stars, coalesce(j.star_sum, 0) AS star_sum, coalesce(j.star_squares, 0) AS star_squares, j.star_sum::float8 / nullif(j.stars, 0) AS star_mean,
       coalesce(j.left_out, 0) AS left_out, coalesce(j.comments, 0) AS comments, coalesce(j.corrections, 0) AS corrections, coalesce(j.preferences, 0) AS preferences, coalesce(j.regenerated, 0) AS regenerated, coalesce(j.copied, 0) AS copied, coalesce(j.abandoned, 0) AS abandoned,
       coalesce(j.stars_1, 0) AS stars_1, coalesce(j.stars_2, 0) AS stars_2, coalesce(j.stars_3, 0) AS stars_3, coalesce(j.stars_4, 0) AS stars_4, coalesce(j.stars_5, 0) AS stars_5
FROM gleaner.rollups r JOIN gleaner.projects p ON p.id = r.project_id
LEFT JOIN gleaner.rollup_judgements j USING (project_id, minutes, at, source, route, variant, provider, model, language, prompt) WHERE r.minutes = 1440;
COMMENT ON COLUMN report.ratings_daily.stars_1 IS 'Of stars, those that are 1.';
COMMENT ON COLUMN report.ratings_daily.stars_2 IS 'Those that are 2.';
COMMENT ON COLUMN report.ratings_daily.stars_3 IS 'Those that are 3.';
COMMENT ON COLUMN report.ratings_daily.stars_4 IS 'Those that are 4.';
COMMENT ON COLUMN report.ratings_daily.stars_5 IS 'Those that are 5.';

INSERT INTO gleaner.rollup_marks (project_id, part, at)
SELECT DISTINCT project_id, 'judgements', at FROM gleaner.rollup_judgements WHERE minutes = 60 AND stars > 0;
