"""What a monitor such as Prometheus reads: what the server's processes counted, and how things
stand when it asks, without a word of any patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db import DatabaseError, connection
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from clinic import marks, metrics
from monitoring.models import Session
from monitoring.proof import untold
from monitoring.upkeep import health

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def text() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Now())
    place = metrics.folder()
    if metrics.counts() is not None and place is not None and place.is_dir():
        MultiProcessCollector(registry, str(place))
    return generate_latest(registry)


class _Now(Collector):
    """What is looked up when it is asked for, the same whichever process answers."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _by(
            "clinic_database", "The kind of database; always 1.", "kind", {connection.vendor: 1}
        )
        found = {check.name: health.RANK[check.status] for check in health.look().checks}
        words = "What /health/ says: 0 is well, 1 is for today, 2 is when people cannot work."
        yield _by("clinic_health", words, "check", found)
        done = {name: _when(mark) for name, mark in health.DAILY.items()}
        words = "When it last ended, in seconds since 1970; 0 where it never did."
        yield _by("clinic_last_done_timestamp_seconds", words, "what", done)
        words = "Who was shown a record, which the access log was not told of yet."
        yield GaugeMetricFamily("clinic_untold_reads", words, untold.count())
        try:
            in_progress = Session.objects.in_progress().count()
        except DatabaseError:
            return
        words = "Sessions of patients who have arrived and not left."
        yield GaugeMetricFamily("clinic_open_sessions", words, in_progress)


def _when(mark: str) -> float:
    found = marks.read(mark)
    return float(found["at"].timestamp()) if found else 0.0


def _by(name: str, words: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
