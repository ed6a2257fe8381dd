"""The page around a form: show it, send it to one verb, say what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import clock
from clinic.attempt import NOT_TAKEN, attempt
from clinic.ids import uuid7
from clinic.unfilled import Unfilled
from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.actions.sending import Sending
from monitoring.guards import GuardsMissing
from monitoring.models import Session
from monitoring.rules.names import has_hidden
from monitoring.web import drafts
from monitoring.web.refusal import add_refusal
from monitoring.web.times import offer_days
from monitoring.words import wording

logger = logging.getLogger(__name__)

_NOT_GUARDED = gettext_lazy(
    "Not saved. The safeguards of the database are not whole, so that nothing can be recorded. "
    "Write on paper and call your administrator."
)


class EntryForm(Unfilled):
    """A form that becomes one row: `id` is made when it is shown, so that it is saved once.

    `keeps_draft`: the tab keeps what was typed until it is saved. `saves` is the kind of the row,
    by which a form that was sent without an answer is told whether it was saved. `repeats`: the
    same may be meant a second time, which is asked, and answered by `another`.
    """

    keeps_draft = True
    is_conflict = False
    repeats = False
    saves: type[Model] | None = None

    id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"id": uuid7()})
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        if self.repeats:
            self.fields["another"] = forms.BooleanField(required=False, label=_("Yes, keep both"))
        for field in self.fields.values():
            field.label_suffix = ""
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _("Enter this.")

    def clean(self) -> dict[str, Any]:
        """Refuse characters that are not seen in every line of text."""
        data = super().clean() or {}
        for name, value in list(data.items()):
            widget = self.fields[name].widget if name in self.fields else None
            is_line = isinstance(widget, forms.TextInput) and isinstance(value, str)
            is_line = is_line and not isinstance(widget, forms.PasswordInput)
            if is_line and has_hidden(value):
                self.add_error(name, wording.reason("hidden_character", {}))
        return data

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.template = "fields/form.html"
        helper.layout = self.layout()
        return helper

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

    def rendered(self, name: str) -> Field:
        """The field with the template of its kind."""
        template = getattr(self.fields[name], "template", None)
        return Field(name, template=template) if template else Field(name)


def act(form: forms.Form, verb: Callable[[], Any]) -> tuple[Any, str]:
    """Call `verb`; answer what it made, or None with what stands in the way of it.

    Reasons are put at the form's fields. Raises Http404 for who may not: the record does not tell
    whether it exists.
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
    request: HttpRequest, template: str, form: forms.Form, context: dict[str, Any]
) -> HttpResponse:
    """The form with its page; 422 when it was sent and could not be saved.

    A draft that was sent before asks for one thing alone: whether it is saved.
    """
    if request.method == "GET" and drafts.ASKS in request.headers:
        return JsonResponse({"saved": drafts.saved_as(request, getattr(form, "saves", None))})
    if isinstance(session := context.get("session"), Session):
        offer_days(form, session)
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, "area": "board", **context}, status=status)


def saved(request: HttpRequest, words: str, page: str, *ids: UUID) -> HttpResponse:
    """Go on to `page` and say what the server now holds, and since when."""
    at = timezone.localtime(clock.now()).strftime("%H:%M:%S")
    text = _("%(what)s at %(at)s.") % {"what": words, "at": at}
    messages.success(request, text)
    response = redirect(page, *ids)
    drafts.tell_saved(request, response)
    return response
