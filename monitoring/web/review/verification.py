"""One tap: is this what was recorded, by whom, when, and what exactly was signed?"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission
from clinic.models import ChainHead, TrailEntry
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.models import Session
from monitoring.proof.verify import verify
from monitoring.web.lookup import not_here, read
from monitoring.words.banner import session_banner

CHECKED = (
    ("entries", _("Entries of the trail, each with its keyed digest")),
    ("rows", _("Rows of the record, each compared with the trail")),
    ("signatures", _("Signatures, each with the content that was signed")),
    ("anchors", _("Anchors stored outside the database")),
)

ENTRY_WORDS = {
    "plan_session": _("Session planned"),
    "order_dose": _("Dose ordered"),
    "hand_over_prescriber": _("Prescriber on site changed"),
    "hand_over_watch": _("Watch handed over"),
    "accept_watch": _("Watch accepted"),
    "cancel_session": _("Session cancelled"),
    "admit_patient": _("Patient admitted"),
    "decide_dose": _("Dose decided"),
    "give_dose": _("Dose recorded"),
    "defer_dose": _("Ended without a dose"),
    "end_infusion": _("Infusion ended"),
    "record_reading": _("Reading recorded"),
    "correct_reading": _("Reading corrected"),
    "record_event": _("Event recorded"),
    "respond_to_flag": _("Response recorded"),
    "record_screen": _("Suicidality screen recorded"),
    "record_medication": _("Medication recorded"),
    "review_event": _("Event reviewed"),
    "record_call": _("Call recorded"),
    "sign_clearance": _("Clearance signed"),
    "withdraw_clearance": _("Clearance withdrawn"),
    "depart": _("Departure recorded"),
    "amend_record": _("Record amended"),
    "review_reading": _("Late reading reviewed"),
    "correct_dose": _("Dose corrected"),
    "correct_event": _("Event corrected"),
    "strike": _("Marked as entered in error"),
    "confirm_strike": _("Strike answered"),
    "answer_form": _("Answered for the monitoring form"),
    "file_form": _("Monitoring form filed"),
    "amend_patient": _("Patient amended: the filed form says otherwise"),
    "adopt": _("Taken over as it stood when the trail began"),
}


@require_safe
@page(Permission.VERIFY_RECORD)
def verification(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    found = Session.objects.at(request.site).with_people().filter(pk=session_id).first()
    if found is None:
        raise not_here(request, session_id)
    read(request, found)
    result = verify(session_id)
    permissions: frozenset[Permission] = request.permissions
    head = ChainHead.objects.filter(pk=session_id).first()
    context = {
        "session": found,
        "banner": session_banner(found, is_marked=False),
        "result": result,
        "checked": [(words, result.checked[name]) for name, words in CHECKED],
        "entries": [
            (entry, ENTRY_WORDS.get(entry.verb, entry.verb))
            for entry in TrailEntry.objects.filter(chain=session_id).select_related("actor")
        ],
        "head": head,
        "others": result.checked["entries"] - (head.count if head else 0),
        "at": clock.now(),
        "area": "register" if Permission.VIEW_REGISTER in permissions else "patients",
    }
    return render(request, "verification/verification.html", context)
