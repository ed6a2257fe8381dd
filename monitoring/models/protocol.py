"""Published versions of protocols, and which of them a site uses."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from clinic.models.row import Guarded, RecordRow
from monitoring.rules.protocol import Protocol

if TYPE_CHECKING:
    from clinic.models import Site


class ProtocolVersionQuerySet(models.QuerySet["ProtocolVersion"]):
    def seen_at(self, site: Site) -> ProtocolVersionQuerySet:
        """Versions that the site uses or made, that one of its sessions was planned under, or that
        a change of the site replaced."""
        used = SiteProtocol.objects.filter(version=models.OuterRef("pk"), site=site)
        planned = site.sessions.filter(protocol_version=models.OuterRef("pk"))
        replaced = ProtocolVersion.objects.filter(replaces=models.OuterRef("pk"), site=site)
        found = models.Exists(used) | models.Exists(planned) | models.Exists(replaced)
        return self.filter(found | models.Q(site=site))


class ProtocolVersion(RecordRow):
    """One published version: immutable. A session pins the one it was planned under.

    A version that a clinician made of another one says which it `replaces`, at which site and why.
    """

    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    body = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    site = models.ForeignKey(
        "clinic.Site", on_delete=models.PROTECT, null=True, related_name="own_protocols"
    )
    reason = models.TextField(blank=True, default="")

    objects = ProtocolVersionQuerySet.as_manager()

    class Meta:
        ordering = ("key", "-version")
        constraints = (
            models.UniqueConstraint(fields=("key", "version"), name="protocol_version_once"),
            models.CheckConstraint(
                name="protocol_change_has_a_reason",
                condition=models.Q(replaces=None, site=None, reason="")
                | models.Q(replaces__isnull=False, site__isnull=False, published_by__isnull=False)
                & ~models.Q(reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @classmethod
    def read(cls, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, ProtocolVersion]:
        """The versions by id, each read once a process, for it never changes: in one query at
        most."""
        wanted = set(ids)
        if unread := wanted - _READ.keys():
            _READ.update(cls.objects.in_bulk(unread))
        return {id: _READ[id] for id in wanted}

    def protocol(self) -> Protocol:
        """The rules' view of the body, parsed once a process: a version never changes."""
        if self.id not in _PARSED:
            _PARSED[self.id] = Protocol.from_json(self.body)
        return _PARSED[self.id]


_PARSED: dict[uuid.UUID, Protocol] = {}
_READ: dict[uuid.UUID, ProtocolVersion] = {}


class SiteProtocol(Guarded):
    """A version that a site plans sessions under today."""

    rights = frozenset({"INSERT", "DELETE"})

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
