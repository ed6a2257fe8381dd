"""The second identifier, once more: before a dose and at a signature (CLINICAL 7, hazard 6).

The tiles are the identifiers themselves, in the patient's own values: what is tapped was read, and
compared with what the patient says or wears. Neither is chosen beforehand.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from clinic.pages import moments
from clinic.pages.fields import Tiles
from monitoring.models import Patient
from monitoring.models.patient import Identifier


def compared(patient: Patient) -> Tiles:
    """The question which of the two was compared with the patient."""
    born = moments.day(patient.date_of_birth)
    return Tiles(
        label=_("Compared with the patient"),
        help_text=_("ask for one of the two, then tap it"),
        tiles_class="tiles-answers tiles-identity",
        choices=[
            (Identifier.BIRTH_DATE.value, _("Born %(born)s") % {"born": born}),
            (Identifier.MRN.value, _("MRN %(mrn)s") % {"mrn": patient.mrn}),
        ],
    )
