"""A filter and order of the register that a person keeps under a name."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Lower
from django.http import QueryDict

from clinic.models.people import Staff
from clinic.models.row import Guarded
from clinic.models.site import Site


class SavedView(Guarded):
    """What one person looks for again and again in the register of one site, under a name.

    `query` is the part of the register's address that says what is filtered and ordered. It is
    never that of one patient: the name of a view stands on the person's trail for ever, and on a
    page that shows no patient, where no one looks for whose record it tells of. So the verb refuses
    a view that asks for a patient, and a person types the name again, which takes a second. Of what
    the register filters by, `patient` alone names one.
    """

    rights = frozenset({"INSERT", "UPDATE", "DELETE"})

    MOST = 12
    """How many a person may have at a site: more would not be found among themselves."""
    NAME_LENGTH = 40
    QUERY_LENGTH = 1000

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="saved_views")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=NAME_LENGTH)
    query = models.CharField(max_length=QUERY_LENGTH)

    class Meta:
        ordering = (Lower("name"),)
        constraints = (
            models.UniqueConstraint("staff", "site", Lower("name"), name="savedview_name_once"),
            models.CheckConstraint(
                condition=models.Q(name__gt="", query__gt=""), name="savedview_whole"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def names_a_patient(query: str) -> bool:
        return bool(QueryDict(query).get("patient", "").strip())
