"""The signature as it is sent: whose it is, and by which proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clinic.ids import uuid7
from clinic.models import TrailEntry
from monitoring.models import Clearance
from monitoring.rules.questions import CHECKLIST
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.passkeys import Passkey
from tests.factories.people import PASSWORD, SiteFactory, person
from tests.factories.visits import Visit, ready_to_sign

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
NOT_YOURS = "The passkey did not show that it is you"


def body(visit: Visit, **changed: Any) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "through_seq": str(visit.session.last_seq),
        **dict.fromkeys(CHECKLIST, "on"),
        "had_serious_event": "no",
        "ready_minutes": "104",
        "identified_by": "mrn",
    } | changed


def address(visit: Visit, page: str = "") -> str:
    return f"/sessions/{visit.id}/clearance/{page}"


def asked(client: Client, visit: Visit, through_seq: int | None = None) -> dict[str, Any]:
    """The options that the page's script would get."""
    last = visit.session.last_seq if through_seq is None else through_seq
    answer = client.post(address(visit, "challenge/"), {"through_seq": str(last)})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def sign(client: Client, visit: Visit, answer: dict[str, Any], **changed: Any) -> Any:
    return client.post(address(visit), body(visit, passkey=json.dumps(answer), **changed))


def tries(visit: Visit) -> int:
    return TrailEntry.objects.filter(chain=visit.clinician.pk, verb="sign_failed").count()


def refused(answer: Any) -> bool:
    """Refused for the passkey, with what was written still there and no proof given back."""
    page = answer.content.decode()
    written = NOT_YOURS in page and 'value="104"' in page
    return answer.status_code == 422 and written and "clientDataJSON" not in page


def test_a_clearance_is_signed_with_a_passkey(clock: TestClock, signed_in: Signer) -> None:
    visit = ready_to_sign(clock)
    passkey, client = Passkey.added(visit.clinician), signed_in(visit.clinician)
    assert "Sign with passkey" in client.get(address(visit)).content.decode()
    options = asked(client, visit)
    assert options["publicKey"]["userVerification"] == "required"
    assert len(options["publicKey"]["allowCredentials"]) == 1
    assert sign(client, visit, passkey.used(options)).status_code == 302
    clearance = Clearance.objects.get()
    assert (clearance.signed_by, clearance.proof) == (visit.clinician, "passkey")
    report = client.get(f"/sessions/{visit.id}/report/").content.decode()
    assert "<span>Signed with</span><strong>Passkey</strong>" in report
    page = client.get(f"/sessions/{visit.id}/clearances/{clearance.pk}/").content.decode()
    assert "<span>Signed with</span><strong>Passkey</strong>" in page


def test_who_has_no_passkey_is_not_offered_one_and_not_asked(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    client = signed_in(visit.clinician)
    assert "Sign with passkey" not in client.get(address(visit)).content.decode()
    answer = client.post(address(visit, "challenge/"), {"through_seq": "1"})
    assert answer.status_code == 409
    assert answer.json() == {"error": "You have no passkey."}


@pytest.mark.parametrize("sent", [{}, {"through_seq": ""}, {"through_seq": "x"}])
def test_a_challenge_is_asked_for_what_was_shown(
    clock: TestClock, signed_in: Signer, sent: dict[str, str]
) -> None:
    visit = ready_to_sign(clock)
    Passkey.added(visit.clinician)
    client = signed_in(visit.clinician)
    assert client.post(address(visit, "challenge/"), sent).status_code == 422


def test_a_script_of_someone_signed_out_is_told_so(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    headers = {"Accept": "application/json"}
    assert Client().post(address(visit, "challenge/"), headers=headers).status_code == 401


def test_an_answer_serves_once(clock: TestClock, signed_in: Signer) -> None:
    visit = ready_to_sign(clock)
    passkey, client = Passkey.added(visit.clinician), signed_in(visit.clinician)
    answer = passkey.used(asked(client, visit))
    assert sign(client, visit, answer).status_code == 302
    visit.withdraw(Clearance.objects.get())
    assert refused(sign(client, visit, answer))
    assert tries(visit) == 1
    assert Clearance.objects.count() == 1


def test_an_answer_serves_once_also_when_it_signed_nothing(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    passkey, client = Passkey.added(visit.clinician), signed_in(visit.clinician)
    answer = passkey.used(asked(client, visit))
    unanswered = sign(client, visit, answer, had_serious_event="")
    assert unanswered.status_code == 422
    assert NOT_YOURS not in unanswered.content.decode()
    assert refused(sign(client, visit, answer))
    assert sign(client, visit, passkey.used(asked(client, visit))).status_code == 302


def test_a_challenge_of_another_session_or_of_another_state_signs_nothing(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    other = ready_to_sign(clock, site=visit.site)
    passkey, client = Passkey.added(visit.clinician), signed_in(visit.clinician)
    assert refused(sign(client, visit, passkey.used(asked(client, other))))
    before = visit.session.last_seq - 1
    assert refused(sign(client, visit, passkey.used(asked(client, visit, before))))
    assert tries(visit) == 2
    assert not Clearance.objects.exists()


def test_a_challenge_that_is_too_old_or_was_never_asked_signs_nothing(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    passkey, client = Passkey.added(visit.clinician), signed_in(visit.clinician)
    own_idea = {"challenge": "AAAAAAAAAAAAAAAAAAAAAA"}
    assert refused(sign(client, visit, passkey.used(own_idea)))
    answer = passkey.used(asked(client, visit))
    clock.forward(minutes=5, seconds=1)
    assert refused(sign(client, visit, answer))
    assert tries(visit) == 2


@pytest.mark.parametrize("pretended", [{"is_verified": False}, {"host": "elsewhere.example"}])
def test_a_passkey_that_was_not_unlocked_or_is_for_another_host_signs_nothing(
    clock: TestClock, signed_in: Signer, pretended: dict[str, Any]
) -> None:
    visit = ready_to_sign(clock)
    passkey, client = Passkey.added(visit.clinician), signed_in(visit.clinician)
    assert refused(sign(client, visit, passkey.used(asked(client, visit), **pretended)))
    assert tries(visit) == 1
    assert not Clearance.objects.exists()


def test_a_colleagues_passkey_signs_for_no_one_else(clock: TestClock, signed_in: Signer) -> None:
    visit = ready_to_sign(clock)
    colleague = person(visit.site, "clinician")
    Passkey.added(visit.clinician)
    theirs, client = Passkey.added(colleague), signed_in(visit.clinician)
    assert refused(sign(client, visit, theirs.used(asked(client, visit))))
    # Nor does an answer to their own challenge, carried over.
    carried = theirs.used(asked(signed_in(colleague), visit))
    asked(client, visit)
    assert refused(sign(client, visit, carried))
    assert not Clearance.objects.exists()
    assert tries(visit) == 2
    assert not TrailEntry.objects.filter(chain=colleague.pk, verb="sign_failed").exists()


def test_the_challenge_for_signing_does_not_sign_in_nor_the_other_way_round(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    passkey, client = Passkey.added(visit.clinician), signed_in(visit.clinician)
    login = Client()
    headers = {"Accept": "application/json"}
    options = login.get("/sign-in/passkey/", headers=headers).json()["request_options"]
    asked(client, visit)
    assert refused(sign(client, visit, passkey.used(options)))
    answer = json.dumps(passkey.used(asked(client, visit)))
    login.post("/sign-in/passkey/", {"credential": answer})
    assert "_auth_user_id" not in login.session


def test_a_password_and_a_passkey_at_once_are_sent_back(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    passkey, client = Passkey.added(visit.clinician), signed_in(visit.clinician)
    answer = sign(client, visit, passkey.used(asked(client, visit)), password=PASSWORD)
    assert answer.status_code == 422
    assert "not with both at once" in answer.content.decode()
    assert tries(visit) == 0


SIGNER_NAMES = (
    "signed_by", "signed_by_id", "by", "by_id", "staff", "staff_id", "user", "user_id", "actor",
    "signer", "printed_name", "recorded_by", "username", "login", "proof", "is_proved",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["password", "passkey"])
def test_the_signer_is_who_is_signed_in_whatever_the_request_says(
    clock: TestClock, signed_in: Signer, kind: str
) -> None:
    visit = ready_to_sign(clock)
    colleague = person(visit.site, "clinician", last_name="Quartermain")
    passkey, client = Passkey.added(visit.clinician), signed_in(visit.clinician)
    for value in (str(colleague.pk), colleague.username, colleague.printed_name):
        claimed = dict.fromkeys(SIGNER_NAMES, value)
        query = "&".join(f"{name}={value}" for name in SIGNER_NAMES)
        proof = (
            {"password": PASSWORD}
            if kind == "password"
            else {"passkey": json.dumps(passkey.used(asked(client, visit)))}
        )
        sent = body(visit, statement=f"I, {colleague.printed_name}, clear", **claimed, **proof)
        headers = {"X-Forwarded-User": value, "Remote-User": value}
        answer = client.post(f"{address(visit)}?{query}", sent, headers=headers)
        assert answer.status_code == 302
        clearance = Clearance.objects.get(withdrawal=None)
        assert clearance.signed_by == visit.clinician
        assert clearance.printed_name == visit.clinician.printed_name
        assert "Quartermain" not in clearance.statement
        assert clearance.proof == kind
        entry = TrailEntry.objects.filter(chain=visit.id, verb="sign_clearance").last()
        assert entry is not None
        assert entry.actor_id == visit.clinician.pk
        visit.withdraw(clearance)


def test_a_colleagues_password_signs_for_no_one_else(clock: TestClock, signed_in: Signer) -> None:
    visit = ready_to_sign(clock)
    colleague = person(visit.site, "clinician")
    colleague.set_password("another password for tests")
    save(colleague)
    sent = body(visit, password="another password for tests", signed_by=str(colleague.pk))
    answer = signed_in(visit.clinician).post(address(visit), sent)
    assert answer.status_code == 422
    assert not Clearance.objects.exists()
    assert tries(visit) == 1


def test_a_challenge_is_no_way_into_another_site(clock: TestClock, signed_in: Signer) -> None:
    visit = ready_to_sign(clock)
    stranger = person(SiteFactory.create(), "clinician")
    Passkey.added(stranger)
    answer = signed_in(stranger).post(address(visit, "challenge/"), {"through_seq": "1"})
    assert answer.status_code == 404
