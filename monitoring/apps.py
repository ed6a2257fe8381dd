"""Keeps the database's guards in step with its tables."""

from __future__ import annotations

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        from clinic import verbs
        from clinic.trail import chain
        from clinic.web import from_record
        from monitoring import guards, upgrade
        from monitoring.web.for_organisation import ForOrganisation

        guards.connect(self)
        upgrade.connect(self)
        chain.check_before_append(guards.require_file)
        from_record.register(ForOrganisation())
        verbs.protect("monitoring.guards.require", guards.REFUSALS)
