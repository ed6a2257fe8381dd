"""Builds a demo clinic with a past and a day in full swing, on an empty database alone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.models import Membership
from monitoring.management.demo import build, live, one
from monitoring.management.demo.today import BOARD, SCENES

EVERY = "every"
COLUMNS = "{:<12} {:<22} {:<15} {:<18} {}"


class Command(BaseCommand):
    help = "Build a demo clinic: two sites, nine staff, forty patients, ninety days and today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same clinic")
        parser.add_argument("--days", type=int, default=90, help="how many days of sessions")
        parser.add_argument(
            "--if-empty", action="store_true", help="keep a demo clinic that is there already"
        )
        parser.add_argument(
            "--play-on", action="store_true", help="play the day on in a demo that is there already"
        )
        parser.add_argument(
            "--every",
            type=int,
            metavar="MINUTES",
            help="with --play-on, again and again until what started this command has ended",
        )
        parser.add_argument(
            "--session",
            choices=(*SCENES, EVERY),
            help="add one session in this state, or in every state of a board, and of an empty "
            "database build nothing else",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = settings.CLINIC_DEMO_PASSWORD
        if options["session"]:
            self._is_wanted(keeps=True)
            for state in BOARD if options["session"] == EVERY else (options["session"],):
                session = one.build_one(state, seed=options["seed"], password=password)
                self.stdout.write(f"{session.patient.banner_name}: /sessions/{session.pk}/")
            return
        if self._is_wanted(keeps=options["if_empty"] or options["play_on"]):
            self.stdout.write("Building the demo clinic; this takes a minute.")
            build.build(
                seed=options["seed"], days=options["days"], password=password, say=self._say
            )
        elif options["play_on"]:
            live.play_on(seed=options["seed"], password=password)
        if options["every"]:
            live.play_on_every(options["every"], seed=options["seed"], password=password)
        else:
            self._print_people(password)

    def _is_wanted(self, *, keeps: bool) -> bool:
        """Whether to build. Raises CommandError rather than mix invented data with anyone's."""
        if build.is_empty():
            return True
        if build.is_broken_off():
            raise CommandError(
                "A demo clinic was begun in this database and not finished. "
                "Remove the database and start again."
            )
        if not build.is_here():
            raise CommandError(
                "This database holds patients or staff that are not of the demo. "
                "The demo clinic is only built in an empty database; nothing was changed."
            )
        if not keeps:
            raise CommandError(
                "The demo clinic is here already. Remove the database to build it again, "
                "or ask with --if-empty to keep it."
            )
        return False

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def _print_people(self, password: str) -> None:
        roles = Membership.objects.select_related("staff", "site")
        self.stdout.write("\nWho can sign in:\n")
        self.stdout.write(COLUMNS.format("User name", "Name", "Role", "Site", "Password"))
        for role in roles.order_by("site__name", "role", "staff__username"):
            name = role.staff.printed_name
            row = (role.staff.username, name, role.get_role_display(), role.site.name, password)
            self.stdout.write(COLUMNS.format(*row))
