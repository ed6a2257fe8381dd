"""Keeps the database's guards in step with its tables, and the trail with people and place."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        from monitoring import guards
        from monitoring.trail import keys, organisation

        guards.connect(self)
        organisation.connect()
        checks.register(keys.check)
