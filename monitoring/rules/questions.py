"""What is asked on arrival and at the signature, as data: every question the product knows.

A protocol names those that it asks (`Protocol.contraindications`, `.concomitant`, `.checklist`);
it may add to what every country asks, and leave none of that out (CLINICAL 8, rules 24 and 25).
"""

from __future__ import annotations

from monitoring.rules.marking import gettext_noop as _

QUESTIONS_YES: dict[str, str] = {
    "identifiers_confirmed": "identifiers",
    "no_driving_advised": "no_driving",
}
"""Admission answers that must be yes (CLINICAL 8, rule 34; hazard 6)."""

CONTRAINDICATIONS: tuple[str, ...] = (
    "aneurysmal_disease",
    "intracerebral_haemorrhage",
    "hypersensitivity",
)
"""Three groups that every protocol asks about, all No (CLINICAL 8, rule 24)."""

EU_CONTRAINDICATIONS: tuple[str, ...] = (
    *CONTRAINDICATIONS,
    "recent_cardiovascular_event",
    "pregnancy",
)
"""The fourth group of the European Union, a cardiovascular event within 6 weeks, and pregnancy, in
which it is not used (CLINICAL 8, rule 24; 11, S101)."""

FASTING: tuple[str, ...] = ("no_recent_food", "no_recent_liquid", "no_recent_nasal")
"""Answered, overridden with a reason (CLINICAL 8, rule 23)."""

CONCOMITANT: tuple[str, ...] = (
    "benzodiazepine",
    "hypnotic",
    "opioid",
    "stimulant",
    "maoi",
    "alcohol",
)
"""Asked each session, by every protocol (CLINICAL 8, rule 25)."""

EU_CONCOMITANT: tuple[str, ...] = (
    *CONCOMITANT,
    "thyroid_hormone",
    "xanthine",
    "ergometrine",
    "vasopressin",
)
"""What the European Union adds to the interactions (CLINICAL 11, S101)."""

QUESTIONS: tuple[str, ...] = (
    "identifiers_confirmed",
    *EU_CONTRAINDICATIONS,
    *FASTING,
    *EU_CONCOMITANT,
    "transport_arranged",
    "no_driving_advised",
)
"""Every question that any protocol asks, in the order in which it is asked and reported."""

CHECKLIST: dict[str, str] = {
    "record_reviewed": _("I have read the whole record of the session"),
    "clinically_stable": _("The patient is clinically stable and ready to leave"),
    "respiration_acceptable": _("Respiratory status is acceptable"),
    "leaves_safely": _("A safe way home is arranged and no driving was advised"),
    "walks_steadily": _("The patient gets up and walks steadily"),
}
"""What a clinician confirms in the statement, each by hand (CLINICAL 1, S6 and S9; 2, readiness to
leave; 8, rules 5 and 34; the gait after CLINICAL 11, S101)."""

US_CHECKLIST: tuple[str, ...] = tuple(CHECKLIST)[:4]
"""What every protocol asks to be confirmed."""
