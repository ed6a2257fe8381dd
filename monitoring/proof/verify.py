"""Is this what was recorded, by whom, when, and what exactly was signed?

Checks each chain and its keyed digests, the rows against the log in both directions, the sequence
of facts, the content of every signature, and the anchors outside the database. It reads one state
of the database from beginning to end, and changes nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import models
from django.db.models import Exists, OuterRef, Q

from clinic.models import ChainHead, Staff, Tablet, TrailEntry
from clinic.models.row import Guarded, name_of
from clinic.trail import anchors
from clinic.trail.canonical import Columns, columns
from clinic.trail.changes import tablet
from clinic.trail.differences import Held, differences
from clinic.trail.person import factor, person
from monitoring import guards
from monitoring.models import ListedPatient, Patient, ProtocolVersion, Session
from monitoring.models.access import listing_of
from monitoring.proof import apart, plain, raw
from monitoring.proof.chains import Chains, Outcome, belonging, name_of_head
from monitoring.proof.findings import Problem, Verification, printable, words_of
from monitoring.proof.robust import AS_TEXT, one_state

AS_WRITTEN: dict[type[models.Model], Callable[[Any, Columns | None], Columns]] = {
    Authenticator: factor,
    Staff: person,
    Tablet: tablet,
}
"""Rows whose chains hold a digest of what lets someone in; of all others they hold every column."""
SUBJECTS: tuple[type[Guarded], ...] = (Session, Patient)
"""Rows that have a chain each."""


def _organisation() -> tuple[type[models.Model], ...]:
    """What the chains of people and of the organisation tell of."""
    return (Authenticator, *Guarded.tables("organisation"))


def _counted() -> list[type[models.Model]]:
    """The tables of which every row is compared with a chain, and the chains themselves."""
    written = [model for model in Guarded.tables() if model.chain_kind]
    return [Authenticator, TrailEntry, ChainHead, *written]


def _unread(whole: Outcome) -> list[type[models.Model]]:
    """The tables of which not every row was found to be as it was signed: each is looked at as it
    is stored."""
    tables = (Authenticator, *Guarded.tables())
    return [m for m in tables if m._default_manager.count() != whole.alike[name_of(m)]]


def verify(
    session_id: UUID | None = None,
    *,
    processes: int | None = None,
    tell: apart.Tell = lambda share: None,
) -> Verification:
    """Verify everything, or one session with its patient and protocol.

    Of everything, `tell` is told which share of the chains is done; so many `processes` share them,
    by default one for each core.
    """
    start = time.perf_counter()
    # Before the database: what is anchored meanwhile would look lost.
    anchored = anchors.checked() if session_id is None else anchors.opened()
    run = _Run(anchored)
    if session_id is None:
        run.everything(processes or os.cpu_count() or 1, tell)
    else:
        with one_state():
            run.one(session_id)
    run.result.problems[:0] = [
        Problem(printable(f"anchor {name}"), printable(words)) for name, words in anchored.problems
    ]
    run.result.checked["anchors"] = anchored.files
    run.result.seconds = time.perf_counter() - start
    return run.result


class _Run(Chains):
    def everything(self, processes: int, tell: Callable[[float], None]) -> None:
        whole = Outcome()
        with apart.outcomes(self, processes, tell, partial(_unread, whole)) as outcomes:
            for outcome in outcomes:
                apart.add(whole, outcome)
            self.take(whole)
            self._went_back()
            self._organisation()
            self._without_chain()
            self._counted()
            self._listings()
            for words in guards.faults():
                self.problem("database", words)

    def one(self, session_id: UUID) -> None:
        wanted, stored = [session_id], raw.of_session(session_id)
        whose = Session.objects.filter(pk=session_id).values_list(
            "patient_id", "protocol_version_id"
        )
        with self.naming(f"session {session_id}", "whose it is"):
            for patient, protocol in whose:
                wanted.append(patient)
                stored.append((ProtocolVersion, "id", protocol))
                stored += [(m, owner, patient) for m, owner in belonging(Patient)]
        self.anchors.take({str(chain) for chain in wanted})
        whose_it_is = self.result
        self.twice(lambda: self._of(wanted))
        self.result.problems[:0] = whose_it_is.problems
        self._stored(stored)
        for kind, chain_id in zip(("session", "patient"), wanted, strict=False):
            if not self.result.checked[f"{kind}s"]:
                self.problem(f"{kind} {chain_id}", "is not on the trail")

    def _of(self, wanted: list[UUID]) -> None:
        """The chains of one session and its patient."""
        self.anchored = {chain: set(heads) for chain, heads in self.anchors.every.items()}
        found = self.read(ChainHead.objects.filter(pk__in=wanted).order_by("id"))
        heads = {head.pk: head for head in found}
        entries = self.entries(lambda: plain.entries_of(wanted), Q(chain__in=wanted))
        self._batch(list(self._chains(entries, heads)))
        for head in heads.values():
            self.problem(name_of_head(head), "has a head, and its entries are gone")
        self.gone()

    def _went_back(self) -> None:
        """From one anchor to the next no chain has fewer entries, but after a recorded restore."""
        for name, chain, head in self.anchors.backwards:
            if not any(one.chain == chain and head in one.heads for one in self.logged):
                words = f"chain {chain} had {head[0]} entries before, and has fewer: an older copy"
                self.problem(f"anchor {name}", f"{words} was put back")
        said = {loss.words for loss in self.result.losses}
        for one in self.logged:
            # Also where the anchors that prove it were taken away.
            if one.words not in said:
                self.result.losses.append(Problem(f"{one.kind} {one.chain}", printable(one.words)))

    def _organisation(self) -> None:
        """People, roles, sites, tablets and protocols against what their chains tell."""
        held: Held = {}
        for model in _organisation():
            read = AS_WRITTEN.get(model, lambda row, logged: columns(row))
            logged = self.organisation.get(name_of(model), {})
            for row in self.read(model._default_manager.order_by("pk")):
                self._hold(held, "organisation", row, _as_told(read, logged.get(str(row.pk))))
        for difference in differences(self.organisation, held):
            self.problem("organisation", words_of(difference))

    def _without_chain(self) -> None:
        """Rows of sessions and patients that the trail does not know at all."""
        for subject in SUBJECTS:
            for model, owner in belonging(subject):
                chain = TrailEntry.objects.filter(chain=OuterRef(owner))
                strays = model._default_manager.filter(~Exists(chain))
                for text in strays.values_list(AS_TEXT, flat=True):
                    self.found[model] += 1
                    words = f"{name_of(model)} {text} has no trail"
                    self.problem(f"{name_of(subject)} unknown", words)

    def _counted(self) -> None:
        """No row was passed over: as many were read or named as each table has."""
        for model in _counted():
            held = model._default_manager.count()
            if held != self.found[model]:
                noun = model._meta.verbose_name
                words = f"holds {held} rows, and {self.found[model]} could be compared"
                self.problem(f"table of {noun}", words)

    def _listings(self) -> None:
        """The id of each list of patients who were shown is made of theirs."""
        listed = ListedPatient.objects.order_by("listing").values_list("listing", "patient")
        with self.naming("access log", "a list of patients"):
            for listing, group in groupby(listed.iterator(), key=lambda one: one[0]):
                if listing != listing_of(patient for _listing, patient in group):
                    words = "is not the list of patients that was shown"
                    self.problem(f"access log {listing}", words)


def _as_told(
    read: Callable[[Any, Columns | None], Columns], logged: Columns | None
) -> Callable[[Any], Columns]:
    return lambda row: read(row, logged)
