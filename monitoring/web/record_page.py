"""The page around a form of the record: show it, send it to one verb, say what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

from crispy_forms.layout import Layout
from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.ids import uuid7
from clinic.pages import entry_page
from clinic.pages.attempt import NOT_TAKEN, attempt
from clinic.pages.entry_page import EntryForm
from clinic.request import ClinicRequest
from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.actions.sending import Sending
from monitoring.guards import GuardsMissing
from monitoring.models import Session
from monitoring.web.refusal import add_refusal
from monitoring.web.times import offer_days
from monitoring.words import wording

logger = logging.getLogger(__name__)

_NOT_GUARDED = gettext_lazy(
    "Not saved. The safeguards of the database are incomplete, so nothing can "
    "be recorded. Write on paper and call your administrator."
)


class RecordForm(EntryForm):
    """A form that becomes one row of the record. `repeats`: the same may be meant a second time,
    which is asked, and answered by `another`."""

    repeats = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.repeats:
            self.fields["another"] = forms.BooleanField(
                required=False, label=_("Yes, keep both"), label_suffix=""
            )

    def layout(self) -> Layout:
        return Layout(*(self.rendered(name) for name in self.fields if name != "another"))

    @property
    def asks_another(self) -> bool:
        """Whether it waits for the answer that both are meant, or has it."""
        asked = self.repeats and (self["another"].value() or "another" in self.errors)
        return bool(asked)

    @property
    def sending(self) -> Sending:
        """How it was sent, once it is valid."""
        empty = frozenset(n for n in self.fields if not self.data.get(n, "").strip())
        return Sending(left_empty=empty, is_another=bool(self.cleaned_data.get("another")))


def act(form: forms.Form, verb: Callable[[], Any]) -> tuple[Any, str]:
    """Call `verb`; answer what it made, or None with what stands in the way of it.

    Reasons are put at the form's fields. Raises Http404 for a person who may not do it: the record
    does not say whether it exists.
    """
    try:
        made = attempt(form, verb)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        add_refusal(form, refused)
        return None, ""
    except Conflict as conflict:
        message = wording.conflict(conflict.theirs)
        form.add_error(None, message)
        form.is_conflict = True  # type: ignore[attr-defined]
        return None, message
    except GuardsMissing as missing:
        logger.error("nothing is written: %s", missing)
        form.add_error(None, _NOT_GUARDED)
        return None, ""
    if form.has_error("__all__", NOT_TAKEN):
        _renew(form)
    return made, ""


def _renew(form: forms.Form) -> None:
    """Sent again it has a new id, for the old one may be taken."""
    data = cast(QueryDict, form.data).copy()
    data["id"] = str(uuid7())
    form.data = data


def show(
    request: ClinicRequest, template: str, form: forms.Form, context: dict[str, Any]
) -> HttpResponse:
    """The form with its page, where each time takes a day of its session."""
    if isinstance(session := context.get("session"), Session):
        offer_days(form, session)
    return entry_page.show(request, template, form, context)
