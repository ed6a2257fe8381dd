"""Publish a version of a protocol; published versions never change."""

from __future__ import annotations

from clinic.models import Site, Staff
from clinic.trail import chain
from clinic.trail.canonical import Columns
from clinic.verbs import Work, verb
from monitoring.models import ProtocolVersion, SiteProtocol
from monitoring.rules.protocol import Protocol


@verb(None)
def publish_protocol(
    work: Work, protocol: Protocol, *, site: Site, by: Staff | None = None
) -> ProtocolVersion:
    """Make `protocol` the version of its key that `site` plans under from now on.

    A body that is published already is used as it is. Sessions keep the version they began under.
    Run by a management command: the pages only show protocols. On the trail of the person who
    publishes, or of the organisation.
    """
    body = protocol.to_json()
    versions = ProtocolVersion.objects.filter(key=protocol.key).order_by("-version")
    latest = versions.first()
    version = next((v for v in versions if v.protocol() == protocol), None)
    rows: chain.Rows = {}
    if version is None:
        version = ProtocolVersion.objects.create(
            key=protocol.key,
            version=latest.version + 1 if latest else 1,
            title=protocol.title,
            body=body,
            published_at=work.now,
            published_by=by,
        )
        rows = chain.rows_of(version)
    replaced = SiteProtocol.objects.filter(site=site, version__key=protocol.key)
    gone: dict[str, Columns | None] = {str(r.pk): None for r in replaced}
    replaced.delete()
    used = SiteProtocol.objects.create(site=site, version=version)
    rows["siteprotocol"] = {**gone, **chain.rows_of(used)["siteprotocol"]}
    subject, kind = (by.pk, "staff") if by else (chain.ORGANISATION, "organisation")
    chain.append(subject, kind, work.declared.name, rows=rows, actor_id=by.pk if by else None)
    return version
