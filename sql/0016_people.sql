-- 0016_people.sql: who signs in, with what role, and what they did. New tables only; locks nothing in use.
CREATE TABLE gleaner.people (
    id           uuid        NOT NULL,
    handle       text        NOT NULL,
    name         text        NOT NULL,
    password     text,
    oidc_issuer  text,
    oidc_subject text,
    created_at   timestamptz NOT NULL,
    disabled_at  timestamptz,
    CONSTRAINT people_pkey          PRIMARY KEY (id),
    CONSTRAINT people_handle_key    UNIQUE (handle),
    CONSTRAINT people_oidc_key      UNIQUE (oidc_issuer, oidc_subject),
    CONSTRAINT people_handle_check  CHECK (handle ~ '^[a-z0-9][a-z0-9._-]{0,62}$')
);
COMMENT ON TABLE  gleaner.people IS 'Who may sign in to the console. People are disabled, never deleted: what they judged names them.';
COMMENT ON COLUMN gleaner.people.handle IS 'What they sign in with; it never changes, and stands as reviewer, rater or actor wherever they act.';
COMMENT ON COLUMN gleaner.people.password IS '$scrypt$ln=…,r=…,p=…$salt$hash; null until they have chosen one, or when they sign in elsewhere.';
COMMENT ON COLUMN gleaner.people.oidc_subject IS 'Who they are at oidc_issuer; null before their first sign-in there.';

CREATE TABLE gleaner.memberships (
    project_id uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    role       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT memberships_pkey            PRIMARY KEY (project_id, person_id),
    CONSTRAINT memberships_project_id_fkey FOREIGN KEY (project_id) REFERENCES gleaner.projects (id),
    CONSTRAINT memberships_person_id_fkey  FOREIGN KEY (person_id) REFERENCES gleaner.people (id),
    CONSTRAINT memberships_role_check      CHECK (role IN ('viewer', 'reviewer', 'lead', 'engineer', 'admin'))
);
CREATE INDEX memberships_person_id_idx ON gleaner.memberships (person_id);
COMMENT ON TABLE gleaner.memberships IS 'The one role that a person has in a project.';

CREATE TABLE gleaner.login_sessions (
    token_sha256 bytea       NOT NULL,
    person_id    uuid        NOT NULL,
    project_id   uuid        NOT NULL,
    created_at   timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT login_sessions_pkey           PRIMARY KEY (token_sha256),
    CONSTRAINT login_sessions_person_id_fkey FOREIGN KEY (person_id) REFERENCES gleaner.people (id)
);
CREATE INDEX login_sessions_person_id_idx ON gleaner.login_sessions (person_id);
COMMENT ON TABLE  gleaner.login_sessions IS 'Who is signed in. A row that is gone is a session that is over.';
COMMENT ON COLUMN gleaner.login_sessions.token_sha256 IS 'SHA-256 of the cookie, whose 256 bits are random.';
COMMENT ON COLUMN gleaner.login_sessions.project_id IS 'The project that the pages show.';
COMMENT ON COLUMN gleaner.login_sessions.seen_at IS 'To the minute; a session unused for 12 hours is over.';
COMMENT ON COLUMN gleaner.login_sessions.expires_at IS 'Seven days after the sign-in, whatever happens.';

CREATE TABLE gleaner.invitations (
    token_sha256 bytea       NOT NULL,
    person_id    uuid,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT invitations_pkey           PRIMARY KEY (token_sha256),
    CONSTRAINT invitations_person_id_fkey FOREIGN KEY (person_id) REFERENCES gleaner.people (id)
);
COMMENT ON TABLE  gleaner.invitations IS 'One-time links with which somebody chooses a password; used ones are gone.';
COMMENT ON COLUMN gleaner.invitations.person_id IS 'Whose; null for the first admin, who names themselves.';
COMMENT ON COLUMN gleaner.invitations.token_sha256 IS 'SHA-256 of the link''s token, whose 256 bits are random.';

CREATE TABLE gleaner.audit_events (
    id         uuid        NOT NULL,
    project_id uuid,
    actor      text        NOT NULL,
    action     text        NOT NULL,
    subject    text        NOT NULL,
    details    jsonb       NOT NULL,
    at         timestamptz NOT NULL,
    CONSTRAINT audit_events_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_events_project_id_idx ON gleaner.audit_events (project_id, id);
COMMENT ON TABLE  gleaner.audit_events IS 'What people did that matters later: sign-ins, roles, invitations. Append only.';
COMMENT ON COLUMN gleaner.audit_events.action IS 'noun.verb: session.opened, session.refused, person.invited, person.disabled, role.given.';
COMMENT ON COLUMN gleaner.audit_events.details IS 'Never a secret, a password or what was in an exchange.';
