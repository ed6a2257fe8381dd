"""A clinician makes the protocol of an open site stricter, with a reason."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.models import ChainHead, Site, Staff
from clinic.refusal import NotAllowed, Refused, refuse
from clinic.trail import chain
from clinic.verbs import Work, sent_before, verb
from monitoring.actions.publish_protocol import as_stored, new_version, use_at
from monitoring.actions.text import require_text
from monitoring.models import ProtocolVersion
from monitoring.rules.protocol import Protocol
from monitoring.rules.protocol_bounds import Settings, changed, problems


@verb(Permission.CHANGE_PROTOCOL)
def change_protocol(
    work: Work,
    by: Staff,
    *,
    id: UUID,
    site: Site,
    version_id: UUID,
    settings: Settings,
    reason: str,
) -> ProtocolVersion:
    """Publish a version made of the one that `site` uses, with these settings, for `reason`.

    Sessions that are planned keep their version; new ones take this one. A setting is refused at
    its field outside the bounds of CLINICAL 8, rule 54, whatever the reason. What a clinic had made
    stricter may come back towards its source, never beyond it: each change has its reason, which
    stands with both values on the page of the version. The same `id` sent twice is one version.
    Raises Refused, NotAllowed, Conflict.
    """
    work.require(by, site)
    # The next number of a version, and what a site uses, are decided by one at a time.
    ChainHead.objects.select_for_update().filter(pk=chain.ORGANISATION).first()
    replaced = ProtocolVersion.objects.seen_at(site).filter(pk=version_id).first()
    if replaced is None:
        raise NotAllowed(work.declared.name)
    body = _stricter(replaced.protocol(), settings)
    given = {"replaces": replaced, "reason": require_text(reason, "reason"), "published_by": by}
    before = ProtocolVersion.objects.filter(pk=id, site=site)
    if sent := sent_before(before, id, given | {"body": as_stored(body)}):
        return sent
    if not replaced.sites.filter(site=site).exists():
        raise refuse("protocol_changed_meanwhile")
    if body == replaced.protocol():
        raise refuse("nothing_changed")
    version = new_version(body, id=id, site=site, published_at=work.now, **given)
    _append(work, site, work.insert(version))
    return version


def _stricter(protocol: Protocol, settings: Settings) -> Protocol:
    if found := problems(protocol, settings):
        raise Refused(found)
    return changed(protocol, settings)


def _append(work: Work, site: Site, version: ProtocolVersion) -> None:
    chain.append(
        chain.ORGANISATION,
        "organisation",
        work.declared.name,
        rows=chain.rows_of(version) | use_at(site, version),
        actor_id=version.published_by_id,
        detail={"reason": version.reason, "site": str(site.pk)},
    )
