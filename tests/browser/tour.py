"""A walk through every page in its states, on the demo clinic: for pictures and for axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.management import call_command
from django.urls import reverse

from clinic import staffing
from clinic.models import Membership, Staff
from monitoring.models import Amendment, Reading, Session
from monitoring.rules.flags import unanswered
from tests.browser.conftest import Person

SITE = "Lakeside Clinic"


@dataclass(frozen=True)
class Stop:
    """One page in one state. `act` brings it there, after `path` is open."""

    name: str
    who: str
    path: str
    act: Callable[[Person], None] = lambda person: None


def build_demo() -> None:
    call_command("demo", days=14, verbosity=0)


def people() -> dict[str, Staff]:
    """One member of each role at the main site of the demo."""
    found = {}
    for role in ("nurse", "clinician", "administrator"):
        found[role] = Staff.objects.filter(
            memberships__role=role, memberships__site__name=SITE
        ).first()
    return found  # type: ignore[return-value]


def _session(phase: str, **more: str) -> Session:
    at = Session.objects.filter(site__name=SITE, phase=phase, **more)
    found = at.order_by("planned_for").last()
    assert found is not None, phase
    return found


def _observing(is_ready: bool) -> Session:
    from clinic import clock
    from monitoring.rules.readiness import before_clearance

    for session in Session.objects.with_record().filter(site__name=SITE, phase="observing"):
        if (not before_clearance(session.course(), clock.now())) is is_ready:
            return session
    raise AssertionError("the demo has no such session")


def _flagged() -> tuple[Session, str]:
    for session in Session.objects.with_record().filter(site__name=SITE, phase="observing"):
        if found := unanswered(session.course()):
            return session, str(found[0].fact.id)
    raise AssertionError("the demo has no flagged session")


def _wrong_reading(person: Person) -> None:
    page = person.page
    page.get_by_label("Systolic").fill("80")
    page.get_by_label("Diastolic").fill("120")
    page.get_by_label("SpO₂").fill("ninety")
    person.tap("Save reading")
    page.wait_for_selector("[data-error-summary]")


def _unusual_reading(person: Person) -> None:
    page = person.page
    page.get_by_label("Systolic").fill("212")
    page.get_by_label("Diastolic").fill("101")
    person.tap("Save reading")
    page.wait_for_selector(".confirm")


def _not_done(person: Person) -> None:
    person.page.locator(".vital summary").first.click()


def _save_empty(person: Person) -> None:
    person.page.locator("[data-main]").click()
    person.page.wait_for_selector("[data-error-summary]")


def _open_menu(person: Person) -> None:
    person.page.locator("details.menu summary").last.click()


def new_hand() -> Staff:
    """Someone who was invited and has no password yet."""
    found = Staff.objects.filter(username="newhand").first()
    if found is None:
        found = Staff(username="newhand", first_name="Ada", last_name="Novak", credentials="RN")
        found.set_unusable_password()
        found.save()
        site = Membership.objects.filter(site__name=SITE).first()
        assert site is not None
        Membership.objects.create(staff=found, site=site.site, role="nurse")
    return found


def _new_link(person: Person) -> None:
    person.tap("New link to choose a password")
    person.page.wait_for_selector("input[readonly]")


def stops() -> Iterator[Stop]:
    """Every page and the states that a person meets."""

    def at(name: str, session: Session) -> str:
        return reverse(name, args=[session.pk])

    observing, ready = _observing(is_ready=False), _observing(is_ready=True)
    flagged, about = _flagged()
    planned, arrived, dosing = _session("planned"), _session("arrived"), _session("dosing")
    cleared, closed = _session("cleared"), _session("closed")
    reading = observing.reading_set.last()
    assert reading is not None
    yield Stop("sign-in", "nobody", reverse("account_login"))
    yield Stop("board", "nurse", reverse("board"))
    yield Stop("board-clinician", "clinician", reverse("board"))
    yield Stop("board-menu", "nurse", reverse("board"), _open_menu)
    yield Stop("session-planned", "nurse", at("session", planned))
    yield Stop("session-arrived", "nurse", at("session", arrived))
    yield Stop("session-dosing", "nurse", at("session", dosing))
    yield Stop("session-observing", "nurse", at("session", observing))
    yield Stop("session-flagged", "nurse", at("session", flagged))
    yield Stop("session-ready", "clinician", at("session", ready))
    yield Stop("session-cleared", "nurse", at("session", cleared))
    yield Stop("session-closed", "nurse", at("session", closed))
    yield Stop("reading", "nurse", f"{at('reading', observing)}?slot=40")
    yield Stop("reading-not-done", "nurse", f"{at('reading', observing)}?slot=60", _not_done)
    yield Stop("reading-error", "nurse", f"{at('reading', observing)}?slot=90", _wrong_reading)
    yield Stop("reading-unusual", "nurse", at("reading", observing), _unusual_reading)
    correct = reverse("reading-correct", args=[observing.pk, reading.pk])
    yield Stop("reading-correct", "nurse", correct)
    yield Stop("admission", "nurse", at("admission", planned))
    yield Stop("admission-error", "nurse", at("admission", planned), _save_empty)
    yield Stop("dose", "nurse", at("dose", dosing))
    yield Stop("dose-error", "nurse", at("dose", dosing), _save_empty)
    yield Stop("decision", "clinician", at("decision", arrived))
    yield Stop("event", "nurse", at("event", observing))
    yield Stop("response", "nurse", reverse("response", args=[flagged.pk, about]))
    yield Stop("clearance-open", "clinician", at("clearance", observing))
    yield Stop("clearance", "clinician", at("clearance", ready))
    yield Stop("clearance-error", "clinician", at("clearance", ready), _save_empty)
    yield Stop("withdrawal", "clinician", at("withdrawal", cleared))
    yield Stop("departure", "nurse", at("departure", cleared))
    yield Stop("departure-refused", "nurse", at("departure", observing))
    yield Stop("departure-early", "nurse", f"{at('departure', observing)}?kind=transferred")
    yield Stop("session-cancel", "nurse", at("session-cancel", planned))
    yield Stop("patients", "nurse", reverse("patient-list"))
    yield Stop("patients-none", "nurse", reverse("patient-list") + "?q=zzz")
    yield Stop("patient", "nurse", reverse("patient", args=[closed.patient_id]))
    yield Stop("patient-register", "nurse", reverse("patient-register"))
    yield Stop("patient-register-error", "nurse", reverse("patient-register"), _save_empty)
    yield Stop("plan", "nurse", reverse("session-plan", args=[closed.patient_id]))
    yield Stop("register", "administrator", reverse("session-list"))
    yield Stop(
        "register-filtered", "administrator", reverse("session-list") + "?outcome=discharged"
    )
    yield Stop("report", "administrator", at("session-report", closed))
    yield Stop("verification", "administrator", at("verification", closed))
    signature = closed.clearance_set.last()
    assert signature is not None
    yield Stop("as-signed", "administrator", reverse("signature", args=[closed.pk, signature.pk]))
    late = Reading.objects.filter(after_departure=True, session__site__name=SITE)
    waiting, answered = late.filter(review=None).first(), late.exclude(review=None).first()
    amended = Amendment.objects.first()
    assert waiting is not None
    assert answered is not None
    assert amended is not None
    changed = waiting.session.clearance_set.last()
    assert changed is not None
    yield Stop("review-list", "clinician", reverse("review-list"))
    yield Stop("review", "clinician", reverse("review", args=[waiting.session_id, waiting.pk]))
    yield Stop(
        "review-error",
        "clinician",
        reverse("review", args=[waiting.session_id, waiting.pk]),
        _save_empty,
    )
    yield Stop("session-late", "clinician", at("session", waiting.session))
    yield Stop("session-reviewed", "nurse", at("session", answered.session))
    yield Stop(
        "as-signed-changed",
        "administrator",
        reverse("signature", args=[waiting.session_id, changed.pk]),
    )
    yield Stop("session-amended", "nurse", at("session", amended.session))
    yield Stop("report-amended", "administrator", at("session-report", amended.session))
    yield Stop("amendment", "nurse", at("amendment", closed))
    yield Stop("amendment-error", "nurse", at("amendment", closed), _save_empty)
    yield Stop("access", "administrator", reverse("access-list"))
    yield Stop("access-none", "administrator", reverse("access-list") + "?patient=zzz")
    nurse = Staff.objects.get(username="rosa")
    yield Stop("staff", "administrator", reverse("staff-list"))
    yield Stop("staff-invite", "administrator", reverse("staff-invite"))
    yield Stop("staff-invite-error", "administrator", reverse("staff-invite"), _save_empty)
    yield Stop("staff-person", "administrator", reverse("person", args=[nurse.pk]))
    yield Stop("staff-link", "administrator", reverse("person", args=[new_hand().pk]), _new_link)
    yield Stop("link-ended", "nobody", reverse("invitation", args=[nurse.pk, "made-up"]))
    invited = new_hand()
    yield Stop("invitation", "nobody", reverse("invitation", args=staffing.link_of(invited)))
    yield Stop("protocols", "nurse", reverse("protocol-list"))
    version = reverse("protocol", args=[closed.protocol_version_id])
    yield Stop("protocol", "nurse", version)
    yield Stop("not-allowed", "nurse", reverse("session-list"))
    yield Stop("not-found", "nurse", "/nothing-here/")


def walk(
    make: Callable[..., Person], size: dict[str, int], theme: str
) -> Iterator[tuple[str, Person]]:
    """Take each stop with a tablet of that size and theme; yields the name and the person there."""
    who = people()
    tablets: dict[str, Person] = {"nobody": make(size, theme)}
    for stop in stops():
        if stop.who not in tablets:
            tablets[stop.who] = make(size, theme)
            tablets[stop.who].sign_in(who[stop.who], "demo-clinic")
            if who[stop.who].memberships.values("site").distinct().count() > 1:
                tablets[stop.who].choose_site(SITE)
        person = tablets[stop.who]
        person.go(stop.path)
        stop.act(person)
        yield stop.name, person
    for person in tablets.values():
        # A page that is not there is part of the walk.
        person.errors = [e for e in person.errors if "404" not in e and "403" not in e]
