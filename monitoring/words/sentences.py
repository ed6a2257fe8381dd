"""The sentence of each code of rules and verbs, in plain words, before it is filled."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clinic.pages.entry_form import HIDDEN_CHARACTER
from monitoring.words import (
    people_sentences,
    protocol_settings,
    sentences_of_doses,
    sentences_of_forms,
    sentences_of_leaving,
    sentences_of_minutes,
    sentences_of_repeats,
    sentences_of_sending,
)

REASONS = {
    "required": _("Enter this."),
    "unanswered": _("Answer this question."),
    "confirm": _("Confirm this to go on."),
    "future": _("This time is in the future: %(at)s. The server's time is %(now)s."),
    "wrong_phase": _("This session has moved on. It is now: %(phase)s."),
    "alone_by_clinician": _(
        "Leaving without an escort is a clinician's decision. Ask a clinician to record the "
        "departure."
    ),
    "not_reached": _("“Not reached” is tapped, but this is answered. Remove one of the two."),
    "before_leaving": _("%(at)s is before the patient left, at %(other)s."),
    "review_first": _(
        "Suicidality waits for a clinician's review. Without it the patient is not sent home."
    ),
    "nothing_to_review": _("Nothing here waits for a review."),
    "amended_after_leaving": _(
        "The patient has left. Record “%(kind)s” as an amendment; symptoms and adverse events are "
        "still recorded here."
    ),
    "before_admission": _("%(at)s is before the patient was admitted, at %(other)s."),
    "before_medication": _("%(at)s is before the medication, given at %(other)s."),
    "not_an_effect": _(
        "A medication is chosen, but “%(kind)s” is tapped. Tap Effect of a medication, or choose "
        "nothing here."
    ),
    "screen_empty": _("Enter the PHQ-9, the C-SSRS, or why neither was done."),
    "answers_and_reason": _("There are answers and a reason for none. Remove one of the two."),
    "asked_after_yes": _(
        "Questions 3 to 5 are asked after Yes to question 2, but that is No. Correct one of them."
    ),
    "impossible": _("%(value)s is not possible here. Enter a value from %(low)s to %(high)s."),
    "not_above_diastolic": _(
        "Systolic %(systolic)s is not above diastolic %(diastolic)s. Were they swapped?"
    ),
    "unusual": _("%(value)s is unusual. Is this right?"),
    "jump": _("%(value)s is far from the last value, %(last)s. Is this right?"),
    **sentences_of_sending.REASONS,
    **sentences_of_forms.REASONS,
    **sentences_of_minutes.REASONS,
    "value_or_reason": _("Enter a value, or tap Not done and say why."),
    "value_and_reason": _(
        "There is a value and a reason for not measuring. Remove one of the two."
    ),
    "oxygen_missing": _("Tap Room air, or enter the litres a minute."),
    "unknown_reason": _("Choose one of the reasons."),
    "nothing_entered": _("Nothing has been entered yet."),
    "not_on_scale": _("%(value)s is not on the scale %(scale)s."),
    "late_reason": _("This is more than %(minutes)s minutes ago. Say why it is entered late."),
    "unknown_reading": _("This reading is not part of the session."),
    "unknown_clearance": _("This clearance is not part of the session."),
    "protocol_not_in_use": _("This protocol is not in use at the site."),
    "not_positive": _("Enter a dose above zero."),
    "order_total": _("The total must be one of %(allowed)s mg."),
    "order_first": _("A first treatment is at most %(greatest)s mg."),
    "not_first": _("An earlier dose of this patient is on record: this is no first treatment."),
    "past": _("This day is over."),
    "hidden_character": HIDDEN_CHARACTER,
    "minor": _(
        "By this date the patient is %(age)s years old. Esketamine is not "
        "approved in pediatric patients. Is the date of birth right?"
    ),
    "namesake": _(
        "Another patient here has this name, or a family name like it and this date of birth. "
        "Is this another person?"
    ),
    "nothing_changed": _("Nothing was changed."),
    **protocol_settings.REFUSALS,
    **people_sentences.REFUSALS,
    "born_in_future": _("The date of birth is in the future."),
    "prescriber": _("Name the prescriber who is on site."),
    "only_a_clinician": _("This was answered Yes. Only a clinician can change it, with a reason."),
    "identify": _("Ask the patient for one of the two, then tap the one that you compared."),
    "identifiers_open": _("Name and date of birth must be confirmed with the patient."),
    "dose_begun": _("The dose has begun. You can only decide to stop the rest."),
    "predose_changed": _("There is a newer pre-dose reading. Review it, then decide."),
    "expired": _("This lot expired on %(expiry)s."),
    **sentences_of_doses.REASONS,
    "no_device_open": _("All %(given)s ordered devices have been given."),
    "stopped": _("A clinician has decided that nothing further is given."),
    "too_early": _(
        "Only %(minutes)s min since the last device; the rest is %(least)s min. "
        "Wait, or say why it was given earlier."
    ),
    "no_infusion_running": _("No infusion is running."),
    "before_start": _("%(at)s is before the infusion began, at %(other)s."),
    "dose_before_admission": _("%(at)s is before the patient was admitted, at %(other)s."),
    "dose_before_device": _("%(at)s is before the last device, given at %(other)s."),
    "dose_before_predose": _("%(at)s is before the pre-dose reading, taken at %(other)s."),
    "before_answered": _("%(at)s is before what it answers, at %(other)s."),
    "before_resolved": _("%(at)s is before what it ends, at %(other)s."),
    "is_this_the_time": _("%(read_back)s. Is this the time?"),
    "not_within_order": _("Enter an amount from 0 to %(ordered)s mg."),
    "less_than_ordered": _(
        "%(ordered)s mg were ordered. Say what was not given, or correct the amount."
    ),
    "witness": _("Name someone at the site other than the person who gives the dose."),
    "not_flagged": _("Nothing is flagged here."),
    "not_a_symptom": _(
        "A symptom is ticked, but “%(kind)s” is chosen. Tap Symptom, or untick it here."
    ),
    "not_adverse": _(
        "This is asked only about an adverse event, but “%(kind)s” is chosen. Tap "
        "Adverse event, or clear this answer."
    ),
    "not_a_resolution": _(
        "Something is marked as resolved, but “%(kind)s” is chosen. Tap "
        "Resolution, or choose nothing here."
    ),
    "complete_and_partial": _(
        "All of it was given by the tile above, but here you wrote of what was not. Remove one of "
        "the two."
    ),
    "password": _("The password is wrong."),
    "passkey": _(
        "The passkey did not show that it is you, for what is on this page. "
        "Use it again, or enter your password."
    ),
    "one_proof": _("Sign with your password or with your passkey, not with both at once."),
    "locked": _("Five wrong attempts. You can sign again at %(until)s."),
    "not_struck_by_you": _(
        "%(by)s entered this. They or a clinician can mark it as entered in error."
    ),
    "nothing_corrected": _("Enter what was wrong, as it is right."),
    "not_running": _("It has no end, another part followed it, or the patient has left."),
    "clinician_corrects": _("The window would end earlier, or less was given: ask a clinician."),
    "not_of_this_event": _("This kind of event does not have it."),
    "unknown_fact": _(
        "This entry has been corrected or struck meanwhile, or is not of this session."
    ),
    "struck_already": _(
        "%(by)s marked this as entered in error at %(at)s. A clinician confirms it."
    ),
    "arrival_stands": _(
        "More was recorded since the patient arrived. Mark that as entered in error first, or "
        "answer the questions of the arrival again."
    ),
    "unknown_strike": _("Nothing waits to be confirmed here."),
    "unknown_row": _("Choose what in this session the amendment is about."),
    "record_disagrees": _(
        "Not signed. The record differs from what its trail says was recorded. "
        "Call your administrator: the record must be verified first."
    ),
    "person_disagrees": _(
        "Not signed. Your account differs from what was recorded here. Call your "
        "administrator: the record must be verified first."
    ),
    "justify": _("Say in your own words why the patient can leave with this."),
    "serious_event_missing": _("Record the serious adverse event first."),
    "serious_event_recorded": _("A serious adverse event is recorded in this session."),
    "clearance_none": _("No clearance has been signed. The patient cannot be discharged."),
    "clearance_withdrawn": _("The clearance was withdrawn. A new signature is needed."),
    "clearance_superseded": _(
        "Something was recorded after the clearance was signed. A new signature is needed."
    ),
    "clearance_lapsed": _(
        "The clearance lapsed at %(at)s. If the patient left before then, enter "
        "the time at which they left. Otherwise a new signature is needed."
    ),
    "clearance_ahead": _(
        "The clearance was signed at %(at)s, but it is %(now)s by the server's "
        "clock. Until then it does not allow a discharge. Have the clock checked, "
        "or the clearance signed again."
    ),
    "before_window": _(
        "The observation ends at %(at)s. The patient cannot be discharged before then."
    ),
    "before_last_dose": _("The last dose was given at %(at)s: the patient was still here."),
    "before_last_reading": _(
        "A reading was taken at %(at)s: the patient was still here. Correct this time, or that of "
        "the reading."
    ),
    "after_noticed": _("This is after it was noticed, at %(at)s."),
    "seen_later": _("The patient was seen later: the last dose or reading was at %(at)s."),
    "signed_ahead": _(
        "Not signed. The server's clock is ahead of the database's. "
        "Call your administrator: the clocks must agree first."
    ),
    "left_out_of_time": _(
        "Not saved. The times of the signature, the dose and the departure do not fit together, "
        "or the server's clock is wrong. Call your administrator."
    ),
    "before_clearance": _(
        "The clearance was signed at %(at)s. If the patient left before then, record it as “left "
        "against advice”."
    ),
}

ITEMS = {
    **people_sentences.ITEMS,
    "not_admitted": _("The patient has not been admitted"),
    "identifiers_open": _("Name and date of birth are not confirmed"),
    "no_driving_open": _("The advice not to drive has not been given"),
    "unanswered": _("Not answered: %(question)s"),
    "contraindication": _("Contraindication: %(question)s"),
    "fasting_reason": _("The patient has not fasted: say why the dose goes ahead"),
    "transport_reason": _("No one takes the patient home: say how the patient gets home"),
    "prescriber": _("No prescriber on site is named"),
    "order_missing": _("No clinician has ordered the dose; %(mg)s mg are planned"),
    "order_total": _("The ordered total is not allowed"),
    "order_first": _("The ordered total is above the greatest first dose"),
    "site_not_certified": _("The site is not certified under REMS today"),
    "patient_not_enrolled": _("The patient is not enrolled in REMS"),
    "predose_missing": _("No complete pre-dose reading"),
    "predose_old": _("The pre-dose reading is %(minutes)s min old; at most %(greatest)s min"),
    "decided_not_to_give": _("A clinician decided not to give the dose"),
    "decision": _("A clinician decides before the dose: %(why)s"),
    "history_under_age": _(
        "The patient is %(age)s years old, and esketamine is not approved under 18: a clinician "
        "gives a reason"
    ),
    "history_same_day": _("A dose was given on this day already: a clinician gives a reason"),
    "history_too_soon": _(
        "The last dose was on %(on)s, %(days)s day before; at least %(least)s: a clinician gives "
        "a reason"
    ),
    "history_too_many": _(
        "Doses in the last 7 days: %(count)s. In week %(week)s at most %(most)s with this one: a "
        "clinician gives a reason"
    ),
    "history_not_evaluated": _(
        "Treated since %(on)s; this indication was evaluated for 4 weeks: a clinician gives a "
        "reason"
    ),
    "history_not_first": _(
        "Planned as a first treatment, but a dose of %(on)s is on record: a clinician gives a "
        "reason"
    ),
    "history_low_total": _(
        "28 mg is a dose from the age of 65; the patient is %(age)s: a clinician gives a reason"
    ),
    "history_first_total": _(
        "A first dose at the age of %(age)s is at most %(greatest)s mg: a clinician gives a reason"
    ),
    "history_contraindicated": _(
        "On %(on)s a contraindication was answered Yes: a clinician gives a reason"
    ),
    "not_dosed": _("No dose has been given"),
    "device_open": _("Ordered devices neither given nor stopped: %(count)s"),
    "infusion_running": _("The infusion is running"),
    "infusion_paused": _("The infusion is paused: resume it, or a clinician decides to stop it"),
    "window": _("Observation until %(ends_at)s, %(minutes)s min more"),
    "mandatory": _("%(minutes)s-minute blood pressure: not taken and not coded as not done"),
    "final_set": _("Final set: %(observations)s needed within the last %(greatest)s min"),
    "repeat": _("Repeat due at %(at)s: %(because)s"),
    "unanswered_flag": _("No response recorded: %(flagged)s"),
    "strike_waits": _("%(noun)s marked as entered in error by %(by)s: a clinician confirms it"),
    "screen_missing": _("Suicidality screen: neither a result nor why it was not done"),
    "suicidality": _("A clinician's review is needed: %(flagged)s"),
}

FLAGS = {
    "systolic_emergency": _("Systolic %(value)s, at or above %(limit)s mmHg"),
    "systolic_high_again": _("Systolic %(value)s, at or above %(limit)s mmHg again"),
    "systolic_high": _("Systolic %(value)s, at or above %(limit)s mmHg"),
    "systolic_rise": _("Systolic %(value)s mmHg above pre-dose, limit %(limit)s"),
    "diastolic_emergency": _("Diastolic %(value)s, at or above %(limit)s mmHg"),
    "diastolic_high_again": _("Diastolic %(value)s, at or above %(limit)s mmHg again"),
    "diastolic_high": _("Diastolic %(value)s, at or above %(limit)s mmHg"),
    "diastolic_rise": _("Diastolic %(value)s mmHg above pre-dose, limit %(limit)s"),
    "systolic_low_emergency": _("Systolic %(value)s, at or below %(limit)s mmHg"),
    "systolic_low": _("Systolic %(value)s, at or below %(limit)s mmHg"),
    "respiratory_low_emergency": _("Respiratory rate %(value)s, at or below %(limit)s/min"),
    "respiratory_low": _("Respiratory rate %(value)s, at or below %(limit)s/min"),
    "respiratory_high": _("Respiratory rate %(value)s, at or above %(limit)s/min"),
    "respiratory_high_emergency": _("Respiratory rate %(value)s, at or above %(limit)s/min"),
    "heart_low_emergency": _("Heart rate %(value)s, at or below %(limit)s/min"),
    "heart_low": _("Heart rate %(value)s, at or below %(limit)s/min"),
    "heart_high": _("Heart rate %(value)s, at or above %(limit)s/min"),
    "heart_high_emergency": _("Heart rate %(value)s, at or above %(limit)s/min"),
    "spo2_far_below": _("SpO₂ %(value)s %%, below %(limit)s %%"),
    "spo2_below_again": _("SpO₂ %(value)s %%, below %(limit)s %% twice running"),
    "spo2_below": _("SpO₂ %(value)s %%, below %(limit)s %%: repeat in 1 to 2 min"),
    "sedation_emergency": _("MOAA/S %(value)s, at or below %(limit)s"),
    "sedation_low": _("MOAA/S %(value)s, at or below %(limit)s"),
    "dissociation_high": _("Dissociation %(value)s, at or above %(limit)s"),
    "crisis_symptom": _("%(symptoms)s"),
    "urgent_symptom": _("%(symptoms)s"),
    "suicidal_thoughts": _("Suicidal thoughts"),
    "phq9_item9": _("PHQ-9 item 9: %(value)s, above %(limit)s"),
    "cssrs_4": _("C-SSRS question 4: yes"),
    "cssrs_5": _("C-SSRS question 5: yes"),
    "cssrs_6": _("C-SSRS question 6, behaviour: yes"),
    "serious_event": _("Serious adverse event"),
    "systolic_guide": _("Systolic %(value)s, above the guide of %(limit)s mmHg"),
    "diastolic_guide": _("Diastolic %(value)s, above the guide of %(limit)s mmHg"),
    "spo2_predose": _("SpO₂ %(value)s %%, below %(limit)s %%"),
    "sedation_predose": _("MOAA/S %(value)s, below %(limit)s"),
    "dissociation_predose": _("Dissociation %(value)s, above %(limit)s"),
    "not_measured": _("%(observation)s not measured"),
    "dose_delayed": _("The dose was delayed"),
}
"""The last seven are asked before the dose alone."""

DEVIATIONS = {
    **people_sentences.DEVIATIONS,
    "history_overridden": _("%(asked)s: %(reason)s"),
    "contraindication_changed": _(
        "Contraindication answered Yes at %(was)s, changed to No by a clinician at %(at)s: "
        "%(question)s. %(reason)s"
    ),
    "suicidality_unreviewed": _("Suicidality, not reviewed by a clinician: %(flagged)s"),
    "suicidality_reviewed": _("Suicidality: %(flagged)s. %(by)s: %(words)s; done: %(action)s"),
    "screen_not_done": _("Suicidality screen not done: %(reason)s"),
    "screen_missing": _("Suicidality screen neither done nor coded as not done"),
    "event_after_departure": _("%(kind)s recorded after the patient had left"),
    "fasting_overridden": _("Not fasted: %(reason)s"),
    "transport_overridden": _("No one to take the patient home: %(reason)s"),
    "guide_overridden": _("Dosed by a clinician's decision (%(why)s): %(reason)s"),
    "predose_repeated": _("Outside before the dose, then measured again: %(why)s"),
    "device_early": _("Device %(number)s earlier than the rest asks: %(reason)s"),
    "device_late": _("Device %(number)s entered %(minutes)s min after it was given: %(reason)s"),
    "infusion_start_late": _(
        "Start of the infusion entered %(minutes)s min after it began: %(reason)s"
    ),
    "infusion_end_late": _("End of the infusion entered %(minutes)s min after it: %(reason)s"),
    "event_late": _("%(kind)s entered %(minutes)s min after it: %(reason)s"),
    **sentences_of_doses.DEVIATIONS,
    "dose_stopped": _("The rest of the dose not given: %(reason)s"),
    "reading_corrected": _("Reading corrected: %(reason)s"),
    "reading_retimed": _("Reading corrected, its time from %(was)s to %(at)s: %(reason)s"),
    "late_entry": _("Reading entered %(minutes)s min after it was taken: %(reason)s"),
    "after_departure": _("Reading arrived after the patient had left"),
    "corrected_after_departure": _("%(noun)s corrected after the patient had left"),
    "serious_event": _("Serious adverse event: %(detail)s"),
    **sentences_of_repeats.DEVIATIONS,
    "flag_corrected": _(
        "Corrected before anyone was recorded as informed; the value had been: %(flagged)s"
    ),
    "dose_corrected": _("Device or infusion %(what)s corrected: %(reason)s"),
    "dose_retimed": _(
        "Device or infusion %(what)s corrected, its time from %(was)s to %(at)s: %(reason)s"
    ),
    "event_corrected": _("%(what)s corrected: %(reason)s"),
    "event_retimed": _("%(what)s corrected, its time from %(was)s to %(at)s: %(reason)s"),
    "struck": _("%(noun)s of %(at)s entered in error (%(kind)s), struck by %(by)s: %(reason)s"),
    "strike_waits": _(
        "%(noun)s of %(at)s marked as entered in error by %(by)s (%(kind)s), not yet confirmed by "
        "a clinician: %(reason)s"
    ),
    "flag_struck": _(
        "Entered in error before anyone was recorded as informed; it had said: %(flagged)s"
    ),
    "caution_justified": _("Signed with a value outside the criteria"),
    "clearance_withdrawn": _("Clearance withdrawn: %(reason)s"),
    **sentences_of_leaving.DEVIATIONS,
    "clock_went_back": _(
        "The server's clock went back: this was recorded at %(at)s, after an entry of %(was)s"
    ),
    "recorded_ahead": _("Recorded at %(at)s, a time still to come: the server says %(now)s"),
}

NOUNS = {
    "admission": _("Arrival"),
    "call": _("Call"),
    "decision": _("Decision"),
    "dose": _("Dose"),
    "event": _("Event"),
    "order": _("Order"),
    "reading": _("Reading"),
}
"""What can be entered in error, as it is called."""

SIDES = {
    "before_admission": _("before admission"),
    "before_dose": _("before the first dose"),
    "after_dose": _("%(minutes)s min after the first dose"),
}

AUTOMATIC = {
    "lapsed": _("It had lapsed before the patient left"),
    "ahead": _("Signed while the server's clock ran ahead"),
    "outside": _("Reading %(reading)s is outside the criteria for clearance"),
}
"""Why the record itself took a clearance back."""
