"""What a site is called and where it is, as forms and the record need it; amended by a verb."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from clinic import access
from clinic.access import Permission
from clinic.models import Site, Staff, check_time_zone
from clinic.refusal import NotAllowed, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDetails:
    """What people write of a site; `rems_certified_until` is the last day that counts."""

    name: str
    time_zone: str
    rems_site_id: str = ""
    rems_certified_on: date | None = None
    rems_certified_until: date | None = None
    is_inpatient: bool = False
    address: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    phone: str = ""
    paper_size: str = Site.PaperSize.LETTER


@transaction.atomic
def amend_site(by: Staff, site: Site, details: SiteDetails) -> Site:
    """Make the site what `details` say. The trail tells of it where something changed.

    Raises NotAllowed, and Refused for what no site can be and for another time zone once a
    session was planned here: the times of its sessions are shown in the zone they were recorded in.
    """
    if not access.may(by, Permission.AMEND_SITE, site):
        raise NotAllowed
    found = Site.objects.select_for_update().get(pk=site.pk)
    check(details, found)
    given = asdict(details)
    changed = [name for name, value in given.items() if getattr(found, name) != value]
    if "time_zone" in changed and has_begun(found):
        raise refuse("time_zone_fixed", "time_zone")
    for name in changed:
        setattr(found, name, given[name])
    if changed:
        found.save(update_fields=changed)
    return found


def check(details: SiteDetails, site: Site | None = None) -> None:
    """Raises Refused for what no site can be; `site` is the one that may have its own name."""
    if not details.name.strip():
        raise refuse("site_name", "name")
    others = Site.objects.filter(name__iexact=details.name)
    if (others.exclude(pk=site.pk) if site else others).exists():
        raise refuse("site_taken", "name")
    try:
        check_time_zone(details.time_zone)
    except ValidationError:
        raise refuse("time_zone", "time_zone") from None
    if details.rems_certified_on and not details.rems_site_id:
        raise refuse("rems_site_id", "rems_site_id")
    if until := details.rems_certified_until:
        if details.rems_certified_on is None:
            raise refuse("certified_on", "rems_certified_on")
        if until < details.rems_certified_on:
            raise refuse("certified_until", "rems_certified_until")


def has_begun(site: Site) -> bool:
    """Whether a session was ever planned here: the site is no longer only being set up."""
    return bool(site.sessions.exists())
