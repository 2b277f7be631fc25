-- 0032_erasing.sql: what a canary counted of somebody is found by their name, so that it can be erased; and whoever stores
-- exchanges asks for the lock and for tombstones at once. An index (SHARE on canary_units while it is made) and a function.

CREATE INDEX canary_units_unit_idx ON gleaner.canary_units (unit);

-- VOLATILE and in plpgsql on purpose: the question behind the lock sees what was committed while the lock was waited for.
CREATE FUNCTION gleaner.hold_erasures() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    -- ErasureStore.lock: the same number, shared here, and alone where a tombstone is set.
    PERFORM pg_advisory_xact_lock_shared(28554735522247269);
    RETURN EXISTS (SELECT 1 FROM gleaner.erasures WHERE erased_before IS NOT NULL);
END $$;
COMMENT ON FUNCTION gleaner.hold_erasures() IS 'Keeps new tombstones waiting until the transaction ends, and says whether there are any.';
