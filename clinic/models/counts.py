"""How many rows several queries find, told by one statement."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from clinic.models.site import Site


class _Count(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def counts(site: Site, found: dict[str, QuerySet[Any]]) -> dict[str, int]:
    """By name, how many each of `found` has, at `site` or anywhere."""
    each = {name: _Count(rows.order_by().values("pk")) for name, rows in found.items()}
    told: Any = Site.objects.filter(pk=site.pk).values(**each).get()
    return dict(told)
