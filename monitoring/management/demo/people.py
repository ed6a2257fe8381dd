"""Two sites and nine people who work there. All invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import models, transaction

from clinic.models import Membership, Site, Staff
from clinic.trail.changes import Changes
from monitoring import actions
from monitoring.management.demo.past import new_id
from monitoring.models import ProtocolVersion, Session
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US

M = TypeVar("M", bound=models.Model)
MAIN, OTHER = "Lakeside Clinic", "Harbor Clinic"

SITES: dict[str, dict[str, Any]] = {
    MAIN: {
        "time_zone": "America/Chicago",
        "rems_site_id": "DEMO-1001",
        "rems_certified_on": date(2021, 2, 12),
        "phone": "312-555-0142",
        "address": "100 Lakeside Avenue",
        "city": "Chicago",
        "state": "IL",
        "postal_code": "60601",
        "watch_limit": 4,
    },
    OTHER: {
        "time_zone": "America/Los_Angeles",
        "rems_site_id": "DEMO-2002",
        "rems_certified_on": date(2022, 5, 5),
        "phone": "206-555-0187",
        "address": "8 Harbor Street",
        "city": "Seattle",
        "state": "WA",
        "postal_code": "98101",
        "asks_witness": True,
    },
}


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    first_name: str
    last_name: str
    credentials: str
    role: str
    sites: tuple[str, ...]


STAFF = (
    Person("rosa", "Rosa", "Delgado", "RN", "nurse", (MAIN,)),
    Person("thomas", "Thomas", "Okafor", "RN", "nurse", (MAIN, OTHER)),
    Person("amara", "Amara", "Novak", "RN", "nurse", (MAIN,)),
    Person("luis", "Luis", "Ferrer", "RN", "nurse", (MAIN,)),
    Person("nina", "Nina", "Park", "RN", "nurse", (OTHER,)),
    Person("mei", "Mei", "Chen", "MD", "clinician", (MAIN,)),
    Person("julia", "Julia", "Haas", "PMHNP", "clinician", (MAIN, OTHER)),
    Person("samuel", "Samuel", "Wright", "", "administrator", (MAIN, OTHER)),
    Person("vera", "Vera", "Lind", "", "auditor", (MAIN,)),
)


@dataclass(frozen=True, slots=True)
class Team:
    """One site as its sessions need it. Each nurse and clinician can act and sign."""

    site: Site
    nurses: tuple[Staff, ...]
    clinicians: tuple[Staff, ...]
    spravato: ProtocolVersion
    ketamine: ProtocolVersion | None


def least_busy(team: Team) -> Staff:
    """Of the nurses who work at the site today, the first one who watches the fewest patients: who
    works at both sites is at the first of them. One nurse alone may watch more than the site's
    number."""
    home = {p.username for p in STAFF if p.sites[0] == team.site.name}
    here = [nurse for nurse in team.nurses if nurse.username in home]
    open_now = Session.objects.at(team.site).in_progress()
    return min(here, key=lambda nurse: open_now.filter(observer=nurse).count())


def open_clinic(now: datetime, rng: Random, password: str) -> list[Team]:
    """Both sites with their staff and protocols. No one can sign in yet: see `let_in`."""
    sites = {
        name: _logged(
            "open_site",
            Site(id=new_id(now, rng), name=name, requires_second_factor=False, **details),
        )
        for name, details in SITES.items()
    }
    staff = {p.username: _hire(p, sites, now, rng, password) for p in STAFF}
    return [_team(site, staff, is_main=name == MAIN) for name, site in sites.items()]


def _logged(verb: str, row: M) -> M:
    """Insert `row` with the entry that its verb appends. The verbs themselves make ids of their own
    and open no second site for one person."""
    changes = Changes()
    with transaction.atomic():
        changes.insert(row)
        changes.append(verb, None)
    return row


def _hire(
    person: Person, sites: dict[str, Site], now: datetime, rng: Random, password: str
) -> Staff:
    staff = Staff(
        id=new_id(now, rng),
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        credentials=person.credentials,
        email=f"{person.username}@clinic.example",
        phone=str(SITES[person.sites[0]]["phone"]),
        password=make_password(None),
        date_joined=now,
    )
    _logged("invite_person", staff)
    for name in person.sites:
        role = Membership(
            id=new_id(now, rng), staff=staff, site=sites[name], role=person.role, given_at=now
        )
        _logged("change_roles", role)
    return _on_roster(person.username, password)


def _on_roster(username: str, password: str) -> Staff:
    """The person with their roles, whose password is compared and not hashed: a slow hash for each
    of some hundred signatures would take minutes."""
    found = Staff.objects.prefetch_related("memberships").get(username=username)
    vars(found)["check_password"] = lambda raw_password: raw_password == password
    return found


def found_teams(password: str) -> list[Team]:
    """Both sites as they were built before, the main one first."""
    staff = {p.username: _on_roster(p.username, password) for p in STAFF}
    return [_found_team(Site.objects.get(name=name), staff) for name in SITES]


def _found_team(site: Site, staff: dict[str, Staff]) -> Team:
    published = ProtocolVersion.objects.filter(sites__site=site)
    return Team(
        site=site,
        nurses=_of_role("nurse", site, staff),
        clinicians=_of_role("clinician", site, staff),
        spravato=published.filter(key=SPRAVATO_US.key).latest("version"),
        ketamine=published.filter(key=KETAMINE_IV.key).order_by("version").last(),
    )


def _of_role(role: str, site: Site, staff: dict[str, Staff]) -> tuple[Staff, ...]:
    return tuple(staff[p.username] for p in STAFF if p.role == role and site.name in p.sites)


def _team(site: Site, staff: dict[str, Staff], *, is_main: bool) -> Team:
    by = _of_role("administrator", site, staff)[0]
    return Team(
        site=site,
        nurses=_of_role("nurse", site, staff),
        clinicians=_of_role("clinician", site, staff),
        spravato=actions.publish_protocol(SPRAVATO_US, site=site, by=by),
        ketamine=actions.publish_protocol(KETAMINE_IV, site=site, by=by) if is_main else None,
    )


def let_in(password: str) -> None:
    """Give every person of the demo the password: the last step of the build."""
    hashed = make_password(password)
    for person in Staff.objects.filter(username__in=[p.username for p in STAFF]):
        with transaction.atomic():
            changes = Changes()
            changes.change(person, password=hashed)
            changes.append("change_password", person)
