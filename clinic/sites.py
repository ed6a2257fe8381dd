"""What a site is called and where it is, as forms and the record need it; amended by a verb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError

from clinic.models import Site, check_time_zone
from clinic.refusal import refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDetails:
    """What people write of a site; `rems_certified_until` is the last day that counts."""

    name: str
    time_zone: str
    rems_site_id: str = ""
    rems_certified_on: date | None = None
    rems_certified_until: date | None = None
    is_inpatient: bool = False
    asks_witness: bool = False
    address: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    phone: str = ""
    paper_size: str = Site.PaperSize.LETTER
    watch_limit: int = 2


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
    least, most = Site.WATCH_LIMITS
    if not least <= details.watch_limit <= most:
        raise refuse("watch_limit", "watch_limit")
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
