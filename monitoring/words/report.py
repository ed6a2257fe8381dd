"""The lines of a session's report: what deviated, what was answered, and who signed what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clinic.models import TrailEntry
from clinic.pages import moments
from monitoring.models import Admission, Clearance, FormFiling, Session, Withdrawal
from monitoring.models.facts import withdrawal_reason
from monitoring.rules.deviation import Deviation
from monitoring.rules.facts import SessionFacts
from monitoring.rules.form_due import FormState
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.questions import CHECKLIST
from monitoring.words import wording

MOMENTS = {
    "last_dose": gettext_noop("Last dose"),
    "window": gettext_noop("End of the observation window"),
    "window_unreached": gettext_noop("End of the observation window, not reached"),
    "clearance": gettext_noop("Clearance signed"),
    "departure": gettext_noop("Patient left"),
}
CAUTION_NAMES = {
    "blood_pressure_rising": gettext_noop("Blood pressure rising at the last check"),
    "blood_pressure": gettext_noop("Blood pressure above the criteria"),
    "sedation": gettext_noop("Sedation below the criterion"),
    "dissociation": gettext_noop("Dissociation above the criterion"),
    "blood_pressure_informed": gettext_noop("Blood pressure at which someone is informed"),
    "blood_pressure_low": gettext_noop("Blood pressure low"),
    "heart_rate": gettext_noop("Heart rate outside its limits"),
    "respiratory_rate": gettext_noop("Respiratory rate outside its limits"),
    "spo2": gettext_noop("SpO₂ below the criterion"),
    "oxygen": gettext_noop("Oxygen given"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One deviation as it reads."""

    at: datetime
    minutes: int | None
    words: str
    is_other_day: bool
    """Whether that was on another day than the session began: then its time needs the day."""


@dataclass(frozen=True, slots=True)
class Signature:
    clearance: Clearance
    confirmed: tuple[str, ...]
    had_serious_event: str
    justifications: tuple[tuple[str, str], ...]
    withdrawal: Withdrawal | None
    withdrawal_reason: str
    renewal: str
    """Who renewed the signer's sign-in within the week before, and when; mostly empty."""


def stamp(reader: str, at: datetime, signed: Clearance | None) -> str:
    """Whether a report is of now or as it was signed, by whom and when: on every page of it."""
    params = {"reader": reader, "at": moments.day_clock(at)}
    if signed is None:
        return _("as of now, %(at)s, read by %(reader)s") % params
    params |= {"signer": signed.printed_name, "then": moments.day_clock(signed.signed_at)}
    return _("as signed by %(signer)s, %(then)s; read by %(reader)s, %(at)s") % params


def form_line(session: Session, state: FormState) -> str:
    """Where the monitoring form of the session stands; empty where none is asked for."""
    filed = session.rows.if_loaded(FormFiling)
    if filed and state in {"filed", "changed"}:
        latest = filed[-1]
        changed = _("; the record was changed since") if state == "changed" else ""
        return _("Filed %(day)s, %(way)s, %(reference)s, by %(name)s%(changed)s") % {
            "day": moments.day(latest.filed_on),
            "way": latest.get_way_display(),
            "reference": latest.reference,
            "name": latest.printed_name,
            "changed": changed,
        }
    if session.form_due_at is None or state == "none":
        return ""
    words = _("Overdue since %(at)s") if state == "overdue" else _("To be filed before %(at)s")
    return words % {"at": moments.day_clock(session.form_due_at)}


def moment(code: str) -> str:
    """The name of one moment of the stay, such as the end of the observation window."""
    return _(MOMENTS[code])


def line(facts: SessionFacts, deviation: Deviation) -> Line:
    words = wording.deviation(deviation)
    if deviation.code == "caution_justified":
        words = f"{words}: {caution(str(deviation.params['caution']))}"
    begun = facts.first_dose_at or facts.admitted_at
    is_other_day = begun is None or moments.day(begun) != moments.day(deviation.at)
    return Line(deviation.at, facts.minutes(deviation.at), words, is_other_day)


def caution(key: str) -> str:
    """What the key of a justified caution was about, where its values are not kept."""
    if key.startswith("mandatory_not_done_"):
        minutes = key.removeprefix("mandatory_not_done_")
        return _("%(minutes)s-minute blood pressure not taken") % {"minutes": minutes}
    if key.startswith("not_measured_"):
        name = _(OBSERVATIONS[key.removeprefix("not_measured_")].name)
        return _("%(observation)s not measured in the final set") % {"observation": name}
    return _(CAUTION_NAMES[key])


def answers(session: Session) -> list[tuple[str, str]]:
    """Each admission question with its latest answer."""
    admissions = session.rows.standing(Admission)
    if not admissions:
        return []
    latest = admissions[-1]
    asked = session.protocol_version.protocol().questions
    found = [(Admission.question(q), yes_no(getattr(latest, q))) for q in asked]
    if latest.contraindication_reason:
        words = _("Why a contraindication no longer stands")
        found.append((words, latest.contraindication_reason))
    if latest.fasting_reason:
        found.append((_("Not fasted: why the dose goes ahead"), latest.fasting_reason))
    if latest.escort_name:
        escort = f"{latest.escort_name}, {latest.escort_phone}"
        found.append((Admission.question("escort_name"), escort))
    if latest.transport_reason:
        found.append((_("How the patient gets home"), latest.transport_reason))
    return [*found, (_("Prescriber on site"), latest.prescriber_name)]


def yes_no(answer: bool | None) -> str:
    return {True: _("Yes"), False: _("No"), None: _("Not asked")}[answer]


def renewal_words(entry: TrailEntry | None) -> str:
    """Who renewed a signer's sign-in, and when; empty where no one did."""
    if entry is None or entry.actor is None:
        return ""
    return _("sign-in renewed by %(by)s on %(at)s") % {
        "by": entry.actor.printed_name,
        "at": moments.day_clock(entry.at),
    }


def signature(
    clearance: Clearance, withdrawal: Withdrawal | None, renewal: TrailEntry | None
) -> Signature:
    """`renewal` is the entry about the signer's sign-in within the week before, if there is one."""
    checklist = clearance.checklist
    return Signature(
        clearance=clearance,
        confirmed=tuple(_(CHECKLIST[key]) for key in CHECKLIST if checklist.get(key)),
        had_serious_event=yes_no(checklist.get("had_serious_event")),
        justifications=tuple((caution(k), words) for k, words in clearance.justifications.items()),
        withdrawal=withdrawal,
        withdrawal_reason=wording.withdrawal(withdrawal_reason(withdrawal)) if withdrawal else "",
        renewal=renewal_words(renewal),
    )
