"""The downtime sheets as files, written by a timer while all is well."""

from __future__ import annotations

from pathlib import Path

import pdfua
import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from monitoring.reports.downtime import as_pdf
from monitoring.reports.pdf import MissingError
from tests.clock import TestClock
from tests.factories.people import SiteFactory
from tests.factories.visits import dosed

pytestmark = pytest.mark.django_db


def test_each_site_has_one_file_of_its_own_patients_for_the_application_alone(
    clock: TestClock, tmp_path: Path
) -> None:
    here, there = (dosed(clock, site=SiteFactory.create(name=name)) for name in ("Lake", "Harbor"))
    call_command("downtime_sheet", out=tmp_path / "sheets", verbosity=0)
    files = {path.name.split("-")[1]: path for path in (tmp_path / "sheets").iterdir()}
    assert set(files) == {"lake", "harbor"}
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    assert (tmp_path / "sheets").stat().st_mode & 0o777 == 0o700
    pages = [page.extract_text() for page in PdfReader(files["lake"]).pages]
    assert here.session.patient.mrn in pages[0]
    assert there.session.patient.mrn not in "".join(pages)
    assert len(pages) == 2, "a sheet for each session, and an empty one"
    wrong = pdfua.validate(str(files["lake"])).findings
    assert [f for f in wrong if f.severity is pdfua.Severity.ERROR] == []


def test_what_cannot_be_written_is_said_and_the_last_sheet_stays(
    clock: TestClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = SiteFactory.create()
    call_command("downtime_sheet", out=tmp_path, verbosity=0)
    (kept,) = tmp_path.iterdir()
    before = kept.read_bytes()

    def missing(*args: object) -> bytes:
        raise MissingError

    monkeypatch.setattr(f"{as_pdf.__module__}.pdf", missing)
    with pytest.raises(CommandError, match="Pango"):
        call_command("downtime_sheet", out=tmp_path, verbosity=0)
    assert [kept] == list(tmp_path.iterdir())
    assert kept.read_bytes() == before
    assert site.pk.hex[:8] in kept.name
