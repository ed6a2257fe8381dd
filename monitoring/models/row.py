"""What every row of a session has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models.row import RecordRow

if TYPE_CHECKING:
    from uuid import UUID


class SessionRow(RecordRow):
    """A row that belongs to a session, and is written to the session's chain.

    By itself it does not move the counter: a signature and a departure are compared with it.
    `may_follow_departure` says whether rows may be inserted after the patient has left;
    `is_only_after_end`, that the session has none before it has ended; `is_clinical`, that it says
    something of the treatment: what does not is loaded by its own pages alone.
    """

    session = models.ForeignKey("monitoring.Session", on_delete=models.PROTECT)

    chain_kind = "session"
    may_follow_departure: ClassVar[bool] = False
    is_only_after_end: ClassVar[bool] = False
    is_clinical: ClassVar[bool] = True

    if TYPE_CHECKING:
        session_id: UUID

    class Meta:
        abstract = True


class SessionFact(SessionRow):
    """A fact of a session.

    `seq` is the session's counter: each fact moves it by one, so that order does not depend on a
    clock and a signature can name exactly what it covers. `can_be_struck` says whether it may be
    marked as entered in error by itself; what belongs to another fact goes with that.
    """

    can_be_struck: ClassVar[bool] = True

    # Found by the index of session and number; that of a person would be of no use.
    session = models.ForeignKey("monitoring.Session", on_delete=models.PROTECT, db_index=False)
    seq = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True
        ordering = ("seq",)
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(fields=("session", "seq"), name="%(class)s_seq_once"),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.seq}"


class Sent(models.Model):
    """A fact whose form may wait on a tablet (decision 0014).

    `sent_by` is the colleague who sent it from there under the name of who recorded it. It is empty
    where that person sent it, as everything before there was this column.
    """

    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )

    if TYPE_CHECKING:
        sent_by_id: UUID | None

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=~Q(sent_by=F("recorded_by")), name="%(class)s_sent_by_another"
            ),
        )


class Correctable(SessionFact):
    """A fact that a later one of its kind may replace, once, with a reason. The later one has the
    place of the first among the facts; both stay readable."""

    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    correction_reason = models.CharField(_("Why corrected"), max_length=300, blank=True)

    if TYPE_CHECKING:
        replaces_id: UUID | None

    class Meta(SessionFact.Meta):
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *SessionFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(replaces=None, correction_reason="")
                | Q(replaces__isnull=False, correction_reason__gt=""),
                name="%(class)s_correction_has_reason",
            ),
        )
