"""Published versions of protocols, and which of them a site uses."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from monitoring.rules.protocol import Protocol

if TYPE_CHECKING:
    from clinic.models import Site


class ProtocolVersionQuerySet(models.QuerySet["ProtocolVersion"]):
    def seen_at(self, site: Site) -> ProtocolVersionQuerySet:
        """Versions that the site uses, or that one of its sessions was planned under."""
        used = SiteProtocol.objects.filter(version=models.OuterRef("pk"), site=site)
        planned = site.sessions.filter(protocol_version=models.OuterRef("pk"))
        return self.filter(models.Exists(used) | models.Exists(planned))


class ProtocolVersion(models.Model):
    """One published version: immutable. A session pins the one it was planned under."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    body = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ProtocolVersionQuerySet.as_manager()

    class Meta:
        ordering = ("key", "-version")
        constraints = (
            models.UniqueConstraint(fields=("key", "version"), name="protocol_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    def protocol(self) -> Protocol:
        """The rules' view of the body, parsed once a process: a version never changes."""
        if self.id not in _PARSED:
            _PARSED[self.id] = Protocol.from_json(self.body)
        return _PARSED[self.id]


_PARSED: dict[uuid.UUID, Protocol] = {}


class SiteProtocol(models.Model):
    """A version that a site plans sessions under today."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("clinic.Site", on_delete=models.CASCADE, related_name="protocols")
    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="sites")

    class Meta:
        ordering = ("version__key",)
        constraints = (
            models.UniqueConstraint(fields=("site", "version"), name="site_protocol_once"),
        )

    def __str__(self) -> str:
        return f"{self.version} at {self.site}"
