"""The REMS monitoring form of a session: what the observer answered, and each filed form."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import SessionFact


class FormAnswers(SessionFact):
    """What the form asks and the record cannot know, as the observer answered it: `answers` by the
    key of the field (`rules/rems_form.py`). The latest row of a session counts; one that comes
    after another says why. Earlier ones stay readable."""

    may_follow_departure = True
    is_only_after_end = True
    can_be_struck = False

    revision = models.CharField(max_length=20)
    answers = models.JSONField(_("Answers"))
    correction_reason = models.CharField(_("Why answered again"), max_length=300, blank=True)
    printed_name = models.CharField(max_length=200)

    class Meta(SessionFact.Meta):
        verbose_name = _("form answers")
        constraints = (
            *SessionFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(revision__gt="", printed_name__gt=""), name="formanswers_are_whole"
            ),
        )


class FormFiling(SessionFact):
    """A form that a person filed with the REMS: when, which way and under which reference, with an
    exact copy. `copy` is the canonical text of what was filed, `digest` its SHA-256; refiling adds
    a row and leaves the earlier copy as it is. `gaps_reason` is why required fields were empty."""

    may_follow_departure = True
    is_only_after_end = True
    can_be_struck = False

    class Way(models.TextChoices):
        FAX = "fax", _("Fax")
        PORTAL = "portal", _("Portal")
        POST = "post", _("Post")

    revision = models.CharField(max_length=20)
    filed_on = models.DateField(_("Filed on"))
    way = models.CharField(_("Way"), max_length=6, choices=Way.choices)
    reference = models.CharField(_("Reference"), max_length=120)
    monitor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    monitor_name = models.CharField(max_length=200)
    gaps_reason = models.CharField(_("Why fields are empty"), max_length=300, blank=True)
    copy = models.TextField()
    digest = models.CharField(max_length=64)
    printed_name = models.CharField(max_length=200)

    class Meta(SessionFact.Meta):
        verbose_name = _("filing")
        constraints = (
            *SessionFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    revision__gt="",
                    reference__gt="",
                    monitor_name__gt="",
                    copy__gt="",
                    digest__gt="",
                    printed_name__gt="",
                ),
                name="formfiling_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(way__in=("fax", "portal", "post")), name="formfiling_way_known"
            ),
        )
