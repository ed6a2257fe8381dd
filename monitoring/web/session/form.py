"""What a person enters for the monitoring form: the observer's answers, and that it was filed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.pages.addresses import reverse
from clinic.pages.dates import DayField
from clinic.pages.entry_page import enter, redirect_saved, render_form
from clinic.pages.fields import Tiles, WholeNumber, YesNo
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest
from monitoring.actions import answer_form, file_form
from monitoring.actions.file_form import Filing
from monitoring.models import FormAnswers, FormFiling, Session
from monitoring.models.filled_form import FilledForm, digest_of, form_of
from monitoring.rules.form_source import NOT_READY
from monitoring.rules.rems_form import Field
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.review.forms import area_of, chosen_monitor, monitors
from monitoring.words import form as words
from monitoring.words.readings import table

NOT_READY_FIELD = "not_ready"


class AnswersForm(RecordForm):
    """One field a question; nothing is answered beforehand."""

    saves = FormAnswers
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, asked: Sequence[Field], latest: FormAnswers | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.fields["seen"].initial = latest and latest.pk
        for question in asked:
            self.fields[question.key] = _field(question)
            if question.kind == "ready":
                self.fields[NOT_READY_FIELD] = forms.BooleanField(
                    required=False, label=_("Not ready when leaving"), label_suffix=""
                )
        if latest is not None:
            self.fields["reason"] = forms.CharField(
                required=False, max_length=300, label=_("Why you answer again"), label_suffix=""
            )

    def answers(self) -> dict[str, object]:
        data = self.cleaned_data
        found = {question.key: data.get(question.key) for question in self.asked}
        if data.get(NOT_READY_FIELD) and found.get("ready_minutes") is None:
            found["ready_minutes"] = NOT_READY
        return found


def _field(question: Field) -> forms.Field:
    label = words.full_label(question)
    if question.kind == "yes_no":
        return YesNo(label=label, label_suffix="")
    if question.kind == "serious":
        return forms.CharField(required=False, max_length=500, label=label, label_suffix="")
    label = _("%(question)s, minutes after the first device") % {"question": label}
    return WholeNumber(label=label, unit="min", example="45", label_suffix="")


@require_http_methods(["GET", "POST"])
@page(Permission.ANSWER_FORM)
def answers(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """What the form asks and the record cannot know, asked of the observer."""
    session = open_session(request, session_id)
    filled = form_of(session)
    latest = next(iter(session.rows.of(FormAnswers)[-1:]), None)
    asked = filled.asked if filled else ()
    form = AnswersForm(request.POST or None, asked=asked, latest=latest)

    def save() -> FormAnswers:
        data = form.cleaned_data
        return answer_form(
            session_id,
            request.user,
            id=data["id"],
            seen=data["seen"],
            answers=form.answers(),
            reason=data.get("reason", ""),
        )

    around = SessionPage(
        session=session,
        heading=_("Answers for the monitoring form"),
        button=_("Save answers"),
        saved=_("Answers saved"),
        template="forms/answers.html",
        context=lambda: {
            "readings": table(session, session.facts()),
            "given": words.answered(filled) if filled and latest else [],
            "latest": latest,
        },
    )
    return enter(request, form, around, save)


class FilingForm(RecordForm):
    saves = FormFiling
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    filed_on = DayField(required=False, label=gettext_lazy("Filed on"))
    way = Tiles(label=gettext_lazy("Way"), choices=FormFiling.Way.choices)
    reference = forms.CharField(
        required=False,
        max_length=120,
        label=gettext_lazy("Reference"),
        help_text=gettext_lazy("such as the number on the fax report or of the portal"),
    )
    gaps_reason = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("Why required fields are empty")
    )

    def __init__(self, *args: Any, filled: FilledForm | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = digest_of(filled.copy) if filled else "-"
        if filled is None or not filled.missing:
            del self.fields["gaps_reason"]

    def show_anew(self, filled: FilledForm) -> None:
        """What is sent next is of the form as this page now shows it."""
        data = self.data.copy() if isinstance(self.data, QueryDict) else QueryDict(mutable=True)
        data["seen"] = digest_of(filled.copy)
        self.data = data


@require_http_methods(["GET", "POST"])
@page(Permission.FILE_FORM)
def file(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """That the form was filed; nothing is sent from here."""
    session = open_session(request, session_id)
    monitor = chosen_monitor(request, session)
    named, filled = (monitor.pk if monitor else None), form_of(session, monitor)
    form = FilingForm(request.POST or None, filled=filled)
    if made := submit(form, lambda: _filed(request, session, form, named)):
        return redirect_saved(request, _("Filing saved"), "form", session_id, row=made)
    if filled is not None and form.is_bound and form.has_error("__all__", "form_moved"):
        form.show_anew(filled)
    around = SessionPage(
        session=session,
        heading=_("The monitoring form was filed"),
        button=_("Save filing"),
        back=reverse("form", args=[session_id]),
        template="forms/file.html",
        context=lambda: {
            "filled": filled,
            "missing": [words.full_label(f) for f in filled.missing] if filled else [],
            "changes": words.changes(filled) if filled else [],
            "monitors": monitors(session),
            "area": area_of(request),
        },
    )
    return render_form(request, form, around)


def _filed(
    request: ClinicRequest, session: Session, form: FilingForm, monitor_id: UUID | None
) -> FormFiling:
    data = form.cleaned_data
    return file_form(
        session.pk,
        request.user,
        id=data["id"],
        filing=Filing(
            seen=data["seen"],
            filed_on=data["filed_on"],
            way=data["way"],
            reference=data["reference"],
            monitor_id=monitor_id,
            gaps_reason=data.get("gaps_reason", ""),
        ),
    )
