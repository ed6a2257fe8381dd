"""The organisation and its people."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class ClinicConfig(AppConfig):
    name = "clinic"

    def ready(self) -> None:
        from clinic import checks  # noqa: F401
        from clinic.signin import limits, receivers
        from clinic.trail import keys

        receivers.connect()
        limits.connect()
        register(keys.check)
