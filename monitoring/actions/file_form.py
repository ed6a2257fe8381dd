"""Keep that a monitoring form was filed, with an exact copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clinic.access import Permission
from clinic.message import Message
from clinic.models import Staff
from clinic.refusal import Refused, refuse
from monitoring.actions.forms import whole
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import FormFiling
from monitoring.models.filled_form import FilledForm, digest_of, form_of
from monitoring.models.on_site import observers_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What a person says of a form that they filed. `seen` is the digest of the form that was shown
    to them: exactly that was filed."""

    seen: str
    filed_on: date | None
    way: str
    reference: str
    monitor_id: UUID | None = None
    gaps_reason: str = ""


@session_verb(Permission.FILE_FORM, phases=("closed",))
def file_form(work: SessionWork, *, id: UUID, filing: Filing) -> FormFiling:
    """Keep that the form was filed, by whom, when, which way and under which reference, with an
    exact copy of it on the session's chain. The clinic files; nothing is sent from here.

    The form as it is now must be the one that the person was shown. Where required fields are
    empty, `gaps_reason` says why it is filed so. It names who took the last set, or `monitor_id`.
    A form is filed again after the record changed; the earlier copy stays (CLINICAL 8, rule 30;
    hazard 37). Raises Refused at each field, where no form is asked for, and while the session goes
    on; NotAllowed.
    """
    given = {
        "filed_on": filing.filed_on,
        "way": filing.way,
        "reference": filing.reference.strip(),
        "gaps_reason": filing.gaps_reason.strip(),
    }
    if sent := work.sent(work.session.formfiling_set.filter(pk=id), id, given):
        return sent
    work.require_phase()
    monitor = _monitor(work, filing.monitor_id)
    form = form_of(whole(work.session.pk), monitor)
    if form is None or work.session.form_due_at is None:
        raise refuse("no_form")
    if reasons := _reasons(work, form, filing):
        raise Refused(reasons)
    if not form.missing:
        given["gaps_reason"] = ""
    row = FormFiling(
        id=id,
        revision=form.revision.key,
        monitor=form.monitor,
        monitor_name=form.monitor.printed_name,
        copy=form.copy,
        digest=digest_of(form.copy),
        printed_name=work.by.printed_name,
        **given,
    )
    made = work.add(row)
    work.session.form_filed_seq = made.seq
    return made


def _monitor(work: SessionWork, monitor_id: UUID | None) -> Staff | None:
    """Who is named as having conducted the monitoring: someone who may, at this site."""
    if monitor_id is None:
        return None
    found = next((p for p in observers_at(work.session.site_id) if p.pk == monitor_id), None)
    if found is None and not _recorded(work, monitor_id):
        raise refuse("not_an_observer", "monitor")
    return found or Staff.objects.get(pk=monitor_id)


def _recorded(work: SessionWork, person: UUID) -> bool:
    """Whether `person` took a reading of the session, though they work here no more."""
    return work.session.reading_set.filter(recorded_by=person).exists()


def _reasons(work: SessionWork, form: FilledForm, filing: Filing) -> list[Message]:
    found = []
    if filing.way not in FormFiling.Way.values:
        found.append(Message("required", field="way"))
    if not filing.reference.strip():
        found.append(Message("required", field="reference"))
    found += _day(work, form, filing.filed_on)
    if digest_of(form.copy) != filing.seen:
        found.append(Message("form_moved"))
    elif form.missing and not filing.gaps_reason.strip():
        found.append(Message("form_has_gaps", {"count": len(form.missing)}, "gaps_reason"))
    return found


def _day(work: SessionWork, form: FilledForm, day: date | None) -> list[Message]:
    """Not before the treatment, and not to come."""
    zone = work.session.site.tz
    if day is None:
        return [Message("required", field="filed_on")]
    if day > work.now.astimezone(zone).date():
        return [Message("filed_to_come", field="filed_on")]
    if day < form.source.first_dose_at.astimezone(zone).date():
        return [Message("filed_before_treatment", field="filed_on")]
    return []
