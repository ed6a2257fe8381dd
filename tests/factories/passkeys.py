"""A passkey in software: makes what a browser would send, without a browser."""

from __future__ import annotations

import json
import os
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from clinic.models import Staff
from clinic.signin import passkey

HOST = "testserver"
"""What Django's test client calls the server."""
FLAG = AuthenticatorData.FLAG


class Passkey:
    """One credential of one person, for one host.

    `added` puts it among the person's own as the sign-in library does; `created` and `used` answer
    the options of a registration and of a sign-in or signature, as JSON that a browser would post.
    `options` are the server's, with or without their `publicKey`.
    """

    def __init__(self, staff: Staff, host: str = HOST) -> None:
        self.staff, self.host = staff, host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.uses = 0
        """What it says how often it was used; 0, as of most, says nothing."""

    @classmethod
    def added(cls, staff: Staff, host: str = HOST) -> Passkey:
        made = cls(staff, host)
        credential = made.created({"challenge": websafe_encode(os.urandom(32))})
        Authenticator.objects.create(
            user=staff,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Passkey for tests", "credential": credential},
        )
        return made

    @property
    def row(self) -> Authenticator:
        """The row that `added` made."""
        rows = Authenticator.objects.filter(user=self.staff, type=Authenticator.Type.WEBAUTHN)
        return next(r for r in rows if r.data["credential"]["id"] == websafe_encode(self.id))

    def assertion(self, subject: str, **pretended: Any) -> passkey.Assertion:
        """The answer to a challenge asked of the person now; keywords are those of `used`."""
        asked = passkey.ask(self.staff, subject, self.host)
        assert asked is not None
        options, challenge = asked
        return passkey.Assertion(challenge, json.dumps(self.used(options, **pretended)))

    def created(self, options: dict[str, Any], *, is_verified: bool = True) -> dict[str, Any]:
        kind: Any = ES256
        public = kind.from_cryptography_key(self.key.public_key())
        attested = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = self._data(FLAG.AT, is_verified=is_verified, attested=attested)
        client = self._client(CollectedClientData.TYPE.CREATE, options)
        attestation = AttestationObject.create("none", data, {})
        return self._credential(
            {"clientDataJSON": client.b64, "attestationObject": websafe_encode(attestation)},
            {"credProps": {"rk": True}},
        )

    def used(
        self,
        options: dict[str, Any],
        *,
        is_verified: bool = True,
        is_present: bool = True,
        host: str = "",
        origin: str = "",
        kind: str = CollectedClientData.TYPE.GET,
    ) -> dict[str, Any]:
        """`host` and `origin` pretend to another place, `kind` to another ceremony."""
        flags = FLAG.UP if is_present else FLAG(0)
        data = self._data(FLAG(0), is_verified=is_verified, host=host, present=flags)
        client = self._client(kind, options, origin)
        signature = self.key.sign(data + client.hash, ec.ECDSA(SHA256()))
        handle = user_pk_to_url_str(self.staff).encode()
        return self._credential(
            {
                "clientDataJSON": client.b64,
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(handle),
            },
            {},
        )

    def _data(
        self,
        flags: FLAG,
        *,
        is_verified: bool,
        host: str = "",
        present: FLAG = FLAG.UP,
        attested: bytes = b"",
    ) -> AuthenticatorData:
        flags |= present | (FLAG.UV if is_verified else FLAG(0))
        rp = sha256((host or self.host).encode())
        made: AuthenticatorData = AuthenticatorData.create(rp, flags, self.uses, attested)
        return made

    def _client(self, kind: str, options: dict[str, Any], origin: str = "") -> CollectedClientData:
        challenge = options.get("publicKey", options)["challenge"]
        return CollectedClientData.create(kind, challenge, origin or f"https://{self.host}")

    def _credential(self, response: dict[str, str], results: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "public-key",
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "authenticatorAttachment": "platform",
            "response": response,
            "clientExtensionResults": results,
        }
