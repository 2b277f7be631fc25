-- 0026_flagged.sql: the console finds what moderation decided against. An index: building it takes about a second for each
-- million of decisions that are not allow, and ingest waits in the journal meanwhile.

CREATE INDEX moderation_decisions_flagged_idx ON gleaner.moderation_decisions (project_id, exchange_id)
    WHERE action IN ('flag', 'redact', 'block');
