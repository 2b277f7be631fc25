-- 0037_alerts.sql: rules over what rollups count, the alerts they raise, and who was told. New tables only; locks nothing in use.

CREATE TABLE gleaner.alert_rules (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    name       text        NOT NULL,
    version    integer     NOT NULL,
    removed_at timestamptz,
    looked_at  timestamptz,
    trouble    text,
    created_at timestamptz NOT NULL,
    CONSTRAINT alert_rules_pkey            PRIMARY KEY (id),
    CONSTRAINT alert_rules_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT alert_rules_name_key        UNIQUE (project_id, name),
    CONSTRAINT alert_rules_name_check      CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$')
);
COMMENT ON TABLE  gleaner.alert_rules IS 'What a project wants to hear of. Nothing is watched without one.';
COMMENT ON COLUMN gleaner.alert_rules.version IS 'The alert_rule_versions row in force.';
COMMENT ON COLUMN gleaner.alert_rules.removed_at IS 'Since when it is not looked at; put again, it is back.';
COMMENT ON COLUMN gleaner.alert_rules.trouble IS 'Why the last look failed, code and sentence; null when it did not.';

CREATE TABLE gleaner.alert_rule_versions (
    rule_id    uuid        NOT NULL,
    version    integer     NOT NULL,
    document   jsonb       NOT NULL,
    author     text        NOT NULL,
    note       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT alert_rule_versions_pkey         PRIMARY KEY (rule_id, version),
    CONSTRAINT alert_rule_versions_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES gleaner.alert_rules (id)
);
COMMENT ON TABLE  gleaner.alert_rule_versions IS 'Documents of rules, defaults included. A changed one is a new version.';
COMMENT ON COLUMN gleaner.alert_rule_versions.author IS 'A handle, key: and a key''s name, or cli: and the user''s.';

CREATE TABLE gleaner.alert_standings (
    rule_id      uuid             NOT NULL,
    slice        text             NOT NULL,
    verdict      text             NOT NULL,
    value        double precision,
    low          double precision,
    high         double precision,
    count        double precision NOT NULL,
    window_from  timestamptz      NOT NULL,
    window_to    timestamptz      NOT NULL,
    cleared_from timestamptz,
    silent_since timestamptz,
    looked_at    timestamptz      NOT NULL,
    CONSTRAINT alert_standings_pkey          PRIMARY KEY (rule_id, slice),
    CONSTRAINT alert_standings_rule_id_fkey  FOREIGN KEY (rule_id) REFERENCES gleaner.alert_rules (id),
    CONSTRAINT alert_standings_verdict_check CHECK (verdict IN ('not_enough_data', 'unclear', 'within', 'beyond'))
);
COMMENT ON TABLE  gleaner.alert_standings IS 'What the last look of a rule at a slice found, and what the next one goes on from.';
COMMENT ON COLUMN gleaner.alert_standings.slice IS 'Value of the rule''s by; the empty text where it has none.';
COMMENT ON COLUMN gleaner.alert_standings.low IS 'Where the figure lies at least: valid at all looks together.';
COMMENT ON COLUMN gleaner.alert_standings.cleared_from IS 'Windows that began before it hold a resolved alert, and are left out.';
COMMENT ON COLUMN gleaner.alert_standings.silent_since IS 'Since when there is too little data; null while there is enough.';

CREATE TABLE gleaner.alerts (
    id              uuid             NOT NULL,
    project_id      uuid             NOT NULL,
    rule_id         uuid             NOT NULL,
    rule_version    integer          NOT NULL,
    slice           text             NOT NULL,
    severity        text             NOT NULL,
    value           double precision NOT NULL,
    low             double precision NOT NULL,
    high            double precision NOT NULL,
    line            double precision NOT NULL,
    count           double precision NOT NULL,
    window_from     timestamptz      NOT NULL,
    window_to       timestamptz      NOT NULL,
    since           timestamptz,
    opened_at       timestamptz      NOT NULL,
    notified_at     timestamptz,
    acknowledged_by text,
    acknowledged_at timestamptz,
    resolved_at     timestamptz,
    resolution      text,
    CONSTRAINT alerts_pkey               PRIMARY KEY (id),
    CONSTRAINT alerts_rule_version_fkey  FOREIGN KEY (rule_id, rule_version) REFERENCES gleaner.alert_rule_versions (rule_id, version),
    CONSTRAINT alerts_severity_check     CHECK (severity IN ('critical', 'warning', 'info')),
    CONSTRAINT alerts_acknowledged_check CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL)),
    CONSTRAINT alerts_resolution_check   CHECK ((resolved_at IS NULL) = (resolution IS NULL)
                                                AND resolution IN ('within', 'no_data', 'by_hand', 'rule_removed'))
);
-- However many look at the same time, one of them opens it.
CREATE UNIQUE INDEX alerts_open_idx ON gleaner.alerts (rule_id, slice) WHERE resolved_at IS NULL;
CREATE INDEX alerts_project_id_idx ON gleaner.alerts (project_id, id);
COMMENT ON TABLE  gleaner.alerts IS 'A figure was certainly beyond its line. One is open for each rule and slice at most.';
COMMENT ON COLUMN gleaner.alerts.slice IS 'As in alert_standings.';
COMMENT ON COLUMN gleaner.alerts.value IS 'As it was found when it opened; so are those that follow.';
COMMENT ON COLUMN gleaner.alerts.since IS 'When the change most likely began; null when the data do not say.';
COMMENT ON COLUMN gleaner.alerts.notified_at IS 'When deliveries were written; null while a silence holds them back.';
COMMENT ON COLUMN gleaner.alerts.resolution IS 'within: the figure is certainly on the good side again. no_data: too little was heard for three windows. by_hand: a person said so.';

CREATE TABLE gleaner.alert_events (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    alert_id   uuid        NOT NULL,
    kind       text        NOT NULL,
    actor      text        NOT NULL,
    why        text        NOT NULL,
    at         timestamptz NOT NULL,
    CONSTRAINT alert_events_pkey          PRIMARY KEY (id),
    CONSTRAINT alert_events_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES gleaner.alerts (id),
    CONSTRAINT alert_events_kind_check    CHECK (kind IN ('open', 'notify', 'hold', 'acknowledge', 'resolve'))
);
CREATE INDEX alert_events_alert_id_idx ON gleaner.alert_events (alert_id, id);
COMMENT ON TABLE  gleaner.alert_events IS 'What became of an alert, by whom and why. Append only.';
COMMENT ON COLUMN gleaner.alert_events.kind IS 'hold: a silence kept it from being told.';
COMMENT ON COLUMN gleaner.alert_events.actor IS 'gleaner, or who.';

CREATE TABLE gleaner.alert_silences (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    rule_id    uuid,
    slice      text,
    until      timestamptz NOT NULL,
    author     text        NOT NULL,
    why        text        NOT NULL,
    created_at timestamptz NOT NULL,
    ended_by   text,
    ended_at   timestamptz,
    CONSTRAINT alert_silences_pkey         PRIMARY KEY (id),
    CONSTRAINT alert_silences_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES gleaner.alert_rules (id),
    CONSTRAINT alert_silences_ended_check  CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE INDEX alert_silences_project_id_idx ON gleaner.alert_silences (project_id, until);
COMMENT ON TABLE  gleaner.alert_silences IS 'Until when alerts are written down and nobody is told.';
COMMENT ON COLUMN gleaner.alert_silences.rule_id IS 'Null: all of the project.';
COMMENT ON COLUMN gleaner.alert_silences.slice IS 'Null: all of the rule.';

CREATE TABLE gleaner.alert_deliveries (
    id         uuid        NOT NULL,
    project_id uuid        NOT NULL,
    alert_id   uuid        NOT NULL,
    channel    text        NOT NULL,
    kind       text        NOT NULL,
    attempts   integer     NOT NULL DEFAULT 0,
    failure    text,
    created_at timestamptz NOT NULL,
    sent_at    timestamptz,
    CONSTRAINT alert_deliveries_pkey          PRIMARY KEY (id),
    CONSTRAINT alert_deliveries_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES gleaner.alerts (id),
    CONSTRAINT alert_deliveries_key           UNIQUE (alert_id, channel, kind),
    CONSTRAINT alert_deliveries_kind_check    CHECK (kind IN ('firing', 'resolved'))
);
COMMENT ON TABLE  gleaner.alert_deliveries IS 'What channels are told: written with the alert, sent by a job of kind alert until it got there. The receiver knows a repetition by its id.';
COMMENT ON COLUMN gleaner.alert_deliveries.channel IS 'Its name in the server''s configuration.';
COMMENT ON COLUMN gleaner.alert_deliveries.failure IS 'Why the last attempt failed, in a word of ours; null when it did not.';
