"""Answer what the monitoring form asks and the record cannot know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from clinic.access import Permission
from clinic.message import Message
from clinic.refusal import Conflict, Refused, refuse
from monitoring.actions.forms import whole
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import FormAnswers
from monitoring.models.filled_form import form_of
from monitoring.rules.form_source import NOT_READY, problems
from monitoring.rules.rems_form import Field

LONGEST_MINUTES, LONGEST_TEXT = 1440, 500


@session_verb(Permission.ANSWER_FORM, phases=("closed",))
def answer_form(
    work: SessionWork,
    *,
    id: UUID,
    seen: UUID | None,
    answers: Mapping[str, object],
    reason: str,
) -> FormAnswers:
    """Keep the observer's `answers`, by field, to everything that the form asks of them.

    Asked is what the record does not answer by itself. `seen` are the answers that stood when the
    form was shown; where there are some, `reason` says why they are given again, and the earlier
    ones stay readable (CLINICAL 7, hazards 29 and 37). Raises Refused at each field and where no
    form is asked for, Conflict with answers that someone else gave meanwhile, NotAllowed.
    """
    told = _told(answers)
    given: dict[str, Any] = {"answers": told, "correction_reason": reason.strip()}
    if sent := work.sent(work.session.formanswers_set.filter(pk=id), id, given):
        return sent
    work.require_phase()
    latest = work.session.formanswers_set.order_by("seq").last()
    if latest is not None and latest.pk != seen:
        raise Conflict(latest)
    form = form_of(whole(work.session.pk))
    if form is None or work.session.form_due_at is None:
        raise refuse("no_form")
    if latest is not None:
        require_text(reason, "reason")
    else:
        given["correction_reason"] = ""
    found = [
        *_mistyped(form.asked, told),
        *(Message(f"form_{code}", field=key) for code, key in problems(form.asked, told)),
    ]
    if found:
        raise Refused(found)
    row = FormAnswers(id=id, revision=form.revision.key, printed_name=work.by.printed_name, **given)
    return work.add(row)


def _told(answers: Mapping[str, object]) -> dict[str, object]:
    """`answers` without those that were left empty; text without blanks around it."""
    plain = {k: v.strip() if isinstance(v, str) else v for k, v in answers.items()}
    return {key: value for key, value in plain.items() if value not in (None, "")}


def _mistyped(asked: tuple[Field, ...], answers: Mapping[str, object]) -> list[Message]:
    """A value that is of another kind than its field: nothing of the kind comes from the page."""
    found = []
    for field in asked:
        value = answers.get(field.key)
        if value is not None and not _is_of(field, value):
            found.append(Message("form_impossible", field=field.key))
    return found


def _is_of(field: Field, value: object) -> bool:
    if field.kind == "yes_no":
        return isinstance(value, bool)
    if field.kind == "serious":
        return isinstance(value, str) and len(value) <= LONGEST_TEXT
    if field.kind == "ready" and value == NOT_READY:
        return True
    return type(value) is int and 0 <= value <= LONGEST_MINUTES
