"""Signing in with a passkey alone, and whatever else is sent to that address."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from fido2.utils import websafe_encode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.models import Staff, TrailEntry
from clinic.trail.chain import ORGANISATION
from tests.clinic.signing_in import begin_passkey, is_refused, send_passkey
from tests.factories.logged import save
from tests.factories.passkeys import Passkey
from tests.factories.people import SiteFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinician(db: None) -> Staff:
    return person(SiteFactory.create(requires_second_factor=True), "clinician")


def test_a_passkey_is_both_factors(clinician: Staff) -> None:
    passkey = Passkey.added(clinician)
    client, options = begin_passkey()
    assert options["publicKey"]["userVerification"] == "required"
    answer = send_passkey(client, passkey.used(options), next="/patients/")
    assert answer.redirect_chain == [("/patients/", 302)]
    assert answer.status_code == 200


def test_one_challenge_is_answered_once(clinician: Staff) -> None:
    passkey = Passkey.added(clinician)
    client, options = begin_passkey()
    credential = passkey.used(options)
    send_passkey(client, credential)
    client.post("/sign-out/")
    assert is_refused(client, send_passkey(client, credential))
    other, _ = begin_passkey()
    assert is_refused(other, send_passkey(other, credential))


def test_what_is_not_quite_right_is_refused_in_the_same_words(clinician: Staff) -> None:
    passkey = Passkey.added(clinician)
    stranger = Passkey(person(SiteFactory.create(), "nurse"))
    for wrong in (
        stranger.used,
        lambda o: passkey.used(o, is_verified=False),
        lambda o: passkey.used(o, is_present=False),
        lambda o: passkey.used(o, host="evil.example"),
        lambda o: passkey.used(o, origin="https://evil.example"),
        lambda o: passkey.used(o, kind="webauthn.create"),
        lambda o: passkey.used(o) | {"rawId": "AAAA"},
        Passkey(clinician).used,
    ):
        client, options = begin_passkey()
        assert is_refused(client, send_passkey(client, wrong(options)))
    told = TrailEntry.objects.filter(chain=ORGANISATION).values_list("verb", flat=True)
    assert list(told).count("sign_in_failed") == 1, "once for an address in a quarter of an hour"
    kept = TrailEntry.objects.filter(chain=clinician.pk).values_list("verb", flat=True)
    assert "sign_in_failed" not in kept


def test_a_deactivated_person_is_refused_in_the_same_words(clinician: Staff) -> None:
    passkey = Passkey.added(clinician)
    clinician.is_active = False
    save(clinician)
    client, options = begin_passkey()
    answer = send_passkey(client, passkey.used(options), next="/patients/")
    assert is_refused(client, answer)
    assert answer.redirect_chain == [("/sign-in/?next=/patients/", 302)]


def test_who_comes_by_hand_is_sent_to_the_page(clinician: Staff) -> None:
    assert Client().get("/sign-in/passkey/")["Location"] == "/sign-in/"


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


GARBAGE = [
    "",
    "null",
    "0",
    "true",
    '"text"',
    "[]",
    "{}",
    "{",
    "NaN",
    "1" * 5000,
    "9" * 19_999,
    deep(9_000),
    '{"a":' * 3_000 + "1" + "}" * 3_000,
    "x" * 300_000,
    '{"response": null}',
    '{"response": []}',
    '{"response": "text"}',
    '{"response": {"userHandle": null}}',
    '{"response": {"userHandle": 7}}',
    '{"response": {"userHandle": ["a"]}}',
    '{"response": {"userHandle": "%%%"}}',
    '{"id": "\\ud800", "response": {}}',
    '{"id": "\\u0000"}',
    '{"id": "é"}',
    '{"id": Infinity}',
    "\x00",
    "\ud7ff",
]


@pytest.mark.parametrize("number", range(len(GARBAGE)))
@pytest.mark.parametrize("is_begun", [True, False])
def test_garbage_is_refused_in_words(number: int, is_begun: bool, clinician: Staff) -> None:
    client = begin_passkey()[0] if is_begun else Client()
    assert is_refused(client, send_passkey(client, GARBAGE[number]))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=60).map(websafe_encode),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
PARTS = ("id", "rawId", "type", "authenticatorAttachment", "clientExtensionResults", "response")
INNER = ("clientDataJSON", "authenticatorData", "signature", "userHandle")


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(part=st.sampled_from(PARTS + INNER), value=VALUES, is_gone=st.booleans())
def test_any_part_may_be_anything(
    clinician: Staff, part: str, value: Any, is_gone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allauth.core.internal.ratelimit.consume", lambda *a, **k: object())
    passkey = Passkey.added(clinician) if not hasattr(clinician, "kept") else clinician.kept
    vars(clinician)["kept"] = passkey
    client, options = begin_passkey()
    credential = passkey.used(options)
    holder = credential if part in PARTS else credential["response"]
    if is_gone:
        del holder[part]
    else:
        holder[part] = value
    answer = send_passkey(client, credential)
    # What is not signed over may be anything: the answer is in, or refused in words.
    is_in = "_auth_user_id" in client.session
    assert is_in or is_refused(client, answer)
    assert not (is_in and part in ("rawId", "response", *INNER))


def test_a_copy_of_a_passkey_is_refused_once_the_other_was_used_more_often(
    clinician: Staff,
) -> None:
    """What it counts goes up with each use, whichever way it is used."""
    passkey = Passkey.added(clinician)
    for uses, is_taken in ((5, True), (5, False), (4, False), (0, False), (6, True)):
        passkey.uses = uses
        client, options = begin_passkey()
        answer = send_passkey(client, passkey.used(options))
        assert is_refused(client, answer) is not is_taken, uses
    passkey.uses = 6
    assert not passkey.assertion("a signature").is_of(clinician, "a signature")
    passkey.uses = 7
    assert passkey.assertion("a signature").is_of(clinician, "a signature")
    client, options = begin_passkey()
    assert is_refused(client, send_passkey(client, passkey.used(options)))


def test_a_passkey_that_does_not_count_is_taken_each_time(clinician: Staff) -> None:
    passkey = Passkey.added(clinician)
    for _ in range(3):
        client, options = begin_passkey()
        assert not is_refused(client, send_passkey(client, passkey.used(options)))
        assert passkey.assertion("a signature").is_of(clinician, "a signature")


@pytest.mark.parametrize(
    "origin",
    ["https://below.testserver", "https://testserver.example", "http://testserver", "null", ""],
)
def test_a_page_of_another_host_asks_for_nothing_here_even_one_below(
    clinician: Staff, origin: str
) -> None:
    passkey = Passkey.added(clinician)
    client, options = begin_passkey()
    wrong = passkey.used(options)
    wrong["response"] |= passkey.used(options, origin=origin or "https://x.testserver")["response"]
    assert is_refused(client, send_passkey(client, wrong))
    asked = passkey.assertion("a signature", origin=origin or "https://x.testserver")
    assert not asked.is_of(clinician, "a signature")
    assert passkey.assertion("a signature").is_of(clinician, "a signature")
