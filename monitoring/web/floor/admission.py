"""Admitting a patient: who it is, and the questions before a dose."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.models import Site
from clinic.pages.entry_page import enter
from clinic.pages.fields import YesNo
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import admit_patient
from monitoring.actions.admit_patient import Answers
from monitoring.models import Admission, Session
from monitoring.models.on_site import prescribers_at, watched_with
from monitoring.rules.facts import AdmissionFacts
from monitoring.rules.protocol import Protocol
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage

LAST = {
    "no_recent_food": (_lazy("Last food"), _lazy("More than 2 hours ago"), _lazy("Within 2 hours")),
    "no_recent_liquid": (
        _lazy("Last liquids"), _lazy("More than 30 minutes ago"), _lazy("Within 30 minutes")
    ),
    "no_recent_nasal": (
        _lazy("Last nasal corticosteroid or decongestant"),
        _lazy("More than 1 hour ago, or none"),
        _lazy("Within 1 hour"),
    ),
}  # fmt: skip
"""What is asked before the dose, and what yes and no mean (CLINICAL 8, rule 23)."""


def _question(name: str, protocol: Protocol) -> YesNo:
    """Two tiles; the answer that makes the dose wait looks like one. Other medication does not."""
    if name in LAST:
        label, kept, broken = LAST[name]
        field = YesNo(label=label, answers=(kept, broken))
    else:
        field = YesNo(label=Admission.question(name))
    if name not in protocol.concomitant:
        field.widget.attrs["waits"] = "yes" if name in protocol.contraindications else "no"
    return field


class AdmissionForm(RecordForm):
    saves = Admission

    def __init__(
        self,
        *args: Any,
        site: Site,
        protocol: Protocol,
        before: AdmissionFacts | None,
        room: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.protocol = protocol
        for name in protocol.questions:
            self.fields[name] = _question(name, protocol)
        self._show_taken_back(before)
        self.fields["fasting_reason"] = forms.CharField(
            required=False,
            max_length=300,
            label=_("If the patient has not fasted: why the dose goes ahead"),
        )
        self.fields["transport_reason"] = forms.CharField(
            required=False, max_length=300, label=_("If no one does: how the patient gets home")
        )
        for name, length in (("escort_name", 120), ("escort_phone", 40)):
            label = Admission.question(name)
            self.fields[name] = forms.CharField(required=False, max_length=length, label=label)
        choices = [
            ("", _("Choose")),
            *((str(s.pk), s.printed_name) for s in prescribers_at(site.pk)),
        ]
        self.fields["prescriber"] = forms.ChoiceField(
            required=False, choices=choices, label=_("Prescriber on site")
        )
        self.fields["room"] = forms.CharField(
            required=False, max_length=40, label=_("Room or chair, such as Chair 3"), initial=room
        )

    def _show_taken_back(self, before: AdmissionFacts | None) -> None:
        """Say at the question that it was answered Yes, and ask why it no longer stands."""
        stands = [q for q in self.protocol.contraindications if before and before.given.get(q)]
        for name in stands:
            self.fields[name].label = _("%(question)s (answered Yes before)") % {
                "question": self.fields[name].label
            }
        if stands:
            self.fields["contraindication_reason"] = forms.CharField(
                required=False,
                max_length=300,
                label=_("Why a contraindication no longer stands"),
                help_text=_("only a clinician changes Yes to No"),
            )

    def layout(self) -> Layout:
        protocol = self.protocol
        why = ["contraindication_reason"] if "contraindication_reason" in self.fields else []
        return Layout(
            "id",
            Fieldset(_("Patient"), self.rendered("identifiers_confirmed"), css_class="group"),
            Fieldset(
                _("Contraindications"),
                *map(self.rendered, protocol.contraindications),
                *why,
                css_class="group",
            ),
            Fieldset(
                _("Before the dose"),
                *map(self.rendered, protocol.fasting),
                "fasting_reason",
                css_class="group",
            ),
            Fieldset(
                _("Concomitant medication"),
                *map(self.rendered, protocol.concomitant),
                css_class="group",
            ),
            Fieldset(
                _("Going home"),
                self.rendered("transport_arranged"),
                Div("escort_name", "escort_phone", css_class="grid-2"),
                "transport_reason",
                self.rendered("no_driving_advised"),
                css_class="group",
            ),
            Fieldset(_("Today"), Div("prescriber", "room", css_class="grid-2"), css_class="group"),
        )


@require_http_methods(["GET", "POST"])
@page(Permission.ADMIT_PATIENT)
def admit(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    facts = session.facts()
    form = AdmissionForm(
        request.POST or None,
        site=request.site,
        protocol=facts.protocol,
        before=facts.admission,
        room=session.room,
    )

    def save() -> Admission:
        data = form.cleaned_data
        return admit_patient(
            session_id,
            request.user,
            id=data["id"],
            answers=Answers(
                given={name: data.get(name) for name in facts.protocol.questions},
                fasting_reason=data["fasting_reason"],
                transport_reason=data["transport_reason"],
                contraindication_reason=data.get("contraindication_reason", ""),
                escort_name=data["escort_name"],
                escort_phone=data["escort_phone"],
                prescriber_id=UUID(data["prescriber"]) if data["prescriber"] else None,
                room=data["room"],
            ),
        )

    around = SessionPage(
        session=session,
        heading=_("Admit %(name)s") % {"name": session.patient.banner_name},
        button=_("Save admission"),
        saved=_("Admission saved"),
        template="admission/admission.html",
        context=lambda: {} if facts.admission else _load(request, session),
    )
    return enter(request, form, around, save)


def _load(request: ClinicRequest, session: Session) -> dict[str, int]:
    """How many patients who admits will watch, where that is more than the site's number."""
    count, limit = watched_with(session, request.user), session.site.watch_limit
    return {"watches": count, "watch_limit": limit} if count > limit else {}
