"""Publish a version of a protocol; published versions never change."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Max

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
    Run by a management command, where a site is opened: at an open site a clinician changes its
    protocol with a reason, see `change_protocol`. On the trail of the person who publishes, or of
    the organisation.
    """
    versions = ProtocolVersion.objects.filter(key=protocol.key, replaces=None)
    rows: chain.Rows = {}
    version = next((v for v in versions if v.protocol() == protocol), None)
    if version is None:
        version = work.insert(new_version(protocol, published_at=work.now, published_by=by))
        rows = chain.rows_of(version)
    rows |= use_at(site, version)
    subject, kind = (by.pk, "staff") if by else (chain.ORGANISATION, "organisation")
    chain.append(subject, kind, work.declared.name, rows=rows, actor_id=by.pk if by else None)
    return version


def new_version(protocol: Protocol, **given: Any) -> ProtocolVersion:
    """The next version of its key, not inserted yet."""
    last = ProtocolVersion.objects.filter(key=protocol.key).aggregate(last=Max("version"))["last"]
    return ProtocolVersion(
        key=protocol.key,
        version=(last or 0) + 1,
        title=protocol.title,
        body=as_stored(protocol),
        **given,
    )


def as_stored(protocol: Protocol) -> dict[str, Any]:
    """The body as the column holds it: a list where the protocol has a tuple."""
    body: dict[str, Any] = json.loads(json.dumps(protocol.to_json()))
    return body


def use_at(site: Site, version: ProtocolVersion) -> chain.Rows:
    """Let `site` plan under `version` from now on, in place of any other of its key."""
    replaced = SiteProtocol.objects.filter(site=site, version__key=version.key)
    gone: dict[str, Columns | None] = {str(row.pk): None for row in replaced}
    replaced.delete()
    used = SiteProtocol.objects.create(site=site, version=version)
    return {"siteprotocol": {**gone, **chain.rows_of(used)["siteprotocol"]}}
