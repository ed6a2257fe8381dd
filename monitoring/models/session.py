"""One supervised dosing session: the root that every verb locks first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from clinic.ids import uuid7
from clinic.models import ChainHead
from clinic.models.constant import Constant, Plain, Row
from clinic.models.row import Guarded
from monitoring.models.facts import facts_of
from monitoring.models.history import load_history
from monitoring.models.register_indexes import indexes_of_waiting, register_indexes
from monitoring.models.row import SessionRow
from monitoring.models.rows import SessionRows, beside_of, lay_down, load, own_tables, rows_of
from monitoring.rules.facts import SessionFacts

if TYPE_CHECKING:
    from clinic.models import Site

IN_PROGRESS = ("arrived", "dosing", "observing", "cleared")


class SessionQuerySet(models.QuerySet["Session"]):
    _nouns: tuple[type[SessionRow], ...] = ()

    def at(self, site: Site) -> SessionQuerySet:
        return self.filter(site=site)

    def in_progress(self) -> SessionQuerySet:
        return self.filter(phase__in=IN_PROGRESS)

    def on_board(self, until: datetime) -> SessionQuerySet:
        """Sessions in progress, and those planned to begin before `until`."""
        return self.filter(Q(phase__in=IN_PROGRESS) | Q(phase="planned", planned_for__lt=until))

    def with_people(self) -> SessionQuerySet:
        return self.select_related("patient", "site", "protocol_version", "prescriber", "observer")

    def with_what_stays(self) -> SessionQuerySet:
        """Only links that never change are joined: a row that a lock waited for would come with the
        joined rows as they were before the wait."""
        return self.select_related("patient", "site", "protocol_version")

    def with_observations(self) -> SessionQuerySet:
        """What recording and the board read: doses, readings and events, and what was struck."""
        return self.with_what_stays().loading(*observed())

    def for_page(self, session_id: UUID, site: Site | None = None) -> Session | None:
        """One session, at `site` where it is given, for the page that shows it: with the nouns
        that its phase can have.

        There is no signature before the dosing is over, and no open question after. Decisions
        stand in either: what a dose rested on is still read when the patient leaves.
        """
        from monitoring.models import Admission, Clearance

        session = _of_site(_FOR_PAGE, session_id, site)
        if session is None:
            return None
        is_dosing_to_end = session.phase in {"planned", "arrived", "dosing"}
        left_out = Clearance if is_dosing_to_end else Admission
        has_ended = session.phase in {"closed", "cancelled"}
        session.load(
            noun
            for noun in clinical()
            if noun is not left_out and (has_ended or not noun.is_only_after_end)
        )
        session.load_history()
        return session

    def whole(self, session_id: UUID, site: Site | None = None) -> Session | None:
        """One session, at `site` where it is given, with every noun of the treatment and who
        recorded it."""
        session = _of_site(_WHOLE, session_id, site)
        if session is not None:
            session.load(clinical())
            session.load_history()
        return session

    def to_record(self, session_id: UUID, site: Site | None = None) -> Session | None:
        """One session, at `site` where it is given, with what a reading is recorded by; who
        recorded the rows is asked for each by itself."""
        session = _of_site(_WHOLE, session_id, site)
        if session is not None:
            session.load(observed(), with_people=False)
        return session

    def with_departure(self) -> SessionQuerySet:
        """For a session that is not locked, in the same query."""
        return self.select_related("departure__recorded_by")

    def loading(self, *nouns: type[SessionRow]) -> SessionQuerySet:
        """Load the rows of `nouns` with the sessions, when these are read."""
        found = self.all()
        found._nouns = nouns
        return found

    def _clone(self) -> SessionQuerySet:
        django: Any = super()
        found: SessionQuerySet = django._clone()
        found._nouns = self._nouns
        return found

    def _fetch_all(self) -> None:
        is_read_now = self._result_cache is None
        super()._fetch_all()
        if is_read_now and self._nouns:
            load(self._result_cache or (), self._nouns)


class Session(Guarded):
    """Phase is written by verbs alone and constrained to agree with the facts.

    `last_seq` counts the facts of the session: the database moves it with each one, and a
    discharge stands only on a signature that covers all of them. The columns after it are roll-ups
    for the board and the register; the gate never reads them.
    """

    class Phase(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ARRIVED = "arrived", _("Arrived")
        DOSING = "dosing", _("Dosing")
        OBSERVING = "observing", _("Observing")
        CLEARED = "cleared", _("Cleared")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Not dosed")

    class Indication(models.TextChoices):
        TRD = "trd", _("Treatment-resistant depression")
        MDSI = "mdsi", _("Depression with acute suicidal ideation or behaviour")

    chain_kind = "session"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Of what an index below begins with, no other is needed; and no session is looked for by who
    # planned or cancelled it.
    patient = models.ForeignKey(
        "monitoring.Patient", on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    site = models.ForeignKey(
        "clinic.Site", on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    protocol_version = models.ForeignKey(
        "monitoring.ProtocolVersion", on_delete=models.PROTECT, related_name="sessions"
    )
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.PLANNED)
    planned_for = models.DateTimeField()
    planned_mg = models.DecimalField(max_digits=6, decimal_places=1)
    """As planned; from the first order on, that of the order that stands."""
    weight_kg = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    mg_per_kg = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    concentration = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    """Of an infusion, in mg a mL."""
    infusion_minutes = models.PositiveSmallIntegerField(null=True)
    beyond_reason = models.CharField(max_length=300, blank=True)
    """Why a clinician ordered an infusion beyond what the protocol allows."""
    treatment_phase = models.CharField(max_length=16, blank=True)
    planned_reason = models.CharField(max_length=300, blank=True)
    """Phase of treatment and why this dose, as planned: what the prescriber confirms."""
    indication = models.CharField(max_length=10, choices=Indication.choices, default=Indication.TRD)
    is_first_treatment = models.BooleanField()
    room = models.CharField(max_length=40, blank=True)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    prescriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    observer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    """Who watches the patient now: from admission, or an accepted handover, on."""
    admitted_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    cancel_reason = models.CharField(max_length=300, blank=True)

    last_seq = models.PositiveIntegerField(default=0)

    first_dose_at = models.DateTimeField(null=True)
    last_dose_at = models.DateTimeField(null=True)
    given_mg = models.DecimalField(max_digits=6, decimal_places=1, default=0)
    standing_clearance = models.ForeignKey(
        "monitoring.Clearance", on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    peak_systolic = models.PositiveSmallIntegerField(null=True)
    peak_diastolic = models.PositiveSmallIntegerField(null=True)
    deviation_count = models.PositiveIntegerField(default=0)
    form_due_at = models.DateTimeField(null=True)
    """From when on the monitoring form is overdue; empty where none is asked for, and of a session
    that had ended before forms were kept here."""
    form_filed_seq = models.PositiveIntegerField(null=True)
    """The number of the latest filed form among the facts."""
    form_changed = models.BooleanField(default=False)
    """Whether the record says otherwise since."""

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ("-planned_for",)
        indexes = (
            models.Index(fields=("site", "phase", "planned_for"), name="session_on_board"),
            models.Index(fields=("site", "-planned_for"), name="session_by_date"),
            models.Index(fields=("patient", "-planned_for"), name="session_of_patient"),
            *register_indexes(),
            *indexes_of_waiting(),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("patient",),
                condition=Q(phase__in=IN_PROGRESS),
                name="session_one_open_per_patient",
            ),
            models.CheckConstraint(
                condition=Q(phase__in=("planned", *IN_PROGRESS, "closed", "cancelled")),
                name="session_phase_known",
            ),
            models.CheckConstraint(
                condition=Q(phase="planned", admitted_at=None)
                | Q(phase="cancelled")
                | Q(phase__in=(*IN_PROGRESS, "closed"), admitted_at__isnull=False),
                name="session_admitted_agrees",
            ),
            models.CheckConstraint(
                condition=Q(phase__in=("planned", "arrived", "cancelled"), first_dose_at=None)
                | Q(phase__in=("dosing", "observing", "cleared"), first_dose_at__isnull=False)
                | Q(phase="closed"),
                name="session_dosed_agrees",
            ),
            models.CheckConstraint(
                condition=Q(phase="cleared", standing_clearance__isnull=False)
                | Q(phase="closed")
                | (~Q(phase__in=("cleared", "closed")) & Q(standing_clearance=None)),
                name="session_cleared_agrees",
            ),
            models.CheckConstraint(
                condition=Q(phase="closed", closed_at__isnull=False, outcome__gt="")
                | (~Q(phase="closed") & Q(closed_at=None, outcome="")),
                name="session_closed_agrees",
            ),
            models.CheckConstraint(
                condition=Q(
                    phase="cancelled",
                    cancelled_at__isnull=False,
                    cancelled_by__isnull=False,
                    cancel_reason__gt="",
                )
                | (
                    ~Q(phase="cancelled")
                    & Q(cancelled_at=None, cancelled_by=None, cancel_reason="")
                ),
                name="session_cancelled_agrees",
            ),
            models.CheckConstraint(condition=Q(planned_mg__gt=0), name="session_dose_ordered"),
            models.CheckConstraint(
                condition=Q(first_dose_at=None, last_dose_at=None) | Q(first_dose_at__isnull=False),
                name="session_doses_agree",
            ),
        )

    def __str__(self) -> str:
        return f"{self.patient_id} {self.planned_for:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.phase in IN_PROGRESS

    @property
    def rows(self) -> SessionRows:
        """The rows that were loaded with the session."""
        return rows_of(self)

    @classmethod
    def on_the_board(cls, site: Site, until: datetime) -> Plain[Session]:
        """Those in progress at `site`, and those planned to begin before `until`, without their
        rows; `head` is where the chain of each stood, which moves with each of its rows."""
        found = _FOR_BOARD.plain([site.pk], until)

        def at_site(rows: list[Row]) -> list[Session]:
            made = found.instances(rows)
            for session in made:
                session.site = site
            return made

        return Plain(found.rows, at_site)

    @classmethod
    def locked(cls, id: UUID, *, is_whole: bool) -> Session | None:
        """The session, locked until the transaction ends, with its record, or with what recording
        a reading needs; None where there is none."""
        found = _LOCKED.rows([id])
        load(found, recorded() if is_whole else observed())
        return found[0] if found else None

    @classmethod
    def read(cls, id: UUID) -> Session:
        """The session with its record, as it stands in the database."""
        (found,) = _UNLOCKED.rows([id])
        load([found], recorded())
        return found

    def load(self, nouns: Iterable[type[SessionRow]], *, with_people: bool = True) -> None:
        """Load the rows of `nouns`, and who recorded them; the departure was loaded already."""
        from monitoring.models import Departure

        load([self], (noun for noun in nouns if noun is not Departure), with_people=with_people)
        lay_down(self, Departure, [getattr(self, "departure", None)])

    def load_history(self) -> None:
        """Load the patient's earlier sessions, which are asked about until the first dose."""
        if self.phase in {"planned", "arrived"}:
            load_history([self])

    def take(self, row: SessionRow) -> None:
        """Let `row`, which was just inserted, stand among those that were loaded."""
        rows, noun = self.rows, type(row)
        if rows.has(noun):
            for other in beside_of(noun):
                lay_down(self, other, rows.of(other))
            lay_down(self, noun, [*rows.of(noun), row])

    def facts(self) -> SessionFacts:
        """The facts of the session, whole. Raises NotLoaded where a noun is missing."""
        return facts_of(self.rows)

    def facts_loaded(self) -> SessionFacts:
        """The facts of the nouns that were loaded: for the board, a page, and recording alone."""
        return facts_of(self.rows, is_whole=False)


def observed() -> list[type[SessionRow]]:
    """What recording a reading and the board read."""
    from monitoring.models import Dose, Event, Reading, Strike

    return [Reading, Event, Dose, Strike]


def recorded() -> list[type[SessionRow]]:
    """What the rules read while the patient is here."""
    return [noun for noun in clinical() if not noun.is_only_after_end]


def clinical() -> list[type[SessionRow]]:
    """What says something of the treatment."""
    return [noun for noun in own_tables() if noun.is_clinical]


def _by_id(ids: list[UUID]) -> SessionQuerySet:
    return Session.objects.with_what_stays().filter(pk__in=ids).order_by()


def _with_people(ids: list[UUID]) -> SessionQuerySet:
    return Session.objects.with_people().with_departure().filter(pk__in=ids).order_by()


_WHOLE = Constant(_with_people)
_FOR_PAGE = Constant(lambda ids: _with_people(ids).select_related("standing_clearance"))


def _of_site(asked: Constant[Session], id: UUID, site: Site | None) -> Session | None:
    found = (s for s in asked.rows([id]) if site is None or s.site_id == site.pk)
    return next(found, None)


def _for_board(sites: list[UUID], until: datetime) -> SessionQuerySet:
    head = ChainHead.objects.filter(pk=OuterRef("pk")).values("digest")
    found = Session.objects.filter(site__in=sites).on_board(until).order_by()
    joined = found.select_related("patient", "observer", "standing_clearance")
    return joined.annotate(head=Subquery(head))


_FOR_BOARD = Constant(_for_board)
_UNLOCKED = Constant(_by_id)
_LOCKED = Constant(lambda ids: _by_id(ids).select_for_update(of=("self",)))
