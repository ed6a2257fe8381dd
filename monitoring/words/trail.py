"""What an entry of the trail wrote, in words: values, and the old ones of what was corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Staff, TrailEntry
from clinic.models.row import name_of
from clinic.pages import moments
from clinic.trail.canonical import Columns, parse
from clinic.trail.replay import UNREADABLE, payload
from monitoring.models import FormAnswers, PatientAmendment, Session
from monitoring.models.row import Correctable
from monitoring.words.form import said_in
from monitoring.words.patient_amendments import changes

ENTRY_WORDS = {
    "register_patient": gettext_lazy("Patient registered"),
    "amend_patient": gettext_lazy("Patient amended"),
    "plan_session": gettext_lazy("Session planned"),
    "order_dose": gettext_lazy("Dose ordered"),
    "hand_over_prescriber": gettext_lazy("Prescriber on site changed"),
    "hand_over_watch": gettext_lazy("Watch handed over"),
    "accept_watch": gettext_lazy("Watch accepted"),
    "cancel_session": gettext_lazy("Session cancelled"),
    "admit_patient": gettext_lazy("Patient admitted"),
    "decide_dose": gettext_lazy("Dose decided"),
    "give_dose": gettext_lazy("Dose recorded"),
    "defer_dose": gettext_lazy("Ended without a dose"),
    "end_infusion": gettext_lazy("Infusion ended"),
    "record_reading": gettext_lazy("Reading recorded"),
    "correct_reading": gettext_lazy("Reading corrected"),
    "record_event": gettext_lazy("Event recorded"),
    "respond_to_flag": gettext_lazy("Response recorded"),
    "record_screen": gettext_lazy("Suicidality screen recorded"),
    "record_medication": gettext_lazy("Medication recorded"),
    "review_event": gettext_lazy("Event reviewed"),
    "record_call": gettext_lazy("Call recorded"),
    "sign_clearance": gettext_lazy("Clearance signed"),
    "withdraw_clearance": gettext_lazy("Clearance withdrawn"),
    "depart": gettext_lazy("Departure recorded"),
    "amend_record": gettext_lazy("Record amended"),
    "review_reading": gettext_lazy("Late reading reviewed"),
    "correct_dose": gettext_lazy("Dose corrected"),
    "correct_event": gettext_lazy("Event corrected"),
    "strike": gettext_lazy("Marked as entered in error"),
    "confirm_strike": gettext_lazy("Strike answered"),
    "answer_form": gettext_lazy("Answered for the monitoring form"),
    "file_form": gettext_lazy("Monitoring form filed"),
    "record_staff_contact": gettext_lazy("Staff contact recorded"),
    "strike_staff_contact": gettext_lazy("Staff contact marked as entered in error"),
    "adopt": gettext_lazy("Taken over as it stood when the trail began"),
}
"""A sentence for each entry on the chains of sessions and patients."""
_LEFT_OUT = frozenset(
    {
        "id", "seq", "search_name", "amended", "printed_name", "recorded_at", "created_at",
        "changes", "through_seq", "content_digest", "chain_head", "statement", "meaning", "noun",
        "target", "sedation_scale", "dissociation_scale", "watches", "watch_limit",
        "planned_at", "last_seq", "given_mg", "deviation_count", "copy", "digest", "monitor_name",
    }
)  # fmt: skip
"""What an entry says by itself (who, when), what follows from the facts, and what is read
elsewhere: a whole statement, the copy of a form, digests, names of scales."""
_FROM_ORDER = frozenset({(Session, "treatment_phase")})
"""What a session has as its order, which says it in words, stands in the same entry."""


def contents(entries: Iterable[TrailEntry]) -> dict[UUID, str]:
    """By entry what it wrote, of entries on the chains of sessions and patients: two queries, and
    one for each kind of fact that was corrected."""
    written = {entry.pk: list(_rows(entry)) for entry in entries}
    before = _replaced(row for rows in written.values() for row in rows)
    names = {staff.pk: staff.printed_name for staff in Staff.objects.all()}
    return {
        pk: "; ".join(filter(None, (_told(row, before, names) for row in rows)))
        for pk, rows in written.items()
    }


def _told(
    written: tuple[type[models.Model], str, Columns],
    before: Mapping[UUID, models.Model],
    names: Mapping[UUID, str],
) -> str:
    """What no verb writes is no reason not to show the rest."""
    try:
        return _words(written, before, names)
    except (*UNREADABLE, ValidationError):
        return _("not readable")


def _rows(entry: TrailEntry) -> Iterable[tuple[type[models.Model], str, Columns]]:
    """The rows that were written, each whole or with the columns that changed; roll-ups of a
    session that was there already follow from its facts."""
    for table, by_id in payload(entry)["rows"].items():
        model = _models().get(table)
        for key, row in by_id.items():
            if model is not None and row and not (table == "session" and "id" not in row):
                yield model, key, row


@cache
def _models() -> dict[str, type[models.Model]]:
    return {name_of(model): model for model in apps.get_app_config("monitoring").get_models()}


def _replaced(
    rows: Iterable[tuple[type[models.Model], str, Columns]],
) -> dict[UUID, models.Model]:
    """The facts that were corrected, as they stand."""
    wanted: dict[type[models.Model], set[UUID]] = {}
    for model, _key, row in rows:
        if issubclass(model, Correctable) and (id := _id(row.get("replaces_id"))):
            wanted.setdefault(model, set()).add(id)
    found: dict[UUID, models.Model] = {}
    for model, ids in wanted.items():
        found |= model._default_manager.in_bulk(ids)
    return found


def _id(text: object) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _words(
    written: tuple[type[models.Model], str, Columns],
    before: Mapping[UUID, models.Model],
    names: Mapping[UUID, str],
) -> str:
    model, _key, row = written
    found = parse(model, row)
    if isinstance(found, PatientAmendment):
        told = [f"{c.label}: {c.old} → {c.new}" for c in changes(found)]
        return ", ".join([*told, _("Reason: %(reason)s") % {"reason": found.reason}])
    if isinstance(found, FormAnswers):
        return ", ".join(f"{label}: {said}" for label, said in said_in(found))
    id = _id(row.get("replaces_id"))
    old = before.get(id) if id else None
    told = [
        _said(field, found, old, names)
        for field in cast("list[models.Field[Any, Any]]", model._meta.local_concrete_fields)
        if field.attname in row and _is_told(field)
    ]
    return ", ".join(filter(None, told))


def _is_told(field: models.Field[Any, Any]) -> bool:
    """Whether a reader asks for it: not for ids of rows, nor for what follows from others."""
    is_person = field.related_model is Staff and field.name != "recorded_by"
    is_id = isinstance(field, models.ForeignKey | models.UUIDField | models.JSONField)
    is_left_out = field.name in _LEFT_OUT or (field.model, field.name) in _FROM_ORDER
    return not is_left_out and (is_person or not is_id)


def _said(
    field: models.Field[Any, Any],
    row: models.Model,
    old: models.Model | None,
    names: Mapping[UUID, str],
) -> str:
    """Such as "Systolic: 122 → 141"; nothing of what is empty, or stayed as it was."""
    new_words = _value(field, row, names)
    old_words = _value(field, old, names) if old is not None else ""
    if new_words == old_words or (old is None and not new_words):
        return ""
    label = str(field.verbose_name)
    label = label[:1].upper() + label[1:]
    if old is None:
        return f"{label}: {new_words}"
    return f"{label}: {old_words or _('empty')} → {new_words or _('empty')}"


def _value(field: models.Field[Any, Any], row: models.Model, names: Mapping[UUID, str]) -> str:
    value = getattr(row, field.attname)
    if value in {None, ""} or (value is False and field.default is False):
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.related_model is Staff:
        return names.get(value, "")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return moments.day_clock(value)
    if isinstance(field, models.DateField):
        return moments.day(value)
    return str(value)
