"""How many rows several queries find, told by one statement."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from clinic.models.site import Site


class _Count(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def counts(site: Site, found: dict[str, QuerySet[Any]]) -> dict[str, int]:
    """By name, how many each of `found` has, at `site` or anywhere."""
    each = [_Count(rows.order_by().values("pk")) for rows in found.values()]
    told = Site.objects.filter(pk=site.pk).values_list(*each).get()
    return dict(zip(found, told, strict=True))
