"""A clinician makes the protocol of an open site stricter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clinic.ids import uuid7
from clinic.models import Staff, TrailEntry
from clinic.trail.chain import ORGANISATION
from monitoring import actions
from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.models import ProtocolVersion
from monitoring.proof.verify import verify
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US
from monitoring.rules.protocol_bounds import settings_of
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.protocols import change_protocol, in_use
from tests.factories.visits import Visit, dosed, planned

pytestmark = pytest.mark.django_db


def test_new_sessions_take_it_and_open_ones_keep_theirs(clock: TestClock) -> None:
    visit = dosed(clock)
    made = change_protocol(visit.site, visit.clinician, settings={"window_minutes": 150})
    assert visit.session.facts().protocol.window_minutes == 120
    assert visit.session.protocol_version == visit.version
    assert in_use(visit.site) == made
    assert made.protocol().window_minutes == 150
    assert (made.replaces, made.version) == (visit.version, visit.version.version + 1)
    assert (made.published_by, made.reason) == (visit.clinician, "Two patients left drowsy.")


def test_the_old_version_stays_as_it_was(clock: TestClock) -> None:
    visit = planned(clock)
    visit.version.refresh_from_db()
    body = visit.version.body
    change_protocol(visit.site, visit.clinician)
    visit.version.refresh_from_db()
    assert visit.version.body == body
    assert visit.version in ProtocolVersion.objects.seen_at(visit.site)


def test_another_site_keeps_its_own(clock: TestClock) -> None:
    here, there = planned(clock), planned(clock, site=SiteFactory.create())
    made = change_protocol(here.site, here.clinician)
    assert in_use(there.site) == there.version
    assert made not in ProtocolVersion.objects.seen_at(there.site)


def test_the_trail_has_who_where_why_and_the_whole_version(clock: TestClock) -> None:
    visit = planned(clock)
    made = change_protocol(visit.site, visit.clinician)
    entry = TrailEntry.objects.filter(chain=ORGANISATION).latest("seq")
    payload = json.loads(entry.payload)
    assert (entry.verb, entry.actor) == ("change_protocol", visit.clinician)
    assert payload["detail"] == {"reason": made.reason, "site": str(visit.site.pk)}
    assert payload["rows"]["protocolversion"][str(made.pk)]["reason"] == made.reason
    assert None in payload["rows"]["siteprotocol"].values()


def refused(visit: Visit, by: Staff | None = None, **given: Any) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        change_protocol(visit.site, by or visit.clinician, **given)
    assert in_use(visit.site) == visit.version
    return {reason.field: reason.code for reason in caught.value.messages}


def test_a_setting_out_of_bounds_is_refused_at_its_field(clock: TestClock) -> None:
    settings = {"window_minutes": 119, "notify_systolic": 181, "slots": (15, 60)}
    assert refused(planned(clock), settings=settings) == {
        "window_minutes": "setting_out_of_bounds",
        "notify_systolic": "setting_out_of_bounds",
        "slots": "slots_without_forty",
    }


def test_it_needs_a_reason_and_a_change(clock: TestClock) -> None:
    visit = planned(clock)
    assert refused(visit, reason="  ") == {"reason": "required"}
    assert refused(visit, settings={}) == {"": "nothing_changed"}


def test_what_was_replaced_meanwhile_is_not_changed(clock: TestClock) -> None:
    visit = planned(clock)
    made = change_protocol(visit.site, visit.clinician)
    with pytest.raises(Refused, match="protocol_changed_meanwhile"):
        change_protocol(visit.site, visit.clinician, version=visit.version)
    assert in_use(visit.site) == made


def test_sent_twice_it_is_one_version(clock: TestClock) -> None:
    visit, again = planned(clock), uuid7()
    made = change_protocol(visit.site, visit.clinician, id=again, version=visit.version)
    assert change_protocol(visit.site, visit.clinician, id=again, version=visit.version) == made
    with pytest.raises(Conflict):
        change_protocol(
            visit.site, visit.clinician, id=again, version=visit.version, reason="Another"
        )
    with pytest.raises(Conflict):
        change_protocol(
            visit.site,
            visit.clinician,
            id=again,
            version=visit.version,
            settings={"window_minutes": 180},
        )
    assert ProtocolVersion.objects.filter(key=SPRAVATO_US.key).count() == 2


def test_a_version_of_another_site_is_not_found(clock: TestClock) -> None:
    visit = planned(clock)
    elsewhere = planned(clock, site=SiteFactory.create(), protocol=KETAMINE_IV, planned_mg=36)
    settings = settings_of(KETAMINE_IV) | {"window_minutes": 150}
    with pytest.raises(NotAllowed):
        actions.change_protocol(
            visit.clinician,
            id=uuid7(),
            site=visit.site,
            version_id=elsewhere.version.pk,
            settings=settings,
            reason="Two patients left drowsy.",
        )
    with pytest.raises(NotAllowed):
        change_protocol(visit.site, person(elsewhere.site, "clinician"))


def test_the_record_verifies_afterwards(clock: TestClock) -> None:
    visit = planned(clock)
    made = change_protocol(visit.site, visit.clinician)
    words = " ".join(problem.words for problem in verify().problems)
    assert str(visit.version.pk) in words
    assert str(made.pk) not in words
