"""Writes everything of a site as a zip of comma-separated values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic import access, clock
from clinic.access import Permission
from clinic.models import Site, Staff
from monitoring.proof.reads import Read, log_reads
from monitoring.reports.files import patients, whole, write_to
from monitoring.reports.pseudonyms import Recipient, research

PAGE = "export_files"


class Command(BaseCommand):
    help = (
        "Write the record of a site as a zip: one file of comma-separated values a noun, and "
        "a dictionary. With --recipient it is for research: no names, no text, other ids and days. "
        "The file appears whole or not at all; each patient in it is on the access log before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--site", required=True, metavar="NAME")
        parser.add_argument("--by", required=True, metavar="USER", help="who may export there")
        parser.add_argument("--to", required=True, type=Path, metavar="FILE")
        parser.add_argument("--recipient", metavar="NAME", help="for research, by this recipient")

    def handle(
        self, *args: Any, site: str, by: str, to: Path, recipient: str | None, **options: Any
    ) -> None:
        place = Site.objects.filter(name=site).first()
        staff = Staff.objects.filter(username=by).first()
        if place is None or staff is None:
            raise CommandError("There is no such site, or no such person.")
        if not access.may(staff, Permission.EXPORT, place):
            raise CommandError(f"{staff.printed_name} may not export at {place.name}.")
        if recipient is not None and not recipient.strip():
            raise CommandError("A recipient needs a name.")
        kept = patients(place)
        log_reads(Read(staff, place, "exported", PAGE), kept, clock.now())
        whom = Recipient(recipient) if recipient else None
        write_to(to, lambda: research(place, kept, whom) if whom else whole(place, kept))
        self.stdout.write(f"{to}: the records of {len(kept)} patients of {place.name}.")
