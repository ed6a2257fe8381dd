"""Whoever holds the database, and writes what they like, is found out.

Each case is done with the owner's rights and the guards taken away, as someone with the database's
password would; `verify_record` then names what was done.
"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from pytest_django import Settings

from clinic.ids import uuid7
from clinic.models import ChainHead, Membership, SavedView, Tablet, TrailEntry
from clinic.trail.canonical import canonical, moment
from clinic.trail.chain import digest_of, signed
from monitoring import models as nouns
from monitoring.models import Session
from tests.guards.raw import copy, run, update
from tests.proof.scene import (
    NO_DAY,
    NO_TIME,
    Scene,
    cut_the_tail,
    delete,
    delete_everything,
    delete_rows,
    key_of,
    kind_of_a_chain_and_a_value,
    logged,
    rewrite,
    strangers,
    swap_entries,
    swap_values,
    verified,
)

CASES: dict[str, tuple[Callable[[Scene], Any], str]] = {
    "a value": (lambda s: update(s.reading, systolic=119), "changed: systolic"),
    "the time it was taken": (
        lambda s: update(s.reading, taken_at=s.ended.clock.forward(minutes=1)), "changed: taken_at"
    ),
    "who took it": (
        lambda s: update(s.reading, recorded_by_id=s.clinic.clinician.id), "changed: recorded_by"
    ),
    "the order of facts": (lambda s: update(s.late, seq=77), "changed: seq"),
    "that a reading came late": (
        lambda s: update(s.late, after_departure=False), "changed: after_departure"
    ),
    "the signer": (
        lambda s: update(s.clearance, signed_by_id=s.clinic.nurse.id), "changed: signed_by_id"
    ),
    "the signer's printed name": (
        lambda s: update(s.clearance, printed_name="Dr Else"), "changed: printed_name"
    ),
    "the statement signed": (lambda s: update(s.clearance, statement="x"), "changed: statement"),
    "what a signature covers": (
        lambda s: update(s.clearance, through_seq=1), "changed: through_seq"
    ),
    "the digest in a signature": (
        lambda s: update(s.clearance, content_digest="f" * 64), "changed: content_digest"
    ),
    "the lot of a device": (
        lambda s: update(nouns.Dose.objects.get(session=s.ended.id), lot="B2"), "changed: lot"
    ),
    "the escort": (
        lambda s: update(nouns.Departure.objects.get(session=s.ended.id), escort_name="Bo"),
        "changed: escort_name",
    ),
    "an answer on arrival": (
        lambda s: update(nouns.Admission.objects.get(session=s.ended.id), opioid=True),
        "changed: opioid",
    ),
    "how a session ended": (
        lambda s: update(s.ended.row, outcome="transferred"), "changed: outcome"
    ),
    "whose session it is": (
        lambda s: update(s.ended.row, patient_id=s.going_on.patient.id), "changed: patient_id"
    ),
    "the patient's name": (
        lambda s: update(s.ended.patient, family_name="Jones"), "changed: family_name"
    ),
    "the patient's allergies": (
        lambda s: update(s.ended.patient, allergies=""), "changed: allergies"
    ),
    "where the patient is found": (
        lambda s: update(s.ended.patient, search_name=" jones"), "changed: search_name"
    ),
    "how often the patient was amended": (
        lambda s: update(s.ended.patient, amended=0), "changed: amended"
    ),
    "why the patient was amended": (
        lambda s: update(s.amendment, reason="x"), "changed: reason"
    ),
    "who amended the patient": (
        lambda s: update(s.amendment, recorded_by_id=s.clinic.clinician.id),
        "changed: recorded_by",
    ),
    "the old value that an amendment kept": (
        lambda s: update(s.amendment, changes={"allergies": ["Nuts", "Latex"]}), "changed: changes"
    ),
    "an amendment of the patient taken away": (
        lambda s: delete("patientamendment", id=s.amendment.id), "was recorded, and is gone"
    ),
    "an amendment of the patient put in": (
        lambda s: copy(s.amendment, number=2), "is there, and was never recorded"
    ),
    "an amendment of a patient who has no trail": (
        lambda s: copy(s.amendment, number=2, patient_id=strangers(s)), "patientamendment "
    ),
    "a row taken away": (
        lambda s: delete("amendment", session_id=s.ended.id), "was recorded, and is gone"
    ),
    "a row put in": (
        lambda s: copy(s.reading, seq=99, slot=None), "is there, and was never recorded"
    ),
    "a reading moved to another session": (
        lambda s: update(s.reading, session_id=s.going_on.id, slot=None),
        "was recorded, and is gone",
    ),
    "a signature moved to another session": (
        lambda s: update(s.clearance, session_id=s.going_on.id), "was recorded, and is gone"
    ),
    "two rows swapped": (swap_values, "was recorded, and is gone"),
    "the rows of a session": (lambda s: delete_rows(s.ended.id), "was recorded, and is gone"),
    "a session with its whole trail": (
        lambda s: delete_everything(s.ended.id), "is not there any more"
    ),
    "a session put in without a trail": (
        lambda s: copy(s.going_on.row, phase="planned", admitted_at=None, first_dose_at=None,
                       last_dose_at=None), "has no trail",
    ),
    "the last entry": (lambda s: delete("trailentry", id=s.last().id), "head that is not its last"),
    "the last entry and the head": (
        lambda s: cut_the_tail(s, also_the_row=False), "is there, and was never recorded"
    ),
    "the last entry, the head and the row": (
        lambda s: cut_the_tail(s, also_the_row=True), "it was cut short"
    ),
    "an entry in the middle": (lambda s: delete("trailentry", id=s.entry(3).id), "lacks the entr"),
    "a chain's head": (lambda s: delete("chainhead", id=s.ended.id), "has entries, and no head"),
    "all entries of a chain": (
        lambda s: delete("trailentry", chain=s.ended.id), "its entries are gone"
    ),
    "two entries swapped": (swap_entries, "does not follow the one before it"),
    "who acted, in an entry": (
        lambda s: update(s.entry(3), actor_id=s.clinic.clinician.id), "is not what was signed"
    ),
    "when, in an entry": (
        lambda s: update(s.entry(3), at=s.ended.clock.forward(minutes=1)), "is not what was signed"
    ),
    "what was done, in an entry": (
        lambda s: update(s.entry(3), payload="{}"), "is not what was signed"
    ),
    "a chain hashed anew without the key": (
        lambda s: rewrite(s.entry(2), "guessed"), "is not what was signed"
    ),
    "a chain hashed anew under another key": (
        lambda s: rewrite(s.entry(2), "my own", "mine"), "is signed with the key mine"
    ),
    "a chain hashed anew with the key": (
        lambda s: rewrite(s.entry(2), key_of(s)), "is another than the one that was anchored"
    ),
    "a chain hashed anew with the key, below a signature": (
        lambda s: rewrite(s.entry(2), key_of(s)), "was signed over another trail"
    ),
    "a protocol": (
        lambda s: update(
            nouns.ProtocolVersion.objects.get(pk=s.clinic.spravato.pk), body={"window_minutes": 5}
        ),
        "changed: body",
    ),
    "a role given by hand": (
        lambda s: Membership.objects.bulk_create(
            [Membership(staff=s.clinic.nurse, site=s.clinic.site, role="clinician")]
        ),
        "is there, and was never recorded",
    ),
    "a role taken by hand": (
        lambda s: run("DELETE FROM clinic_membership WHERE staff_id = %s", s.clinic.clinician.id),
        "was recorded, and is gone",
    ),
    "a tablet enrolled by hand": (
        lambda s: Tablet.objects.bulk_create(
            [Tablet(site=s.clinic.site, name="Chair 1", device="x", enrolled_by=s.clinic.nurse,
                    enrolled_at=s.ended.clock.now(), last_seen_at=s.ended.clock.now())]
        ),
        "is there, and was never recorded",
    ),
    "a saved view put in by hand": (
        lambda s: SavedView.objects.bulk_create(
            [SavedView(staff=s.clinic.nurse, site=s.clinic.site, name="All", query="amended=yes")]
        ),
        "is there, and was never recorded",
    ),
    "a password": (
        lambda s: update(s.clinic.clinician, password="md5$x$y"), "changed: password_digest"
    ),
    "a PIN": (lambda s: update(s.clinic.nurse, pin="md5$x$y"), "changed: pin_digest"),
    "a second factor put in by hand": (
        lambda s: Authenticator.objects.bulk_create(
            [Authenticator(user=s.clinic.clinician, type="totp", data={"secret": "x"})]
        ),
        "is there, and was never recorded",
    ),
    "which protocol a site uses": (
        lambda s: run("DELETE FROM monitoring_siteprotocol WHERE site_id = %s", s.clinic.site.id),
        "was recorded, and is gone",
    ),
    "a site's time zone": (
        lambda s: update(s.clinic.site, time_zone="Asia/Tokyo"), "changed: time_zone"
    ),
    "a point of the checklist": (
        lambda s: update(s.clearance, checklist=dict.fromkeys(s.clearance.checklist, False)),
        "changed: checklist",
    ),
    "of which kind a chain is": (
        lambda s: update(ChainHead.objects.get(pk=s.ended.id), kind="staff"),
        "was recorded, and is gone",
    ),
    "of which kind a chain is, and a value": (
        kind_of_a_chain_and_a_value,
        "was recorded, and is gone",
    ),
    "a site's certificate": (
        lambda s: update(s.clinic.site, rems_certified_on=None), "changed: rems_certified_on"
    ),
    # What cannot be read is named too, and does not keep the rest from being verified.
    "a time that is none": (
        lambda s: update(s.reading, taken_at=NO_TIME), "holds what cannot be read"
    ),
    "a day that is none": (
        lambda s: update(s.ended.patient, date_of_birth=NO_DAY), "holds what cannot be read"
    ),
    "the time of an entry that is none": (
        lambda s: update(s.entry(3), at=NO_TIME), "holds what cannot be read"
    ),
    "what was done, in an entry that is no entry": (
        lambda s: update(s.entry(3), payload="[]"), "is not what was signed"
    ),
    "what was done, with rows that are none": (
        lambda s: update(s.entry(3), payload='{"detail": 5, "rows": {"reading": 5}}'),
        "is not what was signed",
    ),
    "what was done, nested without end": (
        lambda s: update(s.entry(3), payload="[" * 100_000), "is not what was signed"
    ),
    "what was done, in words for a terminal": (
        lambda s: update(
            s.entry(3),
            payload='{"detail": {}, "rows": {"x": {"\\nEverything\\ud800": {}}}}',
        ),
        r"x \x0aEverything\xd800 was recorded, and is gone",
    ),
    "what was planned, taken out of the log": (
        lambda s: update(s.entry(1), payload="{}"), "in entry 7 holds what cannot be read"
    ),
    "a chain hashed anew with another content below a signature": (
        lambda s: rewrite(s.entry(1), key_of(s),
                          payload=logged(s.entry(1), session={"indication": "mdsi"})),
        "covers another content than was signed",
    ),
    "a chain hashed anew with words for numbers": (
        lambda s: rewrite(s.entry(3), key_of(s),
                          payload=logged(s.entry(3), session={"last_seq": "x"},
                                         reading={"seq": "x"})),
        "holds what cannot be read",
    ),
    "a chain hashed anew with a signature over nothing": (
        lambda s: rewrite(s.entry(3), key_of(s),
                          payload=logged(s.entry(3), clearance={"content_digest": "x"})),
        "holds what cannot be read",
    ),
    "a chain hashed anew with facts without end": (
        lambda s: rewrite(
            s.last(), key_of(s), payload=logged(s.last(), session={"last_seq": 10**12})
        ),
        "has not every fact",
    ),
}  # fmt: skip


def test_untouched_everything_is_as_it_was_recorded(scene: Scene) -> None:
    """The control: what the cases below change is found whole before."""
    out = StringIO()
    call_command("verify_record", stdout=out)
    assert "Everything is as it was recorded." in out.getvalue()
    assert "1 signatures" in out.getvalue()
    assert "1 anchors" in out.getvalue()
    for visit in (scene.ended, scene.going_on):
        call_command("verify_record", session=visit.id, stdout=out)


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("name", CASES)
def test_what_was_tampered_with_is_named(name: str, scene: Scene) -> None:
    tamper, words = CASES[name]
    tamper(scene)
    found = verified()
    assert words in found, found


OF_ONE_SESSION = [
    name for name in CASES
    if name.startswith(("a value", "the ", "what ", "who ", "a row", "a chain", "the last",
                        "an entry", "all ", "two ", "when"))
    and name not in {"the patient's name"}
]  # fmt: skip


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("name", OF_ONE_SESSION)
def test_asked_about_one_session_it_is_named_too(name: str, scene: Scene) -> None:
    tamper, words = CASES[name]
    tamper(scene)
    assert words in verified(scene.ended.id)


@pytest.mark.usefixtures("owner")
def test_a_changed_protocol_is_named_for_each_session_under_it(scene: Scene) -> None:
    CASES["a protocol"][0](scene)
    for visit in (scene.ended, scene.going_on):
        assert "was planned under another protocol" in verified(visit.id)


def test_the_digest_is_of_every_column_of_an_entry(scene: Scene) -> None:
    entry = scene.entry(3)
    sound = digest_of(entry)
    assert sound == entry.digest
    for name, value in {
        "id": uuid7(), "chain": uuid7(), "seq": 4, "verb": "depart", "actor_id": uuid7(),
        "device": "x", "payload": "{}", "previous": "", "at": scene.ended.clock.forward(seconds=1),
    }.items():  # fmt: skip
        before = getattr(entry, name)
        setattr(entry, name, value)
        assert digest_of(entry) != sound, name
        setattr(entry, name, before)
    fields = {f.attname for f in TrailEntry._meta.local_concrete_fields}
    assert fields == {"id", "chain", "seq", "verb", "actor_id", "device", "payload", "previous",
                      "at", "digest", "key_id"}  # fmt: skip
    assert moment(entry.at) in canonical(signed(entry))


def test_a_key_is_replaced_without_losing_what_the_old_one_signed(
    scene: Scene, settings: Settings
) -> None:
    old = dict(settings.TRAIL_KEYS)
    settings.TRAIL_KEYS = {"second": "another key of the tests, as long as it must be", **old}
    scene.going_on.observe()
    assert TrailEntry.objects.filter(chain=scene.going_on.id, key_id="second").exists()
    call_command("verify_record", stdout=StringIO())
    settings.TRAIL_KEYS = {"second": settings.TRAIL_KEYS["second"]}
    assert "is signed with the key test, not given here" in verified()


def test_nothing_of_a_patient_is_printed(scene: Scene) -> None:
    out = StringIO()
    call_command("verify_record", stdout=out)
    assert scene.ended.patient.mrn not in out.getvalue()
    assert Membership.objects.exists()
    assert Session.objects.count() == 2
