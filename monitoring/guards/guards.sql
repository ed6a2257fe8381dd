-- What the database itself refuses, whoever asks: pages, verbs, a shell or raw SQL.
--
-- Each guard stands on the tables in its heading, before or after the events named there. A
-- condition that is true, or unknown, refuses the row. Its reason is a sentence by itself, for it is
-- read alone.
--
-- No table is listed here by hand where the models say it: {guarded}, {changing}, {append_only},
-- {never_deleted}, {facts} and {before_departure} are put in by text.py from the models' own list, as
-- are EACH_FACT(...), which asks each table of facts, EACH_STRIKABLE(...), which asks those that can
-- be struck, {standing noun id}, that a fact is neither struck nor replaced, {complete ...}, that a
-- reading has every observation, {contraindicated ...} and {taken_back ...}, of answers on arrival,
-- SETTING_OR_DEFAULT, for a setting that older protocols lack, and {clocks_apart}. A condition that
-- stands in several guards is written once, under its name, about {it}. A minus leaves a table out,
-- where another guard holds each column of it.
--
-- One text serves both engines; the words in capitals that are not SQL (SECONDS, NOW_SECONDS,
-- READABLE, SETTING, SAME AS, AMENDS, AMENDED) are put in the engine's own words by dialect.py.
-- REPLACE, UPDATE OR REPLACE and UNTYPED are SQLite's, TRUNCATE and TYPED PostgreSQL's; {stored} is
-- made of the columns of the table by stored.py. What depends on other rows of one statement is
-- checked after it: PostgreSQL can write several tables in one. On PostgreSQL the session's row is
-- locked first, so that a condition never reads past a writer who has not finished.

-- condition: not_a_clinician
NOT EXISTS (
    SELECT 1 FROM clinic_staff p
    JOIN clinic_membership m ON m.staff_id = p.id AND m.role = 'clinician'
    JOIN monitoring_session s ON s.site_id = m.site_id
    WHERE p.id = {it} AND p.is_active AND s.id = NEW.session_id
);

-- condition: window_not_elapsed
EXISTS (
    SELECT 1 FROM monitoring_dose d
    JOIN monitoring_session s ON s.id = d.session_id
    JOIN monitoring_protocolversion v ON v.id = s.protocol_version_id
    LEFT JOIN monitoring_doseend e ON e.dose_id = d.id
    WHERE d.session_id = NEW.session_id AND {given d}
    AND (
        COALESCE(
            SECONDS({it}) - SECONDS(COALESCE(e.ended_at, d.started_at))
            < 60 * SETTING_NUMBER(window_minutes), TRUE
        )
        OR (SETTING_TEXT(route) = 'intravenous' AND e.id IS NULL)
    )
);

-- condition: latest_answers
{it}.seq = (
    SELECT MAX(l.seq) FROM monitoring_admission l
    WHERE l.session_id = {it}.session_id AND {standing admission l.id}
);

-- condition: given
COALESCE({it}.sprays, 2) > 0 AND {standing dose {it}.id};

-- condition: speaks_of_suicidality
(
    COALESCE({it}.phq9_item9, 0) > 0
    OR COALESCE({it}.cssrs_4, FALSE) OR COALESCE({it}.cssrs_5, FALSE) OR COALESCE({it}.cssrs_6, FALSE)
    OR CAST({it}.symptoms AS TEXT) LIKE '%"suicidal_thoughts"%'
);

-- guard: never_changed on: {append_only}
-- before: UPDATE
-- What was recorded is never changed.
TRUE;

-- guard: not_deleted on: {never_deleted}
-- before: DELETE
-- What was recorded is never deleted, nor replaced where REPLACE deletes first.
TRUE;

-- guard: not_emptied on: {never_deleted}
-- before: TRUNCATE
-- What was recorded is never deleted by emptying its table.
TRUE;

-- guard: id_never_reused on: {never_deleted}
-- before: REPLACE
-- An id exists once, ever: REPLACE does not put another row under an id or rowid that exists.
EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR rowid = NEW.rowid);

-- guard: well_formed on: {guarded}
-- before: UNTYPED INSERT
-- Each column holds what a verb writes, in the one form it is written in: an id has one spelling.
NOT ({stored});

-- guard: stays_well_formed on: {changing} -chainhead
-- before: UNTYPED UPDATE
-- A column is not changed into a form that no verb writes.
NOT ({stored});

-- guard: listing_is_kept on: accessentry
-- before: INSERT
-- A list of patients is kept before it is said who was shown it.
NEW.listing IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_listedpatient l WHERE l.listing = NEW.listing
);

-- guard: listing_is_whole on: listedpatient
-- before: INSERT
-- No patient comes onto a list that someone was shown already.
EXISTS (SELECT 1 FROM monitoring_accessentry e WHERE e.listing = NEW.listing) AND NOT EXISTS (
    SELECT 1 FROM monitoring_listedpatient l
    WHERE l.listing = NEW.listing AND l.patient_id = NEW.patient_id
);

-- guard: mrn_once on: patient
-- before: REPLACE
-- REPLACE does not put a patient in the place of the one who has the same MRN.
EXISTS (SELECT 1 FROM monitoring_patient WHERE UPPER(mrn) = UPPER(NEW.mrn));

-- guard: evicts_none on: patient
-- before: UPDATE OR REPLACE
-- A change of one patient does not delete another, who has its new MRN.
EXISTS (SELECT 1 FROM monitoring_patient WHERE UPPER(mrn) = UPPER(NEW.mrn) AND id <> OLD.id);

-- guard: changes_by_amendment on: patient
-- before: UPDATE
-- A patient changes with the amendment of the next number alone, from the old to the new values in it.
NEW.id <> OLD.id OR NEW.site_id <> OLD.site_id OR NEW.created_at <> OLD.created_at
OR NEW.amended <> OLD.amended + 1 OR NOT EXISTS (
    SELECT 1 FROM monitoring_patientamendment a
    WHERE a.patient_id = OLD.id AND a.number = NEW.amended
    AND AMENDS(mrn) AND AMENDS(family_name) AND AMENDS(given_name) AND AMENDS(date_of_birth)
    AND AMENDS(sex) AND AMENDS(allergies) AND AMENDS(cautions) AND AMENDS(telephone)
    AND AMENDS(rems_enrolled_on) AND AMENDS(search_name)
);

-- guard: changes_the_patient on: patientamendment
-- after: INSERT
-- The patient changes with each amendment, whoever inserts it.
DO UPDATE monitoring_patient SET
    amended = NEW.number, mrn = AMENDED(mrn), family_name = AMENDED(family_name),
    given_name = AMENDED(given_name), date_of_birth = AMENDED_DAY(date_of_birth),
    sex = AMENDED(sex), allergies = AMENDED(allergies), cautions = AMENDED(cautions),
    telephone = AMENDED(telephone), rems_enrolled_on = AMENDED_DAY(rems_enrolled_on),
    search_name = AMENDED(search_name)
WHERE id = NEW.patient_id;

-- guard: version_once on: protocolversion
-- before: REPLACE
-- REPLACE does not put a version in the place of the one published under its number.
EXISTS (
    SELECT 1 FROM monitoring_protocolversion WHERE "key" = NEW."key" AND version = NEW.version
);

-- guard: evicts_none on: session
-- before: UPDATE OR REPLACE
-- A change of one session does not delete another, least of all the patient's open one.
NEW.rowid <> OLD.rowid
OR (NEW.phase IN ('arrived', 'dosing', 'observing', 'cleared') AND EXISTS (
    SELECT 1 FROM monitoring_session
    WHERE patient_id = NEW.patient_id AND id <> OLD.id
    AND phase IN ('arrived', 'dosing', 'observing', 'cleared')
));

-- guard: has_the_next_number on: {facts}
-- before: INSERT
-- A fact has the next number of its session.
NEW.seq <> (SELECT last_seq + 1 FROM monitoring_session WHERE id = NEW.session_id);

-- guard: moves_the_counter on: {facts}
-- after: INSERT
-- The counter of the session moves with each fact, whoever inserts it.
DO UPDATE monitoring_session SET last_seq = NEW.seq WHERE id = NEW.session_id;

-- guard: not_after_departure on: {before_departure} -order
-- after: INSERT
-- After the patient has left, nothing joins what was signed.
EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.session_id);

-- guard: begins_planned on: session
-- before: INSERT
-- A session begins planned, with nothing recorded and nothing rolled up.
NEW.phase <> 'planned' OR NEW.last_seq <> 0 OR NEW.admitted_at IS NOT NULL
OR NEW.standing_clearance_id IS NOT NULL OR NEW.first_dose_at IS NOT NULL
OR NEW.given_mg <> 0 OR NEW.deviation_count <> 0
OR NEW.peak_systolic IS NOT NULL OR NEW.peak_diastolic IS NOT NULL;

-- guard: stays_as_planned on: session
-- before: UPDATE
-- A session keeps its patient, its site and its version of the protocol; its dose is the one ordered.
NEW.id <> OLD.id OR NEW.patient_id <> OLD.patient_id OR NEW.site_id <> OLD.site_id
OR NEW.protocol_version_id <> OLD.protocol_version_id OR NEW.planned_by_id <> OLD.planned_by_id
OR (NEW.planned_mg <> OLD.planned_mg AND NOT EXISTS (
    SELECT 1 FROM monitoring_order WHERE session_id = NEW.id AND mg = NEW.planned_mg
))
OR NOT (
    NEW.weight_kg IS SAME AS OLD.weight_kg AND NEW.mg_per_kg IS SAME AS OLD.mg_per_kg
    AND NEW.concentration IS SAME AS OLD.concentration
    AND NEW.infusion_minutes IS SAME AS OLD.infusion_minutes
    AND NEW.beyond_reason = OLD.beyond_reason
);

-- guard: counter_moves_by_a_fact on: session
-- before: UPDATE
-- The counter moves by one, with the fact that has the new number; it never goes back.
NEW.last_seq <> OLD.last_seq AND NOT (
    NEW.last_seq = OLD.last_seq + 1
    AND EXISTS (
        EACH_FACT(SELECT 1 FROM FACT WHERE session_id = NEW.id AND seq = NEW.last_seq)
    )
);

-- guard: closed_by_departure on: session
-- before: UPDATE OF phase
-- A session is closed if, and only if, a departure is recorded.
(NEW.phase = 'closed' AND NOT EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.id))
OR (NEW.phase <> 'closed' AND EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.id));

-- guard: cleared_by_signature on: session
-- before: UPDATE OF phase, standing_clearance_id
-- A session is cleared only if its latest signature covers every fact and was not withdrawn.
NEW.phase = 'cleared' AND NOT EXISTS (
    SELECT 1 FROM monitoring_clearance c
    WHERE c.id = NEW.standing_clearance_id AND c.session_id = NEW.id
    AND c.through_seq = NEW.last_seq
    AND NOT EXISTS (SELECT 1 FROM monitoring_withdrawal w WHERE w.clearance_id = c.id)
);

-- guard: phase_agrees_with_doses on: session
-- before: UPDATE OF phase
-- A planned, arrived or cancelled session has no dose that stands; one that goes on after it has one.
NEW.phase <> 'closed' AND (NEW.phase IN ('planned', 'arrived', 'cancelled')) = EXISTS (
    SELECT 1 FROM monitoring_dose d WHERE d.session_id = NEW.id AND {given d}
);

-- guard: end_is_final on: session
-- before: UPDATE
-- The end of a session is not changed; only roll-ups and the counter of late readings move.
OLD.phase IN ('closed', 'cancelled') AND NOT (
    NEW.phase = OLD.phase AND NEW.outcome = OLD.outcome
    AND NEW.closed_at IS SAME AS OLD.closed_at
    AND NEW.cancelled_at IS SAME AS OLD.cancelled_at
    AND NEW.cancelled_by_id IS SAME AS OLD.cancelled_by_id
    AND NEW.cancel_reason = OLD.cancel_reason
    AND NEW.admitted_at IS SAME AS OLD.admitted_at
    AND (
        NEW.prescriber_id IS SAME AS OLD.prescriber_id
        OR EXISTS (
            SELECT 1 FROM monitoring_strike
            WHERE session_id = NEW.id AND noun IN ('admission', 'event')
        )
    )
    AND NEW.standing_clearance_id IS SAME AS OLD.standing_clearance_id
    AND NEW.room = OLD.room
    AND (
        EXISTS (SELECT 1 FROM monitoring_strike WHERE session_id = NEW.id AND noun = 'dose')
        OR EXISTS (SELECT 1 FROM monitoring_dose WHERE session_id = NEW.id AND after_departure)
        OR (
            NEW.first_dose_at IS SAME AS OLD.first_dose_at
            AND NEW.last_dose_at IS SAME AS OLD.last_dose_at AND NEW.given_mg = OLD.given_mg
        )
    )
    AND NEW.planned_for = OLD.planned_for AND NEW.planned_at = OLD.planned_at
    AND NEW.indication = OLD.indication AND NEW.is_first_treatment = OLD.is_first_treatment
);

-- guard: signed_by_clinician on: clearance
-- before: INSERT
-- A clearance is signed by an active clinician of the session's site.
{not_a_clinician NEW.signed_by_id};

-- guard: covers_every_fact on: clearance
-- before: INSERT
-- A signature covers every fact of its session, and no two signatures cover the same ones.
NEW.through_seq <> (SELECT last_seq FROM monitoring_session WHERE id = NEW.session_id)
OR EXISTS (
    SELECT 1 FROM monitoring_clearance
    WHERE session_id = NEW.session_id AND through_seq >= NEW.through_seq
);

-- guard: signed_in_time on: clearance
-- before: INSERT
-- A clearance is signed no later than now, by the database's own clock, at a time that can be read.
NOT READABLE(NEW.signed_at) OR SECONDS(NEW.signed_at) > NOW_SECONDS + {clocks_apart};

-- guard: session_is_dosed on: clearance
-- before: INSERT
-- A clearance is signed only for a session in which a dose was given.
NOT EXISTS (
    SELECT 1 FROM monitoring_session
    WHERE id = NEW.session_id AND phase IN ('dosing', 'observing', 'cleared', 'closed')
);

-- guard: window_elapsed on: clearance
-- before: INSERT
-- No clearance is signed before the window has elapsed since the last device, or since the infusion's end.
NOT EXISTS (
    SELECT 1 FROM monitoring_dose d WHERE d.session_id = NEW.session_id AND {given d}
)
OR {window_not_elapsed NEW.signed_at};

-- guard: suicidality_reviewed on: clearance
-- before: INSERT
-- No clearance is signed while a positive screen, or suicidal thoughts, wait for a clinician's review.
EXISTS (
    SELECT 1 FROM monitoring_event e
    WHERE e.session_id = NEW.session_id AND {standing event e.id}
    AND {speaks_of_suicidality e}
    AND NOT EXISTS (
        SELECT 1 FROM monitoring_event r
        WHERE r.answers_event_id = e.id AND r.kind = 'review' AND {standing event r.id}
    )
);

-- guard: discharge_needs_clearance on: departure
-- after: INSERT
-- A discharge holds the latest clearance of its own session, not withdrawn, over every fact.
NEW.kind = 'discharged' AND NOT EXISTS (
    SELECT 1 FROM monitoring_clearance c
    JOIN monitoring_session s ON s.id = c.session_id
    WHERE c.id = NEW.clearance_id AND c.session_id = NEW.session_id
    AND c.through_seq = s.last_seq
    AND NOT EXISTS (SELECT 1 FROM monitoring_withdrawal w WHERE w.clearance_id = c.id)
);

-- guard: left_in_time on: departure
-- after: INSERT
-- A discharge is after the signature, before it lapses, and after the window has elapsed.
NEW.kind = 'discharged' AND (
    NOT READABLE(NEW.left_at)
    OR NOT EXISTS (
        SELECT 1 FROM monitoring_clearance c
        JOIN monitoring_session s ON s.id = c.session_id
        JOIN monitoring_protocolversion v ON v.id = s.protocol_version_id
        WHERE c.id = NEW.clearance_id
        AND SECONDS(c.signed_at) <= NOW_SECONDS + {clocks_apart}
        AND SECONDS(NEW.left_at) - SECONDS(c.signed_at)
            BETWEEN 0 AND 60 * SETTING_NUMBER(clearance_valid_minutes)
    )
    OR {window_not_elapsed NEW.left_at}
);

-- guard: left_once on: departure
-- before: INSERT
-- A patient leaves a session once, after arriving.
EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.session_id)
OR NOT EXISTS (
    SELECT 1 FROM monitoring_session
    WHERE id = NEW.session_id AND admitted_at IS NOT NULL AND phase <> 'cancelled'
);

-- guard: leaves_alone_by_clinician on: departure
-- before: INSERT
-- A discharge without an escort is recorded by an active clinician of the session's site.
NEW.kind = 'discharged' AND NEW.no_escort_reason <> '' AND {not_a_clinician NEW.recorded_by_id};

-- guard: withdraws_once on: withdrawal
-- before: INSERT
-- A withdrawal takes back a clearance of its own session, once.
NOT EXISTS (
    SELECT 1 FROM monitoring_clearance c
    WHERE c.id = NEW.clearance_id AND c.session_id = NEW.session_id
)
OR EXISTS (SELECT 1 FROM monitoring_withdrawal WHERE clearance_id = NEW.clearance_id);

-- guard: marked_after_departure on: reading event dose
-- after: INSERT
-- What comes after the patient left is marked so, and nothing else is.
NEW.after_departure
<> EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.session_id);

-- guard: only_corrected_after_departure on: dose
-- after: INSERT
-- After the patient has left no dose is added: one that was recorded is corrected.
NEW.replaces_id IS NULL
AND EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.session_id);

-- guard: only_corrected_after_departure on: doseend
-- after: INSERT
-- After the patient has left the end of an infusion is added to the correction of its dose alone.
EXISTS (SELECT 1 FROM monitoring_departure WHERE session_id = NEW.session_id)
AND NOT EXISTS (SELECT 1 FROM monitoring_dose WHERE id = NEW.dose_id AND after_departure);

-- guard: corrects_once on: reading
-- before: INSERT
-- A correction replaces a standing reading of its session; it leaves its slot only for another time.
NEW.replaces_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_reading r
    WHERE r.id = NEW.replaces_id AND r.session_id = NEW.session_id AND {standing reading r.id}
    AND (r.slot IS SAME AS NEW.slot OR (NEW.slot IS NULL AND r.taken_at <> NEW.taken_at))
);

-- guard: needs_predose_reading on: dose
-- before: INSERT
-- A dose rests on a complete pre-dose reading of its session, the first on one that stands.
NOT EXISTS (
    SELECT 1 FROM monitoring_reading r
    WHERE r.id = NEW.predose_reading_id AND r.session_id = NEW.session_id
    AND {complete r}
    AND ({standing reading r.id} OR EXISTS (
        SELECT 1 FROM monitoring_dose d
        WHERE d.session_id = NEW.session_id AND d.predose_reading_id = r.id
        AND {standing dose d.id}
    ))
);

-- guard: needs_decision_above_guide on: dose
-- before: INSERT
-- Above the guide, or with no pressure measured, a dose needs a clinician's decision on that reading.
(NEW.decision_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_decision WHERE id = NEW.decision_id AND session_id = NEW.session_id
))
OR NOT EXISTS (
    SELECT 1 FROM monitoring_reading r
    JOIN monitoring_session s ON s.id = r.session_id
    JOIN monitoring_protocolversion v ON v.id = s.protocol_version_id
    WHERE r.id = NEW.predose_reading_id
    AND r.systolic <= SETTING_NUMBER(guide_systolic) AND r.diastolic <= SETTING_NUMBER(guide_diastolic)
)
AND NOT EXISTS (
    SELECT 1 FROM monitoring_decision c
    WHERE c.id = NEW.decision_id AND c.session_id = NEW.session_id
    AND c.outcome = 'give' AND c.reading_id = NEW.predose_reading_id
    AND ({standing decision c.id} OR EXISTS (
        SELECT 1 FROM monitoring_dose d
        WHERE d.session_id = NEW.session_id AND d.decision_id = c.id AND {standing dose d.id}
    ))
);

-- guard: not_contraindicated on: dose
-- before: INSERT
-- No dose is given while the latest answers hold a contraindication.
NEW.replaces_id IS NULL AND EXISTS (
    SELECT 1 FROM monitoring_admission a
    WHERE a.session_id = NEW.session_id AND {latest_answers a} AND ({contraindicated a})
);

-- guard: taken_back_by_clinician on: admission
-- before: INSERT
-- A contraindication's Yes is changed to No by an active clinician of the site, with a reason.
EXISTS (
    SELECT 1 FROM monitoring_admission a
    WHERE a.session_id = NEW.session_id AND {latest_answers a} AND ({taken_back a})
)
AND (NEW.contraindication_reason = '' OR {not_a_clinician NEW.recorded_by_id});

-- guard: needs_order on: dose
-- before: INSERT
-- A dose is given on a prescriber's latest order, of the amount that the session has.
NEW.replaces_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_order o JOIN monitoring_session s ON s.id = o.session_id
    WHERE o.session_id = NEW.session_id AND o.mg = s.planned_mg AND {standing order o.id}
    AND NOT EXISTS (
        SELECT 1 FROM monitoring_order n
        WHERE n.session_id = o.session_id AND n.seq > o.seq AND {standing order n.id}
    )
)
AND (
    EXISTS (SELECT 1 FROM monitoring_order WHERE session_id = NEW.session_id)
    OR NOT EXISTS (SELECT 1 FROM monitoring_dose WHERE session_id = NEW.session_id)
);

-- guard: ordered_by_clinician on: order
-- before: INSERT
-- A dose is ordered by an active clinician of the session's site.
{not_a_clinician NEW.recorded_by_id};

-- guard: ordered_before_dose on: order
-- before: INSERT
-- A dose is ordered before the first is given; after that the rest is only stopped.
NOT EXISTS (
    SELECT 1 FROM monitoring_session
    WHERE id = NEW.session_id AND phase IN ('planned', 'arrived')
);

-- guard: needs_decision_outside_limits on: dose
-- before: INSERT
-- Sedated, dissociated, low in SpO2 or outside a limit, a first dose needs a clinician's decision.
NEW.number = 1 AND NEW.replaces_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_reading r
    JOIN monitoring_session s ON s.id = r.session_id
    JOIN monitoring_protocolversion v ON v.id = s.protocol_version_id
    WHERE r.id = NEW.predose_reading_id
    AND r.sedation >= SETTING_NUMBER(clearance_sedation)
    AND r.dissociation <= SETTING_NUMBER(clearance_dissociation)
    AND r.spo2 >= SETTING_NUMBER(spo2_below)
    AND r.systolic > SETTING_OR_DEFAULT(systolic_low_notify)
    AND r.respiratory_rate > SETTING_OR_DEFAULT(respiratory_low_notify)
    AND r.respiratory_rate < SETTING_OR_DEFAULT(respiratory_high_notify)
    AND r.heart_rate > SETTING_OR_DEFAULT(heart_low_notify)
    AND r.heart_rate < SETTING_OR_DEFAULT(heart_high_notify)
)
AND NOT EXISTS (
    SELECT 1 FROM monitoring_decision c
    WHERE c.id = NEW.decision_id AND c.session_id = NEW.session_id
    AND c.outcome = 'give' AND c.reading_id = NEW.predose_reading_id
    AND {standing decision c.id}
);

-- guard: numbered_in_order on: dose
-- before: INSERT
-- A device has the first number that none has which stands and gave anything; the patient has arrived.
(NEW.replaces_id IS NULL AND NEW.number <> (
    SELECT MIN(free.number) FROM (
        SELECT 1 AS number UNION ALL
        SELECT d.number + 1 FROM monitoring_dose d
        WHERE d.session_id = NEW.session_id AND {given d}
    ) free
    WHERE NOT EXISTS (
        SELECT 1 FROM monitoring_dose d
        WHERE d.session_id = NEW.session_id AND d.number = free.number
        AND {given d}
    )
))
OR NOT EXISTS (
    SELECT 1 FROM monitoring_session
    WHERE id = NEW.session_id AND admitted_at IS NOT NULL AND phase <> 'cancelled'
);

-- guard: within_the_order on: dose
-- before: INSERT
-- No more devices than were ordered are given; a part of an infusion begins when no other runs.
NOT EXISTS (
    SELECT 1 FROM monitoring_session s
    JOIN monitoring_protocolversion v ON v.id = s.protocol_version_id
    WHERE s.id = NEW.session_id AND (
        SETTING_TEXT(route) = 'intravenous'
        OR NEW.number * SETTING_NUMBER(device_mg) <= s.planned_mg
    )
)
OR EXISTS (
    SELECT 1 FROM monitoring_dose d
    JOIN monitoring_session s ON s.id = d.session_id
    JOIN monitoring_protocolversion v ON v.id = s.protocol_version_id
    WHERE d.session_id = NEW.session_id AND SETTING_TEXT(route) = 'intravenous'
    AND (NEW.replaces_id IS NULL OR d.id <> NEW.replaces_id) AND {standing dose d.id}
    AND NOT EXISTS (SELECT 1 FROM monitoring_doseend e WHERE e.dose_id = d.id)
)
OR (NEW.replaces_id IS NOT NULL AND COALESCE(NEW.sprays, 2) > 0 AND EXISTS (
    SELECT 1 FROM monitoring_dose d
    WHERE d.session_id = NEW.session_id AND d.number = NEW.number AND d.id <> NEW.replaces_id
    AND {given d}
));

-- guard: corrects_once on: dose
-- before: INSERT
-- A correction replaces a standing dose of its session, under its number and on what that rested on.
NEW.replaces_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_dose d
    WHERE d.id = NEW.replaces_id AND d.session_id = NEW.session_id AND {standing dose d.id}
    AND d.number = NEW.number AND d.predose_reading_id = NEW.predose_reading_id
    AND d.decision_id IS SAME AS NEW.decision_id
);

-- guard: corrected_by_clinician on: dose
-- before: INSERT
-- A correction that makes a dose earlier, or less, or follows a lost end, is a clinician's.
NEW.replaces_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM monitoring_dose d
    WHERE d.id = NEW.replaces_id
    AND (
        SECONDS(NEW.started_at) < SECONDS(d.started_at) OR NEW.mg < d.mg
        OR COALESCE(NEW.sprays, 2) < COALESCE(d.sprays, 2)
        OR (
            EXISTS (SELECT 1 FROM monitoring_doseend e WHERE e.dose_id = d.replaces_id)
            AND NOT EXISTS (SELECT 1 FROM monitoring_doseend e WHERE e.dose_id = d.id)
        )
    )
)
AND {not_a_clinician NEW.recorded_by_id};

-- guard: time_can_be_read on: dose
-- before: TYPED INSERT
-- The window is measured from the start of a dose: that time means one moment, whoever reads it.
NOT READABLE(NEW.started_at);

-- guard: time_can_be_read on: doseend
-- before: TYPED INSERT
-- The window is measured from the end of an infusion: that time means one moment, whoever reads it.
NOT READABLE(NEW.ended_at);

-- guard: corrected_by_clinician on: doseend
-- before: INSERT
-- A correction that makes the end of an infusion earlier, or less, is a clinician's.
EXISTS (
    SELECT 1 FROM monitoring_dose d JOIN monitoring_doseend e ON e.dose_id = d.replaces_id
    WHERE d.id = NEW.dose_id
    AND (SECONDS(NEW.ended_at) < SECONDS(e.ended_at) OR NEW.mg < e.mg)
)
AND {not_a_clinician NEW.recorded_by_id};

-- guard: ends_once on: doseend
-- before: INSERT
-- The end of an infusion belongs to a standing dose of its own session, once.
NOT EXISTS (
    SELECT 1 FROM monitoring_dose d
    WHERE d.id = NEW.dose_id AND d.session_id = NEW.session_id AND {standing dose d.id}
)
OR EXISTS (SELECT 1 FROM monitoring_doseend WHERE dose_id = NEW.dose_id);

-- guard: answers_own_session on: event
-- before: INSERT
-- An answer, a resolution or an acceptance stays within its session; one of the latter two stands.
(NEW.answers_reading_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_reading WHERE id = NEW.answers_reading_id AND session_id = NEW.session_id
))
OR (NEW.answers_event_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_event WHERE id = NEW.answers_event_id AND session_id = NEW.session_id
))
OR (NEW.answers_dose_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_dose WHERE id = NEW.answers_dose_id AND session_id = NEW.session_id
))
OR (NEW.resolves_id IS NOT NULL AND (
    NOT EXISTS (
        SELECT 1 FROM monitoring_event WHERE id = NEW.resolves_id AND session_id = NEW.session_id
    )
    OR EXISTS (
        SELECT 1 FROM monitoring_event e
        WHERE e.resolves_id = NEW.resolves_id AND NOT (e.id IS SAME AS NEW.replaces_id)
        AND {standing event e.id}
    )
))
OR (NEW.accepts_id IS NOT NULL AND (
    NOT EXISTS (
        SELECT 1 FROM monitoring_event e
        WHERE e.id = NEW.accepts_id AND e.session_id = NEW.session_id
        AND e.hands_over = 'observer' AND e.handed_to_id = NEW.recorded_by_id
    )
    OR EXISTS (
        SELECT 1 FROM monitoring_event e
        WHERE e.accepts_id = NEW.accepts_id AND NOT (e.id IS SAME AS NEW.replaces_id)
        AND {standing event e.id}
    )
));

-- guard: corrects_once on: event
-- before: INSERT
-- A correction replaces a standing event of its session; its kind and what it found stay.
NEW.replaces_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_event e
    WHERE e.id = NEW.replaces_id AND e.session_id = NEW.session_id AND {standing event e.id}
    AND e.kind = NEW.kind AND CAST(e.symptoms AS TEXT) = CAST(NEW.symptoms AS TEXT)
    AND e.phq9_item9 IS SAME AS NEW.phq9_item9 AND e.cssrs_4 IS SAME AS NEW.cssrs_4
    AND e.cssrs_5 IS SAME AS NEW.cssrs_5 AND e.cssrs_6 IS SAME AS NEW.cssrs_6
);

-- guard: reviewed_by_clinician on: event
-- before: INSERT
-- A review is made by an active clinician of the session's site.
NEW.kind = 'review' AND {not_a_clinician NEW.recorded_by_id};

-- guard: decided_by_clinician on: decision
-- before: INSERT
-- A decision is made by an active clinician of the site, on a reading of the same session.
(NEW.reading_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_reading WHERE id = NEW.reading_id AND session_id = NEW.session_id
))
OR {not_a_clinician NEW.recorded_by_id};

-- guard: binds_content_and_trail on: clearance
-- before: INSERT
-- A signature holds the digest of what was signed, which no other has, and the trail's latest head.
NEW.content_digest = ''
OR EXISTS (
    SELECT 1 FROM monitoring_clearance
    WHERE content_digest > '' AND content_digest = NEW.content_digest
)
OR NEW.chain_head <> (
    SELECT digest FROM clinic_chainhead WHERE id = NEW.session_id
);

-- guard: session_has_ended on: amendment
-- before: INSERT
-- An amendment is added to a session that has ended; until then readings are corrected.
NOT EXISTS (
    SELECT 1 FROM monitoring_session
    WHERE id = NEW.session_id AND phase IN ('closed', 'cancelled')
);

-- guard: after_the_end on: formanswers formfiling
-- before: INSERT
-- A monitoring form is answered and filed for a session that is closed, and in which something was given.
NOT EXISTS (SELECT 1 FROM monitoring_session WHERE id = NEW.session_id AND phase = 'closed')
OR NOT EXISTS (
    SELECT 1 FROM monitoring_dose d WHERE d.session_id = NEW.session_id AND {given d}
);

-- guard: answered_again_with_reason on: formanswers
-- before: INSERT
-- Who answers for the form once more says why; the first answers have no such reason.
(NEW.correction_reason <> '')
<> EXISTS (SELECT 1 FROM monitoring_formanswers WHERE session_id = NEW.session_id);

-- guard: has_a_digest on: formfiling
-- before: INSERT
-- A filed form has the digest of its copy, which is of 64 characters.
LENGTH(NEW.digest) <> 64;

-- guard: names_a_filing on: session
-- before: UPDATE OF form_filed_seq
-- A session's form is filed if, and only if, there is a filed form of that number; that never goes back.
(NEW.form_filed_seq IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM monitoring_formfiling
    WHERE session_id = NEW.id AND seq = NEW.form_filed_seq
))
OR (OLD.form_filed_seq IS NOT NULL AND COALESCE(NEW.form_filed_seq, 0) < OLD.form_filed_seq);

-- guard: reviewed_once on: review
-- before: INSERT
-- An active clinician of the site reviews, once, a reading that came after the patient left.
NOT EXISTS (
    SELECT 1 FROM monitoring_reading
    WHERE id = NEW.reading_id AND session_id = NEW.session_id AND after_departure
)
OR EXISTS (SELECT 1 FROM monitoring_review WHERE reading_id = NEW.reading_id)
OR {not_a_clinician NEW.recorded_by_id};

-- guard: names_a_fact_once on: strike
-- before: INSERT
-- A strike names a standing fact of its session that no other strike names but one that was refused.
NOT EXISTS (
    EACH_STRIKABLE(SELECT 1 FROM FACT f WHERE f.id = NEW.target AND f.session_id = NEW.session_id
    AND NEW.noun = 'NOUN' AND {standing NOUN f.id})
)
OR EXISTS (
    SELECT 1 FROM monitoring_strike k
    LEFT JOIN monitoring_strikeconfirmation c ON c.strike_id = k.id
    WHERE k.target = NEW.target AND (c.id IS NULL OR c.is_confirmed)
);

-- guard: by_author_or_clinician on: strike
-- before: INSERT
-- What was entered in error is struck by who entered it, or by an active clinician of the site.
{not_a_clinician NEW.recorded_by_id}
AND NOT EXISTS (
    EACH_STRIKABLE(SELECT 1 FROM FACT f WHERE f.id = NEW.target AND f.session_id = NEW.session_id
    AND NEW.noun = 'NOUN' AND f.recorded_by_id = NEW.recorded_by_id)
);

-- guard: dose_waits on: strike
-- before: INSERT
-- A dose that someone other than a clinician strikes counts until a clinician confirms it.
NEW.noun = 'dose' AND NOT NEW.needs_confirmation AND {not_a_clinician NEW.recorded_by_id};

-- guard: gate_waits on: strike
-- before: INSERT
-- Suicidality and a contraindication that someone other than a clinician strikes count until then, too.
NOT NEW.needs_confirmation AND {not_a_clinician NEW.recorded_by_id} AND (
    EXISTS (
        SELECT 1 FROM monitoring_event e
        WHERE NEW.noun = 'event' AND e.id = NEW.target AND {speaks_of_suicidality e}
    )
    OR EXISTS (
        SELECT 1 FROM monitoring_admission a
        WHERE NEW.noun = 'admission' AND a.id = NEW.target
        AND {latest_answers a} AND ({contraindicated a})
    )
);

-- guard: confirmed_by_clinician on: strikeconfirmation
-- before: INSERT
-- An active clinician of the site answers, once, to a strike of the session that waits for it.
NOT EXISTS (
    SELECT 1 FROM monitoring_strike k
    WHERE k.id = NEW.strike_id AND k.session_id = NEW.session_id AND k.needs_confirmation
)
OR EXISTS (SELECT 1 FROM monitoring_strikeconfirmation WHERE strike_id = NEW.strike_id)
OR {not_a_clinician NEW.recorded_by_id};

-- guard: within_the_stay on: staffcontact
-- before: INSERT
-- Staff contact begins once the patient has arrived, and ends no later than now or than the patient left.
SECONDS(NEW.ended_at) > NOW_SECONDS + {clocks_apart}
OR NOT EXISTS (
    SELECT 1 FROM monitoring_session s LEFT JOIN monitoring_departure d ON d.session_id = s.id
    WHERE s.id = NEW.session_id
    AND SECONDS(NEW.started_at) >= SECONDS(s.admitted_at) - {clocks_apart}
    AND (d.id IS NULL OR SECONDS(NEW.ended_at) <= SECONDS(d.left_at) + {clocks_apart})
);

-- guard: once_a_minute on: staffcontact
-- before: INSERT
-- No minute of one person with one patient is recorded twice, unless the first was entered in error.
EXISTS (
    SELECT 1 FROM monitoring_staffcontact c
    WHERE c.session_id = NEW.session_id AND c.recorded_by_id = NEW.recorded_by_id
    AND SECONDS(c.started_at) < SECONDS(NEW.ended_at)
    AND SECONDS(NEW.started_at) < SECONDS(c.ended_at)
    AND NOT EXISTS (SELECT 1 FROM monitoring_staffcontactstrike k WHERE k.contact_id = c.id)
);

-- guard: by_author_or_clinician on: staffcontactstrike
-- before: INSERT
-- A staff contact of the session is struck by who recorded it, or by an active clinician of the site.
NOT EXISTS (
    SELECT 1 FROM monitoring_staffcontact c
    WHERE c.id = NEW.contact_id AND c.session_id = NEW.session_id
    AND (c.recorded_by_id = NEW.recorded_by_id OR NOT ({not_a_clinician NEW.recorded_by_id}))
);

-- guard: follows_the_last on: trailentry
-- before: INSERT
-- An entry follows the last entry of its chain.
NOT EXISTS (
    SELECT 1 FROM clinic_chainhead
    WHERE id = NEW.chain AND count = NEW.seq - 1 AND digest = NEW.previous
);

-- guard: moves_the_head on: trailentry
-- after: INSERT
-- The head of the chain moves with each entry, whoever inserts it.
DO UPDATE clinic_chainhead SET count = NEW.seq, digest = NEW.digest WHERE id = NEW.chain;

-- guard: begins_empty on: chainhead
-- before: INSERT
-- A chain begins without entries.
NEW.count <> 0 OR NEW.digest <> '';

-- guard: head_never_back on: chainhead
-- before: UPDATE
-- A head moves to the next entry of its own chain, and never back.
NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.count <> OLD.count + 1 OR NOT EXISTS (
    SELECT 1 FROM clinic_trailentry
    WHERE chain = NEW.id AND seq = NEW.count AND digest = NEW.digest
);
