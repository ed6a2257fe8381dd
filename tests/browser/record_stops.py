"""The pages of the record in their states, on the demo clinic: part of the walk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from clinic import actions, clock, shift, staffing
from clinic.actions.sessions import begin_shift
from clinic.models import Membership, Site, Staff, Tablet
from monitoring.models import Amendment, Event, FormFiling, Reading, Session
from monitoring.rules.flags import unanswered
from monitoring.rules.suicidality import unreviewed
from tests.browser.conftest import Person
from tests.browser.stop import PASSWORD, SITE, Stop, people
from tests.factories.logged import insert


def _session(phase: str, **more: object) -> Session:
    at = Session.objects.filter(site__name=SITE, phase=phase, **more)
    found = at.order_by("planned_for").last()
    assert found is not None, phase
    return found


def _observing(is_ready: bool) -> Session:
    from monitoring.rules.readiness import before_clearance

    for session in _in_observation():
        if (not before_clearance(session.facts(), clock.now())) is is_ready:
            return session
    raise AssertionError("the demo has no such session")


def _in_observation() -> list[Session]:
    found = Session.objects.filter(site__name=SITE, phase="observing")
    return [Session.read(session.pk) for session in found]


def infusing() -> Session:
    """The session of the demo whose infusion was interrupted."""
    return next(s for s in _in_observation() if s.protocol_version.protocol().is_infusion)


def taker() -> Staff:
    """To whom the watch over a patient of the demo is handed over, who has not accepted it."""
    waiting = Event.objects.filter(hands_over="observer", acceptances=None)
    found = waiting.filter(session__site__name=SITE, session__phase="observing").latest("seq")
    assert found.handed_to is not None
    return found.handed_to


def _flagged() -> tuple[Session, str]:
    for session in _in_observation():
        if found := unanswered(session.facts()):
            return session, str(found[0].fact.id)
    raise AssertionError("the demo has no flagged session")


def _unreviewed() -> tuple[Session, str]:
    for session in _in_observation():
        if found := unreviewed(session.facts()):
            return session, str(found[0].id)
    raise AssertionError("the demo has no session in which suicidality waits for a review")


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


def save_empty(person: Person) -> None:
    page = person.page
    page.locator("[data-main]").click()
    page.wait_for_selector("[data-error-summary], [name=password]")
    if page.get_by_role("button", name="Confirm", exact=True).is_visible():
        # An administrator's own password is asked for before what was sent is looked at.
        page.get_by_label("Your password").fill(PASSWORD)
        person.tap("Confirm")
    page.wait_for_selector("[data-error-summary]")


def _stricter(person: Person) -> None:
    person.page.get_by_label("Observation after the last dose").fill("150")
    person.page.get_by_label("Inform at systolic", exact=False).first.fill("170")
    person.page.get_by_label("Why the protocol is changed").fill("Two patients left drowsy.")
    person.tap("Show what changes")
    person.page.get_by_role("heading", name="Is this right?").wait_for()


def _publish(person: Person) -> None:
    _stricter(person)
    person.tap("Publish")
    person.page.get_by_role("heading", name="What changed since version").wait_for()


def _too_lax(person: Person) -> None:
    person.page.get_by_label("Observation after the last dose").fill("90")
    person.tap("Show what changes")
    person.page.wait_for_selector("[data-error-summary]")


def _open_menu(person: Person) -> None:
    person.page.locator("details.menu summary").last.click()


def new_hand() -> Staff:
    """Someone who was invited and has no password yet."""
    found = Staff.objects.filter(username="newhand").first()
    if found is None:
        found = Staff(username="newhand", first_name="Ada", last_name="Novak", credentials="RN")
        found.set_unusable_password()
        insert(found)
        site = Membership.objects.filter(site__name=SITE).first()
        assert site is not None
        insert(Membership(staff=found, site=site.site, role="nurse"))
    return found


def _new_link(person: Person) -> None:
    person.tap("New link to choose a password")
    person.page.wait_for_selector("input[readonly]")


PIN, WRONG_PIN = "408215", "408216"


def shared_tablet() -> Tablet:
    """An enrolled tablet on which the nurse and the clinician have signed in on this shift."""
    found = Tablet.objects.filter(name="Room 2").first()
    if found is None:
        who, site = people(), Site.objects.get(name=SITE)
        found = actions.enrol_tablet(who["administrator"], site, name="Room 2", device="a-tablet")
        for staff in (who["nurse"], who["clinician"]):
            actions.choose_pin(staff, PIN)
            begin_shift(found, staff, has_second_factor=False)
    return found


def _tap_name(person: Person) -> None:
    person.page.locator(".tiles-people .tile").first.click()


def _wrong_pin(person: Person) -> None:
    _tap_name(person)
    with person.page.expect_navigation():
        person.page.keyboard.type(WRONG_PIN)


def _alike_pin(person: Person) -> None:
    person.page.get_by_label("PIN, six digits").fill("111111")
    person.page.get_by_label("PIN again").fill("111111")
    person.page.locator("main button[type=submit]").click()
    person.page.wait_for_selector("[data-error-summary]")


def _wrong_pins(person: Person) -> None:
    """Until only the password helps; the shift begins anew afterwards, for the next size."""
    tablet = shared_tablet()
    (someone, *_others) = shift.open_on(tablet)
    while person.page.get_by_text("Too many wrong PINs").count() == 0:
        _wrong_pin(person)
    begin_shift(tablet, someone.staff, has_second_factor=False)


@dataclass(frozen=True)
class Demo:
    """The sessions of the demo that the walk looks at, as they stand when it begins."""

    observing: Session
    ready: Session
    flagged: Session
    about: str
    planned: Session
    unordered: Session
    arrived: Session
    dosing: Session
    cleared: Session
    closed: Session


def demo_sessions() -> Demo:
    flagged, about = _flagged()
    return Demo(
        observing=_observing(is_ready=False),
        ready=_observing(is_ready=True),
        flagged=flagged,
        about=about,
        planned=_session("planned", order__isnull=False),
        unordered=_session("planned", order=None),
        arrived=_session("arrived"),
        dosing=_session("dosing"),
        cleared=_session("cleared"),
        closed=_session("closed"),
    )


def at(name: str, session: Session) -> str:
    return reverse(name, args=[session.pk])


def floor_stops(demo: Demo) -> Iterator[Stop]:
    yield Stop("sign-in", "nobody", reverse("account_login"))
    yield Stop("board", "nurse", reverse("board"))
    yield Stop("board-clinician", "clinician", reverse("board"))
    yield Stop("board-menu", "nurse", reverse("board"), _open_menu)
    yield Stop("downtime", "nurse", reverse("downtime"))
    yield Stop("session-planned", "nurse", at("session", demo.planned))
    alike = _session("planned", patient__family_name="Rossi")
    yield Stop("session-alike", "nurse", at("session", alike))
    yield Stop("board-offer", "taker", reverse("board"))
    yield Stop("session-arrived", "nurse", at("session", demo.arrived))
    yield Stop("session-dosing", "nurse", at("session", demo.dosing))
    yield Stop("session-observing", "nurse", at("session", demo.observing))
    yield Stop("session-flagged", "nurse", at("session", demo.flagged))
    yield Stop("session-ready", "clinician", at("session", demo.ready))
    yield Stop("session-cleared", "nurse", at("session", demo.cleared))
    yield Stop("session-closed", "nurse", at("session", demo.closed))


def forms_stops(demo: Demo) -> Iterator[Stop]:
    reading = demo.observing.reading_set.latest("seq")
    yield Stop("reading", "nurse", at("reading", demo.observing))
    yield Stop("reading-not-done", "nurse", at("reading", demo.observing), _not_done)
    yield Stop("reading-error", "nurse", at("reading", demo.flagged), _wrong_reading)
    yield Stop("reading-unusual", "nurse", at("reading", demo.observing), _unusual_reading)
    correct = reverse("reading-correct", args=[demo.observing.pk, reading.pk])
    yield Stop("reading-correct", "nurse", correct)
    yield Stop("admission", "nurse", at("admission", demo.planned))
    yield Stop("admission-error", "nurse", at("admission", demo.planned), save_empty)
    yield Stop("dose", "nurse", at("dose", demo.dosing))
    yield Stop("dose-error", "nurse", at("dose", demo.dosing), save_empty)
    yield Stop("order", "clinician", at("order", demo.unordered))
    yield Stop("order-error", "clinician", at("order", demo.unordered), save_empty)
    yield Stop("prescriber", "nurse", at("prescriber", demo.observing))
    yield Stop("watch", "nurse", at("watch", demo.observing))
    yield Stop("decision", "clinician", at("decision", demo.arrived))
    yield Stop("event", "nurse", at("event", demo.observing))
    yield Stop("screen", "nurse", at("screen", demo.observing))
    yield Stop("screen-error", "nurse", at("screen", demo.observing), save_empty)
    yield Stop("medication", "nurse", at("medication", demo.observing))
    yield Stop("medication-error", "nurse", at("medication", demo.observing), save_empty)
    session, event = _unreviewed()
    yield Stop("session-suicidality", "clinician", at("session", session))
    yield Stop("event-review", "clinician", reverse("event-review", args=[session.pk, event]))
    yield Stop("response", "nurse", reverse("response", args=[demo.flagged.pk, demo.about]))
    yield Stop("clearance-open", "clinician", at("clearance", demo.observing))
    yield Stop("clearance", "clinician", at("clearance", demo.ready))
    yield Stop("clearance-error", "clinician", at("clearance", demo.ready), save_empty)
    yield Stop("withdrawal", "clinician", at("withdrawal", demo.cleared))
    yield Stop("departure", "nurse", at("departure", demo.cleared))
    yield Stop("departure-refused", "nurse", at("departure", demo.observing))
    yield Stop("departure-early", "nurse", f"{at('departure', demo.observing)}?kind=transferred")
    yield Stop(
        "departure-advice", "nurse", f"{at('departure', demo.observing)}?kind=against_advice"
    )
    yield Stop("departure-unseen", "nurse", f"{at('departure', demo.observing)}?kind=left_unseen")
    yield Stop("departure-arrived", "nurse", f"{at('departure', demo.arrived)}?kind=transferred")
    yield Stop("session-cancel", "nurse", at("session-cancel", demo.planned))


def patients_stops(demo: Demo) -> Iterator[Stop]:
    yield Stop("patients", "nurse", reverse("patient-list"))
    yield Stop("patients-none", "nurse", reverse("patient-list") + "?q=zzz")
    yield Stop("patient", "nurse", reverse("patient", args=[demo.closed.patient_id]))
    yield Stop("patient-register", "nurse", reverse("patient-register"))
    yield Stop("patient-register-error", "nurse", reverse("patient-register"), save_empty)
    amend = reverse("patient-amend", args=[demo.closed.patient_id])
    yield Stop("patient-amend", "nurse", amend)
    yield Stop("patient-amend-error", "nurse", amend, save_empty)
    yield Stop("plan", "nurse", reverse("session-plan", args=[demo.closed.patient_id]))


def reports_stops(demo: Demo) -> Iterator[Stop]:
    yield Stop("register", "administrator", reverse("session-list"))
    yield Stop("overview", "administrator", reverse("overview") + "?by=prescriber")
    yield Stop("files", "administrator", reverse("files"))
    yield Stop("register-wrong", "administrator", reverse("session-list") + "?given=much")
    yield Stop(
        "register-filtered", "administrator", reverse("session-list") + "?outcome=discharged"
    )
    asked = "?outcome=discharged&sort=-peak"
    yield Stop("register-view", "administrator", reverse("view-save") + asked)
    yield Stop("register-view-error", "administrator", reverse("view-save") + asked, save_empty)
    filed = FormFiling.objects.filter(session__site__name=SITE).latest("seq")
    due = _session("closed", form_due_at__isnull=False, form_filed_seq=None)
    yield Stop("forms", "administrator", reverse("form-list"))
    yield Stop("form", "administrator", at("form", filed.session))
    yield Stop("form-due", "nurse", at("form", due))
    yield Stop("form-print", "administrator", at("form-print", due))
    copy = reverse("form-copy", args=[filed.session_id, filed.pk])
    yield Stop("form-copy", "administrator", copy)
    yield Stop("form-answers", "nurse", at("form-answers", due))
    yield Stop("form-answers-error", "nurse", at("form-answers", due), save_empty)
    yield Stop("form-file", "administrator", at("form-file", due))
    yield Stop("form-file-error", "administrator", at("form-file", due), save_empty)
    yield Stop("report", "administrator", at("session-report", demo.closed))
    yield Stop("verification", "administrator", at("verification", demo.closed))
    signature = demo.closed.clearance_set.last()
    assert signature is not None
    yield Stop(
        "as-signed", "administrator", reverse("signature", args=[demo.closed.pk, signature.pk])
    )


def reviews_stops(demo: Demo) -> Iterator[Stop]:
    late = Reading.objects.filter(after_departure=True, session__site__name=SITE)
    waiting, answered = late.filter(review=None).first(), late.exclude(review=None).first()
    amended = Amendment.objects.first()
    assert waiting is not None
    assert answered is not None
    assert amended is not None
    changed = waiting.session.clearance_set.last()
    assert changed is not None
    yield Stop("review-list", "clinician", reverse("review-list"))
    yield Stop("call-list", "nurse", reverse("call-list"))
    yield Stop("call", "nurse", at("call", demo.closed))
    yield Stop("call-error", "nurse", at("call", demo.closed), save_empty)
    yield Stop("review", "clinician", reverse("review", args=[waiting.session_id, waiting.pk]))
    yield Stop(
        "review-error",
        "clinician",
        reverse("review", args=[waiting.session_id, waiting.pk]),
        save_empty,
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
    yield Stop("amendment", "nurse", at("amendment", demo.closed))
    yield Stop("amendment-error", "nurse", at("amendment", demo.closed), save_empty)


def people_stops() -> Iterator[Stop]:
    yield Stop("access", "administrator", reverse("access-list"))
    yield Stop("access-lists", "administrator", reverse("access-list") + "?action=")
    yield Stop("trail", "administrator", reverse("trail-list"))
    yield Stop("trail-people", "administrator", reverse("trail-list") + "?about=staff")
    yield Stop("access-none", "administrator", reverse("access-list") + "?patient=zzz")
    nurse = Staff.objects.get(username="rosa")
    yield Stop("staff", "administrator", reverse("staff-list"))
    yield Stop("staff-invite", "administrator", reverse("staff-invite"))
    yield Stop("staff-invite-error", "administrator", reverse("staff-invite"), save_empty)
    yield Stop("staff-person", "administrator", reverse("person", args=[nurse.pk]))
    yield Stop("staff-link", "administrator", reverse("person", args=[new_hand().pk]), _new_link)
    yield Stop("link-ended", "nobody", reverse("invitation", args=[nurse.pk, "made-up"]))
    invited = new_hand()
    yield Stop("invitation", "nobody", reverse("invitation", args=staffing.link_of(invited)))


def tablet_stops(demo: Demo) -> Iterator[Stop]:
    lock = f"{reverse('lock')}?next={at('session', demo.observing)}"
    yield Stop("lock", "tablet", lock)
    yield Stop("lock-pin", "tablet", lock, _tap_name)
    yield Stop("lock-wrong", "tablet", lock, _wrong_pin)
    yield Stop("lock-sign-in", "tablet", lock, _wrong_pins)
    yield Stop("board-tablet", "nurse on the tablet", reverse("board"))
    yield Stop("board-tablet-menu", "nurse on the tablet", reverse("board"), _open_menu)
    yield Stop("reading-tablet", "nurse on the tablet", f"{at('reading', demo.observing)}?slot=40")
    yield Stop("pin", "nurse", reverse("account-pin"))
    yield Stop("pin-error", "nurse", reverse("account-pin"), _alike_pin)
    yield Stop("tablets", "administrator", reverse("tablet-list"))
    yield Stop("tablet-enrol", "administrator", reverse("tablet-enrol"))
    yield Stop("tablet-enrol-error", "administrator", reverse("tablet-enrol"), save_empty)
    yield Stop("tablet-enrolled", "administrator on the tablet", reverse("tablet-enrol"))


def protocols_stops(demo: Demo) -> Iterator[Stop]:
    yield Stop("protocols", "nurse", reverse("protocol-list"))
    version = reverse("protocol", args=[demo.closed.protocol_version_id])
    yield Stop("protocol", "nurse", version)
    change = reverse("protocol-change", args=[demo.closed.protocol_version_id])
    yield Stop("protocol-change", "clinician", change)
    yield Stop("protocol-change-error", "clinician", change, _too_lax)
    yield Stop("protocol-read-back", "clinician", change, _stricter)
    yield Stop("protocol-changed", "clinician", change, _publish)
    yield Stop("protocols-changed", "clinician", reverse("protocol-list"))
