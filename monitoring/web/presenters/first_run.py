"""What a new site still lacks before its first dose, each with the page that closes it.

All of it is read from the record. The list is gone once nothing on it is missing; it comes back
where something ends, such as the certification.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic import clock
from clinic.models import Membership, Site, Staff, Tablet
from clinic.pages.addresses import reverse
from clinic.web.from_record import Step
from monitoring.models import Patient, Session, SiteProtocol
from monitoring.rules.rems import holds


def steps(site: Site, by: Staff) -> list[Step]:
    """All steps with what is done already, or none where nothing that is needed is missing.

    Once a dose was given, only what the site itself may lack again.
    """
    found = [_certification(site), _address(site)]
    if not Session.objects.filter(site=site, first_dose_at__isnull=False).exists():
        found = [_second_factor(site, by), *found, *_beginnings(site)]
    return found if any(not s.is_done and not s.is_optional for s in found) else []


def _beginnings(site: Site) -> list[Step]:
    return [
        _people(site, Membership.Role.CLINICIAN, _("A clinician who can sign in")),
        _people(site, Membership.Role.NURSE, _("A nurse who can sign in")),
        _step(
            _("A protocol"),
            "protocol-list",
            is_done=SiteProtocol.objects.filter(site=site).exists(),
        ),
        _step(
            _("A shared tablet, if the clinic has one"),
            "tablet-list",
            is_done=Tablet.objects.filter(site=site, revoked_at=None).exists(),
            is_optional=True,
        ),
        _step(
            _("A first patient, registered by a nurse or a clinician"),
            "patient-list",
            is_done=Patient.objects.filter(site=site).exists(),
        ),
    ]


def _step(words: str, page: str, *, is_done: bool, is_optional: bool = False) -> Step:
    return Step(words, "" if is_done else reverse(page), is_done, is_optional)


def _second_factor(site: Site, by: Staff) -> Step:
    held = Authenticator.objects.filter(user=by).exclude(type=Authenticator.Type.RECOVERY_CODES)
    is_optional = not site.requires_second_factor
    words = _("Your own second factor")
    return _step(words, "mfa_index", is_done=held.exists(), is_optional=is_optional)


def _address(site: Site) -> Step:
    needed = (site.address, site.city, site.state, site.postal_code, site.phone)
    return _step(_("Address and telephone of the site"), "site", is_done=all(needed))


def _certification(site: Site) -> Step:
    if site.is_inpatient:
        return Step(
            _("Inpatient setting: no REMS certification of the site is asked for"), "", True
        )
    today = clock.now().astimezone(site.tz).date()
    is_certified = holds(today, site.rems_certified_on, site.rems_certified_until)
    words = _("REMS site id and certification, in force today")
    return _step(words, "site", is_done=is_certified)


def _people(site: Site, role: str, words: str) -> Step:
    """Done once such a person chose a password; until then the link has not been used."""
    held = _active(site, role)
    if any(m.staff.has_usable_password() for m in held):
        return _step(words, "staff-list", is_done=True)
    if held:
        names = ", ".join(m.staff.printed_name for m in held)
        words = _("%(what)s: %(names)s has not used the link yet") % {"what": words, "names": names}
        return _step(words, "staff-list", is_done=False)
    return _step(words, "staff-invite", is_done=False)


def _active(site: Site, role: str) -> QuerySet[Membership]:
    here = Membership.objects.filter(site=site, role=role, staff__is_active=True)
    return here.select_related("staff")
