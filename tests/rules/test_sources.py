"""Every rule says where it comes from."""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import Any

import pytest

from monitoring.rules import (
    cautions,
    deviations,
    doses,
    due,
    entry,
    filling,
    flags,
    measures,
    minutes,
    next_dose,
    phase,
    protocol,
    readiness,
    rems,
    repeats,
    scales,
    schedule,
)

MODULES = (
    schedule,
    due,
    repeats,
    filling,
    flags,
    readiness,
    cautions,
    protocol,
    measures,
    minutes,
    scales,
    deviations,
    doses,
    entry,
    next_dose,
    rems,
)
SOURCE = re.compile(r"CLINICAL|\brules? \d|\bhazards? \d|\bS\d+")


def public(module: ModuleType) -> list[tuple[str, Any]]:
    return [
        (f"{module.__name__.rsplit('.', 1)[-1]}.{name}", found)
        for name, found in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(found) or inspect.isclass(found))
        and found.__module__ == module.__name__
    ]


ALL = [pair for module in MODULES for pair in public(module)]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_each_module_of_rules_names_its_source(module: ModuleType) -> None:
    assert SOURCE.search(module.__doc__ or "") or module is protocol
    assert SOURCE.search(inspect.getsource(module))


@pytest.mark.parametrize(("name", "found"), ALL, ids=[name for name, _ in ALL])
def test_each_rule_names_its_source_or_stands_in_a_module_that_does(name: str, found: Any) -> None:
    """A rule that decides names its own; a plain accessor leans on its module's."""
    module = inspect.getmodule(found)
    assert module is not None
    own = SOURCE.search(found.__doc__ or "")
    assert own or SOURCE.search(module.__doc__ or ""), f"{name} names no source"


RULES_THAT_DECIDE = (
    filling.on_time,
    filling.observations_at,
    schedule.slots,
    filling.filling,
    filling.taken_already,
    due.next_due,
    repeats.repeats,
    repeats.next_repeat,
    repeats.waited_for,
    schedule.next_slot,
    flags.event_flags,
    readiness.before_dose,
    readiness.order_problems,
    readiness.needs_decision,
    readiness.outside_guide,
    readiness.is_outside_guide,
    next_dose.dose_problems,
    next_dose.out_of_order,
    doses.beyond,
    doses.sprayed_mg,
    doses.next_part_problem,
    readiness.before_clearance,
    cautions.cautions,
    cautions.is_outside_criteria,
    readiness.clearance_state,
    measures.impossible,
    measures.implausible,
)


@pytest.mark.parametrize("rule", RULES_THAT_DECIDE, ids=lambda rule: rule.__name__)
def test_a_rule_that_decides_names_its_own_source(rule: Any) -> None:
    assert SOURCE.search(rule.__doc__ or "")


def test_every_default_of_the_protocol_stands_under_its_row_of_the_rules() -> None:
    body = inspect.getsource(protocol.Protocol)
    groups = re.findall(r"# .*?rules? [\d, and]+", body)
    assert len(groups) >= 7


def test_a_phase_is_no_rule_of_its_own() -> None:
    assert inspect.getdoc(phase.phase_of)
