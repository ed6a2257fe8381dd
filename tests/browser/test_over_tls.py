"""A deployment is reached over TLS only: what holds over plain HTTP has to hold there, too."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Makes
from tests.clock import TestClock
from tests.factories.visits import dosed


def test_people_sign_in_with_cookies_that_only_this_host_reads(
    person_tls: Makes, clock: TestClock
) -> None:
    nurse = person_tls().sign_in(dosed(clock).nurse)
    expect(nurse.page.get_by_role("heading", name="Board")).to_be_visible()
    found = {c["name"]: c for c in nurse.context.cookies()}
    assert "__Host-sessionid" in found
    assert [name for name, c in found.items() if not name.startswith("__Host-")] == []
    assert [name for name, c in found.items() if not c["secure"] or c["path"] != "/"] == []
    answer = nurse.page.reload()
    assert answer is not None
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
