"""Checks and makes again what is made from the facts of sessions."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from monitoring.actions import derived
from monitoring.models import Session
from monitoring.proof.derived import batches, differences, loaded


class Command(BaseCommand):
    help = (
        "Check the tags and figures that the register and the overview are read from against the "
        "facts of each session, or make them again. Neither changes the record."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--check", action="store_true", help="compare; ends with 1 where something differs"
        )
        what.add_argument("--rebuild", action="store_true", help="make all of it again")

    def handle(self, *args: Any, rebuild: bool, **options: Any) -> None:
        if rebuild:
            self.stdout.write(f"Made the figures of {derived.rebuild()} sessions.")
            return
        wrong = 0
        for ids in batches(Session.objects.order_by("pk").values_list("pk", flat=True)):
            for id, words in differences(loaded(ids)):
                wrong += 1
                self.stdout.write(f"WRONG  session {id}: {words}")
        if wrong:
            self.stdout.write(f"{wrong} wrong. `manage.py figures --rebuild` makes them again.")
            raise SystemExit(1)
        self.stdout.write("The figures of every session are what its facts say.")
