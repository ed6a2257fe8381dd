"""The fields of the SPRAVATO REMS Patient Monitoring Form (outpatient), by revision, as data.

The product fills a form of its own in the order of the official one; the clinic files. Which fields
a revision has, where it was read and when it was revised stand here: a later revision is one more
entry (CLINICAL 2, S3, S31 to S33).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from monitoring.rules.marking import gettext_noop as _

Section = Literal[
    "patient",
    "concomitant",
    "monitor",
    "setting",
    "session",
    "ready",
    "vitals",
    "pressure",
    "events",
    "signature",
]
Origin = Literal[
    "patient",
    "planning",
    "admission",
    "monitor",
    "site",
    "doses",
    "departure",
    "clearance",
    "readings",
    "events",
    "observer",
    "hand",
]
"""Which part of the record a field comes from. `observer`: the record cannot know, the observer is
asked. `hand`: it is written on the official form by hand and not kept here."""
Kind = Literal[
    "text", "date", "yes_no", "dose", "lots", "minutes", "ready", "pressure", "oximetry", "serious"
]

SECTIONS: dict[Section, str] = {
    "patient": _("Patient"),
    "concomitant": _("Concomitant medication"),
    "monitor": _("Who conducted the monitoring"),
    "setting": _("Healthcare setting"),
    "session": _("Treatment session"),
    "ready": _("Readiness to leave"),
    "vitals": _("Vital signs"),
    "pressure": _("Blood pressure"),
    "events": _("Events"),
    "signature": _("Signature"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the form.

    `uses` are the parts of `FormSource` that its value is made of. `is_asked`: where the record has
    no value, the observer may answer. `only_if` is the yes/no field without whose Yes it is empty.
    """

    key: str
    label: str
    section: Section
    origin: Origin
    kind: Kind = "text"
    uses: tuple[str, ...] = ()
    is_required: bool = True
    is_asked: bool = False
    only_if: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One revision of the form: `key` is kept with every filed copy and never changes."""

    key: str
    title: str
    source: str
    revised: str
    fields: tuple[Field, ...]

    def field(self, key: str) -> Field:
        """The field `key`. Raises KeyError."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)


def _patient(key: str, label: str, uses: str, kind: Kind = "text") -> Field:
    return Field(key=key, label=label, section="patient", origin="patient", kind=kind, uses=(uses,))


def _taken(key: str, label: str, uses: str) -> Field:
    return Field(
        key=key,
        label=label,
        section="concomitant",
        origin="admission",
        kind="yes_no",
        uses=(uses, "answers"),
        is_asked=True,
    )


def _monitor(key: str, label: str, *, is_required: bool = True) -> Field:
    return Field(
        key=key,
        label=label,
        section="monitor",
        origin="monitor",
        uses=(key,),
        is_required=is_required,
    )


def _setting(key: str, label: str, uses: str, *, is_required: bool = True) -> Field:
    return Field(
        key=key,
        label=label,
        section="setting",
        origin="site",
        uses=(uses,),
        is_required=is_required,
    )


def _asked(key: str, label: str) -> Field:
    return Field(
        key=key,
        label=label,
        section="vitals",
        origin="observer",
        kind="yes_no",
        uses=("answers",),
        is_asked=True,
    )


def _event(key: str, label: str, *, is_rated: bool = False) -> tuple[Field, ...]:
    """Whether there was one, its onset and when it was resolved: from the ratings of the readings
    where it is rated, and else the observer is asked."""
    rated: tuple[str, ...] = (key,) if is_rated else ()
    since: tuple[str, ...] = (key, "first_dose_at") if is_rated else ()
    parts = (
        (key, label, rated, ""),
        (f"{key}_onset", _("Onset"), since, key),
        (f"{key}_resolved", _("Resolved"), since, key),
    )
    return tuple(
        Field(
            key=part,
            label=words,
            section="events",
            origin="readings" if is_rated else "observer",
            kind="minutes" if only_if else "yes_no",
            uses=(*uses, "answers"),
            is_asked=True,
            only_if=only_if,
        )
        for part, words, uses, only_if in parts
    )


def _pressure(key: str, label: str) -> Field:
    return Field(
        key=key, label=label, section="pressure", origin="readings", kind="pressure", uses=(key,)
    )


_TIMED = ("first_dose_at", "ended_at")

_PATIENT = (
    _patient("first_name", _("First name"), "given_name"),
    Field(
        key="middle_initial",
        label=_("Middle initial"),
        section="patient",
        origin="hand",
        is_required=False,
    ),
    _patient("last_name", _("Last name"), "family_name"),
    _patient("birth_date", _("Date of birth"), "birth_date", "date"),
    _patient("sex", _("Sex"), "sex"),
)
_ADDED_TO_PATIENT = (
    Field(
        key="first_treatment",
        label=_("First treatment"),
        section="patient",
        origin="planning",
        kind="yes_no",
        uses=("is_first_treatment",),
    ),
    _patient("enrolled_on", _("Enrolled in the REMS on"), "enrolled_on", "date"),
)
_BENZODIAZEPINES = _taken("benzodiazepines", _("Benzodiazepines"), "benzodiazepine")
_HYPNOTICS = _taken("hypnotics", _("Non-benzodiazepine sedative hypnotics"), "hypnotic")
_OPIOIDS = _taken("opioids", _("Opioids"), "opioid")
_STIMULANTS = _taken("psychostimulants", _("Psychostimulants"), "stimulant")
_MAOIS = _taken("maois", _("Monoamine oxidase inhibitors (MAOIs)"), "maoi")

_MONITOR_TO_PRESSURE = (
    _monitor("monitor_first_name", _("First name")),
    _monitor("monitor_last_name", _("Last name")),
    _monitor("monitor_telephone", _("Telephone"), is_required=False),
    _monitor("monitor_email", _("E-mail")),
    _setting("setting_name", _("Name"), "site_name"),
    _setting("address_1", _("Address 1"), "address"),
    _setting("address_2", _("Address 2"), "address_2", is_required=False),
    _setting("city", _("City"), "city"),
    _setting("state", _("State"), "state"),
    _setting("zip", _("ZIP"), "postal_code"),
    Field(
        key="treatment_date",
        label=_("Treatment date"),
        section="session",
        origin="doses",
        kind="date",
        uses=("first_dose_at",),
    ),
    Field(
        key="dose",
        label=_("Dose: 56 mg, 84 mg or other"),
        section="session",
        origin="doses",
        kind="dose",
        uses=("devices",),
    ),
    Field(
        key="lot_numbers",
        label=_("Lot number"),
        section="session",
        origin="doses",
        kind="lots",
        uses=("devices",),
    ),
    Field(
        key="total_minutes",
        label=_("Total time from the first device to the end of monitoring"),
        section="session",
        origin="departure",
        kind="minutes",
        uses=_TIMED,
    ),
    Field(
        key="ready_minutes",
        label=_("Without the two-hour minimum, ready to leave"),
        section="ready",
        origin="clearance",
        kind="ready",
        uses=("ready_minutes", "answers"),
        is_asked=True,
    ),
    _asked("vitals_before", _("Acceptable before the administration")),
    _asked("vitals_end", _("Acceptable before the end of the session")),
    _pressure("pressure_before", _("Before the administration")),
    _pressure("pressure_40", _("40 minutes after")),
    _pressure("pressure_end", _("Before the end of the session")),
)
_OXIMETRY = Field(
    key="oximetry",
    label=_("Pulse oximetry"),
    section="pressure",
    origin="readings",
    kind="oximetry",
    uses=("oxygen_saturations",),
)
_SEDATION_TO_DISSOCIATION = (
    *_event("sedation", _("Sedation"), is_rated=True),
    *_event("dissociation", _("Dissociation"), is_rated=True),
)
_RESPIRATORY = _event("respiratory", _("Respiratory depression"))
_INCREASE_TO_SIGNATURE = (
    *_event("pressure_increase", _("Increase in blood pressure")),
    Field(
        key="serious",
        label=_("Serious adverse event"),
        section="events",
        origin="events",
        kind="yes_no",
        uses=("was_serious", "serious_events", "answers"),
        is_asked=True,
    ),
    Field(
        key="serious_detail",
        label=_("What it was"),
        section="events",
        origin="events",
        kind="serious",
        uses=("serious_events", "first_dose_at", "answers"),
        is_asked=True,
        only_if="serious",
    ),
    Field(
        key="signature",
        label=_("Signature and date of who conducted the monitoring"),
        section="signature",
        origin="hand",
        is_required=False,
    ),
)

NOVEMBER_2021 = Revision(
    key="11/2021",
    title="11/2021",
    source="CLINICAL 2, S3 and S31; the lower half of the page could not be read",
    revised="2021-11",
    fields=(
        *_PATIENT,
        _BENZODIAZEPINES,
        _HYPNOTICS,
        _STIMULANTS,
        _MAOIS,
        *_MONITOR_TO_PRESSURE,
        *_SEDATION_TO_DISSOCIATION,
        *_INCREASE_TO_SIGNATURE,
    ),
)
WITH_WHAT_WAS_ADDED = Revision(
    key="11/2021+2023",
    title="11/2021, with what was added after October 2023",
    source="CLINICAL 2, S32 and S33: first treatment, enrolled, opioids, respiratory depression and"
    " pulse oximetry; the form itself could not be read",
    revised="2023-10",
    fields=(
        *_PATIENT,
        *_ADDED_TO_PATIENT,
        _BENZODIAZEPINES,
        replace(_HYPNOTICS, label=_("Sedative hypnotics")),
        _OPIOIDS,
        _STIMULANTS,
        _MAOIS,
        *_MONITOR_TO_PRESSURE,
        _OXIMETRY,
        *_SEDATION_TO_DISSOCIATION,
        *_RESPIRATORY,
        *_INCREASE_TO_SIGNATURE,
    ),
)
REVISIONS: dict[str, Revision] = {r.key: r for r in (NOVEMBER_2021, WITH_WHAT_WAS_ADDED)}
CURRENT = WITH_WHAT_WAS_ADDED
"""The revision that forms are filled by today. A filed copy keeps its own."""
EVENTS = ("sedation", "dissociation", "respiratory", "pressure_increase")
"""The events of which the form asks onset and resolution."""
