-- What PostgreSQL itself enforces. The same guards stand in sqlite.sql, in the same order.
--
-- A guard is headed by its name and the tables it stands on. Below the head, {table} is the table,
-- {noun} its name without the prefix, {guard} the name of the trigger and of its function, and
-- {schema} the schema of the tables, so that no temporary table can pass for one of them.
-- Checks run after the row is written: they see all of a statement that writes several tables. They
-- lock the session first, so that what they read of it is what is committed.

-- guard: no_update on admission, clearance, decision, departure, dose, doseend, event, protocolversion, reading, withdrawal
-- What was recorded is never changed: a correction is a new row.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    RAISE integrity_constraint_violation USING MESSAGE = '{guard}: a recorded {noun} is never changed';
END $$;
CREATE TRIGGER {guard} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: no_delete on admission, clearance, decision, departure, dose, doseend, event, patient, protocolversion, reading, session, withdrawal
-- What was recorded is never removed.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    RAISE integrity_constraint_violation USING MESSAGE = '{guard}: a recorded {noun} is never deleted';
END $$;
CREATE TRIGGER {guard} BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: no_truncate on admission, clearance, decision, departure, dose, doseend, event, patient, protocolversion, reading, session, withdrawal
-- What was recorded is never removed, all at once neither.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    RAISE integrity_constraint_violation USING MESSAGE = '{guard}: a recorded {noun} is never deleted';
END $$;
CREATE TRIGGER {guard} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {guard}();


-- guard: counter on admission, decision, dose, doseend, event, reading, withdrawal
-- Each fact takes the session's next number and moves the counter with it, so that a signature can
-- say what it covers; a signature that no longer covers everything stops standing at once.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
DECLARE
    last integer;
BEGIN
    SELECT last_seq INTO last FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF NEW.seq IS DISTINCT FROM last + 1 THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: a {noun} takes the next number of its session';
    END IF;
    UPDATE monitoring_session
    SET last_seq = NEW.seq,
        standing_clearance_id = CASE phase WHEN 'cleared' THEN NULL ELSE standing_clearance_id END,
        phase = CASE phase WHEN 'cleared' THEN 'observing' ELSE phase END
    WHERE id = NEW.session_id;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: counter on session
-- The counter moves only with a fact, by one, and never back: it is what the gate compares.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NEW.last_seq <> OLD.last_seq AND NOT (
        NEW.last_seq = OLD.last_seq + 1 AND EXISTS (
            SELECT 1 FROM monitoring_admission WHERE session_id = NEW.id AND seq = NEW.last_seq
            UNION ALL
            SELECT 1 FROM monitoring_decision WHERE session_id = NEW.id AND seq = NEW.last_seq
            UNION ALL
            SELECT 1 FROM monitoring_dose WHERE session_id = NEW.id AND seq = NEW.last_seq
            UNION ALL
            SELECT 1 FROM monitoring_doseend WHERE session_id = NEW.id AND seq = NEW.last_seq
            UNION ALL
            SELECT 1 FROM monitoring_event WHERE session_id = NEW.id AND seq = NEW.last_seq
            UNION ALL
            SELECT 1 FROM monitoring_reading WHERE session_id = NEW.id AND seq = NEW.last_seq
            UNION ALL
            SELECT 1 FROM monitoring_withdrawal WHERE session_id = NEW.id AND seq = NEW.last_seq
        )
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the counter moves only with a fact';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();


-- guard: begins_planned on session
-- A session is born planned and empty: every later phase is reached through its facts.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NEW.phase <> 'planned' OR NEW.last_seq <> 0 OR NEW.given_mg <> 0 OR NEW.deviation_count <> 0
        OR NEW.peak_systolic IS NOT NULL OR NEW.peak_diastolic IS NOT NULL
        OR NEW.last_dose_at IS NOT NULL THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: a session begins planned and empty';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: keeps_identity on session
-- A session stays the same patient's, at the same site, under the protocol it was planned under.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.patient_id <> OLD.patient_id OR NEW.site_id <> OLD.site_id
        OR NEW.protocol_version_id <> OLD.protocol_version_id
        OR NEW.planned_by_id <> OLD.planned_by_id THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: patient, site, protocol and planner never change';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: dosed_phase on session
-- Dosed sessions are neither planned, arrived nor cancelled, and only they are in later phases.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NEW.phase <> OLD.phase AND (NEW.phase IN ('planned', 'arrived', 'cancelled'))
        = EXISTS (SELECT 1 FROM monitoring_dose WHERE session_id = NEW.id) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the phase disagrees with the doses';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: standing_clearance on session
-- Only a signature of this session that covers every fact and was not withdrawn stands.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NEW.standing_clearance_id IS NOT NULL AND OLD.phase <> 'closed' AND NOT EXISTS (
        SELECT 1 FROM monitoring_clearance
        WHERE id = NEW.standing_clearance_id AND session_id = NEW.id
            AND through_seq = NEW.last_seq
            AND NOT EXISTS (
                SELECT 1 FROM monitoring_withdrawal
                WHERE clearance_id = NEW.standing_clearance_id
            )
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: this clearance does not stand for the session';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: closes_with_departure on session
-- A session closes only by a departure, and says the same as it.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NEW.phase = 'closed' AND NOT EXISTS (
        SELECT 1 FROM monitoring_departure WHERE session_id = NEW.id AND kind = NEW.outcome
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: a session closes with its departure';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: over on session
-- A closed session stays as it was; only late readings are counted. A cancelled one never changes.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
DECLARE
    counted text[] := ARRAY[]::text[];
BEGIN
    IF OLD.phase = 'closed' THEN
        counted := ARRAY['last_seq', 'peak_systolic', 'peak_diastolic', 'deviation_count'];
    END IF;
    IF OLD.phase IN ('closed', 'cancelled')
        AND to_jsonb(NEW) - counted IS DISTINCT FROM to_jsonb(OLD) - counted THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the session is over';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();


-- guard: time_readable on dose
-- The window is measured from this time: 'infinity' is no time.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NOT isfinite(NEW.started_at) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the time of the dose cannot be read';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: time_readable on doseend
-- The window is measured from this time: 'infinity' is no time.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NOT isfinite(NEW.ended_at) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the end of the dose cannot be read';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: covers_everything on clearance
-- A signature covers every fact of its session: nothing was recorded that the signer did not see.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
DECLARE
    last integer;
BEGIN
    SELECT last_seq INTO last FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF NEW.through_seq IS DISTINCT FROM last THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: a clearance covers every fact of its session';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: in_phase on clearance
-- Only a dosed session is cleared.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    PERFORM 1 FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM monitoring_session
        WHERE id = NEW.session_id AND phase IN ('planned', 'arrived', 'cancelled')
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the session is not under observation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: infusion_ended on clearance
-- While an infusion runs, the window has not begun (CLINICAL 8, rule 44).
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    PERFORM 1 FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM monitoring_session s
        JOIN monitoring_protocolversion p ON p.id = s.protocol_version_id
        JOIN monitoring_dose d ON d.session_id = s.id
        WHERE s.id = NEW.session_id AND p.body ->> 'route' = 'intravenous'
            AND NOT EXISTS (SELECT 1 FROM monitoring_doseend e WHERE e.dose_id = d.id)
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: an infusion is running';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: window_elapsed on clearance
-- The window of the session's protocol has elapsed since the last dose (CLINICAL 8, rules 1, 3).
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    PERFORM 1 FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF NOT coalesce((
        SELECT date_trunc('second', NEW.signed_at)
            >= date_trunc('second', max(coalesce(e.ended_at, d.started_at)))
            + make_interval(mins => max((p.body ->> 'window_minutes')::integer))
        FROM monitoring_session s
        JOIN monitoring_protocolversion p ON p.id = s.protocol_version_id
        JOIN monitoring_dose d ON d.session_id = s.id
        LEFT JOIN monitoring_doseend e ON e.dose_id = d.id
        WHERE s.id = NEW.session_id
    ), FALSE) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the observation window has not elapsed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: not_ahead on clearance
-- No signature is dated ahead to be past the window; two minutes are left for unequal clocks.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF date_trunc('second', NEW.signed_at)
        > date_trunc('second', clock_timestamp()) + interval '2 minutes' THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the clearance is dated in the future';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: by_clinician on clearance
-- Only an active clinician of the session's site signs; being superuser is no role.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM monitoring_session s
        JOIN clinic_membership m ON m.site_id = s.site_id AND m.role = 'clinician'
        JOIN clinic_staff p ON p.id = m.staff_id AND p.is_active
        WHERE s.id = NEW.session_id AND m.staff_id = NEW.signed_by_id
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the signer is no active clinician of the site';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();


-- guard: on_standing_clearance on departure
-- No discharge without a signature of this session that covers every fact and was not withdrawn.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    PERFORM 1 FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF NEW.kind = 'discharged' AND NOT EXISTS (
        SELECT 1 FROM monitoring_clearance c
        JOIN monitoring_session s ON s.id = c.session_id AND s.last_seq = c.through_seq
        WHERE c.id = NEW.clearance_id AND c.session_id = NEW.session_id
            AND NOT EXISTS (SELECT 1 FROM monitoring_withdrawal w WHERE w.clearance_id = c.id)
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: no clearance stands for this discharge';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: in_phase on departure
-- Only a patient under observation departs; before a dose the session is cancelled.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    PERFORM 1 FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF (SELECT phase FROM monitoring_session WHERE id = NEW.session_id)
        NOT IN ('dosing', 'observing', 'cleared') THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the session is not under observation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: not_after_departure on admission, clearance, decision, dose, doseend, event, withdrawal
-- After departure nothing is added to what was signed but readings marked late.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    PERFORM 1 FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.session_id) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the patient has left';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: marked_after_departure on reading
-- A reading that arrives after departure is marked, and no other is.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    PERFORM 1 FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF NEW.after_departure
        <> EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.session_id) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: only a reading that arrives after departure is marked so';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();


-- guard: own_clearance on withdrawal
-- A withdrawal takes back a clearance of its own session.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM monitoring_clearance
        WHERE id = NEW.clearance_id AND session_id = NEW.session_id
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the clearance is another session''s';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: own_original on reading
-- A correction replaces an earlier reading of its own session.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM monitoring_reading
        WHERE id = NEW.replaces_id AND session_id = NEW.session_id AND seq < NEW.seq
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the corrected reading is not of this session';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: in_order on dose
-- Doses are numbered from 1 without a gap: the first is the one that needs the guide.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    PERFORM 1 FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF NEW.number <> (
        SELECT count(*) FROM monitoring_dose WHERE session_id = NEW.session_id
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: a dose takes the next number';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: on_predose_reading on dose
-- No dose before a complete reading of its session, and the first not on one that was corrected
-- (CLINICAL 8, rule 12).
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    PERFORM 1 FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;
    IF NOT EXISTS (
        SELECT 1 FROM monitoring_reading r
        WHERE r.id = NEW.predose_reading_id AND r.session_id = NEW.session_id AND r.seq < NEW.seq
            AND (r.systolic IS NOT NULL OR r.blood_pressure_not_done <> '')
            AND (r.heart_rate IS NOT NULL OR r.heart_rate_not_done <> '')
            AND (r.spo2 IS NOT NULL OR r.spo2_not_done <> '')
            AND (r.respiratory_rate IS NOT NULL OR r.respiratory_rate_not_done <> '')
            AND (r.sedation IS NOT NULL OR r.sedation_not_done <> '')
            AND (r.dissociation IS NOT NULL OR r.dissociation_not_done <> '')
            AND (NEW.number > 1
                OR NOT EXISTS (SELECT 1 FROM monitoring_reading c WHERE c.replaces_id = r.id))
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the pre-dose reading is not complete';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: decided on dose
-- A first dose above the guide, or without a blood pressure, rests on a clinician's decision to
-- give on that very reading (CLINICAL 8, rule 10); a decision that is named is the session's own.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF (NEW.decision_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM monitoring_decision
        WHERE id = NEW.decision_id AND session_id = NEW.session_id AND seq < NEW.seq
    )) OR (NEW.number = 1 AND NOT EXISTS (
        SELECT 1 FROM monitoring_reading r
        JOIN monitoring_session s ON s.id = NEW.session_id
        JOIN monitoring_protocolversion p ON p.id = s.protocol_version_id
        WHERE r.id = NEW.predose_reading_id
            AND r.systolic <= (p.body ->> 'guide_systolic')::integer
            AND r.diastolic <= (p.body ->> 'guide_diastolic')::integer
    ) AND NOT EXISTS (
        SELECT 1 FROM monitoring_decision
        WHERE id = NEW.decision_id AND outcome = 'give' AND reading_id = NEW.predose_reading_id
    )) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the dose needs a decision on its pre-dose reading';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: own_dose on doseend
-- An infusion ends in its own session.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM monitoring_dose
        WHERE id = NEW.dose_id AND session_id = NEW.session_id AND seq < NEW.seq
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the dose is another session''s';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: own_subject on event
-- A response or a resolution is about an earlier fact of its own session.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF (NEW.answers_reading_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM monitoring_reading
        WHERE id = NEW.answers_reading_id AND session_id = NEW.session_id AND seq < NEW.seq
    )) OR (NEW.answers_event_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM monitoring_event
        WHERE id = NEW.answers_event_id AND session_id = NEW.session_id AND seq < NEW.seq
    )) OR (NEW.resolves_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM monitoring_event
        WHERE id = NEW.resolves_id AND session_id = NEW.session_id AND seq < NEW.seq
    )) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: an event answers a fact of its own session';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: own_reading on decision
-- A decision is taken on an earlier reading of its own session.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NEW.reading_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM monitoring_reading
        WHERE id = NEW.reading_id AND session_id = NEW.session_id AND seq < NEW.seq
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the reading is another session''s';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();

-- guard: by_clinician on decision
-- Only an active clinician of the session's site decides on a dose.
CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM monitoring_session s
        JOIN clinic_membership m ON m.site_id = s.site_id AND m.role = 'clinician'
        JOIN clinic_staff p ON p.id = m.staff_id AND p.is_active
        WHERE s.id = NEW.session_id AND m.staff_id = NEW.recorded_by_id
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = '{guard}: the decider is no active clinician of the site';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {guard} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();
