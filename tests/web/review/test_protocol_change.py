"""The page that changes the protocol of a site: entered, read back, published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring.models import ProtocolVersion
from monitoring.rules.protocol import KETAMINE_IV
from monitoring.rules.protocol_bounds import bounds, settings_of
from monitoring.words.protocol_settings import GROUPS, SETTINGS
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.protocols import change_protocol, in_use
from tests.factories.visits import Visit, planned

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    return planned(clock)


@pytest.fixture
def clinician(visit: Visit, signed_in: Signer) -> Client:
    return signed_in(visit.clinician)


def address(version: ProtocolVersion) -> str:
    return f"/protocols/{version.pk}/change/"


def body(visit: Visit, **changes: Any) -> dict[str, Any]:
    protocol = in_use(visit.site, visit.version.key).protocol()
    stands = settings_of(protocol) | {"slots": ", ".join(map(str, protocol.slots))}
    return {"id": str(uuid7()), "reason": "Two left drowsy.", **stands, **changes}


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_each_setting_has_its_words_and_its_range(visit: Visit, clinician: Client) -> None:
    page = text_of(clinician.get(address(visit.version)))
    own = set(settings_of(visit.version.protocol()))
    assert set(SETTINGS) == own | set(settings_of(KETAMINE_IV))
    for name, bound in bounds(visit.version.protocol()).items():
        unit = SETTINGS[name].unit
        assert f"{bound.least} to {bound.most} {unit}".strip() in page, name
    assert [h for h, names in GROUPS.items() if h not in page] == ["The infusion"]
    assert 'value="15, 30, 40, 60, 90, 120"' in page


def test_it_is_read_back_before_it_is_published(visit: Visit, clinician: Client) -> None:
    sent = body(visit, window_minutes="150", notify_systolic="170")
    shown = clinician.post(address(visit.version), sent)
    assert shown.status_code == 200
    assert in_use(visit.site) == visit.version
    lines = [(c.words, c.old, c.new) for c in shown.context["changes"]]
    assert lines == [
        ("Blood pressure at or above", "180/110 mmHg", "170/110 mmHg"),
        ("Observation after the last device, at least", "120 min", "150 min"),
    ]
    form = shown.context["form"]
    answer = clinician.post(
        address(visit.version), dict(form.sent) | {"read_back": form.understood}
    )
    made = in_use(visit.site)
    assert answer.headers["Location"] == f"/protocols/{made.pk}/"
    assert made.protocol().window_minutes == 150

    page = text_of(clinician.get(f"/protocols/{made.pk}/"))
    for words in ("Two left drowsy.", visit.clinician.printed_name, "180/110 mmHg", "new sessions"):
        assert words in page
    listed = text_of(clinician.get("/protocols/"))
    assert "Two left drowsy." in listed
    assert "Earlier versions of this site" in listed


def test_what_was_changed_after_reading_back_is_read_back_again(
    visit: Visit, clinician: Client
) -> None:
    sent = body(visit, window_minutes="150", read_back="window_minutes=180")
    assert "Nothing is published yet" in text_of(clinician.post(address(visit.version), sent))
    assert in_use(visit.site) == visit.version


def test_one_goes_back_to_the_settings_with_all_that_was_typed(
    visit: Visit, clinician: Client
) -> None:
    sent = body(visit, window_minutes="150", edit="1", read_back="window_minutes=150")
    page = text_of(clinician.post(address(visit.version), sent))
    assert 'value="150"' in page
    assert "Two left drowsy." in page
    assert in_use(visit.site) == visit.version


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("window_minutes", "119", "from 120 to 720"),
        ("window_minutes", "", "from 120 to 720"),
        ("window_minutes", "two hours", "Enter digits only"),
        ("notify_systolic", "139", "from 140 to 180"),
        ("slots", "15, 30, 60", "40 minutes cannot be left out"),
        ("slots", "15; soon", "whole numbers from 1 to 1440"),
        ("spo2_far_below", "93", "stands at “Inform at SpO₂ below, once”"),
        ("reason", " ", "Enter this."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    visit: Visit, clinician: Client, name: str, typed: str, said: str
) -> None:
    answer = clinician.post(
        address(visit.version), body(visit, window_minutes="150") | {name: typed}
    )
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    field = "spo2_below" if name == "spo2_far_below" else name
    assert list(errors) == [field]
    assert said in errors[field][0]
    assert in_use(visit.site) == visit.version


def test_without_a_change_nothing_is_published(visit: Visit, clinician: Client) -> None:
    answer = clinician.post(address(visit.version), body(visit))
    assert "Nothing was changed." in text_of(answer)


def test_someone_elses_change_meanwhile_is_not_overwritten(visit: Visit, clinician: Client) -> None:
    made = change_protocol(visit.site, visit.clinician)
    assert clinician.get(address(visit.version)).status_code == 404
    assert clinician.get(address(made)).status_code == 200


def test_only_a_clinician_is_offered_it(visit: Visit, signed_in: Signer) -> None:
    for role, offered in (("clinician", True), ("nurse", False), ("administrator", False)):
        client = signed_in(person(visit.site, role))
        page = text_of(client.get(f"/protocols/{visit.version.pk}/"))
        assert (address(visit.version) in page) is offered
        assert client.get(address(visit.version)).status_code == (200 if offered else 403)


def test_an_infusion_has_no_devices_to_rest(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock, protocol=KETAMINE_IV, planned_mg=36)
    client = signed_in(visit.clinician)
    page = text_of(client.get(address(visit.version)))
    assert "Rest between two devices" not in page
    answer = client.post(address(visit.version), body(visit, window_minutes="60"))
    assert [change.new for change in answer.context["changes"]] == ["60 min"]


def test_another_sites_version_is_not_found(clock: TestClock, clinician: Client) -> None:
    elsewhere = planned(clock, site=SiteFactory.create())
    assert clinician.get(address(elsewhere.version)).status_code == 404
