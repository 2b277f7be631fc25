-- 0012_feedback_subjects.sql: feedback on turns and conversations, more kinds of it, and what proved that it may be given.
-- ACCESS EXCLUSIVE on feedback and early_feedback while their rows are checked once and indexed: about a minute for each ten
-- million. Feedback that comes meanwhile waits; answers of models do not.

ALTER TABLE gleaner.feedback
    ALTER COLUMN exchange_id DROP NOT NULL,
    ADD COLUMN subject             text NOT NULL DEFAULT 'exchange',
    ADD COLUMN conversation        text,
    ADD COLUMN message_index       integer,
    ADD COLUMN message_id          text,
    ADD COLUMN tags                text[],
    ADD COLUMN chosen              boolean,
    ADD COLUMN other_exchange_id   uuid,
    ADD COLUMN other_completion_id text,
    ADD COLUMN proof               text NOT NULL DEFAULT 'key',
    DROP CONSTRAINT feedback_kind_check,
    ADD CONSTRAINT feedback_kind_check CHECK (
        CASE kind
            WHEN 'thumb'       THEN thumb IN (-1, 1)
            WHEN 'score'       THEN score BETWEEN 1 AND 5
            WHEN 'comment'     THEN body IS NOT NULL
            WHEN 'correction'  THEN body IS NOT NULL
            WHEN 'flag'        THEN raised IS NOT NULL
            WHEN 'tags'        THEN tags IS NOT NULL
            WHEN 'preference'  THEN chosen IS NOT NULL AND num_nonnulls(other_exchange_id, other_completion_id, body) = 1
            WHEN 'regenerated' THEN true
            WHEN 'copied'      THEN true
            WHEN 'abandoned'   THEN true
            ELSE false
        END),
    ADD CONSTRAINT feedback_subject_check CHECK (
        CASE subject
            WHEN 'exchange'     THEN exchange_id IS NOT NULL
            WHEN 'turn'         THEN conversation IS NOT NULL AND num_nonnulls(message_index, message_id) = 1
            WHEN 'conversation' THEN conversation IS NOT NULL
            ELSE false
        END),
    ADD CONSTRAINT feedback_proof_check CHECK (proof IN ('key', 'token', 'session'));
-- The newest first, whole or by what is looked for: a page of them must not walk past millions of others.
CREATE INDEX feedback_project_id_kind_idx         ON gleaner.feedback (project_id, kind, id);
CREATE INDEX feedback_project_id_rater_idx        ON gleaner.feedback (project_id, rater, id) WHERE rater IS NOT NULL;
CREATE INDEX feedback_project_id_low_idx          ON gleaner.feedback (project_id, id) WHERE thumb = -1 OR score <= 2;
CREATE INDEX feedback_project_id_conversation_idx ON gleaner.feedback (project_id, conversation, id) WHERE conversation IS NOT NULL;

COMMENT ON TABLE  gleaner.feedback IS 'Append only. Per subject, rater and kind the newest row counts; of preferences, per other side as well.';
COMMENT ON COLUMN gleaner.feedback.shard IS 'The exchange''s; that of the conversation where no exchange is known.';
COMMENT ON COLUMN gleaner.feedback.exchange_id IS 'No foreign key on purpose: feedback may arrive before its exchange (docs/adr/0006). Null for conversations, and for turns no exchange answered.';
COMMENT ON COLUMN gleaner.feedback.body IS 'The comment, the better answer, why it was flagged, or the text on the other side of a preference.';
COMMENT ON COLUMN gleaner.feedback.source IS 'api, page, console, cli or demo.';
COMMENT ON COLUMN gleaner.feedback.subject IS 'exchange, turn or conversation.';
COMMENT ON COLUMN gleaner.feedback.message_index IS 'A turn''s answer by its place in the conversation, from 0: as many messages were in its request.';
COMMENT ON COLUMN gleaner.feedback.message_id IS 'A turn by the client''s own name for the message.';
COMMENT ON COLUMN gleaner.feedback.tags IS 'Words, sorted; a newer set replaces an older one, an empty one takes it back.';
COMMENT ON COLUMN gleaner.feedback.chosen IS 'A preference: whether this exchange was chosen over the other side.';
COMMENT ON COLUMN gleaner.feedback.proof IS 'key: an API key. token: a signed feedback token. session: somebody signed in.';

ALTER TABLE gleaner.early_feedback
    ALTER COLUMN completion_id DROP NOT NULL,
    ADD COLUMN subject             text NOT NULL DEFAULT 'exchange',
    ADD COLUMN conversation        text,
    ADD COLUMN message_index       integer,
    ADD COLUMN tags                text[],
    ADD COLUMN chosen              boolean,
    ADD COLUMN other_exchange_id   uuid,
    ADD COLUMN other_completion_id text,
    ADD COLUMN proof               text NOT NULL DEFAULT 'key',
    ADD CONSTRAINT early_feedback_subject_check CHECK (
        CASE subject
            WHEN 'exchange' THEN completion_id IS NOT NULL
            WHEN 'turn'     THEN conversation IS NOT NULL AND message_index IS NOT NULL
            ELSE false
        END);
CREATE INDEX early_feedback_project_id_conversation_idx ON gleaner.early_feedback (project_id, conversation) WHERE conversation IS NOT NULL;
COMMENT ON TABLE  gleaner.early_feedback IS 'Feedback whose exchange is not stored yet, by a provider''s completion id or as a turn of a conversation; moved to feedback, with its id, when the exchange lands. A turn that none answers within an hour is kept for its conversation.';

CREATE TABLE gleaner.feedback_secrets (
    key_id     integer     NOT NULL,
    secret     bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT feedback_secrets_pkey         PRIMARY KEY (key_id),
    CONSTRAINT feedback_secrets_key_id_check CHECK (key_id > 0),
    CONSTRAINT feedback_secrets_secret_check CHECK (octet_length(secret) = 32)
);
COMMENT ON TABLE  gleaner.feedback_secrets IS 'The installation''s secrets that feedback tokens are signed with; the highest signs, all verify. Made by the first instance.';
COMMENT ON COLUMN gleaner.feedback_secrets.key_id IS 'Tokens name it. Deleting a row makes its tokens worthless within seconds.';

ALTER TABLE gleaner.api_keys ADD COLUMN feedback_tokens boolean;
COMMENT ON COLUMN gleaner.api_keys.feedback_tokens IS 'Whether its answers carry feedback tokens; null: as the server is set.';

CREATE TABLE gleaner.feedback_posts (
    project_id     uuid        NOT NULL,
    holder         text        NOT NULL,
    key_sha256     bytea       NOT NULL,
    request_sha256 bytea       NOT NULL,
    http_status    smallint    NOT NULL,
    answer         bytea       NOT NULL,
    created_at     timestamptz NOT NULL,
    CONSTRAINT feedback_posts_pkey PRIMARY KEY (project_id, holder, key_sha256)
);
CREATE INDEX feedback_posts_created_at_idx ON gleaner.feedback_posts (created_at);
COMMENT ON TABLE  gleaner.feedback_posts IS 'Answers to feedback that came with an Idempotency-Key, kept for 24 hours. Written with the feedback, in one transaction.';
COMMENT ON COLUMN gleaner.feedback_posts.holder IS 'The API key, or the exchange of a feedback token: a kept answer is for its sender only.';
COMMENT ON COLUMN gleaner.feedback_posts.key_sha256 IS 'Over the path, a line feed, and the header''s value.';
