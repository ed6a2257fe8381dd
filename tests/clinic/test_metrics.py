"""What is counted of each request."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from django.test import Client
from prometheus_client import CollectorRegistry
from pytest_django import Settings

from clinic import metrics
from clinic.metrics import Counts
from clinic.refusal import GuardsMissing
from monitoring.models import Session
from tests.clinic.routes import routes
from tests.clock import TestClock
from tests.factories.visits import dosed

PAGES = "clinic_page_seconds_count"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> CollectorRegistry:
    """What the requests of a test are counted in."""
    found = CollectorRegistry()
    counts = Counts(found)
    monkeypatch.setattr(metrics, "counts", lambda: counts)
    return found


def counted(registry: CollectorRegistry, name: str = PAGES) -> dict[tuple[str, ...], float]:
    """Each number that is not 0, by the values of its labels."""
    return {
        tuple(sample.labels.values()): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name and sample.value
    }


def test_a_request_is_counted_by_its_page_method_and_kind_of_answer(
    db: None, registry: CollectorRegistry, clock: TestClock
) -> None:
    visit, client = dosed(clock), Client()
    client.get("/sign-in/")
    client.post("/sign-in/", {})
    client.force_login(visit.nurse)
    client.get(f"/sessions/{visit.id}/")
    client.get(f"/sessions/{visit.patient.pk}/")
    assert counted(registry) == {
        ("account_login", "GET", "2xx"): 1,
        ("account_login", "POST", "4xx"): 1,
        ("session", "GET", "2xx"): 1,
        ("session", "GET", "4xx"): 1,
    }
    assert counted(registry, "clinic_request_seconds_count") == {("GET",): 3, ("POST",): 1}


def test_what_strangers_make_up_makes_no_line_of_its_own(
    db: None, registry: CollectorRegistry
) -> None:
    client = Client()
    for made_up in ("/a/", "/b/", "/static/c.css"):
        client.get(made_up)
        client.generic("SMITH", made_up)
    lines = {labels[:2] for labels in counted(registry)}
    assert lines == {("none", "GET"), ("none", "other"), ("static", "GET"), ("static", "other")}


def test_every_address_has_a_name_without_an_id() -> None:
    assert [route for route in routes() if not route.name or "/" in route.name] == []


def test_a_monitor_is_not_counted(
    db: None, registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    Client().get("/metrics/")
    assert counted(registry) == {}


def test_what_one_request_was_refused_for_is_not_said_of_the_next(
    db: None, registry: CollectorRegistry, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise GuardsMissing(["guard_reading"])

    monkeypatch.setattr(Session, "on_the_board", refuse)
    client = Client(raise_request_exception=False)
    client.force_login(dosed(clock).nurse)
    assert client.get("/").status_code == 503
    client.get("/sign-in/")
    assert counted(registry, "clinic_refused_total") == {("GET", "not_guarded"): 1}


def test_without_a_folder_nothing_is_counted(settings: Settings) -> None:
    settings.METRICS = ""
    assert metrics.counts_of.__wrapped__(os.getpid()) is None


@pytest.mark.parametrize("place", ["missing", "a_file"])
def test_a_folder_that_cannot_be_written_keeps_no_one_from_a_page(
    db: None, settings: Settings, tmp_path: Path, place: str,
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "a_file").touch()
    settings.METRICS = str(tmp_path / place)
    monkeypatch.setattr(metrics, "counts_of", metrics.counts_of.__wrapped__)
    with caplog.at_level(logging.WARNING, "clinic.metrics"):
        assert Client().get("/sign-in/").status_code == 200
    assert "no request is counted" in caplog.text
    assert Client().get("/metrics/").status_code == 200


def test_the_room_is_on_the_disk_before_it_is_full(settings: Settings, tmp_path: Path) -> None:
    """A process that finds the disk full while it writes through memory would be ended."""
    settings.METRICS = str(tmp_path)
    assert metrics.counts_of.__wrapped__(os.getpid()) is not None
    taken = [file.stat().st_blocks * 512 for file in tmp_path.iterdir()]
    assert len(taken) == len(metrics.ROOM)
    assert sum(taken) >= sum(metrics.ROOM.values())
