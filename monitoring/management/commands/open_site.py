"""Opens a site: the beginning of a real clinic."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from clinic import staffing
from clinic.models import Site, Staff
from clinic.refusal import NotPossible
from monitoring import actions
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US

WORDS = {
    "site_taken": "There is a site of this name already.",
    "username_taken": "Someone has this user name already.",
    "time_zone": "This is not a time zone. Write one such as America/Chicago.",
}
PROTOCOLS = (SPRAVATO_US, KETAMINE_IV)
"""Without one no session is planned. Defaults, for the medical director to approve before use."""


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

    def handle(self, *args: Any, **options: Any) -> None:
        given = {key: str(value).strip() for key, value in options.items()}
        try:
            site, administrator = _open(given)
        except NotPossible as refused:
            raise CommandError(WORDS[refused.code]) from None
        except ValidationError as invalid:
            raise CommandError(" ".join(invalid.messages)) from None
        path = reverse("invitation", args=staffing.link_of(administrator))
        self.stdout.write(f"{site.name} is open, with {len(PROTOCOLS)} protocols to be approved.")
        self.stdout.write(f"Give this to {administrator.printed_name}, and to no one else.")
        self.stdout.write("It works once, and ends after three days. After the server's address:")
        self.stdout.write(path)


def _open(given: dict[str, str]) -> tuple[Site, Staff]:
    """The site and its administrator in one transaction, then each protocol in its own."""
    UnicodeUsernameValidator()(given["administrator"])
    if not all(given[key] for key in ("name", "given", "family")):
        raise ValidationError("Give a name to the site and to its administrator.")
    site, administrator = staffing.open_site(
        name=given["name"],
        time_zone=given["time_zone"],
        username=given["administrator"],
        first_name=given["given"],
        last_name=given["family"],
    )
    for protocol in PROTOCOLS:
        actions.publish_protocol(protocol, site=site)
    return site, administrator
