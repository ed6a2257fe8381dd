"""Opens a site: the beginning of a real clinic."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from clinic import staffing
from clinic.actions import NewPerson, open_site
from clinic.models import Site, Staff
from clinic.refusal import Refused, refuse
from clinic.sites import SiteDetails
from monitoring import actions
from monitoring.rules.protocol import PROTOCOLS, Protocol

WORDS = {
    "site_taken": "A site with this name exists already.",
    "username_taken": "Someone has this user name already.",
    "time_zone": "This is not a time zone. Write one such as America/Chicago.",
    "site_name": "Give a name to the site and to its administrator.",
    "rems_site_id": "A certified site has a REMS site id: give --rems-site-id, too.",
    "certified_on": "Give --certified-on, too: the day on which the site was certified.",
    "certified_until": "The certification ends before it begins.",
}
NEXT = (
    "Then they sign in, add a second factor, and the page of the site lists what is still missing "
    "before the first dose."
)
TEXTS = {
    "address": "first line of the address",
    "address_2": "second line of the address",
    "city": "city",
    "state": "state",
    "postal_code": "ZIP code",
    "phone": "telephone",
}
ON_THIS_MACHINE = "http://localhost:8000"
"""Where `make run` answers."""


class Command(BaseCommand):
    help = (
        "Open a site with its first administrator, and print the one-time link by which they "
        "choose a password. They invite everyone else. Nothing is asked; what is refused changes "
        "nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="the site's name")
        parser.add_argument("--time-zone", required=True, help="such as America/Chicago")
        parser.add_argument("--administrator", required=True, help="their user name")
        parser.add_argument("--given", required=True, help="their given name")
        parser.add_argument("--family", required=True, help="their family name")
        parser.add_argument(
            "--server",
            default="",
            help="the server's address, such as https://record.clinic.example",
        )
        more = parser.add_argument_group("of the site, all of which its page can change later")
        more.add_argument("--rems-site-id", default="")
        more.add_argument("--certified-on", type=date.fromisoformat, help="such as 2026-01-31")
        more.add_argument(
            "--certified-until", type=date.fromisoformat, help="the last day that counts"
        )
        more.add_argument("--inpatient", action="store_true", help="an inpatient setting")
        for name, words in TEXTS.items():
            more.add_argument(f"--{name.replace('_', '-')}", default="", help=words)
        more.add_argument("--paper-size", choices=Site.PaperSize.values, default="letter")
        more.add_argument(
            "--asks-witness", action="store_true", help="a second person witnesses each dose"
        )
        more.add_argument(
            "--watch-limit",
            type=int,
            default=Site._meta.get_field("watch_limit").get_default(),
            help="patients whom one person watches at once before the board warns",
        )
        parser.add_argument(
            "--protocol",
            action="append",
            choices=[protocol.key for protocol in PROTOCOLS],
            help="what the site works by, once for each; without it those of the United States",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        given: dict[str, Any] = {
            k: v.strip() if isinstance(v, str) else v for k, v in options.items()
        }
        try:
            protocols = _protocols(given["protocol"])
            site, administrator = _open(given, protocols)
        except Refused as refused:
            raise CommandError(WORDS[refused.messages[0].code]) from None
        except ValidationError as invalid:
            raise CommandError(" ".join(invalid.messages)) from None
        path = reverse("invitation", args=staffing.link_of(administrator))
        self.stdout.write(f"{site.name} is open, with {len(protocols)} protocols to be approved.")
        self.stdout.write(f"Give this link to {administrator.printed_name}, and to no one else.")
        self.stdout.write("It works once, and ends after three days. By it they choose a password:")
        self.stdout.write(f"{_address(given['server'])}{path}")
        self.stdout.write(NEXT)


def _address(given: str) -> str:
    """Where people reach the server: as given, or as the settings have it."""
    hosts = [h for h in settings.ALLOWED_HOSTS if not h.startswith(("*", ".", "127."))]
    if given or settings.CSRF_TRUSTED_ORIGINS:
        return (given or str(settings.CSRF_TRUSTED_ORIGINS[0])).rstrip("/")
    if hosts and settings.SESSION_COOKIE_SECURE:
        return f"https://{hosts[0]}"
    return ON_THIS_MACHINE


def _open(given: dict[str, Any], protocols: list[Protocol]) -> tuple[Site, Staff]:
    """The site and its administrator in one transaction, then each protocol in its own."""
    UnicodeUsernameValidator()(given["administrator"])
    if not all(given[key] for key in ("given", "family")):
        raise refuse("site_name")
    details = SiteDetails(
        name=given["name"],
        time_zone=given["time_zone"],
        rems_site_id=given["rems_site_id"],
        rems_certified_on=given["certified_on"],
        rems_certified_until=given["certified_until"],
        is_inpatient=given["inpatient"],
        paper_size=given["paper_size"],
        asks_witness=given["asks_witness"],
        watch_limit=given["watch_limit"],
        **{name: given[name] for name in TEXTS},
    )
    new = NewPerson(
        username=given["administrator"],
        first_name=given["given"],
        last_name=given["family"],
    )
    site, administrator = open_site(details, new)
    for protocol in protocols:
        actions.publish_protocol(protocol, site=site)
    return site, administrator


def _protocols(keys: list[str] | None) -> list[Protocol]:
    """Those that were asked for. Another country's label is never among what is not asked for: it
    may do without what this one's asks, such as the enrolment."""
    if keys:
        return [p for p in PROTOCOLS if p.key in keys]
    return [p for p in PROTOCOLS if p.jurisdiction in {"US", ""}]
