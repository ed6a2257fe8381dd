"""The files of a site, to leave with and for research."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client

from clinic.models import Site, Staff
from clinic.models.row import name_of
from monitoring.models import (
    AccessEntry,
    Clearance,
    Departure,
    Dose,
    Event,
    Patient,
    Reading,
    Session,
    SessionRow,
)
from monitoring.reports import files
from monitoring.reports.files import patients, whole, write
from monitoring.reports.nouns import nouns
from monitoring.reports.pseudonyms import _CODES, Recipient, _is_told, research, told
from tests.clock import TestClock
from tests.factories.people import TabletFactory, person
from tests.factories.visits import Visit, discharged
from tests.reports.simulated import simulated

pytestmark = pytest.mark.django_db
Table = list[dict[str, str]]


def read(site: Site, recipient: str = "") -> dict[str, Table]:
    kept, out = patients(site), io.BytesIO()
    write(out, lambda: research(site, kept, Recipient(recipient)) if recipient
          else whole(site, kept))  # fmt: skip
    return opened(out.getvalue())


def opened(content: bytes) -> dict[str, Table]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            for name in archive.namelist()
        }


def test_every_row_is_there_and_every_column_is_explained(clock: TestClock) -> None:
    visit = discharged(clock)
    visit.amend_patient(telephone="=cmd|1")
    visit.strike_contact(visit.contact(5))
    discharged(clock)
    found = read(visit.site)
    recorded: list[type[models.Model]] = [Patient, Session, *SessionRow.tables()]
    for noun in recorded:
        at = "site" if noun in {Patient, Session} else "session__site"
        held = noun._default_manager.filter(**{at: visit.site}).count()
        assert len(found[f"{name_of(noun)}.csv"]) == held, noun
    explained = {(line["file"], line["column"]) for line in found["dictionary.csv"]}
    for name, rows in found.items():
        for row in rows[:1] if name != "dictionary.csv" else ():
            assert {(name, column) for column in row} <= explained
    systolic = next(d for d in found["dictionary.csv"] if d["column"] == "systolic")
    assert (systolic["unit"], systolic["source"]) == ("mmHg", "LOINC 8480-6")
    sedation = next(d for d in found["dictionary.csv"] if d["column"] == "sedation")
    assert "5 = Responds readily to name" in sedation["codes"]
    (patient,) = found["patient.csv"]
    assert patient["telephone"] == "'=cmd|1", "a spreadsheet takes no text for a formula"
    assert "password" not in found["staff.csv"][0]


def test_nobody_is_named_in_the_files_for_research_and_no_day_is_told(clock: TestClock) -> None:
    """Every text, id and day of the whole record is looked for."""
    site = simulated(clock, 2, sessions=4)
    visit = discharged(clock, site=site)
    visit.strike_contact(visit.contact(5), reason="Meant for Ziegler-Smythe")
    TabletFactory.create(site=site, name="Tablet by the window")
    everything, hidden = read(site), read(site, "Institute")
    shown = "\n".join(
        ",".join(row.values()) for name, rows in hidden.items() for row in rows
        if name != "dictionary.csv"
    )  # fmt: skip
    forbidden = {"Tablet by the window", site.name, *_named(site)}
    for noun in nouns():
        left_out = {f.attname for f in noun.fields if not _is_told(f)}
        for row in everything[f"{noun.name}.csv"]:
            for column, text in row.items():
                forbidden |= set(re.findall(r"\d{4}-\d\d-\d\d", text))
                forbidden |= set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", text))
                if column in left_out or noun.name == "staff":
                    forbidden |= {text} if len(text) > 3 and text not in _CODES else set()
    assert len(forbidden) > 60
    assert {text for text in forbidden if text in shown} == set()


def _named(site: Site) -> set[str]:
    """Said once more, whatever the files themselves leave out."""
    told: list[tuple[type[models.Model], tuple[str, ...]]] = [
        (Patient, ("family_name", "given_name", "mrn", "telephone", "allergies")),
        (Dose, ("lot", "partial_detail", "late_reason")),
        (Event, ("detail", "informed", "ordered")),
        (Departure, ("escort_name", "escort_phone", "reason")),
        (Clearance, ("printed_name", "statement", "chain_head")),
        (Staff, ("first_name", "last_name", "username", "email")),
    ]
    found = {
        text
        for noun, columns in told
        for row in noun._default_manager.values_list(*columns)
        for text in row
    }
    return {text for text in found if len(text) > 3}


def test_what_lay_between_two_times_stays_and_a_recipient_finds_the_same_ids_again(
    clock: TestClock,
) -> None:
    visit = discharged(clock)
    one, same, other = (read(visit.site, name) for name in ("Institute", "institute ", "Other"))
    assert one == same
    assert one["session.csv"][0]["id"] != other["session.csv"][0]["id"]
    assert {row["session_id"] for row in one["reading.csv"]} == {one["session.csv"][0]["id"]}
    assert one["session.csv"][0]["patient_id"] == one["patient.csv"][0]["id"]
    times = [datetime.fromisoformat(row["taken_at"]) for row in one["reading.csv"]]
    really = list(Reading.objects.filter(session=visit.id).order_by("seq"))
    moved = {r.taken_at.replace(tzinfo=None) - at.replace(tzinfo=None)
             for at, r in zip(times, really, strict=True)}  # fmt: skip
    assert len(moved) == 1
    by = timedelta(weeks=522)
    (shift,) = moved
    assert by - timedelta(days=1) < shift < 2 * by + timedelta(days=1)
    assert [at.weekday() for at in times] == [
        r.taken_at.astimezone(visit.site.tz).weekday() for r in really
    ]


@pytest.mark.parametrize(("born", "age"), [(date(1936, 3, 11), "89"), (date(1936, 3, 10), "90+")])
def test_from_ninety_on_no_age_is_told(clock: TestClock, born: date, age: str) -> None:
    visit = Visit(clock)
    visit.amend_patient(date_of_birth=born)
    (session,) = read(visit.site, "Institute")["session.csv"]
    assert session["age"] == age


@pytest.mark.parametrize(("count", "cell"), [(0, 0), (1, "<5"), (4, "<5"), (5, 5)])
def test_a_cell_under_five_is_not_told(count: int, cell: Any) -> None:
    assert told(count) == cell


def test_nothing_is_left_of_a_file_that_was_not_finished(
    clock: TestClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each patient is on the access log all the same: it was begun."""
    visit = discharged(clock)
    auditor, to = person(visit.site, "auditor"), tmp_path / "all.zip"
    asked: dict[str, Any] = {"site": visit.site.name, "by": auditor.username, "to": to}

    def broken(*args: object) -> list[list[str]]:
        raise OSError("No space left")

    with monkeypatch.context() as full:
        full.setattr(files, "_rows", broken)
        with pytest.raises(OSError, match="No space"):
            call_command("export_files", **asked)
    assert list(tmp_path.iterdir()) == []
    assert AccessEntry.objects.get().patient_id == visit.patient.pk
    call_command("export_files", **asked)
    assert "reading.csv" in opened(to.read_bytes())
    call_command("export_files", **asked, recipient="Institute")
    assert "counts.csv" in opened(to.read_bytes())
    with pytest.raises(CommandError, match="may not export"):
        call_command("export_files", **{**asked, "by": visit.nurse.username})


def test_a_reviewer_saves_them_and_each_patient_is_kept_as_exported(
    clock: TestClock, signed_in: Callable[..., Client]
) -> None:
    visit = discharged(clock)
    administrator = signed_in(person(visit.site, "administrator"))
    for path in ("/files/record.zip", "/files/research.zip?recipient=Institute"):
        answer = administrator.get(path)
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert "session.csv" in opened(content)
    entries = AccessEntry.objects.filter(action="exported", patient=visit.patient)
    assert entries.count() == 2
    unnamed = administrator.get("/files/research.zip?recipient=%20")
    assert b"Name who receives it." in unnamed.content
    assert entries.count() == 2
    assert signed_in(visit.nurse).get("/files/record.zip").status_code == 403
