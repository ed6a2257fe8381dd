"""Making the protocol of a site stricter: entered, read back, then published."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.ids import uuid7
from clinic.message import Message
from clinic.pages.addresses import reverse
from clinic.pages.entry_page import EntryPage, redirect_saved, render_form
from clinic.pages.fields import LONGEST_NUMBER, WholeNumber
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.refusal import Refused
from clinic.request import ClinicRequest
from monitoring.actions import change_protocol
from monitoring.models import ProtocolVersion
from monitoring.rules.protocol_bounds import bounds, changed, problems, settings_of
from monitoring.web.record_page import RecordForm
from monitoring.words.protocol import changes
from monitoring.words.protocol_settings import GROUPS, SETTINGS

LONGEST_LIST = 200


class Minutes(forms.CharField):
    """Whole numbers with commas between them, such as 15, 30, 40."""

    def clean(self, value: Any) -> tuple[int, ...] | None:
        found = re.split(r"[,;\s]+", str(super().clean(value)).strip())
        if not all(
            text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER for text in found
        ):
            return None
        return tuple(map(int, found))


class ProtocolForm(RecordForm):
    """Every setting stands in its field as it is now. `read_back` names what was shown before it
    is published: another value there shows it once more."""

    saves = ProtocolVersion
    keeps_draft = False

    read_back = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=300,
        label=gettext_lazy("Why the protocol is changed"),
        help_text=gettext_lazy("stays on the page of the new version"),
    )

    def __init__(self, *args: Any, version: ProtocolVersion, **kwargs: Any) -> None:
        self.protocol = version.protocol()
        stands = settings_of(self.protocol)
        shown = stands | {"slots": ", ".join(map(str, self.protocol.slots))}
        super().__init__(*args, initial={"id": uuid7(), **shown}, **kwargs)
        ranges = bounds(self.protocol)
        for name in stands:
            words = SETTINGS[name]
            if name == "slots":
                field: forms.Field = Minutes(max_length=LONGEST_LIST)
                field.help_text = _("whole numbers with commas between them")
            else:
                field = WholeNumber(unit=words.unit, example=str(stands[name]))
                span = {"least": ranges[name].least, "most": ranges[name].most}
                field.help_text = _("%(least)s to %(most)s %(unit)s") % {**span, "unit": words.unit}
            field.label, field.label_suffix = _(words.label), ""
            self.fields[name] = field
        self.order_fields([*SETTINGS, "reason"])

    @property
    def settings(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in settings_of(self.protocol)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.cleaned_data = data
        found = problems(self.protocol, self.settings)
        reasons = [message for message in found if message.field not in self.errors]
        if not found and changed(self.protocol, self.settings) == self.protocol:
            reasons = [Message("nothing_changed")]
        self.take_refusal(Refused(reasons))
        return data

    @property
    def understood(self) -> str:
        """What is read back, as the button that publishes it sends it."""
        stands = settings_of(self.protocol)
        return "; ".join(f"{n}={v}" for n, v in self.settings.items() if v != stands[n])

    @property
    def is_read_back(self) -> bool:
        return bool(self.cleaned_data["read_back"] == self.understood)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The fields as they were sent, for the page that reads them back."""
        return [(name, self.data[name]) for name in self.fields if name != "read_back"]

    def layout(self) -> Layout:
        groups = [
            Fieldset(
                _(heading),
                Div(*(self.rendered(n) for n in names if n in self.fields), css_class="grid-2"),
            )
            for heading, names in GROUPS.items()
            if names.keys() & self.fields.keys()
        ]
        return Layout("id", *groups, "reason")


@require_http_methods(["GET", "POST"])
@page(Permission.CHANGE_PROTOCOL)
def protocol_change(request: ClinicRequest, version_id: UUID) -> HttpResponse:
    """The form; what was entered read back; published once that was seen."""
    version = ProtocolVersion.objects.filter(sites__site=request.site, pk=version_id).first()
    if version is None:
        raise Http404
    form = ProtocolForm(request.POST or None, version=version)
    around = EntryPage(
        heading=_("Change the protocol"),
        button=_("Show what changes"),
        back=reverse("protocol", args=[version_id]),
        template="protocols/change.html",
        area="protocols",
        context=lambda: {"version": version},
    )
    if "edit" in form.data:
        return render_form(request, form, around)
    if form.is_bound and form.is_valid() and not form.is_read_back:
        return _read_back(request, form, version)
    made = submit(form, lambda: _published(request, form, version))
    if made is None:
        return render_form(request, form, around)
    return redirect_saved(request, _("Protocol published"), reverse("protocol", args=[made.pk]))


def _read_back(
    request: ClinicRequest, form: ProtocolForm, version: ProtocolVersion
) -> HttpResponse:
    new = changed(form.protocol, form.settings)
    context = {"form": form, "version": version, "changes": changes(form.protocol, new)}
    return render(request, "protocols/read_back.html", {**context, "area": "protocols"})


def _published(
    request: ClinicRequest, form: ProtocolForm, version: ProtocolVersion
) -> ProtocolVersion:
    return change_protocol(
        request.user,
        id=form.cleaned_data["id"],
        site=request.site,
        version_id=version.pk,
        settings=form.settings,
        reason=form.cleaned_data["reason"],
    )
