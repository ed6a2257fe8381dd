"""Where the address of the clinic leads, and what an account says of one's roles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.clock import TestClock
from tests.factories.people import MembershipFactory, SiteFactory, person, visitor

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_who_reviews_begins_at_the_register(signed_in: Signer, role: str) -> None:
    client = signed_in(person(SiteFactory.create(), role))
    answer = client.get("/", follow=True)
    assert (answer.status_code, answer.redirect_chain[-1][0]) == (200, "/sessions/")
    assert client.get("/", headers={"HX-Request": "true"}).status_code == 403


def test_a_person_of_two_sites_lands_at_the_one_chosen_last(signed_in: Signer) -> None:
    first, last = SiteFactory.create(name="Alder"), SiteFactory.create(name="Birch")
    nurse = person(first, "nurse")
    MembershipFactory.create(staff=nurse, site=last, role="nurse")
    client = signed_in(nurse)
    assert client.get("/").context["site"] == first
    client.post("/site/", {"site": str(last.pk)})
    assert signed_in(nurse).get("/").context["site"] == last


def test_an_account_lists_no_role_that_has_ended(clock: TestClock, signed_in: Signer) -> None:
    guest = visitor(SiteFactory.create(), home=SiteFactory.create())
    assert "Emergency access," in signed_in(guest).get("/account/").content.decode()
    clock.forward(minutes=61)
    assert "Emergency access," not in signed_in(guest).get("/account/").content.decode()
