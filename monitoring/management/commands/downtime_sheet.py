"""Writes the downtime sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

from clinic import clock
from clinic.models import Site
from monitoring.reports.downtime import as_pdf
from monitoring.reports.files import in_full
from monitoring.reports.pdf import MissingError


class Command(BaseCommand):
    help = (
        "Write what each site needs on paper when the record does not open: one PDF a site, with a "
        "sheet for each session in progress, in the place of the one before. It names patients, "
        "and who opens it is on no log: keep it where only the site's staff get at it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--out",
            type=Path,
            default=settings.DOWNTIME,
            metavar="FOLDER",
            help="default: CLINIC_DOWNTIME",
        )

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        try:
            out.mkdir(mode=0o700, parents=True, exist_ok=True)
            for site in Site.objects.all():
                path = out / f"downtime-{slugify(site.name)}-{site.pk.hex[:8]}.pdf"
                content = as_pdf(site, clock.now())
                with in_full(path) as file:
                    file.write(content)
                self.stdout.write(str(path))
        except MissingError:
            raise CommandError(
                "No sheet was written: what draws a PDF, Pango, is not installed."
            ) from None
        except OSError as error:
            raise CommandError(f"No sheet was written. {error}") from None
