-- 0048_prompt_embeddings.sql: a sample of what users ask about, as vectors, by which rules tell whether that has moved. A new table;
-- locks nothing in use.

CREATE TABLE gleaner.prompt_embeddings (
    shard             smallint         NOT NULL,
    exchange_id       uuid             NOT NULL,
    evaluator         text             NOT NULL,
    evaluator_version text             NOT NULL,
    project_id        uuid             NOT NULL,
    draw              double precision NOT NULL,
    vector            real[]           NOT NULL,
    created_at        timestamptz      NOT NULL,
    CONSTRAINT prompt_embeddings_pkey         PRIMARY KEY (shard, exchange_id, evaluator, evaluator_version),
    CONSTRAINT prompt_embeddings_draw_check   CHECK (draw >= 0 AND draw < 1),
    CONSTRAINT prompt_embeddings_vector_check CHECK (cardinality(vector) > 0)
) PARTITION BY RANGE (exchange_id);
CREATE INDEX prompt_embeddings_project_id_idx ON gleaner.prompt_embeddings (project_id, evaluator, exchange_id);
COMMENT ON TABLE  gleaner.prompt_embeddings IS 'Embeddings of what users said last, as the evaluator relevance was given them: of each project, evaluator, version and day (UTC) the 500 with the smallest draw. Who has the embedding model may guess from one what was said: it goes with its exchange.';
COMMENT ON COLUMN gleaner.prompt_embeddings.evaluator_version IS 'As evaluator_results.evaluator_version; another embedding model is another version, and vectors of two are never compared.';
COMMENT ON COLUMN gleaner.prompt_embeddings.draw IS 'A hash of the exchange''s id, 0 up to 1: those with the smallest are a random sample, whenever and wherever they were evaluated.';
COMMENT ON COLUMN gleaner.prompt_embeddings.vector IS 'As the model gave it.';

SELECT gleaner.ensure_partitions('prompt_embeddings', now() - interval '7 days', now() + interval '21 days');
