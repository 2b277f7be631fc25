-- 0047_moderation_scores.sql: how high moderation's scores are, counted once, by which rules tell whether they are spread as they were.
-- A new table and a view. ACCESS EXCLUSIVE on rollup_marks for a moment: it is empty or nearly so.

CREATE TABLE gleaner.rollup_moderation_scores (
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
    target           text        NOT NULL,
    classifier       text        NOT NULL,
    classifier_model text        NOT NULL,
    n                bigint      NOT NULL,
    bins             smallint[]  NOT NULL,
    counts           bigint[]    NOT NULL,
    CONSTRAINT rollup_moderation_scores_pkey
        PRIMARY KEY (project_id, minutes, at, source, route, variant, provider, model, language, prompt, target, classifier, classifier_model),
    CONSTRAINT rollup_moderation_scores_minutes_check CHECK (minutes IN (60, 1440))
);
COMMENT ON TABLE  gleaner.rollup_moderation_scores IS 'Histograms of the highest score, of all categories, that a classifier gave a text of an hour''s or day''s exchanges. Of each ten seconds the first 10 exchanges of a project are looked at, so that counting costs no more however many there are.';
COMMENT ON COLUMN gleaner.rollup_moderation_scores.target IS 'prompt or response.';
COMMENT ON COLUMN gleaner.rollup_moderation_scores.classifier IS 'As the policy names it.';
COMMENT ON COLUMN gleaner.rollup_moderation_scores.classifier_model IS 'As it named itself, its first 100 characters: scores of two are never added.';
COMMENT ON COLUMN gleaner.rollup_moderation_scores.n IS 'Texts that it judged.';
COMMENT ON COLUMN gleaner.rollup_moderation_scores.bins IS 'As rollup_evaluators.bins; counts says how many texts are in each.';

ALTER TABLE gleaner.rollup_marks DROP CONSTRAINT rollup_marks_part_check;
ALTER TABLE gleaner.rollup_marks ADD CONSTRAINT rollup_marks_part_check
    CHECK (part IN ('exchanges', 'judgements', 'reviews', 'work', 'evaluators', 'moderation'));
COMMENT ON COLUMN gleaner.rollup_marks.part IS 'exchanges: one landed in this minute; where five minutes begin, in these five. judgements: feedback on, or a decision about, an exchange of this hour. reviews: a sample, pick, review or retraction of one. work: a review was given in this hour. evaluators: one of this hour was evaluated. moderation: a text of one was judged.';
COMMENT ON COLUMN gleaner.rollup_passes.name IS 'exchanges, judgements (reviews and their work, and scores of moderation with them), evaluators, or backlog.';

CREATE VIEW report.moderation_scores_hourly AS
SELECT p.name AS project, r.at, r.source, coalesce(nullif(r.route, ''), '(none)') AS route, coalesce(nullif(r.variant, ''), '(none)') AS variant, coalesce(nullif(r.provider, ''), '(none)') AS provider, coalesce(nullif(r.model, ''), '(none)') AS model, coalesce(nullif(r.language, ''), '(none)') AS language, coalesce(nullif(r.prompt, ''), '(none)') AS prompt,
       r.target, r.classifier, r.classifier_model, b.bin,
       CASE b.bin WHEN 0 THEN 0 ELSE power(2::float8, (b.bin - 1000) / 8.0) END AS low,
       CASE b.bin WHEN 0 THEN 0 ELSE least(1, power(2::float8, (b.bin - 999) / 8.0)) END AS high, b.exchanges
FROM gleaner.rollup_moderation_scores r JOIN gleaner.projects p ON p.id = r.project_id
CROSS JOIN LATERAL unnest(r.bins, r.counts) AS b (bin, exchanges) WHERE r.minutes = 60;
COMMENT ON VIEW report.moderation_scores_hourly IS 'How high moderation scored the texts of that time, whenever it did, as histograms by slice. Of each ten seconds the first 10 exchanges of a project count, so it is a sample where there are more. For no dashboard; rules of alerts read it.';
COMMENT ON COLUMN report.moderation_scores_hourly.project IS 'Name of the project.';
COMMENT ON COLUMN report.moderation_scores_hourly.at IS 'Where the hour begins (UTC).';
COMMENT ON COLUMN report.moderation_scores_hourly.source IS 'As exchanges.source: gateway, shadow, api or import.';
COMMENT ON COLUMN report.moderation_scores_hourly.route IS '(none) where a slice has no value; so are those that follow.';
COMMENT ON COLUMN report.moderation_scores_hourly.variant IS 'Of the route, that answered.';
COMMENT ON COLUMN report.moderation_scores_hourly.provider IS 'That answered.';
COMMENT ON COLUMN report.moderation_scores_hourly.model IS 'As the provider named it in its answer.';
COMMENT ON COLUMN report.moderation_scores_hourly.language IS 'Of what the user said last: BCP 47, hi-en for a mix.';
COMMENT ON COLUMN report.moderation_scores_hourly.prompt IS '12 hexadecimal digits of the system prompt''s fingerprint; (others) beyond the first 50 of a day.';
COMMENT ON COLUMN report.moderation_scores_hourly.target IS 'prompt or response: the text that was judged.';
COMMENT ON COLUMN report.moderation_scores_hourly.classifier IS 'As the policy names it.';
COMMENT ON COLUMN report.moderation_scores_hourly.classifier_model IS 'As it named itself in its answer: scores of two are not compared. The empty text where it has no name.';
COMMENT ON COLUMN report.moderation_scores_hourly.bin IS 'Number of the bin: adds up over slices and time; 0 for a score of 0.';
COMMENT ON COLUMN report.moderation_scores_hourly.low IS 'Where it begins.';
COMMENT ON COLUMN report.moderation_scores_hourly.high IS 'Where it ends, 1 at most.';
COMMENT ON COLUMN report.moderation_scores_hourly.exchanges IS 'How many exchanges have their highest score, of all categories, in it.';

-- A week and the week before it are counted by the next passes; for more there is gleaner rollups rebuild.
INSERT INTO gleaner.rollup_marks (project_id, part, at)
SELECT DISTINCT project_id, 'moderation', at FROM gleaner.rollups WHERE minutes = 60 AND at > now() - interval '15 days';
