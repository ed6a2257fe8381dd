"""The trail of a site across its sessions, patients, people and the site itself."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.models import ChainHead, Membership, Site, TrailEntry
from clinic.pages.keyset import Order
from clinic.trail.chain import ORGANISATION
from monitoring.models import Patient, Session

LATEST = Order(("at", "pk"), is_down=True)
KINDS = ChainHead.Kind


def entries(site: Site) -> QuerySet[TrailEntry]:
    """Whatever was written of the site: of its sessions and patients, of people who work at it or
    were given a role here, and of the site. Nothing of another site's chains."""
    chain = OuterRef("chain")
    own_patient = Exists(Patient.objects.filter(pk=chain, site=site))
    own_person = Exists(Membership.objects.filter(staff=chain, site=site))
    is_person = Exists(ChainHead.objects.filter(pk=chain, kind=KINDS.STAFF))
    names_site = Q(payload__contains=str(site.pk))
    return TrailEntry.objects.filter(
        Exists(Session.objects.filter(pk=chain, site=site))
        | Q(own_patient)
        | Q(own_person)
        | (Q(chain=ORGANISATION) & names_site)
        | (Q(is_person) & names_site)
    ).select_related("actor")


def of_patients(found: QuerySet[TrailEntry], site: Site, words: str) -> QuerySet[TrailEntry]:
    """Of patients who are found by `words`, and of their sessions."""
    patients = Patient.objects.at(site).matching(words)
    sessions = Session.objects.at(site).filter(patient__in=patients)
    return found.filter(Q(chain__in=patients.values("pk")) | Q(chain__in=sessions.values("pk")))
