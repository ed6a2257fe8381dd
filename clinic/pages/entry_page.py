"""The page around a form: shown, sent to one verb, and left for the next page once it is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _

from clinic import clock, tickets
from clinic.models.row import RecordRow
from clinic.pages import answers, drafts, moments
from clinic.pages.entry_form import EntryForm
from clinic.pages.submit import status_of, submit
from clinic.request import SignedInRequest


@dataclass(frozen=True, kw_only=True)
class EntryPage:
    """What stands around a form.

    `button` is the word on its button, `saved` what is said once it is saved, `back` the address
    that it was opened from. `goes_to` is the address after it is saved: `back` where it is empty.
    `context` makes the rest of what `template` shows; it is asked for only where the form is shown.
    """

    heading: str
    button: str
    saved: str = ""
    back: str = ""
    goes_to: str = ""
    template: str = "form_page.html"
    area: str = "board"
    context: Callable[[], Mapping[str, object]] = dict

    @property
    def back_address(self) -> str:
        return self.back

    def shown_with(self, form: forms.BaseForm) -> dict[str, Any]:
        """What the template is given."""
        frame = {"heading": self.heading, "submit": self.button, "back": self.back_address}
        return {"form": form, "area": self.area, **frame, **self.context()}


def enter(
    request: SignedInRequest, form: EntryForm, page: EntryPage, verb: Callable[[], object]
) -> HttpResponse:
    """Show the form; where it was sent, give it to `verb` and go on once that saved it."""
    made = submit(form, verb)
    if made is None:
        return render_form(request, form, page)
    goes_to = page.goes_to or page.back_address
    return redirect_saved(request, page.saved, goes_to, row=made)


def render_form(request: SignedInRequest, form: forms.BaseForm, page: EntryPage) -> HttpResponse:
    """The form with its page; 422 when it was sent and refused, 503 when it could not be saved.

    A draft that was sent before asks for one thing alone: whether it is saved.
    """
    if request.method == "GET" and drafts.ASKS in request.headers:
        return JsonResponse({"saved": drafts.saved_as(request, getattr(form, "saves", None))})
    if form.is_bound and answers.is_asked_by_outbox(request):
        return answers.refused(form)
    context = page.shown_with(form)
    if getattr(form, "uses_outbox", False):
        context["ticket"] = tickets.issue(request)
    return render(request, page.template, context, status=status_of(form))


def redirect_saved(
    request: SignedInRequest, words: str, page: str, *ids: UUID, row: object = None
) -> HttpResponse:
    """Go on to `page`, a name or an address, and say what the server now holds, and since when: a
    `row` that was sent before, since then. The outbox is told the same without a page."""
    at = drafts.saved_time(row) if isinstance(row, RecordRow) else clock.now()
    params = {"what": words, "at": moments.clock_seconds(at)}
    messages.success(request, _("%(what)s at %(at)s.") % params)
    if isinstance(row, RecordRow) and answers.is_asked_by_outbox(request):
        response: HttpResponse = answers.saved(row, resolve_url(page, *ids))
        # The answer shows no one: it says that it is saved, and since when.
        request.shown.whom.clear()
    else:
        response = redirect(page, *ids)
    drafts.confirm_saved(request, response)
    return response
