"""Record the minutes that one spent directly with a patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinic import access
from clinic.access import Permission
from clinic.message import Message
from clinic.refusal import Refused, refuse
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.times import require_not_future, require_timely
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Departure, StaffContact
from monitoring.models.contact import MOST_PATIENTS
from monitoring.rules.facts import CLOCKS_APART
from monitoring.rules.minutes import MOST_AT_ONCE
from monitoring.rules.phase import DOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEntry:
    """What a person says of their own time with a patient. `confirmed_number` is the number of
    patients at once that was read back and kept, `confirmed_at` the end."""

    started_at: datetime | None
    ended_at: datetime
    patients_at_once: int | None
    confirmed_number: int | None = None
    late_reason: str = ""
    confirmed_at: datetime | None = None


@session_verb(Permission.RECORD_STAFF_CONTACT, phases=(*DOSED, "closed"))
def record_staff_contact(
    work: SessionWork, *, id: UUID, contact: ContactEntry, sending: Sending = FIRST
) -> StaffContact:
    """Record from when to when one was directly with the patient, and with how many at once.

    Each person records their own time, in whole minutes, between the patient's arrival and leaving,
    and no minute twice. More than two patients at once are asked about (CLINICAL 6, CPT 99415). It
    takes no signature back, for it says nothing of the treatment. Raises Refused at each field,
    NotAllowed.
    """
    if (problems := _problems(contact)) or contact.started_at is None:
        raise Refused(problems)
    started, ended = _minute(contact.started_at), _minute(contact.ended_at)
    given = {
        "patients_at_once": contact.patients_at_once,
        "late_reason": contact.late_reason.strip(),
    }
    own = work.session.staffcontact_set
    if sent := work.sent(own.filter(pk=id), id, given, sending, started_at=started, ended_at=ended):
        return sent
    work.require_phase()
    _require_within_stay(work, started, ended)
    require_timely(
        work,
        ended,
        "ended_at",
        confirmed_at=_minute(contact.confirmed_at) if contact.confirmed_at else None,
        late_reason=contact.late_reason,
        sending=sending,
    )
    earlier = own.filter(recorded_by=work.by, strike=None, started_at__lt=ended)
    if theirs := earlier.filter(ended_at__gt=started).first():
        raise refuse(
            "contact_overlaps", "started_at", begins=theirs.started_at, ends=theirs.ended_at
        )
    is_clinician = access.may(work.by, Permission.SIGN_CLEARANCE, work.session.site)
    return work.insert(
        StaffContact(
            id=id,
            session=work.session,
            recorded_at=work.now,
            recorded_by=work.by,
            role=StaffContact.Role.CLINICIAN if is_clinician else StaffContact.Role.NURSE,
            started_at=started,
            ended_at=ended,
            is_number_confirmed=contact.confirmed_number == contact.patients_at_once,
            **given,
        )
    )


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _problems(contact: ContactEntry) -> list[Message]:
    found, number = [], contact.patients_at_once
    if contact.started_at is None:
        found.append(Message("required", field="started_at"))
    elif _minute(contact.ended_at) <= _minute(contact.started_at):
        params = {"at": contact.ended_at, "other": contact.started_at}
        found.append(Message("ends_before_it_began", params, "ended_at"))
    if number is None:
        found.append(Message("required", field="patients_at_once"))
    elif not 1 <= number <= MOST_PATIENTS:
        found.append(Message("number_of_patients", {"most": MOST_PATIENTS}, "patients_at_once"))
    elif number > MOST_AT_ONCE and contact.confirmed_number != number:
        asked = {"count": number, "most": MOST_AT_ONCE}
        found.append(Message("many_at_once", asked, "patients_at_once"))
    return found


def _require_within_stay(work: SessionWork, started: datetime, ended: datetime) -> None:
    """After the patient arrived and before they left, as far as clocks agree; not to come."""
    admitted = work.session.admitted_at
    if admitted is not None and started < admitted - CLOCKS_APART:
        raise refuse("before_admission", "started_at", at=started, other=admitted)
    require_not_future(work, ended, "ended_at")
    departure = next(iter(work.session.rows.of(Departure)), None)
    if departure is not None and ended > departure.left_at + CLOCKS_APART:
        raise refuse("contact_after_leaving", "ended_at", at=ended, other=departure.left_at)
