"""Recording a reading: what is asked, what is refused, and that nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from clinic.ids import uuid7
from monitoring.models import Reading
from monitoring.rules.cautions import cautions
from monitoring.rules.schedule import slots
from monitoring.words.sentences import REASONS
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.posted import READING, kept, send, text_of
from tests.factories.visits import Visit, admitted, at_forty, observed, planned

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture
def visit(clock: TestClock, db: None) -> Visit:
    return at_forty(clock)


@pytest.fixture
def nurse(visit: Visit, signed_in: Signer) -> Client:
    return signed_in(visit.nurse)


def test_nothing_is_filled_in_beforehand(visit: Visit, nurse: Client) -> None:
    page = nurse.get(f"/sessions/{visit.id}/reading/?slot=40").content.decode()
    for name in (*READING, "taken_at", "late_reason"):
        for tag in re.findall(rf'<input[^>]*name="{name}"[^>]*>', page):
            assert " checked" not in tag
            if 'type="radio"' not in tag:
                assert 'value=""' in tag


def test_the_last_and_the_pre_dose_value_stand_beside_each_field(
    visit: Visit, nurse: Client
) -> None:
    page = text_of(nurse.get(f"/sessions/{visit.id}/reading/?slot=40"))
    assert re.search(r'Last <b>122/78, <span data-ago="[^"]+">10:00</span></b>', page)
    assert "Pre-dose <b>122/78</b>" in page


@pytest.mark.parametrize(
    ("field", "changed", "sentence"),
    [
        (
            "systolic",
            {"systolic": "80", "diastolic": "120"},
            "Systolic 80 is not above diastolic 120. Were they swapped?",
        ),
        (
            "systolic",
            {"systolic": "1520", "diastolic": "80"},
            "1520 is not possible here. Enter a value from 50 to 300.",
        ),
        ("systolic", {"systolic": ""}, "Enter this."),
        (
            "systolic",
            {"systolic": "", "diastolic": ""},
            "Enter a value, or tap Not done and say why.",
        ),
        ("heart_rate", {"heart_rate": "0"}, "0 is not possible here."),
        ("spo2", {"spo2": "ninety"}, "Enter digits only, such as 98."),
        ("spo2", {"spo2": "101"}, "101 is not possible here. Enter a value from 1 to 100."),
        ("sedation", {"sedation": ""}, "Enter a value, or tap Not done and say why."),
        ("sedation", {"sedation": "7"}, "Select a valid choice. 7 is not one of the available"),
        ("taken_at", {"taken_at": "soon"}, "Enter a time of day, such as 14:05 or 2:05 pm."),
        (
            "taken_at",
            {"taken_at": "11:30"},
            "09-Mar-2026 11:30, 23 h 15 min ago, before admission. Is this the time?",
        ),
        (
            "late_reason",
            {"taken_at": "10:30"},
            "This is more than 5 minutes ago. Say why it is entered late.",
        ),
        ("systolic", {"systolic": "210"}, "210 is unusual. Is this right?"),
        ("systolic", {"systolic": "165"}, "165 is far from the last value, 122. Is this right?"),
    ],
)
def test_a_bad_entry_is_told_at_its_field_and_nothing_typed_is_lost(
    visit: Visit, nurse: Client, field: str, changed: dict[str, str], sentence: str
) -> None:
    answer = send(nurse, visit, "?slot=40", **changed, note="looks tired")
    assert answer.status_code == 422
    assert any(sentence in error for error in answer.context["form"].errors[field])
    assert sentence in answer.content.decode()
    assert f'href="#id_{field}"' in answer.content.decode()
    typed = READING | changed | {"note": "looks tired"}
    for name, value in typed.items():
        if name in {"sedation", "dissociation"}:
            assert value == "7" or not value or f'value="{value}" checked' in text_of(answer)
        else:
            assert kept(answer, name) == value
    assert Reading.objects.filter(session=visit.id).count() == 1


def test_an_implausible_value_is_kept_once_it_is_confirmed(visit: Visit, nurse: Client) -> None:
    asked = send(nurse, visit, "?slot=40", systolic="210")
    assert 'name="confirm_systolic"' in asked.content.decode()
    assert 'name="confirm_spo2"' not in asked.content.decode()
    answer = send(nurse, visit, "?slot=40", systolic="210", confirm_systolic="210")
    assert answer.status_code == 302
    assert Reading.objects.get(slot=40).confirmed == ["systolic"]


def test_a_confirmation_belongs_to_the_value_it_was_given_for(visit: Visit, nurse: Client) -> None:
    asked = send(nurse, visit, "?slot=40", systolic="222")
    assert re.search(r'name="confirm_systolic"[^>]*value="222">', asked.content.decode())
    again = send(nurse, visit, "?slot=40", systolic="290", confirm_systolic="222")
    assert again.status_code == 422
    assert "290 is unusual. Is this right?" in again.content.decode()
    assert re.search(r'name="confirm_systolic"[^>]*value="290">', again.content.decode())
    # Another field is asked about: what was confirmed stays so.
    other = send(nurse, visit, "?slot=40", systolic="290", confirm_systolic="290", spo2="70")
    assert re.search(r'name="confirm_systolic"[^>]*value="290" checked>', other.content.decode())
    both = {"confirm_systolic": "290", "confirm_spo2": "70"}
    assert send(nurse, visit, "?slot=40", systolic="290", spo2="70", **both).status_code == 302


def test_what_is_asked_is_found_by_its_code_whatever_the_sentence(
    visit: Visit, nurse: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in ("unusual", "jump"):
        monkeypatch.setitem(REASONS, code, "%(value)s ist ungewöhnlich. Bitte bestätigen.")
    for value in ("210", "165"):
        page = send(nurse, visit, "?slot=40", systolic=value).content.decode()
        assert f"{value} ist ungewöhnlich" in page
        assert 'name="confirm_systolic"' in page


def test_the_same_values_a_moment_later_are_asked_about_and_kept_when_meant(
    visit: Visit, nurse: Client, clock: TestClock
) -> None:
    assert send(nurse, visit).status_code == 302
    clock.forward(seconds=90)
    answer = send(nurse, visit)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The same values were recorded at 10:45:00. Is this a second measurement?" in page
    assert 'name="another"' in page
    assert visit.session.reading_set.count() == 2
    assert send(nurse, visit, another="on").status_code == 302
    assert visit.session.reading_set.count() == 3


def test_a_measure_not_done_keeps_its_coded_reason_and_no_value(
    visit: Visit, nurse: Client
) -> None:
    answer = send(
        nurse, visit, "?slot=40", systolic="", diastolic="", blood_pressure_not_done="refused"
    )
    assert answer.status_code == 302
    reading = Reading.objects.get(slot=40)
    assert (reading.systolic, reading.blood_pressure_not_done) == (None, "refused")


def test_zero_is_a_value_where_it_can_be_one(visit: Visit, nurse: Client) -> None:
    send(nurse, visit, "?slot=40")
    assert Reading.objects.get(slot=40).dissociation == 0


def test_a_slot_that_is_recorded_says_so_and_shows_no_form(visit: Visit, nurse: Client) -> None:
    send(nurse, visit, "?slot=40")
    reading = Reading.objects.get(slot=40)
    page = text_of(nurse.get(f"/sessions/{visit.id}/reading/?slot=40"))
    assert f"40-minute reading: recorded at 10:45 by {visit.nurse.printed_name}." in page
    assert 'name="systolic"' not in page
    # What was typed for the slot meanwhile is found again in the additional reading.
    additional = f"/sessions/{visit.id}/reading/?slot=40&again=1"
    assert f'href="{additional.replace("&", "&amp;")}"' in page
    again = text_of(nurse.get(additional))
    assert f'data-draft="/sessions/{visit.id}/reading/?slot=40"' in again
    assert "Additional reading" in again
    correct = f"/sessions/{visit.id}/reading/{reading.pk}/correct/"
    assert f'href="{correct}"' in page
    # Its correction stands in its place.
    nurse.post(correct, {"id": str(uuid7()), "systolic": "131", "correction_reason": "Slip"})
    corrected = Reading.objects.get(replaces=reading)
    assert str(corrected.pk) in text_of(nurse.get(f"/sessions/{visit.id}/reading/?slot=40"))


def test_a_second_tap_on_save_makes_no_second_row(visit: Visit, nurse: Client) -> None:
    same = str(uuid7())
    for _ in range(2):
        assert send(nurse, visit, "?slot=40", id=same).status_code == 302
    assert _pressures(visit) == [130]


def test_a_value_taken_soon_after_an_attempt_is_the_slots(visit: Visit, nurse: Client) -> None:
    failed = {"systolic": "", "diastolic": "", "blood_pressure_not_done": "device_failure"}
    assert send(nurse, visit, "?slot=40", **failed).status_code == 302
    assert send(nurse, visit, "", systolic="128").status_code == 302
    slot = next(s for s in slots(visit.session.facts(), visit.clock.now()) if s.minutes == 40)
    assert slot.state == "done"
    assert cautions(visit.session.facts()) == []


def _pressures(visit: Visit) -> list[int | None]:
    taken = visit.session.reading_set.order_by("seq").values_list("systolic", flat=True)
    return list(taken)[1:]


def test_an_entry_from_another_site_is_not_found(visit: Visit, signed_in: Signer) -> None:
    stranger = signed_in(person(SiteFactory.create(), "nurse"))
    assert send(stranger, visit).status_code == 404
    assert stranger.get(f"/sessions/{visit.id}/reading/").status_code == 404
    assert Reading.objects.filter(session=visit.id).count() == 1


def test_a_reading_before_arrival_says_where_the_session_stands(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = planned(clock)
    answer = send(signed_in(visit.nurse), visit, "?slot=0")
    assert answer.status_code == 422
    assert "This session has moved on. It is now: Planned." in answer.content.decode()


def test_a_time_before_midnight_is_yesterdays(clock: TestClock, signed_in: Signer) -> None:
    clock.travel_to(datetime(2026, 3, 11, 3, 50, tzinfo=UTC))  # 23:50 in New York
    visit = admitted(clock)
    clock.forward(minutes=12)
    answer = send(signed_in(visit.nurse), visit, "?slot=0", taken_at="23:59")
    assert answer.status_code == 302
    assert Reading.objects.get().taken_at == datetime(2026, 3, 11, 3, 59, tzinfo=UTC)


def test_a_time_in_the_hour_that_comes_twice_is_the_latest_one(
    clock: TestClock, signed_in: Signer
) -> None:
    clock.travel_to(datetime(2025, 11, 2, 6, 10, tzinfo=UTC))  # 01:10, the second time
    visit = admitted(clock)
    assert send(signed_in(visit.nurse), visit, "?slot=0", taken_at="01:08").status_code == 302
    assert Reading.objects.get().taken_at == datetime(2025, 11, 2, 6, 8, tzinfo=UTC)


def test_a_correction_shows_the_original_and_copies_nothing_of_it(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    reading = Reading.objects.get(slot=40)
    nurse = signed_in(visit.nurse)
    address = f"/sessions/{visit.id}/reading/{reading.pk}/correct/"
    page = nurse.get(address).content.decode()
    assert "122/78" in page
    assert not re.search(r'name="systolic"[^>]*value="1', page)
    body = READING | {"id": str(uuid7()), "correction_reason": "Typed another patient's"}
    assert nurse.post(address, body).status_code == 302
    corrected = Reading.objects.get(replaces=reading)
    assert (corrected.slot, corrected.systolic) == (40, 130)
    page = nurse.get(f"/sessions/{visit.id}/").content.decode()
    assert "Replaced by a correction" in page
    assert "Typed another patient&#x27;s" in page


def test_a_correction_needs_its_reason(clock: TestClock, signed_in: Signer) -> None:
    visit = observed(clock, through=40)
    reading = Reading.objects.get(slot=40)
    address = f"/sessions/{visit.id}/reading/{reading.pk}/correct/"
    answer = signed_in(visit.nurse).post(address, READING | {"id": str(uuid7())})
    assert answer.status_code == 422
    assert answer.context["form"].errors["correction_reason"] == ["Enter this."]


def test_the_value_being_corrected_is_not_shown_as_the_last(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    clock.forward(minutes=5)
    wrong = visit.read(None, systolic=290, diastolic=95)
    page = text_of(signed_in(visit.nurse).get(f"/sessions/{visit.id}/reading/{wrong.pk}/correct/"))
    assert "Entered <b>290/95</b>" in page
    assert re.search(r'Last <b>122/78, <span data-ago="[^"]+">10:45</span></b>', page)
    assert "Last <b>290/95" not in page


def test_one_wrong_value_is_corrected_by_typing_it_alone(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    reading = Reading.objects.get(slot=40)
    clock.forward(minutes=20)
    address = f"/sessions/{visit.id}/reading/{reading.pk}/correct/"
    nurse = signed_in(visit.nurse)
    empty = nurse.post(address, {"id": str(uuid7()), "correction_reason": "Slip"})
    assert "Nothing has been entered yet." in text_of(empty)
    body = {"id": str(uuid7()), "correction_reason": "Slip", "heart_rate": "88"}
    assert nurse.post(address, body).status_code == 302
    corrected = Reading.objects.get(replaces=reading)
    assert (corrected.heart_rate, corrected.systolic) == (88, reading.systolic)
    assert (corrected.taken_at, corrected.slot) == (reading.taken_at, 40)


def test_a_time_that_was_wrong_is_typed_and_asked_why_it_is_late(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    reading = Reading.objects.get(slot=40)
    clock.forward(minutes=20)
    address = f"/sessions/{visit.id}/reading/{reading.pk}/correct/"
    nurse = signed_in(visit.nurse)
    right = reading.taken_at + timedelta(minutes=4)
    typed = timezone.localtime(right, visit.site.tz).strftime("%H:%M")
    body = {"id": str(uuid7()), "correction_reason": "Slip", "taken_at": typed}
    asked = nurse.post(address, body)
    assert asked.status_code == 422
    assert kept(asked, "taken_at") == typed
    assert list(asked.context["form"].errors) == ["taken_at", "late_reason"]
    answered = {"late_reason": "Misread", "taken_at_confirmed": right.isoformat()}
    assert nurse.post(address, body | answered).status_code == 302
    assert Reading.objects.get(replaces=reading).taken_at == right
    page = text_of(nurse.get(f"/sessions/{visit.id}/report/"))
    assert "Reading corrected, its time from" in page


@pytest.mark.parametrize(
    ("typed", "kept_as"),
    [
        ({"room_air": "yes", "oxygen": ""}, 0),
        ({"room_air": "yes", "oxygen": "0"}, 0),
        ({"room_air": "", "oxygen": "2,5"}, Decimal("2.5")),
        ({"room_air": "yes", "oxygen": "2"}, None),
        ({"room_air": "", "oxygen": ""}, None),
    ],
)
def test_room_air_is_a_tile_and_oxygen_its_litres(
    visit: Visit, nurse: Client, typed: dict[str, str], kept_as: Decimal | None
) -> None:
    """Neither is taken for granted, and both at once is no answer."""
    answer = send(nurse, visit, "?slot=40", **typed)
    if kept_as is None:
        assert answer.status_code == 422
        assert answer.context["form"].errors["oxygen"]
    else:
        assert answer.status_code == 302
        assert Reading.objects.get(slot=40).oxygen == kept_as
        page = text_of(nurse.get(f"/sessions/{visit.id}/"))
        assert ("on oxygen 2.5 L/min" in page) is bool(kept_as)
