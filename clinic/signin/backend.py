"""Who is signed in, with their roles, in one query a request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password, verify_password
from django.db.models import QuerySet
from django.http import HttpRequest

from clinic.actions import change_password
from clinic.models import Membership, Staff
from clinic.models.constant import Constant
from clinic.signin.recorded import is_recorded


def _roles(people: list[UUID]) -> QuerySet[Membership]:
    return Membership.objects.filter(staff_id__in=people).select_related("staff", "site")


_ROLES = Constant(_roles)


class PrefetchingBackend(ModelBackend):
    """Loads a person together with memberships and sites."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Staff | None:
        """Whoever the name and the password belong to. As long for a name that is no one's.

        A password that is hashed in an older way is hashed again, but not for a row that someone
        else wrote: that would tell their password as the person's own.
        """
        if username is None or password is None:
            return None
        staff = Staff.objects.filter(username=username).first()
        if staff is None:
            make_password(password)
            return None
        is_right, is_old = verify_password(password, staff.password)
        if not is_right or not self.user_can_authenticate(staff):
            return None
        if is_old and is_recorded(staff):
            change_password(staff, password)
        return staff

    def get_user(self, user_id: Any) -> Staff | None:
        roles = _ROLES.rows([user_id])
        staff = roles[0].staff if roles else Staff.objects.filter(pk=user_id).first()
        if staff is None or not self.user_can_authenticate(staff):
            return None
        # As a prefetch leaves them, without a query made for the person first.
        found = Membership.objects.all()
        found._result_cache = roles
        vars(staff)["_prefetched_objects_cache"] = {"memberships": found}
        return staff
