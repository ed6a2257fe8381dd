"""The monitoring form of a session, answered and filed by verbs, in tests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from clinic.ids import uuid7
from clinic.models import Staff
from clinic.refusal import refuse
from monitoring import actions
from monitoring.actions.file_form import Filing
from monitoring.models import FormAnswers, FormFiling, Session
from monitoring.models.filled_form import FilledForm, digest_of, form_of
from monitoring.rules.rems_form import Field
from tests.factories.filled import filled
from tests.factories.followed import Clock


def answer_to(field: Field) -> object:
    """No to each question, 95 minutes, and nothing to what goes with a Yes."""
    if field.kind == "ready":
        return 95
    return None if field.only_if else field.key.startswith("vitals")


class Filed:
    """The verbs of the monitoring form."""

    id: UUID
    nurse: Staff
    clinician: Staff
    clock: Clock

    @property
    def form(self) -> FilledForm:
        found = Session.objects.whole(self.id)
        form = found and form_of(found)
        if not form:
            raise refuse("no_form")
        return form

    def answer_form(self, **given: Any) -> FormAnswers:
        latest = FormAnswers.objects.filter(session=self.id).last()
        names = ("by", "id", "seen", "reason")
        own: dict[str, Any] = {n: given.pop(n) for n in names if n in given}
        asked = self.form.asked if given.pop("is_whole", True) else ()
        answers = {f.key: answer_to(f) for f in asked}
        return actions.answer_form(
            self.id,
            own.pop("by", self.nurse),
            answers={**answers, **given},
            **filled(
                own,
                id=uuid7(),
                seen=latest and latest.pk,
                reason="Asked once more" if latest else "",
            ),
        )

    def file_form(self, **given: Any) -> FormFiling:
        day = self.clock.now().astimezone(self.form.session.site.tz).date()
        by, id = given.pop("by", self.clinician), given.pop("id", None) or uuid7()
        return actions.file_form(
            self.id,
            by,
            id=id,
            filing=Filing(
                **filled(
                    given,
                    seen=digest_of(self.form.copy),
                    filed_on=day,
                    way="fax",
                    reference="FAX-0042",
                    gaps_reason="Not known",
                )
            ),
        )
