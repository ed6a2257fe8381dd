"""docs/verbs.md says what the code declares."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from monitoring import actions
from monitoring.rules.facts import Phase
from tests import verbs_page


def test_the_page_is_what_the_code_declares() -> None:
    assert verbs_page.PAGE.read_text() == verbs_page.text(), "run `make verbs`"


@pytest.mark.parametrize("package", verbs_page.PACKAGES, ids=lambda path: str(path.parent.name))
def test_each_package_offers_every_verb_of_its_folder(package: Path) -> None:
    assert (package / "__init__.py").read_text() == verbs_page.offered(package), "run `make verbs`"


def test_the_drawing_names_every_phase_and_the_verbs_that_end_one() -> None:
    assert all(phase in verbs_page.PHASES for phase in get_args(Phase))
    ends = {
        "admit_patient",
        "give_dose",
        "sign_clearance",
        "cancel_session",
        "defer_dose",
        "depart",
    }
    assert ends <= {verb.name for verb in actions.VERBS}
    assert all(name in verbs_page.PHASES for name in ends)


def test_a_verb_is_allowed_in_phases_that_there_are() -> None:
    for verb in actions.VERBS:
        assert set(verb.phases) <= set(get_args(Phase)), verb.name
