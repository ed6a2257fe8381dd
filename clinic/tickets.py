"""What lets a colleague send, under the name of who entered it, what waits on a tablet.

With a form the server gives out a ticket: that this person was shown this form, at this site, on
this tablet, now. Beside it stands the key of a seal, which follows from the ticket and which only
that page has. What is saved there is sealed with it and keeps the ticket, without the key. So a
colleague who sends it can neither change what was entered nor enter anything more (decision 0014).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.utils.crypto import salted_hmac

from clinic import clock
from clinic.access import Permission, may
from clinic.models import Staff
from clinic.request import ClinicRequest, SignedInRequest
from clinic.trail.person import is_recorded

TICKET, SEAL = "X-Ticket", "X-Seal"
"""The headers by which the outbox of a tablet sends them."""
LASTS = timedelta(hours=12)
"""As long as a shift on a tablet goes on."""
SALT = "clinic.tickets"
FORM = "application/x-www-form-urlencoded"


class NotTaken(Exception):
    """A ticket lets no one send this: `why` is for the log."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A ticket, and the key of the seal that goes with it, as text."""

    ticket: str
    key: str


def issue(request: SignedInRequest) -> Issued | None:
    """A ticket for the form that this request shows to who is signed in; None where the browser is
    no enrolled tablet, for then no colleague comes to it."""
    if request.tablet is None or request.site is None:
        return None
    names = _names(request, request.user)
    ticket = signing.Signer(salt=SALT).sign_object({**names, "at": clock.now().isoformat()})
    return Issued(ticket, _key(ticket))


def author(request: ClinicRequest, entered_by: str, needed: frozenset[Permission]) -> Staff:
    """Who entered what this request sends: the person `entered_by`, who may still do it here.

    Raises NotTaken where the ticket was not made by the server, for this person, form, site and
    tablet, within its time, where what was entered is not what was sealed, and where the person
    is deactivated, has lost the role or chosen another password since.
    """
    said = _read(request.headers.get(TICKET, ""))
    found = Staff.objects.prefetch_related("memberships").filter(pk=str(said["author"])).first()
    if found is None or str(found.pk) != entered_by:
        raise NotTaken("it names another person")
    names = _names(request, found)
    if others := [name for name, value in names.items() if said.get(name) != value]:
        raise NotTaken(f"another {', '.join(others)}")
    if clock.now() - datetime.fromisoformat(said["at"]) >= LASTS:
        raise NotTaken("it has ended")
    if not hmac.compare_digest(seal(request.headers[TICKET], _sent(request)), _given(request)):
        raise NotTaken("it was not sealed so")
    if not all(may(found, need, request.site) for need in needed):
        raise NotTaken("who entered it may not do it any more")
    if not is_recorded(found):
        raise NotTaken("who entered it is not as the trail tells")
    return found


def seal(ticket: str, sent: bytes) -> str:
    """The seal of what was `sent`, which the page makes with the key of its ticket."""
    return hmac.digest(_key(ticket).encode(), sent, "sha256").hex()


def _key(ticket: str) -> str:
    return salted_hmac(f"{SALT}.seal", ticket, algorithm="sha256").hexdigest()


def _names(request: SignedInRequest, by: Staff) -> dict[str, str]:
    """What a ticket is bound to, besides its time."""
    password = salted_hmac(f"{SALT}.password", by.get_session_auth_hash(), algorithm="sha256")
    return {
        "author": str(by.pk),
        "password": password.hexdigest(),
        "site": str(request.site and request.site.pk),
        "tablet": str(request.tablet and request.tablet.pk),
        "form": request.path,
    }


def _read(ticket: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = signing.Signer(salt=SALT).unsign_object(ticket)
    except (signing.BadSignature, ValueError) as error:
        raise NotTaken("it is none of this server's") from error
    return found


def _sent(request: ClinicRequest) -> bytes:
    """What the seal is over: the address with what it asks for, and the fields as they came.

    Raises NotTaken for a body of another kind, which would be read in another way."""
    if request.content_type != FORM:
        raise NotTaken("it was not sent as a form")
    return request.get_full_path().encode() + b"\n" + request.body


def _given(request: ClinicRequest) -> str:
    given = request.headers.get(SEAL, "")
    return given if given.isascii() else ""
