"""What does not happen every day, once each: whole sessions with something to tell.

Each begins at the moment of arrival and ends when the patient has left, or after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from monitoring import actions
from monitoring.actions.correct_dose import DoseCorrection
from monitoring.actions.correct_event import EventCorrection
from monitoring.actions.record_event import EventEntry
from monitoring.management.demo.play import DEVICE_MG, Plot, arrive, close, give, observe, whole
from monitoring.management.demo.visit import Visit
from monitoring.models import Patient

PLAIN = Plot()
Story = Callable[[Visit, str], None]


def _devices(visit: Visit) -> int:
    return int(visit.facts.planned_mg) // DEVICE_MG


def _until(visit: Visit, minutes: float) -> None:
    """Arrived, dosed, and read until just before the slot at 40, or a later one."""
    arrive(visit, PLAIN)
    give(visit, PLAIN, _devices(visit))
    observe(visit, PLAIN, until=minutes - 1)
    moment = visit.first_dose_at + timedelta(minutes=minutes + 1)
    visit.clock.move_to(max(visit.clock.now(), moment))


def _to_the_end(visit: Visit, password: str, *, after: float) -> None:
    observe(visit, PLAIN, after=after)
    close(visit, PLAIN, password)


def _read(visit: Visit, asked: int | None, values: Mapping[str, int], ordered: str = "") -> None:
    visit.read(asked, values)
    visit.wait(0.5, 1)
    visit.respond(ordered)


def replaced_device(visit: Visit, password: str) -> None:
    """The second device fails: nothing left it, and another one is given in its place."""
    arrive(visit, PLAIN)
    visit.dose(1)
    visit.clock.forward(seconds=320)
    visit.dose(2, sprays=0, partial="Nothing left it", complaint="Plunger stuck; device kept")
    visit.wait(1, 2)
    visit.dose(2)
    for number in range(3, _devices(visit) + 1):
        visit.clock.forward(seconds=320)
        visit.dose(number)
    _to_the_end(visit, password, after=0)


def one_spray(visit: Visit, password: str) -> None:
    """The last device is given in part."""
    whole(visit, Plot(partial=True), password, devices=_devices(visit), mg=visit.order_mg)


def wrong_reading(visit: Visit, password: str) -> None:
    """The values of the patient in the next chair are typed, marked as entered in error, and the
    right ones measured; the lot of a device is corrected."""
    _until(visit, 40)
    wrong = visit.read(40, {"systolic": 158, "diastolic": 92})
    visit.wait(1, 2)
    visit.strike("reading", wrong.pk, "Values of the patient in the next chair")
    visit.wait(1, 2)
    visit.confirm_strikes()
    visit.read(40)
    actions.correct_dose(
        visit.id,
        visit.nurse,
        id=visit.new_id(),
        replaces=visit.facts.doses[-1].id,
        correction=DoseCorrection(lot=f"S{visit.clock.now():%y%m}D"),
        reason="Read from the box beside it",
    )
    visit.reload()
    _to_the_end(visit, password, after=40)


def wrong_chart(visit: Visit, password: str) -> None:
    """Chest pain of another patient: the nurse marks it as entered in error, a clinician agrees.
    Not so with a device, which was given."""
    _until(visit, 60)
    visit.read(60)
    visit.strike("dose", visit.facts.doses[-1].id, "Thought it was the next patient's")
    visit.wait(1, 2)
    visit.confirm_strikes(refused="It was given: the device is in the tray of this chair")
    visit.event("symptom", symptoms=["chest_pain"])
    visit.wait(1, 2)
    visit.strike("event", visit.facts.events[-1].id, "It was the patient in the next room")
    visit.wait(2, 4)
    visit.confirm_strikes()
    _to_the_end(visit, password, after=60)


def vomited(visit: Visit, password: str) -> None:
    """An adverse event that is not serious, its words put right, a medication and its effect."""
    _until(visit, 40)
    visit.read(40)
    visit.event("symptom", symptoms=["nausea", "vomiting"])
    began = visit.clock.now()
    visit.event("adverse_event", detail="Vomited twice", is_serious=False, onset_at=began)
    visit.wait(1, 2)
    actions.correct_event(
        visit.id,
        visit.nurse,
        id=visit.new_id(),
        replaces=visit.facts.events[-1].id,
        correction=EventCorrection(detail="Vomited three times"),
        reason="Asked the patient again",
    )
    visit.reload()
    visit.wait(2, 3)
    visit.medicate("Ondansetron", 4, "Vomiting")
    given = visit.facts.events[-1].id
    observe(visit, PLAIN, after=40, until=60)
    visit.event("effect", detail="Nausea is gone", medication_id=given)
    _to_the_end(visit, password, after=60)


def oxygen(visit: Visit, password: str) -> None:
    """SpO2 falls, oxygen is given for half an hour."""
    _until(visit, 40)
    _read(visit, 40, {"spo2": 91})
    visit.wait(2, 3)
    _read(visit, None, {"spo2": 91}, "Oxygen 2 L/min by nasal cannula")
    visit.event("intervention", detail="Oxygen 2 L/min by nasal cannula")
    visit.wait(4, 5)
    _read(visit, None, {"spo2": 95, "oxygen": 2})
    visit.clock.move_to(visit.first_dose_at + timedelta(minutes=61))
    _read(visit, 60, {"spo2": 97, "oxygen": 2})
    _to_the_end(visit, password, after=60)


def slow_breathing(visit: Visit, password: str) -> None:
    """Respiratory rate and heart rate fall outside their limits, and a clinician is informed."""
    _until(visit, 40)
    _read(visit, 40, {"respiratory_rate": 10, "heart_rate": 49, "sedation": 3})
    visit.wait(4, 6)
    _read(visit, None, {"respiratory_rate": 12, "heart_rate": 56})
    _to_the_end(visit, password, after=40)


def positive_screen(visit: Visit, password: str) -> None:
    """Thoughts of death are told before the dose: a clinician comes, and reviews them. The pressure
    is high after that, and measured again."""
    visit.admit()
    visit.wait(2, 4)
    visit.screen(phq9_item9=1, phq9_total=16)
    visit.wait(1, 2)
    visit.respond("Comes to see the patient")
    visit.wait(8, 10)
    visit.review(visit.facts.events[0].id, "Thoughts without plan or intent, known", "Safety plan")
    visit.predose({"systolic": 151, "diastolic": 91})
    visit.wait(10, 12)
    visit.predose({"systolic": 134, "diastolic": 84})
    visit.wait(1, 4)
    visit.decide("Seen and examined; the treatment is for this")
    visit.wait(2, 6)
    give(visit, PLAIN, _devices(visit))
    _to_the_end(visit, password, after=0)


def fainted(visit: Visit, password: str) -> None:
    """A serious adverse event of which the patient recovers in the clinic."""
    _until(visit, 60)
    visit.event("symptom", symptoms=["syncope"])
    began = visit.clock.now()
    visit.wait(0.5, 1)
    visit.respond("Lie flat, legs up; stays at the chair")
    _read(visit, 60, {"systolic": 97, "diastolic": 58, "heart_rate": 52})
    detail = "Fainted on the way to the toilet, without an escort; cut above the eye, sutured"
    visit.event("adverse_event", detail=detail, is_serious=True, onset_at=began)
    visit.wait(0.5, 1)
    visit.respond("Sutured here, neurological checks")
    _to_the_end(visit, password, after=60)


def transferred(visit: Visit, password: str) -> None:
    """Very high pressure with a headache at 40 minutes: sent to emergency care."""
    _until(visit, 40)
    visit.read(40, {"systolic": 206, "diastolic": 122, "heart_rate": 108})
    visit.wait(0.5, 1)
    visit.event("symptom", symptoms=["severe_headache", "visual_disturbance"])
    visit.wait(0.5, 1)
    visit.respond("Ambulance called; clinician stays at the chair")
    onset = visit.clock.now() - timedelta(minutes=2)
    detail = "Hypertensive crisis with severe headache"
    visit.event("adverse_event", detail=detail, is_serious=True, onset_at=onset)
    visit.wait(3, 4)
    _read(
        visit,
        None,
        {"systolic": 202, "diastolic": 118, "heart_rate": 104},
        "Ambulance called; clinician stays at the chair",
    )
    visit.wait(6, 9)
    visit.leave(
        "transferred",
        destination="Emergency department, Mercy Hospital, by ambulance",
        reason="Blood pressure above 200/120 with severe headache",
        transport="Ambulance",
        advice_given=True,
        escort_name="Ambulance crew",
        had_serious_event=True,
    )


def against_advice(visit: Visit, password: str) -> None:
    """Leaves after an hour and a quarter."""
    _until(visit, 60)
    visit.read(60)
    visit.wait(13, 15)
    visit.leave(
        "against_advice",
        reason="Had to fetch a child from school; risks explained, sister drives",
        clinician_informed=visit.clinician.printed_name,
        advice_given=True,
        transport="Someone drives",
        had_serious_event=False,
        escort_name=visit.escort["escort_name"],
        escort_phone=visit.escort["escort_phone"],
    )


def left_unseen(visit: Visit, password: str) -> None:
    """Was gone when the reading at 90 minutes was due."""
    _until(visit, 60)
    visit.read(60)
    visit.wait(28, 31)
    visit.leave(
        "left_unseen",
        reason="Coat and bag gone; answers the telephone, is at home",
        noticed_by=visit.nurse.printed_name,
        last_seen_at=visit.clock.now() - timedelta(minutes=9),
        last_seen_confirmed_at=visit.clock.now() - timedelta(minutes=9),
        transport="Not known",
        advice_given=False,
        had_serious_event=False,
    )


def before_the_dose(visit: Visit, password: str) -> None:
    """Answers a contraindication that is none, which a clinician takes back; collapses after the
    pre-dose reading, and is taken to hospital without a dose."""
    visit.admit(hypersensitivity=True)
    visit.wait(2, 3)
    visit.admit(by=visit.clinician, changed="Meant hay fever; asked again together")
    visit.wait(3, 9)
    visit.predose({"systolic": 98, "diastolic": 60, "heart_rate": 118})
    visit.event("symptom", symptoms=["syncope"])
    visit.wait(1, 2)
    visit.respond("Ambulance called")
    visit.wait(8, 10)
    visit.leave(
        "transferred",
        destination="Emergency department, Mercy Hospital, by ambulance",
        reason="Collapsed in the waiting area before the dose",
        transport="Ambulance",
        advice_given=False,
        escort_name="Ambulance crew",
        had_serious_event=False,
    )


def no_escort(visit: Visit, password: str) -> None:
    """The escort does not come: the clinician lets the patient go by taxi."""
    _until(visit, 40)
    visit.read(40)
    observe(visit, PLAIN, after=40)
    close(visit, PLAIN, password, leaves=False)
    reason = "Sister is held up at work; seen and oriented, lives five minutes away"
    alone = {"escort_name": "", "escort_phone": "", "transport": "Taxi"}
    visit.leave(by=visit.clinician, no_escort_reason=reason, **alone)


def at_home(visit: Visit, password: str) -> None:
    """What a patient tells in the evening, from another telephone, which is put right; a clinician
    reviews it."""
    whole(visit, PLAIN, password, devices=_devices(visit), mg=visit.order_mg)
    visit.wait(60, 70)
    began = visit.clock.now() - timedelta(minutes=20)
    event = EventEntry(
        kind="adverse_event",
        at=visit.clock.now(),
        detail="Vomited on the way home; well now",
        is_serious=False,
        onset_at=began,
        onset_confirmed_at=began,
    )
    told = actions.record_event(visit.id, visit.nurse, id=visit.new_id(), event=event)
    kept = {name: getattr(visit.patient, name) for name in Patient.AMENDED}
    actions.amend_patient(
        visit.patient.pk,
        visit.nurse,
        id=visit.new_id(),
        amended=visit.patient.amended,
        values={**kept, "telephone": "312-555-0177"},
        reason="Rang from a new number",
    )
    visit.wait(8, 12)
    actions.review_event(
        visit.id,
        visit.clinician,
        id=visit.new_id(),
        about=told.pk,
        assessment="Known after the dose, resolved",
        action_taken="Ondansetron before the next session",
    )


MAIN_STORIES: dict[str, Story] = {
    "replaced-device": replaced_device,
    "wrong-reading": wrong_reading,
    "wrong-chart": wrong_chart,
    "vomited": vomited,
    "oxygen": oxygen,
    "positive-screen": positive_screen,
    "transferred": transferred,
    "left-unseen": left_unseen,
    "against-advice": against_advice,
    "fainted": fainted,
    "at-home": at_home,
    "before-the-dose": before_the_dose,
}
OTHER_STORIES: dict[str, Story] = {
    "one-spray": one_spray,
    "slow-breathing": slow_breathing,
    "no-escort": no_escort,
}
"""At the site where a second person witnesses each dose."""
