"""The organisation and its people."""

from __future__ import annotations

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "clinic"

    def ready(self) -> None:
        from clinic import checks, sign_ins  # noqa: F401
        from clinic.signin import arrival

        arrival.connect()
        sign_ins.connect()
