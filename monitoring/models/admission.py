"""The answers taken when the patient arrives."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import SessionFact


class Admission(SessionFact):
    """Every question is answered or empty; none is pre-filled. The latest row of a session counts,
    earlier ones stay readable (CLINICAL 8, rules 23, 24, 25, 28 and 34). A question that the
    protocol does not ask is empty."""

    identifiers_confirmed = models.BooleanField(
        _("Name and date of birth confirmed with the patient"), null=True
    )
    aneurysmal_disease = models.BooleanField(
        _("Aneurysmal vascular disease or arteriovenous malformation"), null=True
    )
    intracerebral_haemorrhage = models.BooleanField(
        _("History of intracerebral haemorrhage"), null=True
    )
    hypersensitivity = models.BooleanField(
        _("Hypersensitivity to esketamine, ketamine or an excipient"), null=True
    )
    recent_cardiovascular_event = models.BooleanField(
        _("Cardiovascular event, such as a heart attack, within 6 weeks"), null=True
    )
    pregnancy = models.BooleanField(_("Pregnant, or may be pregnant"), null=True)
    no_recent_food = models.BooleanField(_("No food for 2 hours"), null=True)
    no_recent_liquid = models.BooleanField(_("No liquids for 30 minutes"), null=True)
    no_recent_nasal = models.BooleanField(
        _("No nasal corticosteroid or decongestant for 1 hour"), null=True
    )
    fasting_reason = models.CharField(_("Why go on"), max_length=300, blank=True)
    benzodiazepine = models.BooleanField(_("Benzodiazepine"), null=True)
    hypnotic = models.BooleanField(_("Non-benzodiazepine sedative hypnotic"), null=True)
    opioid = models.BooleanField(_("Opioid"), null=True)
    stimulant = models.BooleanField(_("Psychostimulant"), null=True)
    maoi = models.BooleanField(_("MAO inhibitor"), null=True)
    alcohol = models.BooleanField(_("Alcohol"), null=True)
    thyroid_hormone = models.BooleanField(_("Thyroid hormone"), null=True)
    xanthine = models.BooleanField(_("Xanthine, such as theophylline"), null=True)
    ergometrine = models.BooleanField(_("Ergometrine"), null=True)
    vasopressin = models.BooleanField(_("Vasopressin"), null=True)
    transport_arranged = models.BooleanField(_("Someone else takes the patient home"), null=True)
    transport_reason = models.CharField(_("How the patient gets home"), max_length=300, blank=True)
    escort_name = models.CharField(_("Who takes the patient home"), max_length=120, blank=True)
    escort_phone = models.CharField(_("Their telephone"), max_length=40, blank=True)
    no_driving_advised = models.BooleanField(
        _("Advised not to drive or use machinery until the next day after a restful sleep"),
        null=True,
    )
    contraindication_reason = models.CharField(
        _("Why a contraindication no longer stands"), max_length=300, blank=True, default=""
    )
    prescriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Prescriber on site"),
    )
    prescriber_name = models.CharField(max_length=200)
    watches = models.PositiveSmallIntegerField(null=True)
    watch_limit = models.PositiveSmallIntegerField(null=True)
    """How many patients who admits then watches, this one among them, and the site's number
    (CLINICAL 8, rule 40); empty where it was not counted."""

    @classmethod
    def question(cls, name: str) -> str:
        """The words of the question that `name` answers."""
        return str(getattr(cls._meta.get_field(name), "verbose_name", name))
