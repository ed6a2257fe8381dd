"""One set of observations at one time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import Correctable, Sent
from monitoring.rules.measures import NOT_DONE_REASONS, OBSERVATIONS, measures

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

_REASONS = [*NOT_DONE_REASONS.items()]


def _not_done(label: StrPromise) -> models.CharField[str, str]:
    return models.CharField(label, max_length=16, blank=True, choices=_REASONS)


def _value_or_reason() -> Q:
    """Each observation has its value, a coded reason, or neither; never both, never half."""
    whole = Q()
    for observation in OBSERVATIONS.values():
        absent = Q(**{f"{f}__isnull": True for f in observation.fields})
        measured = {f"{f}__isnull": False for f in observation.fields}
        present = Q(**measured, **{f"{observation.key}_not_done": ""})
        whole &= absent | present
    return whole


def _something() -> Q:
    whole = Q()
    for key, observation in OBSERVATIONS.items():
        whole |= Q(**{f"{observation.fields[0]}__isnull": False})
        whole |= Q(**{f"{key}_not_done__gt": ""})
    return whole


def _possible() -> Q:
    whole = Q()
    for key, measure in measures().items():
        low, high = measure.possible
        whole &= Q(**{f"{key}__isnull": True}) | Q(**{f"{key}__gte": low, f"{key}__lte": high})
    return whole


class Reading(Correctable, Sent):
    """`taken_at` is when the nurse looked, `recorded_at` when the server had it.

    Oxygen is litres a minute beside SpO2: 0 is room air, none is not known, as of readings from
    before it was asked. The tablet makes the id, so that the same reading sent twice is one row. A
    correction is a new reading that replaces one of its session, once, with a reason. `slot` is the
    one whose form was opened; which slot a reading fills follows from its time alone.
    """

    may_follow_departure = True

    taken_at = models.DateTimeField(_("Taken at"))
    slot = models.PositiveSmallIntegerField(null=True)
    systolic = models.PositiveSmallIntegerField(_("Systolic"), null=True)
    diastolic = models.PositiveSmallIntegerField(_("Diastolic"), null=True)
    blood_pressure_not_done = _not_done(_("Blood pressure not done"))
    heart_rate = models.PositiveSmallIntegerField(_("Heart rate"), null=True)
    heart_rate_not_done = _not_done(_("Heart rate not done"))
    spo2 = models.PositiveSmallIntegerField(_("SpO₂"), null=True)
    oxygen = models.DecimalField(_("Oxygen"), max_digits=3, decimal_places=1, null=True)
    spo2_not_done = _not_done(_("SpO₂ not done"))
    respiratory_rate = models.PositiveSmallIntegerField(_("Respiratory rate"), null=True)
    respiratory_rate_not_done = _not_done(_("Respiratory rate not done"))
    sedation = models.PositiveSmallIntegerField(_("Sedation"), null=True)
    sedation_scale = models.CharField(max_length=40, blank=True)
    sedation_not_done = _not_done(_("Sedation not done"))
    dissociation = models.PositiveSmallIntegerField(_("Dissociation"), null=True)
    dissociation_scale = models.CharField(max_length=40, blank=True)
    dissociation_not_done = _not_done(_("Dissociation not done"))
    confirmed = models.JSONField(default=list)
    note = models.CharField(_("Note"), max_length=500, blank=True)
    late_reason = models.CharField(_("Why entered late"), max_length=300, blank=True)
    after_departure = models.BooleanField(default=False)

    class Meta(Correctable.Meta):
        indexes = (
            # Few of all readings: the review list does not grow with the archive.
            models.Index(
                fields=("session",), condition=Q(after_departure=True), name="reading_after_leaving"
            ),
        )
        constraints = (
            *Correctable.Meta.constraints,
            *Sent.Meta.constraints,
            models.CheckConstraint(condition=_value_or_reason(), name="reading_value_or_reason"),
            models.CheckConstraint(condition=_something(), name="reading_not_empty"),
            models.CheckConstraint(condition=_possible(), name="reading_possible"),
            models.CheckConstraint(
                condition=Q(systolic=None) | Q(systolic__gt=models.F("diastolic")),
                name="reading_systolic_above_diastolic",
            ),
            models.CheckConstraint(
                condition=Q(oxygen=None) | Q(spo2__isnull=False) | Q(spo2_not_done__gt=""),
                name="reading_oxygen_beside_spo2",
            ),
            models.CheckConstraint(
                condition=(
                    Q(sedation=None, sedation_scale="")
                    | Q(sedation__isnull=False, sedation_scale__gt="")
                )
                & (
                    Q(dissociation=None, dissociation_scale="")
                    | Q(dissociation__isnull=False, dissociation_scale__gt="")
                ),
                name="reading_scale_beside_value",
            ),
        )
