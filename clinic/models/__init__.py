"""The organisation, its people, and the log of every change; one noun a file."""

from __future__ import annotations

from clinic.models.people import Membership, Staff
from clinic.models.proposal import Proposal
from clinic.models.saved_view import SavedView
from clinic.models.site import Site, check_time_zone
from clinic.models.tablet import Shift, Tablet
from clinic.models.trail import ChainHead, TrailEntry

__all__ = [
    "ChainHead",
    "Membership",
    "Proposal",
    "SavedView",
    "Shift",
    "Site",
    "Staff",
    "Tablet",
    "TrailEntry",
    "check_time_zone",
]
