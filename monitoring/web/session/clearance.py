"""May I sign? The whole record, what is open, and the signature."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clinic import clock, tablets
from clinic.access import Permission
from clinic.models import Staff
from clinic.pages import moments
from clinic.pages.entry_page import enter, redirect_saved, render_form
from clinic.pages.fields import WholeNumber, YesNo
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest
from clinic.signin import passkey
from clinic.trail.organisation import renewals_before
from monitoring.actions import sign_clearance, withdraw_clearance
from monitoring.actions.sign_clearance import Signing, challenge_of
from monitoring.models import Clearance, Patient, Session, Withdrawal
from monitoring.reports.chart import session_chart
from monitoring.rules.cautions import Caution, cautions
from monitoring.rules.facts import SessionFacts
from monitoring.rules.protocol import Protocol
from monitoring.rules.questions import CHECKLIST
from monitoring.rules.readiness import before_clearance, clearance_state
from monitoring.web import links
from monitoring.web.identity import compared
from monitoring.web.lookup import open_session
from monitoring.web.presenters.open_items import OpenItem
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.words import summary, wording
from monitoring.words.given import given
from monitoring.words.readings import table
from monitoring.words.report import renewal_words
from monitoring.words.statement import statement
from monitoring.words.tablets import absent_lines
from monitoring.words.timeline import timeline


class ClearanceForm(RecordForm):
    """`through_seq` is what was on the screen; each caution has a field of its own."""

    waits_for_outbox = True
    saves = Clearance
    through_seq = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        open_cautions: list[Caution],
        protocol: Protocol,
        patient: Patient,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.protocol = protocol
        self.open_cautions = open_cautions
        for caution in open_cautions:
            self.fields[f"justify_{caution.key}"] = forms.CharField(
                required=False,
                max_length=1000,
                label=wording.caution(caution),
                help_text=_("Why the patient can leave with this, in your own words"),
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.fields["identified_by"] = compared(patient)
        for key in protocol.checklist:
            self.fields[key] = forms.BooleanField(required=False, label=_(CHECKLIST[key]))
        self.fields["had_serious_event"] = YesNo(label=_("Serious adverse event in this session"))
        if protocol.rems:
            self.fields["ready_minutes"] = WholeNumber(
                label=_("Ready to leave after how many minutes, if there were no minimum time?"),
                help_text=_("minutes after the first dose; the REMS form asks this"),
            )
        self.fields["password"] = forms.CharField(
            required=False,
            label=_("Your password"),
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
        # Put there by the script, and never given back: an answer serves once.
        self.fields["passkey"] = forms.CharField(
            required=False, max_length=10_000, widget=forms.HiddenInput
        )

    def layout(self) -> Layout:
        justify = [n for n in self.fields if n.startswith("justify_")]
        answers = [
            n for n in ("identified_by", "had_serious_event", "ready_minutes") if n in self.fields
        ]
        groups = [
            Fieldset(_("Answer each caution"), *map(self.rendered, justify), css_class="group")
        ] if justify else []  # fmt: skip
        return Layout(
            "id",
            "through_seq",
            *groups,
            Fieldset(
                _("Confirm"),
                *self.protocol.checklist,
                *map(self.rendered, answers),
                css_class="group",
            ),
        )


class WithdrawalForm(RecordForm):
    saves = Withdrawal
    clearance = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@sensitive_post_parameters("password", "passkey")
@require_http_methods(["GET", "POST"])
@page(Permission.SIGN_CLEARANCE)
def sign(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    facts, by = session.facts(), request.user
    form = _form(session, facts, request.POST or None)
    form.initial["through_seq"] = facts.last_seq
    if submit(form, lambda: _sign(request, session_id, form)):
        return redirect_saved(request, _("Clearance signed"), "session", session_id)
    changes: list[str] = []
    if form.is_conflict:
        changes = _changes(session, facts, form.cleaned_data["through_seq"])
        form = _again(request, session, facts)
    around = SessionPage(
        session=session,
        heading=_("Clearance"),
        button=_("Sign clearance"),
        template="clearance/clearance.html",
        context=lambda: _context(session, facts, by) | {"changes": changes},
    )
    return render_form(request, form, around)


def _sign(request: ClinicRequest, session_id: UUID, form: ClearanceForm) -> Clearance:
    data = form.cleaned_data
    return sign_clearance(
        session_id,
        request.user,
        id=data["id"],
        password=data["password"],
        assertion=passkey.take(request, data["passkey"]) if data["passkey"] else None,
        signing=Signing(
            through_seq=data["through_seq"],
            checklist={key: data[key] for key in form.protocol.checklist},
            justifications={c.key: data[f"justify_{c.key}"] for c in form.open_cautions},
            had_serious_event=data["had_serious_event"],
            ready_minutes=data.get("ready_minutes"),
            identified_by=data["identified_by"],
        ),
    )


def _form(session: Session, facts: SessionFacts, data: QueryDict | None) -> ClearanceForm:
    return ClearanceForm(
        data,
        open_cautions=cautions(facts),
        protocol=facts.protocol,
        patient=session.patient,
    )


class ShownForm(forms.Form):
    through_seq = forms.IntegerField(min_value=0)


@require_POST
@page(Permission.SIGN_CLEARANCE)
def challenge(request: ClinicRequest, session_id: UUID) -> JsonResponse:
    """What the signer's passkey is asked, for this session as it was shown to them."""
    session = get_object_or_404(Session.objects.at(request.site), pk=session_id)
    form = ShownForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": _("Show the page again, then sign.")}, status=422)
    options = passkey.begin(request, challenge_of(session.pk, form.cleaned_data["through_seq"]))
    if options is None:
        return JsonResponse({"error": _("You have no passkey.")}, status=409)
    return JsonResponse(options)


def _again(request: ClinicRequest, session: Session, facts: SessionFacts) -> ClearanceForm:
    """The form for what is on the screen now, with all that was written but the proof, and but
    that the whole record of the session was read: of what has come since, that is not true yet."""
    data = request.POST.copy()
    data["through_seq"] = str(facts.last_seq)
    data["password"] = data["passkey"] = ""
    data.pop("record_reviewed", None)
    again = _form(session, facts, data)
    again.full_clean()
    again.errors.clear()
    again.add_error(None, _("The record has changed since this page was shown. Read it again."))
    return again


def _changes(session: Session, facts: SessionFacts, shown: int) -> list[str]:
    """What was recorded after the page was shown, in the order it was recorded."""
    found = [(e.seq, e.line) for e in timeline(session, facts) if e.seq > shown]
    shown_as = table(session, facts)
    seqs = {r.id: r.seq for r in facts.readings}
    for row in shown_as.rows:
        if seqs[row.id] > shown:
            values = ", ".join(
                " ".join(filter(None, (column.name, cell.text, cell.detail)))
                for column, cell in zip(shown_as.columns, row.cells, strict=True)
                if cell.text != "–"
            )
            what = _("Correction, %(label)s") if row.is_correction else _("Reading, %(label)s")
            words = what % {"label": row.label}
            at = moments.clock(row.taken_at)
            found.append((seqs[row.id], f"{at} {words}: {values} ({row.by})"))
    return [line for _seq, line in sorted(found)]


def _context(session: Session, facts: SessionFacts, signer: Staff) -> dict[str, Any]:
    now = clock.now()
    state = clearance_state(facts, now)
    items = before_clearance(facts, now)
    absent = tablets.absent(tablets.in_use(session.site), now)
    return {
        "facts": facts,
        "summary_heading": _("Not signed"),
        "chart": session_chart(facts, now),
        "readings": table(session, facts),
        "timeline": timeline(session, facts),
        "items": [OpenItem(wording.item(i), links.closes(session, i)) for i in items],
        "clearance_state": state,
        "can_sign": not items and state != "stands" and session.phase != "closed",
        "summary": summary.strip(facts),
        "statement": statement(session, facts, signer.printed_name),
        "signer": signer.printed_name,
        "has_passkey": passkey.has_one(signer),
        "renewal": renewal_words(renewals_before([(signer.pk, now)]).get((signer.pk, now))),
        "first_minutes": facts.minutes(now),
        "given": given(facts),
        "absent": absent_lines(absent.get(session.pk, ())),
    }


@require_http_methods(["GET", "POST"])
@page(Permission.SIGN_CLEARANCE)
def withdraw(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    standing = session.facts().clearance
    if standing is None:
        raise Http404
    form = WithdrawalForm(request.POST or None)
    form.initial["clearance"] = standing.id

    def save() -> Withdrawal:
        data = form.cleaned_data
        return withdraw_clearance(
            session_id,
            request.user,
            id=data["id"],
            clearance_id=data["clearance"],
            reason=data["reason"],
        )

    around = SessionPage(
        session=session,
        heading=_("Withdraw the clearance"),
        button=_("Withdraw"),
        saved=_("Clearance withdrawn"),
    )
    return enter(request, form, around, save)
