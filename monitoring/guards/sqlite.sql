-- What SQLite itself enforces. The same guards stand in postgresql.sql, in the same order.
--
-- A guard is headed by its name and the tables it stands on. Below the head, {table} is the table,
-- {noun} its name without the prefix, and {guard} the name of the trigger.
-- Times are text, 'YYYY-MM-DD HH:MM:SS' with or without '.ffffff', always UTC; they are compared in
-- whole seconds, cut and not rounded.


-- guard: no_update on admission, clearance, decision, departure, dose, doseend, event, protocolversion, reading, withdrawal
-- What was recorded is never changed: a correction is a new row.
CREATE TRIGGER {guard} BEFORE UPDATE ON {table}
BEGIN
    SELECT RAISE(ABORT, '{guard}: a recorded {noun} is never changed');
END;

-- guard: no_delete on admission, clearance, decision, departure, dose, doseend, event, patient, protocolversion, reading, session, withdrawal
-- What was recorded is never removed.
CREATE TRIGGER {guard} BEFORE DELETE ON {table}
BEGIN
    SELECT RAISE(ABORT, '{guard}: a recorded {noun} is never deleted');
END;

-- REPLACE deletes every row that stands in the way of the new one, and with recursive_triggers off
-- it fires no delete trigger. So a row that would evict another is refused before it is written,
-- for each key that could be taken over; rowid is such a key too.

-- guard: no_replace on admission, decision, event
-- REPLACE would delete the fact whose id or number it takes.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM {table}
    WHERE id = NEW.id OR rowid = NEW.rowid OR (session_id = NEW.session_id AND seq = NEW.seq)
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this {noun} is recorded already');
END;

-- guard: no_second_resolution on event
-- REPLACE would delete the resolution that stands.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM monitoring_event WHERE resolves_id = NEW.resolves_id)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the event is resolved already');
END;

-- guard: no_replace on reading
-- REPLACE would delete the reading whose id, number, slot or correction it takes.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM monitoring_reading
    WHERE id = NEW.id OR rowid = NEW.rowid OR replaces_id = NEW.replaces_id
        OR (session_id = NEW.session_id AND seq = NEW.seq)
        OR (session_id = NEW.session_id AND slot = NEW.slot
            AND replaces_id IS NULL AND NEW.replaces_id IS NULL)
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this reading is recorded already');
END;

-- guard: no_replace on dose
-- REPLACE would delete the dose whose id or number it takes.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM monitoring_dose
    WHERE id = NEW.id OR rowid = NEW.rowid
        OR (session_id = NEW.session_id AND (seq = NEW.seq OR number = NEW.number))
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this dose is recorded already');
END;

-- guard: no_replace on doseend
-- REPLACE would delete the end that the dose has.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM monitoring_doseend
    WHERE id = NEW.id OR rowid = NEW.rowid OR dose_id = NEW.dose_id
        OR (session_id = NEW.session_id AND seq = NEW.seq)
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this end of a dose is recorded already');
END;

-- guard: no_replace on clearance
-- REPLACE would delete the signature of the same state.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM monitoring_clearance
    WHERE id = NEW.id OR rowid = NEW.rowid
        OR (session_id = NEW.session_id AND through_seq = NEW.through_seq)
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this state is signed already');
END;

-- guard: no_replace on withdrawal
-- REPLACE would delete the withdrawal that the clearance has.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM monitoring_withdrawal
    WHERE id = NEW.id OR rowid = NEW.rowid OR clearance_id = NEW.clearance_id
        OR (session_id = NEW.session_id AND seq = NEW.seq)
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this clearance is withdrawn already');
END;

-- guard: no_replace on departure
-- REPLACE would delete the departure that the session has.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM monitoring_departure
    WHERE id = NEW.id OR rowid = NEW.rowid OR session_id = NEW.session_id
        OR clearance_id = NEW.clearance_id
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the patient has left already');
END;

-- guard: no_replace on protocolversion
-- REPLACE would delete the published version whose id or number it takes.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM monitoring_protocolversion
    WHERE id = NEW.id OR rowid = NEW.rowid OR ("key" = NEW."key" AND version = NEW.version)
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this version is published already');
END;

-- guard: no_replace on patient
-- REPLACE would delete the patient whose id or MRN it takes.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM monitoring_patient
    WHERE id = NEW.id OR rowid = NEW.rowid OR mrn = NEW.mrn
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this patient is registered already');
END;

-- guard: no_eviction on patient
-- UPDATE OR REPLACE would delete the patient whose id or MRN it takes.
CREATE TRIGGER {guard} BEFORE UPDATE ON {table}
WHEN NEW.id IS NOT OLD.id OR NEW.rowid IS NOT OLD.rowid OR EXISTS (
    SELECT 1 FROM monitoring_patient WHERE mrn = NEW.mrn AND id <> OLD.id
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this MRN is another patient''s');
END;

-- guard: no_replace on session
-- REPLACE would delete the session whose id it takes.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM monitoring_session WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this session is planned already');
END;

-- guard: no_eviction on session
-- UPDATE OR REPLACE would delete the patient's other open session.
CREATE TRIGGER {guard} BEFORE UPDATE ON {table}
WHEN NEW.id IS NOT OLD.id OR NEW.rowid IS NOT OLD.rowid OR (
    NEW.phase IN ('arrived', 'dosing', 'observing', 'cleared') AND EXISTS (
        SELECT 1 FROM monitoring_session
        WHERE patient_id = NEW.patient_id AND id <> OLD.id
            AND phase IN ('arrived', 'dosing', 'observing', 'cleared')
    )
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the patient has an open session');
END;


-- guard: counter on admission, decision, dose, doseend, event, reading, withdrawal
-- Each fact takes the session's next number and moves the counter with it, so that a signature can
-- say what it covers; a signature that no longer covers everything stops standing at once.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
BEGIN
    SELECT RAISE(ABORT, '{guard}: a {noun} takes the next number of its session')
    WHERE NEW.seq IS NOT (SELECT last_seq + 1 FROM monitoring_session WHERE id = NEW.session_id);
    UPDATE monitoring_session
    SET last_seq = NEW.seq,
        standing_clearance_id = CASE phase WHEN 'cleared' THEN NULL ELSE standing_clearance_id END,
        phase = CASE phase WHEN 'cleared' THEN 'observing' ELSE phase END
    WHERE id = NEW.session_id;
END;

-- guard: counter on session
-- The counter moves only with a fact, by one, and never back: it is what the gate compares.
CREATE TRIGGER {guard} BEFORE UPDATE ON {table}
WHEN NEW.last_seq IS NOT OLD.last_seq AND NOT (
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
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the counter moves only with a fact');
END;


-- guard: begins_planned on session
-- A session is born planned and empty: every later phase is reached through its facts.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN NEW.phase IS NOT 'planned' OR NEW.last_seq IS NOT 0 OR NEW.given_mg IS NOT 0
    OR NEW.deviation_count IS NOT 0 OR NEW.peak_systolic IS NOT NULL
    OR NEW.peak_diastolic IS NOT NULL OR NEW.last_dose_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, '{guard}: a session begins planned and empty');
END;

-- guard: keeps_identity on session
-- A session stays the same patient's, at the same site, under the protocol it was planned under.
CREATE TRIGGER {guard} BEFORE UPDATE ON {table}
WHEN NEW.id IS NOT OLD.id OR NEW.patient_id IS NOT OLD.patient_id
    OR NEW.site_id IS NOT OLD.site_id
    OR NEW.protocol_version_id IS NOT OLD.protocol_version_id
    OR NEW.planned_by_id IS NOT OLD.planned_by_id
BEGIN
    SELECT RAISE(ABORT, '{guard}: patient, site, protocol and planner never change');
END;

-- guard: dosed_phase on session
-- Dosed sessions are neither planned, arrived nor cancelled, and only they are in later phases.
CREATE TRIGGER {guard} BEFORE UPDATE ON {table}
WHEN NEW.phase IS NOT OLD.phase AND (NEW.phase IN ('planned', 'arrived', 'cancelled'))
    = EXISTS (SELECT 1 FROM monitoring_dose WHERE session_id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the phase disagrees with the doses');
END;

-- guard: standing_clearance on session
-- Only a signature of this session that covers every fact and was not withdrawn stands.
CREATE TRIGGER {guard} BEFORE UPDATE ON {table}
WHEN NEW.standing_clearance_id IS NOT NULL AND OLD.phase <> 'closed' AND NOT EXISTS (
    SELECT 1 FROM monitoring_clearance
    WHERE id = NEW.standing_clearance_id AND session_id = NEW.id AND through_seq = NEW.last_seq
        AND NOT EXISTS (
            SELECT 1 FROM monitoring_withdrawal
            WHERE clearance_id = NEW.standing_clearance_id
        )
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: this clearance does not stand for the session');
END;

-- guard: closes_with_departure on session
-- A session closes only by a departure, and says the same as it.
CREATE TRIGGER {guard} BEFORE UPDATE ON {table}
WHEN NEW.phase = 'closed' AND NOT EXISTS (
    SELECT 1 FROM monitoring_departure WHERE session_id = NEW.id AND kind = NEW.outcome
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: a session closes with its departure');
END;

-- guard: over on session
-- A closed session stays as it was; only late readings are counted. A cancelled one never changes.
CREATE TRIGGER {guard} BEFORE UPDATE ON {table}
WHEN OLD.phase IN ('closed', 'cancelled') AND (
    NEW.phase IS NOT OLD.phase OR NEW.planned_for IS NOT OLD.planned_for
    OR NEW.planned_mg IS NOT OLD.planned_mg OR NEW.indication IS NOT OLD.indication
    OR NEW.is_first_treatment IS NOT OLD.is_first_treatment OR NEW.place IS NOT OLD.place
    OR NEW.planned_at IS NOT OLD.planned_at OR NEW.prescriber_id IS NOT OLD.prescriber_id
    OR NEW.admitted_at IS NOT OLD.admitted_at OR NEW.cancelled_at IS NOT OLD.cancelled_at
    OR NEW.cancelled_by_id IS NOT OLD.cancelled_by_id
    OR NEW.cancel_reason IS NOT OLD.cancel_reason
    OR NEW.first_dose_at IS NOT OLD.first_dose_at OR NEW.last_dose_at IS NOT OLD.last_dose_at
    OR NEW.given_mg IS NOT OLD.given_mg
    OR NEW.standing_clearance_id IS NOT OLD.standing_clearance_id
    OR NEW.closed_at IS NOT OLD.closed_at OR NEW.outcome IS NOT OLD.outcome
    OR (OLD.phase = 'cancelled' AND (
        NEW.last_seq IS NOT OLD.last_seq OR NEW.peak_systolic IS NOT OLD.peak_systolic
        OR NEW.peak_diastolic IS NOT OLD.peak_diastolic
        OR NEW.deviation_count IS NOT OLD.deviation_count
    ))
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the session is over');
END;


-- guard: time_readable on clearance
-- The window is measured from this time: text that means another moment each time it is read
-- ('now'), or that only one reader understands, is no time.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN datetime(substr(NEW.signed_at, 1, 19)) IS NOT substr(NEW.signed_at, 1, 19)
    OR NOT (length(NEW.signed_at) = 19
        OR substr(NEW.signed_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]')
BEGIN
    SELECT RAISE(ABORT, '{guard}: the time of signing cannot be read');
END;

-- guard: time_readable on dose
-- The window is measured from this time.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN datetime(substr(NEW.started_at, 1, 19)) IS NOT substr(NEW.started_at, 1, 19)
    OR NOT (length(NEW.started_at) = 19
        OR substr(NEW.started_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]')
BEGIN
    SELECT RAISE(ABORT, '{guard}: the time of the dose cannot be read');
END;

-- guard: time_readable on doseend
-- The window is measured from this time.
CREATE TRIGGER {guard} BEFORE INSERT ON {table}
WHEN datetime(substr(NEW.ended_at, 1, 19)) IS NOT substr(NEW.ended_at, 1, 19)
    OR NOT (length(NEW.ended_at) = 19
        OR substr(NEW.ended_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]')
BEGIN
    SELECT RAISE(ABORT, '{guard}: the end of the dose cannot be read');
END;

-- guard: covers_everything on clearance
-- A signature covers every fact of its session: nothing was recorded that the signer did not see.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NEW.through_seq IS NOT (SELECT last_seq FROM monitoring_session WHERE id = NEW.session_id)
BEGIN
    SELECT RAISE(ABORT, '{guard}: a clearance covers every fact of its session');
END;

-- guard: in_phase on clearance
-- Only a dosed session is cleared.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM monitoring_session
    WHERE id = NEW.session_id AND phase IN ('planned', 'arrived', 'cancelled')
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the session is not under observation');
END;

-- guard: infusion_ended on clearance
-- While an infusion runs, the window has not begun (CLINICAL 8, rule 44).
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN EXISTS (
    SELECT 1 FROM monitoring_session s
    JOIN monitoring_protocolversion p ON p.id = s.protocol_version_id
    JOIN monitoring_dose d ON d.session_id = s.id
    WHERE s.id = NEW.session_id AND json_extract(p.body, '$.route') = 'intravenous'
        AND NOT EXISTS (SELECT 1 FROM monitoring_doseend e WHERE e.dose_id = d.id)
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: an infusion is running');
END;

-- guard: window_elapsed on clearance
-- The window of the session's protocol has elapsed since the last dose (CLINICAL 8, rules 1, 3).
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NOT coalesce((
    SELECT CAST(strftime('%s', substr(NEW.signed_at, 1, 19)) AS INTEGER)
        >= max(CAST(strftime('%s', substr(coalesce(e.ended_at, d.started_at), 1, 19)) AS INTEGER))
        + 60 * json_extract(p.body, '$.window_minutes')
    FROM monitoring_session s
    JOIN monitoring_protocolversion p ON p.id = s.protocol_version_id
        AND json_type(p.body, '$.window_minutes') = 'integer'
    JOIN monitoring_dose d ON d.session_id = s.id
    LEFT JOIN monitoring_doseend e ON e.dose_id = d.id
    WHERE s.id = NEW.session_id
), 0)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the observation window has not elapsed');
END;

-- guard: not_ahead on clearance
-- No signature is dated ahead to be past the window; two minutes are left for unequal clocks.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NOT coalesce(
    CAST(strftime('%s', substr(NEW.signed_at, 1, 19)) AS INTEGER)
    <= CAST(strftime('%s', 'now') AS INTEGER) + 120,
    0
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the clearance is dated in the future');
END;

-- guard: by_clinician on clearance
-- Only an active clinician of the session's site signs; being superuser is no role.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NOT EXISTS (
    SELECT 1 FROM monitoring_session s
    JOIN clinic_membership m ON m.site_id = s.site_id AND m.role = 'clinician'
    JOIN clinic_staff p ON p.id = m.staff_id AND p.is_active
    WHERE s.id = NEW.session_id AND m.staff_id = NEW.signed_by_id
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the signer is no active clinician of the site');
END;


-- guard: on_standing_clearance on departure
-- No discharge without a signature of this session that covers every fact and was not withdrawn.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NEW.kind = 'discharged' AND NOT EXISTS (
    SELECT 1 FROM monitoring_clearance c
    JOIN monitoring_session s ON s.id = c.session_id AND s.last_seq = c.through_seq
    WHERE c.id = NEW.clearance_id AND c.session_id = NEW.session_id
        AND NOT EXISTS (SELECT 1 FROM monitoring_withdrawal w WHERE w.clearance_id = c.id)
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: no clearance stands for this discharge');
END;

-- guard: in_phase on departure
-- Only a patient under observation departs; before a dose the session is cancelled.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN (SELECT phase FROM monitoring_session WHERE id = NEW.session_id)
    NOT IN ('dosing', 'observing', 'cleared')
BEGIN
    SELECT RAISE(ABORT, '{guard}: the session is not under observation');
END;

-- guard: not_after_departure on admission, clearance, decision, dose, doseend, event, withdrawal
-- After departure nothing is added to what was signed but readings marked late.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.session_id)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the patient has left');
END;

-- guard: marked_after_departure on reading
-- A reading that arrives after departure is marked, and no other is.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NEW.after_departure
    IS NOT EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.session_id)
BEGIN
    SELECT RAISE(ABORT, '{guard}: only a reading that arrives after departure is marked so');
END;


-- guard: own_clearance on withdrawal
-- A withdrawal takes back a clearance of its own session.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NOT EXISTS (
    SELECT 1 FROM monitoring_clearance
    WHERE id = NEW.clearance_id AND session_id = NEW.session_id
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the clearance is another session''s');
END;

-- guard: own_original on reading
-- A correction replaces an earlier reading of its own session.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NEW.replaces_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_reading
    WHERE id = NEW.replaces_id AND session_id = NEW.session_id AND seq < NEW.seq
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the corrected reading is not of this session');
END;

-- guard: in_order on dose
-- Doses are numbered from 1 without a gap: the first is the one that needs the guide.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NEW.number IS NOT (
    SELECT count(*) FROM monitoring_dose WHERE session_id = NEW.session_id
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: a dose takes the next number');
END;

-- guard: on_predose_reading on dose
-- No dose before a complete reading of its session, and the first not on one that was corrected
-- (CLINICAL 8, rule 12).
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NOT EXISTS (
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
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the pre-dose reading is not complete');
END;

-- guard: decided on dose
-- A first dose above the guide, or without a blood pressure, rests on a clinician's decision to
-- give on that very reading (CLINICAL 8, rule 10); a decision that is named is the session's own.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN (NEW.decision_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_decision
    WHERE id = NEW.decision_id AND session_id = NEW.session_id AND seq < NEW.seq
)) OR (NEW.number = 1 AND NOT EXISTS (
    SELECT 1 FROM monitoring_reading r
    JOIN monitoring_session s ON s.id = NEW.session_id
    JOIN monitoring_protocolversion p ON p.id = s.protocol_version_id
    WHERE r.id = NEW.predose_reading_id
        AND r.systolic <= json_extract(p.body, '$.guide_systolic')
        AND r.diastolic <= json_extract(p.body, '$.guide_diastolic')
) AND NOT EXISTS (
    SELECT 1 FROM monitoring_decision
    WHERE id = NEW.decision_id AND outcome = 'give' AND reading_id = NEW.predose_reading_id
))
BEGIN
    SELECT RAISE(ABORT, '{guard}: the dose needs a decision on its pre-dose reading');
END;

-- guard: own_dose on doseend
-- An infusion ends in its own session.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NOT EXISTS (
    SELECT 1 FROM monitoring_dose
    WHERE id = NEW.dose_id AND session_id = NEW.session_id AND seq < NEW.seq
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the dose is another session''s');
END;

-- guard: own_subject on event
-- A response or a resolution is about an earlier fact of its own session.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN (NEW.answers_reading_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_reading
    WHERE id = NEW.answers_reading_id AND session_id = NEW.session_id AND seq < NEW.seq
)) OR (NEW.answers_event_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_event
    WHERE id = NEW.answers_event_id AND session_id = NEW.session_id AND seq < NEW.seq
)) OR (NEW.resolves_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_event
    WHERE id = NEW.resolves_id AND session_id = NEW.session_id AND seq < NEW.seq
))
BEGIN
    SELECT RAISE(ABORT, '{guard}: an event answers a fact of its own session');
END;

-- guard: own_reading on decision
-- A decision is taken on an earlier reading of its own session.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NEW.reading_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_reading
    WHERE id = NEW.reading_id AND session_id = NEW.session_id AND seq < NEW.seq
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the reading is another session''s');
END;

-- guard: by_clinician on decision
-- Only an active clinician of the session's site decides on a dose.
CREATE TRIGGER {guard} AFTER INSERT ON {table}
WHEN NOT EXISTS (
    SELECT 1 FROM monitoring_session s
    JOIN clinic_membership m ON m.site_id = s.site_id AND m.role = 'clinician'
    JOIN clinic_staff p ON p.id = m.staff_id AND p.is_active
    WHERE s.id = NEW.session_id AND m.staff_id = NEW.recorded_by_id
)
BEGIN
    SELECT RAISE(ABORT, '{guard}: the decider is no active clinician of the site');
END;
