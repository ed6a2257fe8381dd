"""Two sites alike, everyone who may knock there, and what each address answers them.

What is expected is worked out from `ROUTES` and the tables here, which are written by hand, and not
from the code.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from clinic import actions, tablets
from clinic.actions.sessions import begin_shift
from clinic.models import Membership, Site, Staff, Tablet
from clinic.signin import arrival
from clinic.signin.library import SIGNED_IN_BY, SIGNED_IN_WHO
from monitoring.rules.protocol import SPRAVATO_US
from tests.clinic.named import Ids, Waiting, ids_of, offered
from tests.clinic.routes import ANYONE, POST, ROUTES, SIGNED_IN, routes
from tests.engine import IS_WHOLE, USES_POSTGRESQL
from tests.factories.followed import Clock
from tests.factories.logged import insert, save
from tests.factories.people import SiteFactory, StaffFactory, person
from tests.factories.record import PatientFactory
from tests.factories.second_factors import add_app
from tests.factories.visits import dosed, ready_to_sign

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
ASKING = ("get", "head", "options")
"""Methods that change nothing, whoever asks."""
IS_WHOLE_HERE = IS_WHOLE or not USES_POSTGRESQL
"""Who may do what does not depend on the engine, but statements do: those of each page are asked
there every time, and the rest in `make test-all`."""
OWN, OTHER = "Quillmarsh", "Zandervoort"
"""Words that stand in every name at the one site, and at the other."""
ROLES = ("nurse", "clinician", "administrator", "auditor", "emergency")
WITH_APP = ("clinician", "administrator", "emergency")
"""Who signed in with a code of an app: their roles ask for a second factor here."""
NO_FACTOR = "clinician without a second factor"
ROLELESS = ("emergency that ended", "no role", "superuser")
SIGNED_OUT = ("deactivated", "anonymous", "anonymous on a tablet", "anonymous script")
EVERYONE = (*ROLES, NO_FACTOR, *ROLELESS, *SIGNED_OUT)


@dataclass(frozen=True)
class Cell:
    """One request: by whom, at whose address, with whose ids in query and body, and how."""

    who: str
    path: str
    sent: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} by {self.who}: {self.path}, with {self.sent}"


@dataclass(frozen=True)
class World:
    """Ids by place: "own", "own in progress", "other", "other in progress" and "made up"."""

    ids: dict[str, Ids]
    clients: dict[str, Client]
    cookies: dict[str, SimpleCookie]

    def address(self, name: str, place: str) -> str:
        known = dict(self.ids[place].path)
        known["pk"] = known["passkey" if name == "mfa_remove_webauthn" else "sign_in"]
        if name == "event-review":
            known["about"] = known["unreviewed"]
        return reverse(name, kwargs={key: known[key] for key in parts(name)})

    def ask(self, name: str, cell: Cell) -> HttpResponse:
        """Send what the cell says; the client is afterwards as signed in as before."""
        client, sent = self.clients[cell.who], urlencode(self.ids[cell.sent].sent)
        client.cookies = SimpleCookie(self.cookies[cell.who].output(header="", sep=";"))
        more: dict[str, Any] = {}
        if cell.method not in ASKING:
            more = {"data": sent, "content_type": "application/x-www-form-urlencoded"}
        if cell.who == "anonymous script":
            more["HTTP_HX_REQUEST"] = "true"
        path = f"{self.address(name, cell.path)}?{sent}"
        sender: Any = client
        answer: HttpResponse = sender.generic(cell.method.upper(), path, **more)
        return answer


def parts(name: str) -> set[str]:
    """What the address of the route names."""
    return set(next(p for p in routes() if p.name == name).pattern.converters)


def cells(name: str, *, is_whole: bool = IS_WHOLE_HERE) -> Iterator[Cell]:
    """Own and foreign ids in the address, in query and body, and one in the other.

    Methods that no route has are sent with own ids alone. Where the matrix is not whole, own ids
    are sent by the methods that the route has.
    """
    places = [("own", "own")]
    methods = sorted(methods_of(name) - {"head"})
    if is_whole:
        methods = ["get", "post"]
        places += [("own", "other"), ("other", "other"), ("made up", "made up")]
        if "session_id" in parts(name):
            places += [("own in progress", "own in progress"), ("own in progress", "other"),
                       ("other in progress", "other in progress")]  # fmt: skip
    for who in EVERYONE:
        for path, sent in places:
            is_every = is_whole and path == sent == "own"
            for method in METHODS if is_every else methods:
                yield Cell(who, path, sent, method)


# What is expected


def methods_of(name: str) -> frozenset[str]:
    """What the page takes; a page of a list may be asked for its head alone."""
    return ROUTES[name].methods


def expected(name: str, cell: Cell) -> int:
    """What the address answers, by who asks, whose it is and how."""
    may, is_out = ROUTES[name].who, cell.who in SIGNED_OUT
    if may == ANYONE:
        return open_to_all(name, cell)
    to_sign_in = 401 if cell.who == "anonymous script" else 302
    if may == SIGNED_IN:
        return to_sign_in if is_out and not ROUTES[name].asks_who_last else one_s_own(name, cell)
    if cell.method not in methods_of(name):
        return 405
    if is_out:
        return to_sign_in
    if (cell.who not in may) if cell.who != NO_FACTOR else ("clinician" not in may):
        return 403
    if cell.who == NO_FACTOR:
        return 302  # to the account, to add one
    if ROUTES[name].names_a_row and not is_found(name, cell):
        return 404
    if name == "onward" and cell.path == "own in progress":
        return 204  # No one else is there.
    if cell.method != "post":
        return 200
    # A form without its fields is refused at its fields; a button does what it says.
    return ROUTES[name].empty


def is_found(name: str, cell: Cell) -> bool:
    if ROUTES[name].is_about_nothing or ROUTES[name].is_for_another:
        return False
    if cell.path == "own in progress":
        return not ROUTES[name].is_about_what_ended
    return cell.path == "own"


def open_to_all(name: str, cell: Cell) -> int:
    is_in, is_tablet = cell.who not in SIGNED_OUT, cell.who == "anonymous on a tablet"
    refused = 200 if cell.method == "get" else 422
    if cell.method not in methods_of(name):
        return 405
    if name == "service-worker":
        return 200
    if name == "account_login":
        return 302 if is_in else refused
    if name == "lock":
        # A script is told by htmx where to go.
        return refused if is_tablet else 200 if cell.who == "anonymous script" else 302
    return 404 if name in {"invitation", "security-txt"} else 302


def one_s_own(name: str, cell: Cell) -> int:
    """Pages of one's own account, for anyone who is signed in, whatever the role."""
    has_app, has_role = cell.who in WITH_APP, cell.who in (*ROLES, NO_FACTOR)
    refused = 200 if cell.method == "get" else 422
    if name == "home":
        return 302 if has_role else 403
    if cell.method not in methods_of(name):
        return 405
    if cell.who in SIGNED_OUT:
        return 401 if cell.who == "anonymous script" else 302
    match name:
        case "board":  # who has none is led to where their work begins
            return 200 if cell.who in {"nurse", "clinician", "emergency"} else 302
        case "switch-site":
            return 302 if cell.sent.startswith("own") and has_role else 404
        case "active":
            return 204
        case "printed":
            return 404  # nothing was shown
        case "mfa_index" | "sending":
            return 200
        case "mfa_view_recovery_codes":
            return 200 if has_app else 404
        case "mfa_activate_totp":
            return 302 if has_app else refused
        case "mfa_deactivate_totp":
            return refused if has_app else 404
        case "mfa_generate_recovery_codes" if has_app and cell.method == "post":
            return 302
        case "own-contact" if cell.method == "post":
            return 302  # both fields may be empty
        case "mfa_remove_webauthn":
            return 404  # another's
    return 302 if ROUTES[name].methods == POST else refused


# The world

NUMBERS = {"token": "made-up", "passkey": 987654, "sign_in": 987654}


def build(clock: Clock) -> World:
    """Each site with a session that ended and one in progress; everyone who knocks at the first."""
    own, other = _site(clock, OWN), _site(clock, OTHER)
    made_up = {key: uuid4() for key in own["own"].path} | NUMBERS
    ids = {
        "own": own["own"],
        "own in progress": own["open"],
        "other": other["own"],
        "other in progress": other["open"],
        "made up": Ids(made_up, {key: str(uuid4()) for key in own["own"].sent}),
    }
    site = Site.objects.get(name=f"{OWN} Clinic")
    clients = {who: _client(site, who, clock) for who in EVERYONE}
    cookies = {
        who: SimpleCookie(c.cookies.output(header="", sep=";")) for who, c in clients.items()
    }
    return World(ids, clients, cookies)


def _site(clock: Clock, word: str) -> dict[str, Ids]:
    site = SiteFactory.create(
        name=f"{word} Clinic",
        requires_second_factor=True,
        phone=f"555 {word}",
        address=f"1 {word} Road",
    )
    protocol = replace(SPRAVATO_US, key=f"protocol-{word.lower()}", title=f"Protocol {word}")

    def patient(number: int) -> Any:
        return PatientFactory.create(
            site=site, family_name=f"{word}-{number}", mrn=f"{word}-{number}", allergies=word
        )

    closed = ready_to_sign(clock, site=site, patient=patient(1), protocol=protocol)
    for staff in (closed.nurse, closed.clinician):
        staff.last_name, staff.username = f"{word} {staff.username}", f"{word}-{staff.username}"
        save(staff)
    flagged = closed.read(systolic=196, diastolic=104, note=f"{word} note")
    closed.respond(flagged.pk, ordered=f"{word} order")
    symptom = closed.event("symptom", symptoms=["nausea"], detail=f"{word} nausea")
    noted = closed.event(detail=f"{word} noted")
    closed_offer = offered(closed)
    clock.forward(minutes=10)
    closed.read()
    signed = closed.sign()
    closed.leave(escort_name=f"{word} Smith")
    late = closed.read(note=f"{word} late")
    closed.amend(text=f"{word} amended")
    told = closed.event("symptom", symptoms=["vomiting"], detail=f"{word} told")
    left = Waiting(closed_offer, symptom.pk, told.pk, closed.strike(noted).pk)

    going_on = dosed(clock, site=site, patient=patient(2), protocol=protocol)
    unanswered = going_on.read(40, systolic=196, diastolic=104)
    thoughts = going_on.event("symptom", symptoms=["suicidal_thoughts"], detail=f"{word} thoughts")
    struck = going_on.strike(going_on.session.dose_set.latest("seq"))
    here = Waiting(offered(going_on), thoughts.pk, thoughts.pk, struck.pk)
    tablet = _tablet(site, f"{word} tablet", clock)
    more = {
        "site": str(site.pk),
        "tablet": str(tablet.pk),
        "user": str(closed.nurse.pk),
        **_rows_of_sign_in(closed.nurse),
    }
    return {
        "own": ids_of(closed, late.pk, flagged.pk, signed.pk, left, more),
        "open": ids_of(going_on, unanswered.pk, unanswered.pk, uuid4(), here, more),
    }


def _rows_of_sign_in(staff: Staff) -> dict[str, str]:
    Client().force_login(staff)
    passkey = Authenticator.objects.create(user=staff, type=Authenticator.Type.WEBAUTHN, data={})
    sign_in = UserSession.objects.get(user=staff)
    return {"passkey": str(passkey.pk), "sign_in": str(sign_in.pk)}


def _tablet(site: Site, name: str, clock: Clock) -> Tablet:
    """An enrolled tablet on which someone can come back with a PIN."""
    administrator = person(site, "administrator")
    tablet = actions.enrol_tablet(administrator, site, name=name, device=uuid4().hex)
    nurse = person(site, "nurse", last_name=name)
    actions.choose_pin(nurse, "284719")
    begin_shift(tablet, nurse, has_second_factor=False)
    return tablet


def _client(site: Site, who: str, clock: Clock) -> Client:
    client = Client(raise_request_exception=False)
    if who == "anonymous on a tablet":
        answer = HttpResponse()
        tablets.remember(answer, site.tablets.get())
        client.cookies = answer.cookies
    if who in SIGNED_OUT and who != "deactivated":
        return client
    staff = _person(site, who, clock)
    client.force_login(staff)
    if who == "deactivated":
        staff.is_active = False
        save(staff)
        return client
    # As after a full sign-in a moment ago.
    session = client.session
    session[SIGNED_IN_BY] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session[SIGNED_IN_WHO] = str(staff.pk)
    session[arrival.MEANS] = ["password"]
    if who in WITH_APP:
        add_app(staff, "JBSWY3DPEHPK3PXP")
        session[arrival.SECOND_FACTOR] = True
    session.save()
    return client


def _person(site: Site, who: str, clock: Clock) -> Staff:
    if who == "superuser":
        return StaffFactory.create(is_superuser=True, is_staff=True)
    staff = StaffFactory.create()
    if who == "no role":
        return staff
    lasts: dict[str, Any] = {}
    if who.startswith("emergency"):
        end = clock.now() + timedelta(hours=-1 if who.endswith("ended") else 1)
        lasts = {"began_at": end - timedelta(hours=2), "ends_at": end, "reason": "Chest pain"}
    role = "emergency" if lasts else {"deactivated": "nurse", NO_FACTOR: "clinician"}.get(who, who)
    insert(Membership(staff=staff, site=site, role=role, **lasts))
    return staff
