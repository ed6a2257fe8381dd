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
from monitoring.words.trail import ENTRY_WORDS, contents

CHECKED = (
    ("entries", _("Entries of the trail, each with its keyed digest")),
    ("rows", _("Rows of the record, each compared with the trail")),
    ("signatures", _("Signatures, each with the content that was signed")),
    ("anchors", _("Anchors stored outside the database")),
)


@require_safe
@page(Permission.VERIFY_RECORD)
def verification(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    found = Session.objects.at(request.site).with_people().filter(pk=session_id).first()
    if found is None:
        raise not_here(request, session_id)
    read(request, found)
    result = verify(session_id)
    permissions: frozenset[Permission] = request.permissions
    own = list(TrailEntry.objects.filter(chain=session_id).select_related("actor"))
    written = contents(own)
    head = ChainHead.objects.filter(pk=session_id).first()
    context = {
        "session": found,
        "banner": session_banner(found, is_marked=False),
        "result": result,
        "checked": [(words, result.checked[name]) for name, words in CHECKED],
        "entries": [
            (entry, ENTRY_WORDS.get(entry.verb, entry.verb), written[entry.pk]) for entry in own
        ],
        "head": head,
        "others": result.checked["entries"] - (head.count if head else 0),
        "at": clock.now(),
        "area": "register" if Permission.VIEW_REGISTER in permissions else "patients",
    }
    return render(request, "verification/verification.html", context)
