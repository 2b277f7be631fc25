-- 0029_tuning.sql: fine-tuning jobs, what was asked of a trainer and what it said, and when models are shut down. New
-- tables, and one more key on model_versions; locks nothing in use for longer than a moment.

CREATE TABLE gleaner.tuning_jobs (
    id                 uuid             NOT NULL,
    project_id         uuid             NOT NULL,
    dataset_version_id uuid             NOT NULL,
    driver             text             NOT NULL,
    provider           text             NOT NULL,
    base_model         text             NOT NULL,
    suffix             text,
    seed               integer,
    method             text             NOT NULL,
    hyperparameters    jsonb            NOT NULL,
    state              text             NOT NULL,
    state_reason       text,
    provider_status    text,
    provider_job       text,
    fine_tuned_model   text,
    trained_tokens     bigint,
    estimated_tokens   bigint           NOT NULL,
    estimated_epochs   integer          NOT NULL,
    billed_tokens      bigint           NOT NULL,
    estimated_usd      double precision,
    confirmation       text             NOT NULL,
    confirmed_by       text             NOT NULL,
    confirmed_at       timestamptz      NOT NULL,
    cancelled_by       text,
    cancel_at          timestamptz,
    error              jsonb,
    created_at         timestamptz      NOT NULL,
    submitted_at       timestamptz,
    finished_at        timestamptz,
    files_deleted_at   timestamptz,
    CONSTRAINT tuning_jobs_pkey                    PRIMARY KEY (id),
    CONSTRAINT tuning_jobs_project_id_fkey         FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT tuning_jobs_dataset_version_id_fkey FOREIGN KEY (dataset_version_id) REFERENCES gleaner.dataset_versions (id),
    CONSTRAINT tuning_jobs_confirmation_key        UNIQUE (project_id, confirmation),
    CONSTRAINT tuning_jobs_driver_check            CHECK (driver IN ('openai', 'command')),
    CONSTRAINT tuning_jobs_method_check            CHECK (method IN ('sft', 'dpo')),
    CONSTRAINT tuning_jobs_state_check
        CHECK (state IN ('waiting', 'preparing', 'submitting', 'training', 'succeeded', 'failed', 'cancelled')),
    CONSTRAINT tuning_jobs_finished_check
        CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CONSTRAINT tuning_jobs_model_check             CHECK (state <> 'succeeded' OR fine_tuned_model IS NOT NULL),
    CONSTRAINT tuning_jobs_cancel_check            CHECK ((cancel_at IS NULL) = (cancelled_by IS NULL))
);
CREATE INDEX tuning_jobs_project_id_idx         ON gleaner.tuning_jobs (project_id, id);
CREATE INDEX tuning_jobs_dataset_version_id_idx ON gleaner.tuning_jobs (dataset_version_id);

COMMENT ON TABLE  gleaner.tuning_jobs IS 'Fine-tunes that somebody confirmed, one row each; the work itself is a job of kind tune in jobs.';
COMMENT ON COLUMN gleaner.tuning_jobs.driver IS 'openai: a server that speaks OpenAI''s fine-tuning API. command: a program of the operator''s.';
COMMENT ON COLUMN gleaner.tuning_jobs.provider IS 'The configured provider; command for the program.';
COMMENT ON COLUMN gleaner.tuning_jobs.hyperparameters IS 'As asked for; what is absent the trainer chooses.';
COMMENT ON COLUMN gleaner.tuning_jobs.state IS 'waiting → preparing (files) → submitting → training → succeeded, failed or cancelled.';
COMMENT ON COLUMN gleaner.tuning_jobs.state_reason IS 'Why it stands where it stands, for people.';
COMMENT ON COLUMN gleaner.tuning_jobs.provider_status IS 'The trainer''s own word, as it came.';
COMMENT ON COLUMN gleaner.tuning_jobs.provider_job IS 'The trainer''s id of the job.';
COMMENT ON COLUMN gleaner.tuning_jobs.estimated_tokens IS 'Of the train file, once.';
COMMENT ON COLUMN gleaner.tuning_jobs.billed_tokens IS 'Estimated: tokens times epochs.';
COMMENT ON COLUMN gleaner.tuning_jobs.estimated_usd IS 'Null when tuning_prices says nothing of the base model.';
COMMENT ON COLUMN gleaner.tuning_jobs.confirmation IS 'The token of the estimate that was agreed to; shown again, it is the same job.';
COMMENT ON COLUMN gleaner.tuning_jobs.cancel_at IS 'When somebody asked for it to be cancelled; it may end otherwise first.';
COMMENT ON COLUMN gleaner.tuning_jobs.error IS '{"code","message","param","why","fix"}: the trainer''s own words, and ours about them.';
COMMENT ON COLUMN gleaner.tuning_jobs.files_deleted_at IS 'When its files were deleted at the trainer.';

CREATE TABLE gleaner.tuning_steps (
    job_id      uuid        NOT NULL,
    step        text        NOT NULL,
    name        text        NOT NULL,
    intended_at timestamptz NOT NULL,
    upload      text,
    result      text,
    done_at     timestamptz,
    CONSTRAINT tuning_steps_pkey        PRIMARY KEY (job_id, step),
    CONSTRAINT tuning_steps_job_id_fkey FOREIGN KEY (job_id) REFERENCES gleaner.tuning_jobs (id),
    CONSTRAINT tuning_steps_step_check  CHECK (step IN ('training_file', 'validation_file', 'job')),
    CONSTRAINT tuning_steps_done_check  CHECK ((result IS NULL) = (done_at IS NULL))
);
COMMENT ON TABLE  gleaner.tuning_steps IS 'What was to be made at a trainer, written down before it was asked: a row without a result is looked up there before anything is made again.';
COMMENT ON COLUMN gleaner.tuning_steps.name IS 'By which it is found again: the file''s name, or the job''s metadata.';
COMMENT ON COLUMN gleaner.tuning_steps.upload IS 'An upload in parts that was begun and may be unfinished.';
COMMENT ON COLUMN gleaner.tuning_steps.result IS 'The trainer''s id of what was made.';

CREATE TABLE gleaner.tuning_events (
    job_id   uuid        NOT NULL,
    event_id text        NOT NULL,
    at       timestamptz NOT NULL,
    level    text        NOT NULL,
    type     text        NOT NULL,
    message  text        NOT NULL,
    data     jsonb,
    CONSTRAINT tuning_events_pkey        PRIMARY KEY (job_id, event_id),
    CONSTRAINT tuning_events_job_id_fkey FOREIGN KEY (job_id) REFERENCES gleaner.tuning_jobs (id)
);
CREATE INDEX tuning_events_job_id_at_idx ON gleaner.tuning_events (job_id, at, event_id);
COMMENT ON TABLE  gleaner.tuning_events IS 'What trainers said about their jobs, each event once, and what Gleaner did (event ids that begin with gleaner-).';
COMMENT ON COLUMN gleaner.tuning_events.event_id IS 'The trainer''s own; events are listed again at every look.';

CREATE TABLE gleaner.tuning_metrics (
    job_id              uuid    NOT NULL,
    step                integer NOT NULL,
    train_loss          double precision,
    train_accuracy      double precision,
    valid_loss          double precision,
    valid_accuracy      double precision,
    full_valid_loss     double precision,
    full_valid_accuracy double precision,
    CONSTRAINT tuning_metrics_pkey        PRIMARY KEY (job_id, step),
    CONSTRAINT tuning_metrics_job_id_fkey FOREIGN KEY (job_id) REFERENCES gleaner.tuning_jobs (id)
);
COMMENT ON TABLE gleaner.tuning_metrics IS 'Loss curves: one row a training step, from events, checkpoints and result files.';

CREATE TABLE gleaner.tuning_checkpoints (
    job_id        uuid        NOT NULL,
    checkpoint_id text        NOT NULL,
    step          integer     NOT NULL,
    model         text        NOT NULL,
    created_at    timestamptz NOT NULL,
    CONSTRAINT tuning_checkpoints_pkey        PRIMARY KEY (job_id, checkpoint_id),
    CONSTRAINT tuning_checkpoints_job_id_fkey FOREIGN KEY (job_id) REFERENCES gleaner.tuning_jobs (id)
);
COMMENT ON TABLE gleaner.tuning_checkpoints IS 'Models of the last epochs, which can be asked for like any other.';

CREATE TABLE gleaner.tuning_prices (
    provider   text             NOT NULL,
    base_model text             NOT NULL,
    usd        double precision NOT NULL,
    set_at     timestamptz      NOT NULL,
    CONSTRAINT tuning_prices_pkey      PRIMARY KEY (provider, base_model),
    CONSTRAINT tuning_prices_usd_check CHECK (usd >= 0)
);
COMMENT ON TABLE  gleaner.tuning_prices IS 'What training costs, in US dollars for a million tokens. Set by people: providers do not publish it to programs.';

CREATE TABLE gleaner.model_shutdowns (
    provider      text        NOT NULL,
    model         text        NOT NULL,
    shutdown_date date        NOT NULL,
    seen_at       timestamptz NOT NULL,
    CONSTRAINT model_shutdowns_pkey PRIMARY KEY (provider, model)
);
COMMENT ON TABLE  gleaner.model_shutdowns IS 'When providers say that a model ends; asked once a day.';

ALTER TABLE gleaner.model_versions
    ADD CONSTRAINT model_versions_tuning_job_id_fkey FOREIGN KEY (tuning_job_id) REFERENCES gleaner.tuning_jobs (id);
