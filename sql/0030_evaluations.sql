-- 0030_evaluations.sql: candidates measured on the holdout before they take traffic, and watched while they do. New tables
-- only; locks nothing in use.

CREATE TABLE gleaner.evaluations (
    id           uuid        NOT NULL,
    project_id   uuid        NOT NULL,
    key          text,
    version_id   uuid        NOT NULL,
    candidate    jsonb       NOT NULL,
    incumbent    jsonb       NOT NULL,
    policy       jsonb       NOT NULL,
    salt         text        NOT NULL,
    state        text        NOT NULL,
    job_id       uuid,
    holdout      integer     NOT NULL,
    items        integer     NOT NULL,
    estimate     jsonb       NOT NULL,
    verdict      text,
    report       jsonb,
    failure      text,
    author       text        NOT NULL,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    CONSTRAINT evaluations_pkey            PRIMARY KEY (id),
    CONSTRAINT evaluations_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT evaluations_version_id_fkey FOREIGN KEY (version_id) REFERENCES gleaner.dataset_versions (id),
    CONSTRAINT evaluations_key_key         UNIQUE (project_id, key),
    CONSTRAINT evaluations_state_check     CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    CONSTRAINT evaluations_verdict_check   CHECK (verdict IN ('pass', 'fail', 'not_enough_data')),
    CONSTRAINT evaluations_done_check      CHECK ((state = 'done') = (verdict IS NOT NULL AND report IS NOT NULL))
);
CREATE INDEX evaluations_project_id_idx ON gleaner.evaluations (project_id, id);
COMMENT ON TABLE  gleaner.evaluations IS 'The gate: two models answered one frozen holdout, and what came of it.';
COMMENT ON COLUMN gleaner.evaluations.key IS 'Whoever asks again under the same key gets the same evaluation, and pays once.';
COMMENT ON COLUMN gleaner.evaluations.candidate IS '{"provider","model","parameters"}; so is incumbent.';
COMMENT ON COLUMN gleaner.evaluations.policy IS 'The whole gate policy, defaults included.';
COMMENT ON COLUMN gleaner.evaluations.salt IS 'Draws the items, and seeds the intervals.';
COMMENT ON COLUMN gleaner.evaluations.state IS 'waiting: queued. running. done: there is a verdict. failed: there will be none; failure says why.';
COMMENT ON COLUMN gleaner.evaluations.holdout IS 'Lines of the holdout; items of them were drawn.';
COMMENT ON COLUMN gleaner.evaluations.estimate IS 'What it was thought to cost when it was confirmed: tokens, requests, US dollars.';
COMMENT ON COLUMN gleaner.evaluations.report IS 'The verdict''s evidence: of each rule estimate, interval, limit, n and outcome. No texts.';

CREATE TABLE gleaner.evaluation_items (
    evaluation_id     uuid             NOT NULL,
    line              integer          NOT NULL,
    side              text             NOT NULL,
    exchange_id       uuid             NOT NULL,
    answer            text,
    finish_reason     text,
    failure           text,
    prompt_tokens     integer,
    completion_tokens integer,
    cost_usd          double precision,
    duration_ms       double precision NOT NULL,
    scores            jsonb            NOT NULL,
    answered_at       timestamptz      NOT NULL,
    CONSTRAINT evaluation_items_pkey               PRIMARY KEY (evaluation_id, line, side),
    CONSTRAINT evaluation_items_evaluation_id_fkey FOREIGN KEY (evaluation_id) REFERENCES gleaner.evaluations (id) ON DELETE CASCADE,
    CONSTRAINT evaluation_items_side_check         CHECK (side IN ('candidate', 'incumbent')),
    CONSTRAINT evaluation_items_answer_check       CHECK ((answer IS NULL) = (failure IS NOT NULL))
);
CREATE INDEX evaluation_items_exchange_id_idx ON gleaner.evaluation_items (exchange_id);
COMMENT ON TABLE  gleaner.evaluation_items IS 'Each answer as it came, stored before the next is asked for: a run that is taken up again pays for none twice.';
COMMENT ON COLUMN gleaner.evaluation_items.line IS 'Of the holdout split of the dataset version.';
COMMENT ON COLUMN gleaner.evaluation_items.exchange_id IS 'The example''s: whoever is erased is found by it.';
COMMENT ON COLUMN gleaner.evaluation_items.failure IS 'Why there is no answer: refused, unreadable, too_long.';
COMMENT ON COLUMN gleaner.evaluation_items.scores IS 'By metric; a metric that does not apply is not there.';

CREATE TABLE gleaner.evaluation_judgements (
    evaluation_id   uuid        NOT NULL,
    line            integer     NOT NULL,
    candidate_first boolean     NOT NULL,
    preferred       text        NOT NULL,
    model           text        NOT NULL,
    prompt_sha256   bytea       NOT NULL,
    cost_usd        double precision,
    judged_at       timestamptz NOT NULL,
    CONSTRAINT evaluation_judgements_pkey               PRIMARY KEY (evaluation_id, line, candidate_first),
    CONSTRAINT evaluation_judgements_evaluation_id_fkey FOREIGN KEY (evaluation_id) REFERENCES gleaner.evaluations (id) ON DELETE CASCADE,
    CONSTRAINT evaluation_judgements_preferred_check    CHECK (preferred IN ('candidate', 'incumbent', 'tie', 'unreadable'))
);
COMMENT ON TABLE  gleaner.evaluation_judgements IS 'Which answer a judging model preferred, asked in both orders.';
COMMENT ON COLUMN gleaner.evaluation_judgements.preferred IS 'unreadable: it did not answer as it was told to.';
COMMENT ON COLUMN gleaner.evaluation_judgements.prompt_sha256 IS 'Over the rubric, so that judgements by another one are told apart.';

CREATE TABLE gleaner.canaries (
    id             uuid        NOT NULL,
    project_id     uuid        NOT NULL,
    route          text        NOT NULL,
    candidate      text        NOT NULL,
    incumbent      text        NOT NULL,
    plan           jsonb       NOT NULL,
    evaluation_id  uuid,
    state          text        NOT NULL,
    step           integer     NOT NULL,
    step_since     timestamptz NOT NULL,
    step_version   bigint      NOT NULL,
    original       jsonb       NOT NULL,
    expected       jsonb       NOT NULL,
    reason         text        NOT NULL,
    pinned_by      text,
    pinned_at      timestamptz,
    pin_note       text,
    pending        uuid,
    seen_until     timestamptz NOT NULL,
    looked_at      timestamptz,
    author         text        NOT NULL,
    created_at     timestamptz NOT NULL,
    finished_at    timestamptz,
    CONSTRAINT canaries_pkey               PRIMARY KEY (id),
    CONSTRAINT canaries_project_id_fkey    FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT canaries_evaluation_id_fkey FOREIGN KEY (evaluation_id) REFERENCES gleaner.evaluations (id),
    CONSTRAINT canaries_state_check        CHECK (state IN ('running', 'promoted', 'rolled_back', 'ended')),
    CONSTRAINT canaries_variants_check     CHECK (candidate <> incumbent),
    CONSTRAINT canaries_pin_check          CHECK ((pinned_by IS NULL) = (pinned_at IS NULL)),
    CONSTRAINT canaries_finished_check     CHECK ((state = 'running') = (finished_at IS NULL))
);
CREATE INDEX canaries_project_id_idx ON gleaner.canaries (project_id, id);
-- One at a time decides over a route.
CREATE UNIQUE INDEX canaries_route_running_idx ON gleaner.canaries (project_id, route) WHERE state = 'running';
COMMENT ON TABLE  gleaner.canaries IS 'Candidates that take traffic by steps, and how each is doing.';
COMMENT ON COLUMN gleaner.canaries.candidate IS 'Name of a variant of the route; so is incumbent.';
COMMENT ON COLUMN gleaner.canaries.plan IS 'Steps, least counts, margins, and what it may do by itself: within these limits it decides.';
COMMENT ON COLUMN gleaner.canaries.state IS 'running. promoted: all traffic is the candidate''s. rolled_back: none is. ended: a person took over.';
COMMENT ON COLUMN gleaner.canaries.step IS 'Index into the plan''s steps, from 0.';
COMMENT ON COLUMN gleaner.canaries.step_version IS 'The routes'' version that put the step in force: exchanges chosen by an earlier one do not count.';
COMMENT ON COLUMN gleaner.canaries.original IS 'The route as it was before the canary.';
COMMENT ON COLUMN gleaner.canaries.expected IS 'The route as the canary left it. If it is another now, a person edited it, and the canary stands still.';
COMMENT ON COLUMN gleaner.canaries.reason IS 'What it does at the moment, and why.';
COMMENT ON COLUMN gleaner.canaries.pinned_by IS 'Who said that nothing is to change by itself.';
COMMENT ON COLUMN gleaner.canaries.pending IS 'The decision that is being carried out: what a crash left is taken up from here.';
COMMENT ON COLUMN gleaner.canaries.seen_until IS 'Exchanges and judgements up to a quarter of an hour before this are counted for good.';

CREATE TABLE gleaner.canary_units (
    canary_id       uuid             NOT NULL,
    step            integer          NOT NULL,
    unit            text             NOT NULL,
    arm             text             NOT NULL,
    exchanges       integer          NOT NULL,
    errors          integer          NOT NULL,
    flagged         integer          NOT NULL,
    rated           integer          NOT NULL,
    rating_sum      double precision NOT NULL,
    timed           integer          NOT NULL,
    log_ms_sum      double precision NOT NULL,
    streamed        integer          NOT NULL,
    log_ttft_sum    double precision NOT NULL,
    CONSTRAINT canary_units_pkey           PRIMARY KEY (canary_id, step, unit),
    CONSTRAINT canary_units_canary_id_fkey FOREIGN KEY (canary_id) REFERENCES gleaner.canaries (id) ON DELETE CASCADE,
    CONSTRAINT canary_units_arm_check      CHECK (arm IN ('candidate', 'incumbent', 'both'))
);
COMMENT ON TABLE  gleaner.canary_units IS 'What each user met with in a step, counted anew whenever something new is known of them.';
COMMENT ON COLUMN gleaner.canary_units.unit IS 'user: and an end user, conversation: and a conversation where no user is named, else exchange: and an id.';
COMMENT ON COLUMN gleaner.canary_units.arm IS 'By the variant that was chosen, whatever answered in the end. both: met with each, and counts for neither.';
COMMENT ON COLUMN gleaner.canary_units.errors IS 'Exchanges that got no answer, an answer of 429 or 5xx, or one from a fallback.';
COMMENT ON COLUMN gleaner.canary_units.rating_sum IS 'Of thumbs (0 or 1) and scores (0 to 1), of those that count.';
COMMENT ON COLUMN gleaner.canary_units.log_ms_sum IS 'Natural logarithms of durations in milliseconds, over timed exchanges; log_ttft_sum of times to the first token, over streamed ones.';

CREATE TABLE gleaner.canary_points (
    canary_id  uuid             NOT NULL,
    step       integer          NOT NULL,
    at         timestamptz      NOT NULL,
    metric     text             NOT NULL,
    candidate  integer          NOT NULL,
    incumbent  integer          NOT NULL,
    candidate_mean double precision NOT NULL,
    incumbent_mean double precision NOT NULL,
    estimate   double precision NOT NULL,
    low        double precision NOT NULL,
    high       double precision NOT NULL,
    p          double precision NOT NULL,
    CONSTRAINT canary_points_pkey           PRIMARY KEY (canary_id, step, metric, at),
    CONSTRAINT canary_points_canary_id_fkey FOREIGN KEY (canary_id) REFERENCES gleaner.canaries (id) ON DELETE CASCADE
);
COMMENT ON TABLE  gleaner.canary_points IS 'The confidence sequence of each metric over time: candidate minus incumbent, as it stood at each look that had news.';
COMMENT ON COLUMN gleaner.canary_points.candidate IS 'Users of the arm that have a value; so is incumbent.';
COMMENT ON COLUMN gleaner.canary_points.low IS 'All intervals of a metric and step hold together with the confidence that the plan leaves them.';
COMMENT ON COLUMN gleaner.canary_points.p IS 'Always valid: the smallest so far.';

CREATE TABLE gleaner.decisions (
    id            uuid        NOT NULL,
    project_id    uuid        NOT NULL,
    canary_id     uuid,
    evaluation_id uuid,
    kind          text        NOT NULL,
    step          integer,
    actor         text        NOT NULL,
    why           text        NOT NULL,
    evidence      jsonb       NOT NULL,
    weights       jsonb,
    routes_version bigint,
    state         text        NOT NULL,
    created_at    timestamptz NOT NULL,
    settled_at    timestamptz,
    CONSTRAINT decisions_pkey            PRIMARY KEY (id),
    CONSTRAINT decisions_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT decisions_canary_id_fkey  FOREIGN KEY (canary_id) REFERENCES gleaner.canaries (id),
    CONSTRAINT decisions_kind_check      CHECK (kind IN ('start', 'advance', 'promote', 'roll_back', 'hold', 'stand_still', 'pin', 'unpin', 'end', 'verdict')),
    CONSTRAINT decisions_state_check     CHECK (state IN ('pending', 'applied', 'void')),
    CONSTRAINT decisions_settled_check   CHECK ((state = 'pending') = (settled_at IS NULL))
);
CREATE INDEX decisions_project_id_idx ON gleaner.decisions (project_id, id);
CREATE INDEX decisions_canary_id_idx  ON gleaner.decisions (canary_id, id) WHERE canary_id IS NOT NULL;
COMMENT ON TABLE  gleaner.decisions IS 'What was decided over models and traffic, by whom, why, and on which numbers. Append only but for state.';
COMMENT ON COLUMN gleaner.decisions.actor IS 'gleaner when it decided by itself; else a handle or a key''s name.';
COMMENT ON COLUMN gleaner.decisions.evidence IS 'The numbers: of each metric counts, means, interval, margin, alpha and outcome; the arms'' sizes and the test of their proportion.';
COMMENT ON COLUMN gleaner.decisions.weights IS 'Of the route''s variants, that the decision sets; null when it sets none.';
COMMENT ON COLUMN gleaner.decisions.routes_version IS 'Of the routes, that carried it out.';
COMMENT ON COLUMN gleaner.decisions.state IS 'pending: written before the route is edited, so that a crash in between is taken up. applied. void: not carried out, because a person was first.';
