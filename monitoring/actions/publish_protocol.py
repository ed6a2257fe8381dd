"""Publish a version of a protocol; published versions never change."""

from __future__ import annotations

from clinic import clock
from clinic.models import Site, Staff
from monitoring.actions.record import verb
from monitoring.models import ProtocolVersion, SiteProtocol
from monitoring.rules.protocol import Protocol


@verb
def publish_protocol(protocol: Protocol, *, site: Site, by: Staff | None = None) -> ProtocolVersion:
    """Make `protocol` the version of its key that `site` plans under from now on.

    A body that is published already is used as it is. Sessions keep the version they began under.
    Run by a management command: the pages only show protocols.
    """
    body = protocol.to_json()
    versions = ProtocolVersion.objects.filter(key=protocol.key).order_by("-version")
    latest = versions.first()
    version = next((v for v in versions if v.protocol() == protocol), None)
    if version is None:
        version = ProtocolVersion.objects.create(
            key=protocol.key,
            version=latest.version + 1 if latest else 1,
            title=protocol.title,
            body=body,
            published_at=clock.now(),
            published_by=by,
        )
    SiteProtocol.objects.filter(site=site, version__key=protocol.key).delete()
    SiteProtocol.objects.create(site=site, version=version)
    return version
