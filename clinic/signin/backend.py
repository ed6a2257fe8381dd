"""Who is signed in, with their roles, in one query a request."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from clinic.models import Membership, Staff


class RosterBackend(ModelBackend):
    """Loads a person together with memberships and sites."""

    def get_user(self, user_id: Any) -> Staff | None:
        roles = list(Membership.objects.filter(staff_id=user_id).select_related("staff", "site"))
        staff = roles[0].staff if roles else Staff.objects.filter(pk=user_id).first()
        if staff is None or not self.user_can_authenticate(staff):
            return None
        found = staff.memberships.all()
        found._result_cache = roles
        staff._prefetched_objects_cache = {"memberships": found}  # type: ignore[attr-defined]
        return staff
