"""The trail of a site across its sessions, patients, people and the site itself."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.lookups import Exact

from clinic.models import ChainHead, Membership, Site, TrailEntry
from clinic.pages.keyset import Order
from clinic.trail.chain import ORGANISATION
from monitoring.models import Patient, Session

LATEST = Order(("at", "pk"), is_down=True)
KINDS = ChainHead.Kind
FEW, FEW_CHAINS = 50, 500
"""Patients and sessions, by whose chains their entries are found."""


def entries(site: Site) -> QuerySet[TrailEntry]:
    """Whatever was written of the site: of its sessions and patients, of people who work at it or
    were given a role here, and of the site. Nothing of another site's chains."""
    chain = OuterRef("chain")
    own_person = Exists(Membership.objects.filter(staff=chain, site=site))
    is_person = Exists(ChainHead.objects.filter(pk=chain, kind=KINDS.STAFF))
    names_site = Q(payload__contains=str(site.pk))
    return TrailEntry.objects.filter(
        _at(site, Session.objects.filter(pk=chain))
        | _at(site, Patient.objects.filter(pk=chain))
        | Q(own_person)
        | (Q(chain=ORGANISATION) & names_site)
        | (Q(is_person) & names_site)
    ).select_related("actor")


def _at(site: Site, subject: QuerySet[Any]) -> Q:
    """Whether the one `subject` is of `site`. Asked so, of each entry that is shown: for `Exists`
    PostgreSQL would first gather every session that the site ever had."""
    whose = Subquery(subject.order_by().values("site")[:1])
    return Q(Exact(whose, Value(site.pk, output_field=UUIDField())))


def of_patients(found: QuerySet[TrailEntry], site: Site, words: str) -> QuerySet[TrailEntry]:
    """Of patients who are found by `words`, and of their sessions."""
    patients = Patient.objects.at(site).matching(words)
    some = list(patients.order_by().values_list("pk", flat=True)[: FEW + 1])
    if not some:
        return found.none()
    if len(some) <= FEW:
        sessions = Session.objects.filter(patient__in=some).order_by()
        chains = list(sessions.values_list("pk", flat=True)[: FEW_CHAINS + 1])
        if len(chains) <= FEW_CHAINS:
            return found.filter(chain__in=[*some, *chains])
    sessions = Session.objects.at(site).filter(patient__in=patients)
    return found.filter(Q(chain__in=patients.values("pk")) | Q(chain__in=sessions.values("pk")))
