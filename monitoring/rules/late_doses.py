"""What a clinician reviews of doses that were put right once the patient had left."""

from __future__ import annotations

from uuid import UUID

from monitoring.rules.dose_facts import DoseFacts
from monitoring.rules.facts import SessionFacts
from monitoring.rules.suicidality import waits_for_review


def doses_to_review(facts: SessionFacts) -> list[DoseFacts]:
    """Doses that were corrected after the patient had left and that no clinician has reviewed. A
    review names the correction that it found: a further one waits again."""
    reviewed = {e.answers_dose for e in facts.events if e.kind == "review"}
    late = (d for d in facts.doses + facts.failed if d.corrected and d.corrected.after_departure)
    return [dose for dose in late if dose.id not in reviewed]


def ids_to_review(facts: SessionFacts) -> set[UUID]:
    """The events and the doses that wait for a clinician's review."""
    return {e.id for e in waits_for_review(facts)} | {d.id for d in doses_to_review(facts)}
