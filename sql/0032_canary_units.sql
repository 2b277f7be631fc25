-- 0032_canary_units.sql: what a canary counted of somebody is found by their name, so that it can be erased. An index; SHARE
-- on canary_units while it is made.

CREATE INDEX canary_units_unit_idx ON gleaner.canary_units (unit);
