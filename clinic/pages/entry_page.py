"""The form of an entry and the page around it, in every room."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import clock
from clinic.ids import uuid7
from clinic.names import has_hidden
from clinic.pages import drafts
from clinic.pages.unfilled import Unfilled
from clinic.request import SignedInRequest

HIDDEN_CHARACTER = gettext_lazy("This holds an invisible character. Delete it and type it again.")


class EntryForm(Unfilled):
    """A form that becomes one row: `id` is made when it is shown, so that it is saved once.

    `keeps_draft`: the tab keeps what was typed until it is saved. `saves` is the kind of the row,
    by which a form that was sent without an answer is told whether it was saved.
    """

    keeps_draft = True
    is_conflict = False
    saves: type[Model] | None = None

    id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"id": uuid7()})
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
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
                self.add_error(name, str(HIDDEN_CHARACTER))
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
        return Layout(*(self.rendered(name) for name in self.fields))

    def rendered(self, name: str) -> Field:
        """The field with the template of its kind."""
        template = getattr(self.fields[name], "template", None)
        return Field(name, template=template) if template else Field(name)


def show(
    request: SignedInRequest, template: str, form: forms.Form, context: dict[str, Any]
) -> HttpResponse:
    """The form with its page; 422 when it was sent and could not be saved.

    A draft that was sent before asks for one thing alone: whether it is saved.
    """
    if request.method == "GET" and drafts.ASKS in request.headers:
        return JsonResponse({"saved": drafts.saved_as(request, getattr(form, "saves", None))})
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, "area": "board", **context}, status=status)


def saved(request: SignedInRequest, words: str, page: str, *ids: UUID) -> HttpResponse:
    """Go on to `page` and say what the server now holds, and since when."""
    at = timezone.localtime(clock.now()).strftime("%H:%M:%S")
    text = _("%(what)s at %(at)s.") % {"what": words, "at": at}
    messages.success(request, text)
    response = redirect(page, *ids)
    drafts.tell_saved(request, response)
    return response
