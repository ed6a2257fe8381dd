"""Forms that are sent to a verb, and say at their fields why it refused."""

from __future__ import annotations

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.ids import uuid7
from clinic.message import Message
from clinic.names import has_hidden
from clinic.pages.unfilled import Unfilled
from clinic.refusal import Conflict, Refused

HIDDEN_CHARACTER = gettext_lazy("This holds an invisible character. Delete it and type it again.")


class VerbForm(Unfilled):
    """A form, or a button, that is sent to one verb. Each package words its own refusals."""

    is_conflict = False

    def sentence(self, message: Message) -> str:
        """What a refusal says, in the reader's language."""
        raise NotImplementedError

    def conflict_words(self, theirs: Model) -> str:
        """What stands in the way, where someone else was first."""
        raise NotImplementedError

    def field_of(self, message: Message) -> str | None:
        """The field that a message belongs to; None above the form, where it has no such field."""
        return message.field if message.field in self.fields else None

    def take_refusal(self, refused: Refused) -> None:
        for message in refused.messages:
            error = forms.ValidationError(self.sentence(message), code=message.code)
            self.add_error(self.field_of(message), error)

    def take_conflict(self, conflict: Conflict) -> None:
        self.add_error(None, self.conflict_words(conflict.theirs))
        self.is_conflict = True

    def renew_id(self) -> None:
        """Sent again it has a new id, for the old one may be taken."""
        data = cast(QueryDict, self.data).copy()
        data["id"] = str(uuid7())
        self.data = data


class EntryForm(VerbForm):
    """A form that becomes one row: `id` is made when it is shown, so that it is saved once.

    `keeps_draft`: the tab keeps what was typed until it is saved. `saves` is the kind of the row,
    by which a form that was sent without an answer is told whether it was saved. `uses_outbox`: the
    tablet keeps it before it is sent, and until the server has it. `waits_for_outbox`: it is not
    sent while something else waits on the tablet.
    """

    keeps_draft = True
    uses_outbox = False
    waits_for_outbox = False
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
