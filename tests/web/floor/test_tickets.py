"""A colleague on the tablet sends what someone else entered there, and can do no more with it."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import signing
from django.test import Client

from clinic import actions, tickets
from clinic.ids import uuid7
from clinic.models import Membership, Staff, Tablet, TrailEntry
from clinic.trail.replay import payload
from monitoring.models import AccessEntry, Event, Reading, Strike
from monitoring.proof.verify import verify
from tests.clinic.routes import routes
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import (
    PASSWORD,
    SiteFactory,
    TabletFactory,
    on_tablet,
    person,
)
from tests.factories.posted import READING, text_of
from tests.factories.visits import Visit, at_forty

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Waiting:
    """An entry as it waits on the tablet, and what sends it."""

    author: Staff
    address: str
    fields: dict[str, str]
    ticket: str
    seal: str

    def sent_by(self, client: Client, kind: str = tickets.FORM) -> Any:
        headers = {
            "Accept": "application/json",
            "X-Entered-By": str(self.author.pk),
            "X-Sent-Again": "1",
            tickets.TICKET: self.ticket,
            tickets.SEAL: self.seal,
        }
        body = urlencode(self.fields)
        return client.post(self.address, body, content_type=kind, headers=headers)


@dataclass(frozen=True)
class Room:
    """One tablet, the nurse who entered something on it, and a colleague who came after her."""

    visit: Visit
    tablet: Tablet
    colleague: Staff

    def opens(self, page: str = "reading/?slot=40", by: Staff | None = None) -> tuple[str, str]:
        """The ticket and the key of the form that `by`, or the nurse, is shown."""
        client = on_tablet(self.tablet, by or self.visit.nurse)
        shown = client.get(f"/sessions/{self.visit.id}/{page}").content.decode()
        found = re.search(r'data-ticket="([^"]+)" data-seal="([^"]+)"', shown)
        assert found, "the form was shown without a ticket"
        return found[1], found[2]

    def enters(self, page: str = "reading/?slot=40", **fields: str) -> Waiting:
        """Saved by the nurse without a network, as the script of the page seals it."""
        ticket, key = self.opens(page)
        return sealed(self.visit, page, ticket, key, fields or READING)

    def sends(self, entry: Waiting, by: Staff | None = None) -> Any:
        return entry.sent_by(on_tablet(self.tablet, by or self.colleague))


def sealed(
    visit: Visit,
    page: str,
    ticket: str,
    key: str,
    fields: dict[str, str],
    author: Staff | None = None,
) -> Waiting:
    address = f"/sessions/{visit.id}/{page}"
    fields = {"id": str(uuid7()), **fields}
    text = f"{address}\n{urlencode(fields)}"
    seal = hmac.digest(key.encode(), text.encode(), "sha256").hex()
    return Waiting(author or visit.nurse, address, fields, ticket, seal)


@pytest.fixture
def room(clock: TestClock, db: None) -> Room:
    visit = at_forty(clock)
    return Room(visit, TabletFactory.create(site=visit.site), person(visit.site, "nurse"))


def is_refused(room: Room, entry: Waiting, by: Staff | None = None) -> bool:
    """Answered as JSON, with nothing written."""
    answer = room.sends(entry, by)
    assert (answer.status_code, answer.json()) == (403, {"ticket": False})
    return not Reading.objects.filter(pk=entry.fields["id"]).exists()


def test_it_is_the_authors_and_says_who_sent_it(room: Room, clock: TestClock) -> None:
    entry = room.enters(entered_at=clock.now().isoformat(), **READING)
    entered_at = clock.now()
    clock.forward(minutes=20)
    assert room.sends(entry).status_code == 201
    row = Reading.objects.get(pk=entry.fields["id"])
    assert (row.recorded_by, row.sent_by) == (room.visit.nurse, room.colleague)
    assert (row.taken_at, row.recorded_at) == (entered_at, clock.now())
    told = TrailEntry.objects.filter(chain=room.visit.id).order_by("seq").last()
    assert told is not None
    assert (told.actor, told.device) == (room.visit.nurse, room.tablet.device)
    (in_log,) = payload(told)["rows"]["reading"].values()
    assert in_log["sent_by_id"] == str(room.colleague.pk)
    # The tests make their patients without a trail.
    assert {p.words for p in verify(room.visit.id).problems} <= {"is not on the trail"}
    shown = text_of(on_tablet(room.tablet, room.colleague).get(f"/sessions/{room.visit.id}/"))
    words = f"{room.visit.nurse.printed_name}, sent by {room.colleague.printed_name}"
    assert words in shown
    assert "on the tablet since 10:45." in shown
    assert "10:45.." not in shown


def test_it_is_one_row_whoever_sends_it_how_often(room: Room) -> None:
    entry = room.enters()
    assert [room.sends(entry).status_code for _ in range(2)] == [201, 200]
    assert room.sends(entry, room.visit.nurse).status_code == 200
    assert Reading.objects.filter(pk=entry.fields["id"]).count() == 1


def test_events_and_strikes_go_the_same_way(room: Room) -> None:
    event = room.enters("event/", symptoms="chest_pain")
    assert room.sends(event).status_code == 201
    strike = room.enters(
        f"strike/event/{event.fields['id']}/", kind="wrong_patient", reason="Another patient"
    )
    assert room.sends(strike).status_code == 201
    for row in (Event.objects.get(), Strike.objects.get()):
        assert (row.recorded_by, row.sent_by) == (room.visit.nurse, room.colleague)


def test_who_sends_their_own_is_no_sender(room: Room) -> None:
    entry = room.enters()
    assert room.sends(entry, room.visit.nurse).status_code == 201
    assert Reading.objects.get(pk=entry.fields["id"]).sent_by is None


def test_the_access_log_names_who_was_at_the_tablet(room: Room) -> None:
    """What is saved shows no one; what is refused may."""
    on_tablet(room.tablet, room.colleague)
    before = AccessEntry.objects.filter(staff=room.colleague).count()
    assert room.sends(room.enters("event/", symptoms="chest_pain")).status_code == 201
    assert AccessEntry.objects.filter(staff=room.colleague).count() == before
    author = AccessEntry.objects.filter(staff=room.visit.nurse)
    entry, shown = room.enters("event/", kind="note"), author.count()
    assert room.sends(entry).status_code == 422
    assert AccessEntry.objects.filter(staff=room.colleague).count() == before + 1
    assert author.count() == shown


@pytest.mark.parametrize(("minutes", "is_taken"), [(719, True), (720, False)])
def test_a_ticket_ends_after_twelve_hours(
    room: Room, clock: TestClock, minutes: int, is_taken: bool
) -> None:
    entry = room.enters(entered_at=clock.now().isoformat(), **READING)
    clock.forward(minutes=minutes)
    if is_taken:
        assert room.sends(entry).status_code == 201
    else:
        assert is_refused(room, entry)


def test_nothing_of_what_was_entered_can_be_changed(room: Room) -> None:
    entry = room.enters()
    for changed in ({"systolic": "120"}, {"id": str(uuid7())}, {"note": "Well"}):
        assert is_refused(room, replace(entry, fields=entry.fields | changed))
    assert is_refused(room, replace(entry, address=entry.address.replace("40", "90")))
    assert is_refused(room, replace(entry, seal=""))
    assert is_refused(room, replace(entry, seal="é"))


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain"])
def test_what_was_sealed_is_read_in_one_way(room: Room, kind: str) -> None:
    entry = room.enters()
    assert entry.sent_by(on_tablet(room.tablet, room.colleague), kind).status_code == 403
    assert not Reading.objects.filter(pk=entry.fields["id"]).exists()


def test_a_ticket_alone_seals_nothing(room: Room, settings: Any) -> None:
    """Its key stood on the page of who entered it, and is kept nowhere."""
    entry = room.enters()
    _ticket, other_key = room.opens(by=room.colleague)
    forged = sealed(room.visit, "reading/?slot=40", entry.ticket, other_key, READING)
    assert is_refused(room, forged)


def test_a_ticket_is_no_one_elses(room: Room) -> None:
    """Nor does one's own make one someone else, nor another key than the server's."""
    ticket, key = room.opens(by=room.colleague)
    third = person(room.visit.site, "nurse")
    own = sealed(room.visit, "reading/?slot=40", ticket, key, READING)
    assert is_refused(room, own, by=third)
    said = signing.Signer(key="another", salt=tickets.SALT).sign_object({"author": "x"})
    for forged in ("", "none", said):
        assert is_refused(room, replace(room.enters(), ticket=forged))


def test_a_ticket_is_for_its_form_alone(room: Room, clock: TestClock) -> None:
    ticket, key = room.opens()
    event = sealed(room.visit, "event/", ticket, key, {"symptoms": "chest_pain"})
    assert is_refused(room, event)
    assert not Event.objects.exists()
    other = at_forty(clock)
    assert other.site != room.visit.site
    assert is_refused(
        room, replace(sealed(other, "reading/", ticket, key, READING), author=room.visit.nurse)
    )


def test_a_ticket_is_for_its_tablet_alone(room: Room) -> None:
    entry = room.enters()
    elsewhere = TabletFactory.create(site=room.visit.site)
    assert entry.sent_by(on_tablet(elsewhere, room.colleague)).status_code == 403
    office = Client()
    office.force_login(room.colleague)
    assert entry.sent_by(office).status_code == 403
    shown = office.get(f"/sessions/{room.visit.id}/reading/").content
    assert b"data-ticket" not in shown
    actions.revoke_tablet(person(room.visit.site, "administrator"), room.visit.site, room.tablet.pk)
    assert room.sends(entry).status_code in {401, 403}
    assert not Reading.objects.filter(pk=entry.fields["id"]).exists()


def test_a_ticket_is_for_its_site_alone(room: Room) -> None:
    other = SiteFactory.create()
    insert(Membership(staff=room.colleague, site=other, role="nurse"))
    client = on_tablet(room.tablet, room.colleague)
    session = client.session
    session["site"] = str(other.pk)
    session.save()
    assert room.enters().sent_by(client).status_code == 403


def deactivated(room: Room) -> None:
    actions.deactivate_person(
        person(room.visit.site, "administrator"), room.visit.site, room.visit.nurse.pk
    )


def without_role(room: Room) -> None:
    room.visit.nurse.memberships.all().delete()


def with_a_new_password(room: Room) -> None:
    room.visit.nurse.refresh_from_db()
    actions.change_password(room.visit.nurse, f"{PASSWORD} and another")


@pytest.mark.parametrize("happens", [deactivated, without_role, with_a_new_password])
def test_the_author_must_still_be_who_may(room: Room, happens: Any) -> None:
    entry = room.enters()
    happens(room)
    assert is_refused(room, entry)


def test_an_emergency_that_is_over_enters_nothing_more(room: Room, clock: TestClock) -> None:
    visitor = person(room.visit.site, "emergency")
    ticket, key = room.opens(by=visitor)
    entry = sealed(room.visit, "reading/?slot=40", ticket, key, READING, author=visitor)
    clock.forward(minutes=61)
    assert is_refused(room, entry)


def test_who_sends_must_be_allowed_to_enter_it_themselves(room: Room) -> None:
    entry = room.enters()
    administrator = person(room.visit.site, "administrator")
    assert room.sends(entry, administrator).status_code == 403
    assert entry.sent_by(on_tablet(room.tablet)).status_code == 401
    assert not Reading.objects.filter(pk=entry.fields["id"]).exists()


def test_forms_of_the_outbox_alone_take_tickets() -> None:
    found = {p.name for p in routes() if p.callback.__dict__["takes_tickets"]}
    assert found == {
        "reading",
        "reading-correct",
        "event",
        "event-correct",
        "response",
        "strike",
        "call",
    }


def test_nothing_is_signed_or_left_by_ticket(room: Room) -> None:
    """Also with a ticket and a key that the server itself would make for that page."""
    for page in ("clearance/", "departure/", "dose/", "admission/"):
        address = f"/sessions/{room.visit.id}/{page}"
        said = signing.Signer(salt=tickets.SALT).sign_object(
            {"author": str(room.visit.nurse.pk), "form": address}
        )
        made = tickets.seal(said, f"{address}\n{urlencode(READING)}".encode())
        entry = Waiting(room.visit.nurse, address, READING, said, made)
        answer = room.sends(entry)
        assert (answer.status_code, answer.json()) == (401, {"signed_in": False})
