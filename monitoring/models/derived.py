"""What is made from the facts of a session, and can be made again at any time.

It is no part of the record: no chain has it and no guard holds it. The verbs keep it in step,
`manage.py figures` makes it again, and verification compares it with the facts.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from monitoring.rules.counted import counts
from monitoring.rules.figures import SessionFigures, figures

if TYPE_CHECKING:
    from uuid import UUID

    from monitoring.models.session import Session
    from monitoring.rules.facts import SessionFacts


_COUNTED = tuple(field.name for field in fields(SessionFigures))


class Derived(models.Model):
    class Meta:
        abstract = True


class Tag(Derived):
    """What a session is found by (`rules/tags.py`), with its site and day, which never change: the
    register pages through the sessions of one tag by the index of tags alone."""

    id = models.BigAutoField(primary_key=True)
    session = models.ForeignKey(
        "monitoring.Session", on_delete=models.PROTECT, related_name="tags", db_index=False
    )
    site = models.ForeignKey(
        "clinic.Site", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    planned_for = models.DateTimeField()
    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=40)

    if TYPE_CHECKING:
        session_id: UUID
        site_id: UUID

    class Meta:
        constraints = (
            # With the site, so that no row is looked at to know that it is of this one.
            models.UniqueConstraint(fields=("session", "kind", "code", "site"), name="tag_once"),
        )
        indexes = (
            models.Index(
                fields=("site", "kind", "code", "-planned_for", "-session"), name="tag_by_date"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"

    @classmethod
    def of(cls, session: Session, kind: str, code: str) -> Self:
        """That of `session`; not saved."""
        return cls(
            session_id=session.pk,
            site_id=session.site_id,
            planned_for=session.planned_for,
            kind=kind,
            code=code,
        )


class Figures(Derived):
    """The figures of one session that has ended (`rules/figures.py`), with its site and day, which
    no verb changes then; there is one row for each."""

    session = models.OneToOneField(
        "monitoring.Session",
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="figures",
    )
    site = models.ForeignKey(
        "clinic.Site", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    planned_for = models.DateTimeField()
    end = models.CharField(max_length=20)
    is_dosed = models.BooleanField()
    slots_asked = models.PositiveSmallIntegerField()
    slots_answered = models.PositiveSmallIntegerField()
    slots_in_time = models.PositiveSmallIntegerField()
    forty = models.CharField(max_length=8, blank=True)
    systolic_rise = models.SmallIntegerField(null=True)
    diastolic_rise = models.SmallIntegerField(null=True)
    lowest_spo2 = models.PositiveSmallIntegerField(null=True)
    sedation = models.CharField(max_length=14, blank=True)
    sedation_minutes = models.PositiveIntegerField(null=True)
    dissociation = models.CharField(max_length=14, blank=True)
    dissociation_minutes = models.PositiveIntegerField(null=True)
    is_signed = models.BooleanField()
    ready_minutes = models.PositiveSmallIntegerField(null=True)
    signature_minutes = models.PositiveIntegerField(null=True)
    left_early = models.BooleanField()
    entered = models.PositiveSmallIntegerField()
    entered_late = models.PositiveSmallIntegerField()
    corrected = models.PositiveSmallIntegerField()
    struck = models.PositiveSmallIntegerField()
    to_answer = models.PositiveSmallIntegerField()
    answered_late = models.PositiveSmallIntegerField()
    unanswered = models.PositiveSmallIntegerField()
    counts = models.BigIntegerField()
    """A bit for each line of the overview that the session is behind (`rules/counted.py`)."""

    if TYPE_CHECKING:
        session_id: UUID

    class Meta:
        indexes = (
            # With what the sessions behind a line of the overview are found by, in their order.
            models.Index(
                fields=("site", "-planned_for", "-session", "counts"), name="figures_by_day"
            ),
        )

    def __str__(self) -> str:
        return f"figures of {self.session_id}"

    @classmethod
    def of(cls, session: Session, facts: SessionFacts) -> Self:
        """Those of `session`, which has ended with these facts; not saved."""
        return cls(**cls.columns_of(session, facts))

    @classmethod
    def columns_of(cls, session: Session, facts: SessionFacts) -> dict[str, Any]:
        """Every column of that row."""
        return {
            "session_id": session.pk,
            "site_id": session.site_id,
            "planned_for": session.planned_for,
            **cls.values_of(facts),
        }

    @staticmethod
    def values_of(facts: SessionFacts) -> dict[str, Any]:
        """The columns that follow from the facts."""
        found = figures(facts)
        return {**{name: getattr(found, name) for name in _COUNTED}, "counts": counts(found)}
