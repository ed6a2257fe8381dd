"""Who may reach which address, and how: one record a route, written here by hand, so that the table
in the code is checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from clinic.models import Staff
from tests.factories.people import TabletFactory
from tests.factories.visits import Visit

CARE = frozenset({"nurse", "clinician"})
REVIEW = frozenset({"administrator", "auditor"})
ALL = CARE | REVIEW
VISITOR = frozenset({"emergency"})
ROLES = ALL | VISITOR
CLINICIAN = frozenset({"clinician"})
ADMINISTRATOR = frozenset({"administrator"})
ANYONE, SIGNED_IN = "anyone", "signed in"

GET, POST, BOTH = frozenset({"get", "head"}), frozenset({"post"}), frozenset({"get", "post"})


@dataclass(frozen=True)
class Route:
    """`who` may reach it: roles, `ANYONE` or `SIGNED_IN`. `methods` are those that it takes.

    `names_a_row`: its address names a row of the site. `empty` is what it answers a post without
    fields: 422 for a form, which says at its fields what is missing.
    """

    who: frozenset[str] | str
    methods: frozenset[str] = BOTH
    names_a_row: bool = False
    empty: int = 422
    is_about_what_comes_later: bool = False
    """About something that a session does not have at once."""
    is_about_what_ended: bool = False
    """About something that a session in progress does not have."""
    is_about_nothing: bool = False
    """About something that the site does not have."""
    is_for_another: bool = False
    """About something that is for the one whom it names, who is none of those who knock."""
    asks_who_last: bool = False
    """Refuses a method before it asks who it is."""


ROUTES: dict[str, Route] = {
    "account_login": Route(ANYONE),
    "mfa_authenticate": Route(ANYONE),
    "mfa_login_webauthn": Route(ANYONE),
    "lock": Route(ANYONE),
    "sign-out": Route(ANYONE, POST),
    "service-worker": Route(ANYONE, GET),
    "security-txt": Route(ANYONE, GET),
    "lock-now": Route(SIGNED_IN, POST),
    "active": Route(SIGNED_IN, POST),
    "sending": Route(SIGNED_IN, GET),
    "printed": Route(SIGNED_IN, POST),
    "mfa_index": Route(SIGNED_IN, GET),
    "account_reauthenticate": Route(SIGNED_IN),
    "account_change_password": Route(SIGNED_IN),
    "account-pin": Route(SIGNED_IN),
    "mfa_activate_totp": Route(SIGNED_IN),
    "mfa_deactivate_totp": Route(SIGNED_IN),
    "mfa_add_webauthn": Route(SIGNED_IN),
    "mfa_remove_webauthn": Route(SIGNED_IN),
    "mfa_view_recovery_codes": Route(SIGNED_IN),
    "mfa_generate_recovery_codes": Route(SIGNED_IN),
    "home": Route(SIGNED_IN, GET),
    "switch-site": Route(SIGNED_IN, POST),
    "board": Route(SIGNED_IN, GET),
    "downtime": Route(CARE | VISITOR, GET),
    "patient-list": Route(ROLES, GET),
    "patient-register": Route(CARE),
    "patient": Route(ROLES, GET, names_a_row=True),
    "patient-amend": Route(CARE, names_a_row=True),
    "session-plan": Route(CARE, names_a_row=True),
    "session-list": Route(REVIEW, GET),
    "register-csv": Route(REVIEW, GET),
    "register-workbook": Route(REVIEW, GET),
    "view-save": Route(REVIEW),
    "view-change": Route(REVIEW, names_a_row=True, is_about_nothing=True),
    "view-delete": Route(REVIEW, POST, names_a_row=True, is_for_another=True, empty=302),
    "overview": Route(REVIEW, GET),
    "readings-csv": Route(REVIEW, GET),
    "files": Route(REVIEW, GET),
    "whole-zip": Route(REVIEW, GET),
    "research-zip": Route(REVIEW, GET),
    "session": Route(ROLES, GET, names_a_row=True),
    "onward": Route(CARE | VISITOR, GET, names_a_row=True),
    "whose": Route(ROLES, names_a_row=True),
    "order": Route(CLINICIAN, names_a_row=True),
    "admission": Route(CARE, names_a_row=True),
    "prescriber": Route(CARE, names_a_row=True),
    "watch": Route(CARE, names_a_row=True),
    "watch-accept": Route(
        CARE, POST, names_a_row=True, is_about_what_comes_later=True, is_for_another=True
    ),
    "decision": Route(CLINICIAN, names_a_row=True),
    "dose": Route(CARE, names_a_row=True),
    "infusion-end": Route(CARE, names_a_row=True),
    "reading": Route(CARE | VISITOR, names_a_row=True),
    "reading-correct": Route(CARE | VISITOR, names_a_row=True),
    "event": Route(CARE | VISITOR, names_a_row=True),
    "medication": Route(CARE | VISITOR, names_a_row=True),
    "screen": Route(CARE | VISITOR, names_a_row=True),
    "event-review": Route(CLINICIAN, names_a_row=True, is_about_what_comes_later=True),
    "call": Route(CARE, names_a_row=True),
    "contact-minutes": Route(CARE, names_a_row=True),
    "contact-minutes-strike": Route(CARE, names_a_row=True, is_about_nothing=True),
    "minutes": Route(CLINICIAN | REVIEW, GET, names_a_row=True),
    "call-list": Route(CARE, GET),
    "response": Route(CARE | VISITOR, names_a_row=True, is_about_what_comes_later=True),
    "clearance": Route(CLINICIAN, names_a_row=True),
    "clearance-challenge": Route(CLINICIAN, POST, names_a_row=True),
    "withdrawal": Route(
        CLINICIAN, names_a_row=True, is_about_what_comes_later=True, is_about_what_ended=True
    ),
    "departure": Route(CARE, names_a_row=True),
    "session-cancel": Route(CARE, names_a_row=True),
    "session-defer": Route(CARE, names_a_row=True),
    "session-report": Route(ROLES, GET, names_a_row=True),
    "session-report-pdf": Route(ROLES, GET, names_a_row=True),
    "signature": Route(
        ROLES, GET, names_a_row=True, is_about_what_comes_later=True, is_about_what_ended=True
    ),
    "signature-pdf": Route(
        ROLES, GET, names_a_row=True, is_about_what_comes_later=True, is_about_what_ended=True
    ),
    "verification": Route(CLINICIAN | REVIEW, GET, names_a_row=True),
    "amendment": Route(CARE, names_a_row=True),
    "review": Route(
        CLINICIAN, names_a_row=True, is_about_what_comes_later=True, is_about_what_ended=True
    ),
    "dose-correct": Route(CARE, names_a_row=True),
    "event-correct": Route(CARE | VISITOR, names_a_row=True, is_about_what_comes_later=True),
    "strike": Route(CARE | VISITOR, names_a_row=True),
    "strike-confirm": Route(CLINICIAN, names_a_row=True, is_about_what_comes_later=True),
    "review-list": Route(CLINICIAN, GET),
    "form-list": Route(ALL, GET),
    "form": Route(ALL, GET, names_a_row=True),
    "form-print": Route(ALL, GET, names_a_row=True),
    "form-answers": Route(CARE, names_a_row=True),
    "form-file": Route(CLINICIAN | ADMINISTRATOR, names_a_row=True),
    "form-copy": Route(
        ALL, GET, names_a_row=True, is_about_what_comes_later=True, is_about_nothing=True
    ),
    "access-list": Route(REVIEW, GET),
    "trail-list": Route(REVIEW, GET),
    "access-export": Route(REVIEW, GET),
    "invitation": Route(ANYONE),
    "staff-list": Route(REVIEW, GET),
    "staff-invite": Route(ADMINISTRATOR),
    "person": Route(REVIEW, GET, names_a_row=True),
    "staff-roles": Route(ADMINISTRATOR, POST, names_a_row=True),
    "staff-contact": Route(ADMINISTRATOR, names_a_row=True, empty=302),
    "own-contact": Route(SIGNED_IN),
    "site": Route(ADMINISTRATOR),
    "staff-new-sign-in": Route(ADMINISTRATOR, POST, names_a_row=True, empty=302),
    "proposal": Route(ADMINISTRATOR, POST, names_a_row=True, is_about_nothing=True),
    "own-proposal": Route(SIGNED_IN, POST),
    "visit-list": Route(CLINICIAN | ADMINISTRATOR, GET),
    "visit-review": Route(CLINICIAN | ADMINISTRATOR, names_a_row=True, is_about_nothing=True),
    "staff-deactivate": Route(ADMINISTRATOR, POST, names_a_row=True, empty=302),
    "staff-reactivate": Route(ADMINISTRATOR, POST, names_a_row=True, empty=302),
    "staff-link": Route(ADMINISTRATOR, POST, names_a_row=True, empty=200),
    "tablet-list": Route(REVIEW, GET),
    "tablet-enrol": Route(ADMINISTRATOR),
    "tablet-revoke": Route(ADMINISTRATOR, POST, names_a_row=True, empty=302),
    "sign-in-list": Route(REVIEW, GET),
    "sign-in-end": Route(ADMINISTRATOR, POST, names_a_row=True, empty=302),
    "second-factor-rule": Route(ADMINISTRATOR, POST, empty=302),
    "emergency": Route(CLINICIAN),
    "emergency-leave": Route(SIGNED_IN, POST, asks_who_last=True),
    "emergency-end": Route(ADMINISTRATOR, POST, names_a_row=True, empty=302),
    "protocol-list": Route(ROLES, GET),
    "protocol": Route(ROLES, GET, names_a_row=True),
    "protocol-change": Route(CLINICIAN, names_a_row=True),
}


def routes(patterns: list[Any] | None = None) -> Iterator[URLPattern]:
    """Every address of the product."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


BUTTONS = {name for name, route in ROUTES.items() if route.methods == POST}
"""What is sent without anything to fill in."""


def address(name: str, visit: Visit) -> str:
    facts = visit.session.facts()
    known: dict[str, Any] = {
        "noun": "reading",
        "fact_id": facts.readings[0].id,
        "strike_id": uuid4(),
        "dose_id": facts.doses[0].id,
        "event_id": uuid4(),
        "handover_id": uuid4(),
        "session_id": visit.id,
        "patient_id": visit.patient.pk,
        "version_id": visit.version.pk,
        "reading_id": facts.readings[0].id,
        "clearance_id": uuid4(),
        "staff_id": visit.clinician.pk,
        "token": "made-up",
        "about": uuid4(),
        "proposal_id": uuid4(),
        "visit_id": uuid4(),
        "view_id": uuid4(),
        "filing_id": uuid4(),
        "contact_id": uuid4(),
        "pk": 0,
    }
    pattern = next(p for p in routes() if p.name == name)
    if name == "sign-in-end":
        known["pk"] = sign_in_of(visit.clinician)
    if "tablet_id" in pattern.pattern.converters:
        known["tablet_id"] = TabletFactory.create(site=visit.site).pk
    return reverse(name, kwargs={key: known[key] for key in pattern.pattern.converters})


def sign_in_of(staff: Staff) -> int:
    """The row of a session in which `staff` is signed in."""
    Client().force_login(staff)
    return int(UserSession.objects.filter(user=staff).latest("pk").pk)
