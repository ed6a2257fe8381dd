"""The organisation and its people."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class ClinicConfig(AppConfig):
    name = "clinic"

    def ready(self) -> None:
        from clinic import checks, sign_ins  # noqa: F401
        from clinic.signin import arrival
        from clinic.trail import keys, organisation

        arrival.connect()
        sign_ins.connect()
        organisation.connect()
        register(keys.check)
