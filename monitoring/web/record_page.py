"""Forms and pages about a session: the kit of every page, with the patient and the words of the
record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from crispy_forms.layout import Layout
from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from clinic import clock
from clinic.message import Message
from clinic.pages import moments
from clinic.pages.addresses import reverse
from clinic.pages.entry_form import EntryForm
from clinic.pages.entry_page import EntryPage
from monitoring.actions.sending import JUST_NOW, Sending
from monitoring.models import Session
from monitoring.web.times import ClockTime, instant, offer_days
from monitoring.words import wording
from monitoring.words.banner import session_banner


class RecordForm(EntryForm):
    """A form that becomes one row of the record. `repeats`: the same may be meant a second time,
    which is asked, and answered by `another`. `offers_another`: the next one may be entered on the
    same page while this one waits. `another_heading` is what it is called, where that differs from
    the page's heading."""

    repeats = False
    offers_another = True
    another_heading: str | Promise = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.repeats:
            self.fields["another"] = forms.BooleanField(
                required=False, label=_("Yes, keep both"), label_suffix=""
            )

    def sentence(self, message: Message) -> str:
        return wording.message(message)

    def conflict_words(self, theirs: Model) -> str:
        return wording.conflict(theirs)

    def layout(self) -> Layout:
        return Layout(*(self.rendered(name) for name in self.fields if name != "another"))

    @property
    def asks_another(self) -> bool:
        """Whether it waits for the answer that both are meant, or has it."""
        asked = self.repeats and (self["another"].value() or "another" in self.errors)
        return bool(asked)

    def full_clean(self) -> None:
        """Its times are read by the moment at which it was entered."""
        for field in self.fields.values():
            if isinstance(field, ClockTime):
                field.entered_at = self.entered_at
        super().full_clean()

    @cached_property
    def entered_at(self) -> datetime | None:
        """When it was entered, by the server's clock as the tablet knows it, where it waited there
        since; None where it was sent at once."""
        at = instant(str(self.data.get("entered_at", ""))) if self.is_bound else None
        return at if at is not None and abs(clock.now() - at) >= JUST_NOW else None

    def _known(self) -> Iterator[UUID]:
        """The rows that were entered from the same page before."""
        for text in cast(QueryDict, self.data).getlist("known"):
            with suppress(ValueError):
                yield UUID(text)

    @property
    def sending(self) -> Sending:
        """How it was sent, once it is valid."""
        empty = frozenset(n for n in self.fields if not self.data.get(n, "").strip())
        waited = ""
        if self.entered_at is not None:
            words = _("No contact with the server: on the tablet since %(at)s.")
            waited = words % {"at": moments.clock(self.entered_at)}
        return Sending(
            left_empty=empty,
            is_another=bool(self.cleaned_data.get("another")),
            entered_at=self.entered_at,
            waited=waited,
            known=frozenset(self._known()),
        )


@dataclass(frozen=True, kw_only=True)
class SessionPage(EntryPage):
    """The page of a form about one session, with its patient's banner; it leads back to it."""

    session: Session

    @property
    def back_address(self) -> str:
        return self.back or reverse("session", args=[self.session.pk])

    def shown_with(self, form: forms.BaseForm) -> dict[str, Any]:
        offer_days(form, self.session)
        own = {"session": self.session, "banner": session_banner(self.session)}
        return own | super().shown_with(form)
