"""What was done, and who was shown whose record, as lines of JSON for a collector of logs.

Ids, codes and times alone: no name of a patient, and no value. A line goes out once, and again only
where an export was broken off before it kept how far it came.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max, QuerySet

from clinic import marks
from clinic.models import Site, TrailEntry
from monitoring.models import AccessEntry

MARK = "audit"
OVERLAP = timedelta(days=1)
"""How far before the last line it is looked again: what was committed late, told later, or dated by
a clock that went back, goes out, too."""
_CHANGE = ("id", "at", "verb", "chain", "seq", "actor", "device", "digest", "key_id")
_READ = (
    *("id", "at", "told_at", "staff", "site", "action", "page"),
    *("patient", "listing", "session", "device", "address"),
)


def export(write: Callable[[str], object]) -> int:
    """Write each entry that did not go out yet; keep how far it came once all are written. Says
    how many there were."""
    known = marks.read(MARK)
    sources: list[tuple[str, QuerySet[Any], tuple[str, ...]]] = [
        ("change", TrailEntry.objects.order_by("at", "id"), _CHANGE)
    ]
    for site in Site.objects.order_by("pk"):
        # Of one site they are found by an index, in their order.
        rows = AccessEntry.objects.filter(site=site).order_by("at")
        sources.append((f"read {site.pk}", rows, _READ))
    count, reached = 0, {}
    for name, rows, columns in sources:
        newly, reached[name] = _export(name.split()[0], rows, columns, known.get(name), write)
        count += newly
    marks.leave(MARK, **reached)
    return count


def _export(
    kind: str,
    rows: QuerySet[Any],
    columns: tuple[str, ...],
    known: dict[str, Any] | None,
    write: Callable[[str], object],
) -> tuple[int, dict[str, Any] | None]:
    """How many went out, and how far that came: its newest moment, and what went out shortly
    before."""
    newest = rows.order_by().aggregate(newest=Max("at"))["newest"]
    if newest is None:
        return 0, known
    sent = set(known["sent"]) if known else set()
    if known:
        newest = max(newest, datetime.fromisoformat(known["newest"]))
        rows = rows.filter(at__gte=datetime.fromisoformat(known["newest"]) - OVERLAP)
    count, recent = 0, []
    for row in rows.values(*columns).iterator(chunk_size=2000):
        id = row["id"].hex
        if row["at"] >= newest - OVERLAP:
            recent.append(id)
        if id not in sent:
            line = {name: value for name, value in row.items() if value not in (None, "")}
            write(json.dumps({"kind": kind, **line}, cls=DjangoJSONEncoder))
            count += 1
    return count, {"newest": newest.isoformat(), "sent": recent}
