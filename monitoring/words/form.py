"""The monitoring form in words: values, what is missing and who can supply it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.pages import moments
from monitoring.models import FormAnswers, FormFiling, Patient
from monitoring.models.filled_form import FilledForm, copied
from monitoring.rules.form_source import NOT_READY, Filled
from monitoring.rules.rems_form import REVISIONS, SECTIONS, Field, Origin, Revision, Section
from monitoring.words import wording

ORIGINS: dict[Origin, Any] = {
    "patient": gettext_lazy("Patient"),
    "planning": gettext_lazy("Plan"),
    "admission": gettext_lazy("Answers on arrival"),
    "monitor": gettext_lazy("Staff"),
    "site": gettext_lazy("Site"),
    "doses": gettext_lazy("Doses"),
    "departure": gettext_lazy("First dose and departure"),
    "clearance": gettext_lazy("Clearance"),
    "readings": gettext_lazy("Readings"),
    "events": gettext_lazy("Departure and events"),
    "observer": gettext_lazy("Observer's answer"),
    "hand": gettext_lazy("By hand"),
}
SUPPLIERS: dict[Origin, Any] = {
    "patient": gettext_lazy("a nurse or clinician amends the patient"),
    "planning": gettext_lazy("no one: it was not planned so"),
    "admission": gettext_lazy("the observer answers for the form"),
    "monitor": gettext_lazy("this person, on their account, or an administrator"),
    "site": gettext_lazy("an administrator amends the site"),
    "doses": gettext_lazy("a clinician corrects the dose"),
    "departure": gettext_lazy("a nurse or clinician records how the patient left"),
    "clearance": gettext_lazy("the observer answers for the form"),
    "readings": gettext_lazy("no one now, unless it was measured and a nurse enters it late"),
    "events": gettext_lazy("the observer answers for the form"),
    "observer": gettext_lazy("the observer answers for the form"),
    "hand": gettext_lazy("whoever signs the official form"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A field in words. `words` is empty where it has no value; `supplier` is who can supply it."""

    key: str
    label: str
    words: str
    origin: str
    of: str
    """The code of the origin, for its link."""
    is_missing: bool = False
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    was: str
    now: str


def parts(form: FilledForm) -> list[Part]:
    """The form in its order, section by section."""
    return _by_section([(f.field, _line(f)) for f in form.fields])


def parts_of_copy(filing: FormFiling) -> list[Part]:
    """The same of a filed copy, as it was filed."""
    said = copied(filing)
    return _by_section(
        [
            (f, Line(f.key, _labelled(f), value(f, said.get(f.key)), "", f.origin))
            for f in REVISIONS[filing.revision].fields
        ]
    )


def changes(form: FilledForm) -> list[Change]:
    """What the record says otherwise than the latest form that was filed."""
    return [
        Change(full_label(now.field), value(now.field, was) or "–", value(now.field, now.value))
        for now, was in form.changed
    ]


def revision_of(filing: FormFiling) -> Revision:
    return REVISIONS[filing.revision]


def answered(form: FilledForm) -> list[tuple[str, str]]:
    """What the observer answered last, with each question."""
    given = form.source.answers
    return [(full_label(f), value(f, given[f.key])) for f in form.revision.fields if f.key in given]


def said_in(answers: FormAnswers) -> list[tuple[str, str]]:
    """The same of one row of answers, with why it took the place of an earlier one. Raises KeyError
    for a revision that is not known."""
    given, fields = answers.answers, REVISIONS[answers.revision].fields
    told = [(full_label(f), value(f, given[f.key])) for f in fields if f.key in given]
    told.append((_("Why answered again"), answers.correction_reason))
    return [(label, words) for label, words in told if words]


def _by_section(found: list[tuple[Field, Line]]) -> list[Part]:
    headings: dict[Section, list[Line]] = {}
    for field, line in found:
        headings.setdefault(field.section, []).append(line)
    return [Part(_(SECTIONS[section]), tuple(lines)) for section, lines in headings.items()]


def _line(found: Filled) -> Line:
    field = found.field
    origin: Origin = "observer" if found.is_answer else field.origin
    is_missing = found.standing == "missing"
    words = _("by hand") if found.standing == "by_hand" else value(field, found.value)
    supplier = SUPPLIERS["observer" if field.is_asked else field.origin]
    return Line(
        field.key,
        _labelled(field),
        words,
        str(ORIGINS[origin]) if words else "",
        origin,
        is_missing,
        str(supplier) if is_missing else "",
    )


def _labelled(field: Field) -> str:
    """The label within its section: what goes with a Yes names its question."""
    return full_label(field) if field.only_if else _(field.label)


def full_label(field: Field) -> str:
    """The label where it stands without its section and without the question it goes with."""
    if field.only_if:
        asked = next(f for f in _all_fields() if f.key == field.only_if)
        return f"{_(asked.label)}: {_(field.label)}"
    if field.section in {"monitor", "setting", "pressure", "vitals"}:
        return f"{_(SECTIONS[field.section])}: {_(field.label)}"
    return _(field.label)


def _all_fields() -> list[Field]:
    return [f for revision in REVISIONS.values() for f in revision.fields]


def value(field: Field, found: Any) -> str:
    """The value of `field` in words; empty where there is none."""
    if found is None:
        return ""
    if field.key == "sex":
        return str(Patient.Sex(found).label)
    return str(_WORDS[field.kind](found))


def _dose(found: dict[str, Any]) -> str:
    words = _("%(mg)s mg") % found
    if found["mg"] not in {"56", "84"}:
        words = _("Other: %(mg)s mg") % found
    return words if found["is_known"] else _("%(words)s and a device in part") % {"words": words}


def _minutes(found: int) -> str:
    return ngettext("%(count)s min", "%(count)s min", found) % {"count": found}


def _ready(found: int | str) -> str:
    if found == NOT_READY:
        return _("Not ready when leaving")
    return _("%(count)s min after the first device") % {"count": found}


def _pressure(found: dict[str, Any]) -> str:
    if "not_done" in found:
        return _("Not done: %(why)s") % {"why": wording.not_done(found["not_done"])}
    return _("%(systolic)s/%(diastolic)s mmHg") % found


def _oximetry(found: dict[str, Any]) -> str:
    return _("%(checks)s checks, lowest %(lowest)s %%") % found


def _serious(found: Any) -> str:
    if isinstance(found, str):
        return found
    return "; ".join(map(_serious_event, found))


def _serious_event(event: dict[str, Any]) -> str:
    words = [event["detail"]]
    if event["onset"] is not None:
        words.append(_("onset %(at)s") % {"at": _minutes(event["onset"])})
    if event["resolved"] is not None:
        words.append(_("resolved %(at)s") % {"at": _minutes(event["resolved"])})
    return ", ".join(words)


_WORDS: dict[str, Any] = {
    "text": str,
    "date": lambda found: moments.day(date.fromisoformat(found)),
    "yes_no": lambda found: _("Yes") if found else _("No"),
    "dose": _dose,
    "lots": ", ".join,
    "minutes": _minutes,
    "ready": _ready,
    "pressure": _pressure,
    "oximetry": _oximetry,
    "serious": _serious,
}
