"""A signature is proved by the own password or passkey, and wrong attempts are counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import Settings

from clinic.models import Staff, TrailEntry
from clinic.signin.passkey import Assertion
from clinic.trail.person import is_recorded
from clinic.trail.replay import payload
from monitoring.actions import NotAllowed
from monitoring.actions.sign_clearance import challenge_of
from monitoring.models import Clearance
from tests.actions.given import shown
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.passkeys import Passkey
from tests.factories.people import PASSWORD, person
from tests.factories.visits import Visit, ready_to_sign

pytestmark = pytest.mark.django_db


def tries(staff: Staff) -> int:
    return TrailEntry.objects.filter(chain=staff.pk, verb="sign_failed").count()


def test_a_wrong_password_is_told_on_the_signers_trail(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    with refused("password", "password"):
        visit.sign(password="guessed")
    assert tries(visit.clinician) == 1
    visit.sign()
    assert tries(visit.clinician) == 1


def test_after_five_wrong_passwords_signing_waits_a_quarter_of_an_hour(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    for _ in range(5):
        with refused("password", "password"):
            visit.sign(password="guessed")
        clock.forward(minutes=1)
    with refused("locked", "password"):
        visit.sign()
    assert tries(visit.clinician) == 5, "while it is locked no password is tried"
    clock.forward(minutes=11)
    visit.read()
    visit.sign()
    assert visit.session.phase == "cleared"


def test_a_password_that_was_hashed_in_an_older_way_stays_as_the_trail_tells(
    clock: TestClock, settings: Settings
) -> None:
    visit = ready_to_sign(clock)
    older = visit.clinician.password
    newer = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    settings.PASSWORD_HASHERS = [newer, *settings.PASSWORD_HASHERS]
    visit.sign()
    stored = Staff.objects.get(pk=visit.clinician.pk)
    assert stored.password == older
    assert is_recorded(stored)


def test_one_persons_wrong_passwords_lock_no_one_else(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    for _ in range(5):
        with refused("password", "password"):
            visit.sign(password="guessed")
    other = person(visit.site, "clinician")
    assert visit.sign(by=other).signed_by == other


def test_who_may_not_sign_leaves_no_try(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    with pytest.raises(NotAllowed):
        visit.sign(by=visit.nurse, password="guessed")
    assert tries(visit.nurse) == 0


def sign_by_passkey(visit: Visit, assertion: Assertion, **given: Any) -> Clearance:
    return visit.sign(password="", assertion=assertion, **given)


def test_one_signs_with_the_own_passkey_instead_of_the_password(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    passkey = Passkey.added(visit.clinician)
    clearance = sign_by_passkey(visit, passkey.assertion(shown(visit)))
    assert clearance.signed_by == visit.clinician
    assert visit.session.phase == "cleared"
    assert passkey.row.last_used_at is not None
    assert tries(visit.clinician) == 0


def test_how_it_was_proved_is_kept_with_the_signature_and_told(clock: TestClock) -> None:
    for proof in ("password", "passkey"):
        visit = ready_to_sign(clock)
        passkey = Passkey.added(visit.clinician)
        if proof == "passkey":
            clearance = sign_by_passkey(visit, passkey.assertion(shown(visit)))
        else:
            clearance = visit.sign()
        assert Clearance.objects.get(pk=clearance.pk).proof == proof
        entry = TrailEntry.objects.get(chain=visit.id, verb="sign_clearance")
        row = payload(entry)["rows"]["clearance"][str(clearance.pk)]
        assert row["proof"] == proof


PRETENDED: dict[str, dict[str, Any]] = {
    "not unlocked": {"is_verified": False},
    "no one there": {"is_present": False},
    "for another host": {"host": "elsewhere.example"},
    "from another origin": {"origin": "https://elsewhere.example"},
    "from plain http": {"origin": "http://testserver"},
    "when it was registered": {"kind": "webauthn.create"},
}


@pytest.mark.parametrize("pretended", PRETENDED.values(), ids=PRETENDED)
def test_a_passkey_that_proves_something_else_is_counted_as_a_wrong_password_is(
    clock: TestClock, pretended: dict[str, Any]
) -> None:
    visit = ready_to_sign(clock)
    passkey = Passkey.added(visit.clinician)
    with refused("passkey", "passkey"):
        sign_by_passkey(visit, passkey.assertion(shown(visit), **pretended))
    assert tries(visit.clinician) == 1
    assert passkey.row.last_used_at is None
    assert not Clearance.objects.exists()


def test_what_a_passkey_was_asked_for_it_signs_and_nothing_else(clock: TestClock) -> None:
    visit, other = ready_to_sign(clock), ready_to_sign(clock)
    passkey = Passkey.added(visit.clinician)
    last = visit.session.last_seq
    subjects = (
        challenge_of(other.id, other.session.last_seq),
        challenge_of(other.id, last),
        challenge_of(visit.id, last - 1),
        challenge_of(visit.id, last + 1),
    )
    for count, subject in enumerate(subjects, start=1):
        with refused("passkey", "passkey"):
            sign_by_passkey(visit, passkey.assertion(subject))
        assert tries(visit.clinician) == count
    assert not Clearance.objects.exists()


@pytest.mark.parametrize(("seconds", "is_refused"), [(300, False), (301, True)])
def test_a_challenge_stands_for_five_minutes(
    clock: TestClock, seconds: int, is_refused: bool
) -> None:
    visit = ready_to_sign(clock)
    assertion = Passkey.added(visit.clinician).assertion(shown(visit))
    clock.forward(seconds=seconds)
    if is_refused:
        with refused("passkey", "passkey"):
            sign_by_passkey(visit, assertion)
        assert tries(visit.clinician) == 1
    else:
        sign_by_passkey(visit, assertion)


def test_someone_elses_passkey_signs_for_no_one_but_them(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    other = person(visit.site, "clinician")
    theirs, own = Passkey.added(other), Passkey.added(visit.clinician)
    with refused("passkey", "passkey"):
        sign_by_passkey(visit, theirs.assertion(shown(visit)))
    # Under the id of the signer's own credential, too.
    theirs.id = own.id
    challenge = own.assertion(shown(visit)).challenge
    assert challenge is not None
    forged = Assertion(challenge, json.dumps(theirs.used(dict(challenge))))
    with refused("passkey", "passkey"):
        sign_by_passkey(visit, forged)
    assert tries(visit.clinician) == 2
    assert tries(other) == 0
    assert not Clearance.objects.exists()


def test_a_passkey_that_was_removed_signs_nothing_more(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    passkey = Passkey.added(visit.clinician)
    assertion = passkey.assertion(shown(visit))
    passkey.row.delete()
    with refused("passkey", "passkey"):
        sign_by_passkey(visit, assertion)


def malformed(sound: str) -> Iterator[str]:
    yield from (
        "",
        "{",
        "null",
        "[]",
        "1",
        '"x"',
        "{}",
        "[" * 5000,
        '{"rawId": "", "response": {}}',
    )
    whole = json.loads(sound)
    wrong: tuple[Any, ...] = (None, 7, "ä", [], {})
    for key in whole:
        for value in wrong:
            yield json.dumps(whole | {key: value})
    for key in whole["response"]:
        for value in (None, 7, "", "ä", "AAAA", [], {}):
            yield json.dumps(whole | {"response": whole["response"] | {key: value}})


def test_whatever_is_sent_for_a_passkey_is_refused_and_breaks_nothing(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    sound = Passkey.added(visit.clinician).assertion(shown(visit))
    broken = list(malformed(sound.response))
    # Neither says who answered, nor what.
    harmless = {"type", "authenticatorAttachment", "clientExtensionResults", "userHandle"}
    for text in broken:
        is_proof = Assertion(sound.challenge, text).is_of(visit.clinician, shown(visit))
        if is_proof:
            changed = differing(json.loads(text), json.loads(sound.response))
            assert changed <= harmless, text
    with refused("passkey", "passkey"):
        sign_by_passkey(visit, Assertion(None, sound.response))
    assert tries(visit.clinician) == 1


def differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    inner = {k for k in other["response"] if one["response"].get(k) != other["response"][k]}
    return inner | {k for k in other if k != "response" and one.get(k) != other[k]}


def test_it_is_one_proof_or_the_other_and_with_both_neither_is_tried(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    assertion = Passkey.added(visit.clinician).assertion(shown(visit))
    for password in (PASSWORD, "guessed"):
        with refused("one_proof", "password"):
            visit.sign(password=password, assertion=assertion)
    assert tries(visit.clinician) == 0
    with refused("password", "password"):
        visit.sign(password="")
    assert tries(visit.clinician) == 1


def test_a_pin_is_no_proof_for_a_signature(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    visit.clinician.pin = make_password("483926")
    save(visit.clinician)
    with refused("password", "password"):
        visit.sign(password="483926")
    assert tries(visit.clinician) == 1


def test_wrong_tries_of_either_kind_add_up_and_make_both_wait(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    passkey = Passkey.added(visit.clinician)
    for is_passkey in (True, False, True, False, True):
        locked = passkey.assertion(shown(visit), is_verified=False) if is_passkey else None
        proof = "passkey" if is_passkey else "password"
        with refused(proof, proof):
            visit.sign(password="" if is_passkey else "guessed", assertion=locked)
    with refused("locked", "password"):
        sign_by_passkey(visit, passkey.assertion(shown(visit)))
    with refused("locked", "password"):
        visit.sign()
    assert tries(visit.clinician) == 5
    proofs = TrailEntry.objects.filter(chain=visit.clinician.pk, verb="sign_failed")
    told = [payload(e)["detail"]["proof"] for e in proofs.order_by("seq")]
    assert told == ["passkey", "password", "passkey", "password", "passkey"]
