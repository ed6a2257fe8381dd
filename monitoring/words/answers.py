"""What the answers on arrival said out of the ordinary."""

from __future__ import annotations

from django.utils.translation import gettext as _

from monitoring.models import Admission, Session
from monitoring.rules.protocol import Protocol


def notable_answers(session: Session) -> list[str] | None:
    """Each answer that a clinician would ask about, in words; None where none are loaded."""
    latest = session.rows.standing_if_loaded(Admission)[-1:]
    return _notable(latest[0], session.protocol_version.protocol()) if latest else None


def _notable(admission: Admission, protocol: Protocol) -> list[str]:
    found = [
        _("%(question)s: yes") % {"question": Admission.question(name)}
        for name in (*protocol.contraindications, *protocol.concomitant)
        if getattr(admission, name)
    ]
    found += [
        _("%(question)s: not met. %(reason)s")
        % {"question": Admission.question(name), "reason": admission.fasting_reason}
        for name in protocol.fasting
        if getattr(admission, name) is False
    ]
    if admission.transport_arranged is False:
        params = {"reason": admission.transport_reason}
        found.append(_("No one takes the patient home. %(reason)s") % params)
    return found
