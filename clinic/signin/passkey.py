"""Showing once more, with one's own passkey, who one is: for one signature, on what was read.

Signing in with a passkey is the sign-in library's; this is asked of a person who is signed in, and
keeps its challenge apart from the library's, so that neither answers the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)

from clinic import clock, passkey_uses
from clinic.models import Staff
from clinic.signin import credential

CHALLENGE = "signing_challenge"
CEREMONY_LENGTH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a browser answered, as it came; `challenge` is what it was asked, None if nothing."""

    challenge: Mapping[str, Any] | None
    response: str

    def is_of(self, staff: Staff, subject: str) -> bool:
        """Whether `staff` answered with their own unlocked passkey, for `subject`, in time.

        Whatever is wrong with the answer, it is not theirs.
        """
        asked = self.challenge
        if asked is None or asked["subject"] != subject:
            return False
        if clock.now() - datetime.fromisoformat(asked["at"]) > CEREMONY_LENGTH:
            return False
        own = _own(staff)
        used = _answered(asked, self.response, own.values())
        if used is None:
            return False
        if not counts_on(own[used], self.response):
            return False
        own[used].record_usage()
        return True


def counts_on(row: Authenticator, response: str | dict[str, Any]) -> bool:
    """Whether the answer says a higher number of uses than ever before, which is kept."""
    answer = credential.read(response) if isinstance(response, str) else response
    said = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    return passkey_uses.count(row.pk, said)


def is_here(answer: dict[str, Any], host: str) -> bool:
    """Whether a page of this very host asked for `answer`: the library takes any below it, too."""
    client = CollectedClientData(websafe_decode(answer["response"]["clientDataJSON"]))
    return urlsplit(client.origin).hostname == host


def has_one(staff: Staff) -> bool:
    return bool(_rows(staff).exists())


def ask(staff: Staff, subject: str, host: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What a browser is asked for, and the challenge to keep: one of the person's own passkeys,
    unlocked, to sign `subject`. None for who has none."""
    own = _own(staff)
    if not own:
        return None
    options, state = _server(host).authenticate_begin(
        [_credential(row) for row in own.values()],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    about = {"subject": subject, "host": host, "at": clock.now().isoformat()}
    return dict(options), {**state, **about}


def begin(request: HttpRequest, subject: str) -> dict[str, Any] | None:
    """Ask the person who is signed in. A challenge that was asked before no longer stands."""
    host = get_adapter().get_public_key_credential_rp_entity()["id"]
    asked = ask(cast(Staff, request.user), subject, host)
    if asked is None:
        return None
    options, request.session[CHALLENGE] = asked
    return options


def take(request: HttpRequest, response: str) -> Assertion:
    """`response` with the challenge that it has to answer, which stands for nothing more."""
    return Assertion(request.session.pop(CHALLENGE, None), response)


def _server(host: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=host, name=host))


def _own(staff: Staff) -> dict[bytes, Authenticator]:
    """The person's passkeys by the id of their credential."""
    return {_credential(row).credential_id: row for row in _rows(staff)}


def _rows(staff: Staff) -> Any:
    return Authenticator.objects.filter(user=staff, type=Authenticator.Type.WEBAUTHN)


def _credential(row: Authenticator) -> AttestedCredentialData:
    found: AttestedCredentialData = row.wrap().authenticator_data.credential_data
    return found


def _answered(
    asked: Mapping[str, Any], response: str, own: Iterable[Authenticator]
) -> bytes | None:
    """The id of the credential that answered; None where the answer is not what was asked for."""
    credentials = [_credential(row) for row in own]
    try:
        answer = credential.read(response)
        used = _server(asked["host"]).authenticate_complete(asked, credentials, answer)
        if not is_here(answer, asked["host"]):
            return None
    except Exception:
        # Anyone may send anything: what cannot be read is no proof, in whatever way it fails.
        return None
    return used.credential_id
