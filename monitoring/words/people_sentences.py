"""The sentences about orders, prescribers and observers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "order_changed": _("Another order has been saved since. Look at it, then order."),
    "is_prescriber": _("This is the prescriber on site already. Name who takes over."),
    "before_named": _("%(at)s is before the one who leaves was named, at %(other)s."),
    "observer": _("Name a nurse or clinician who works here."),
    "is_observer": _("This person watches the patient already."),
    "offer_changed": _("The handover was changed since. Look at the session."),
}

ITEMS = {
    "prescriber_gone": _("%(name)s is no prescriber on site any more: name who takes over"),
}

DEVIATIONS = {
    "order_changed": _("Order changed from %(was)s to %(mg)s mg: %(reason)s"),
    "watched_many": _(
        "Whoever took on the watch then watched %(count)s patients; the site's number is %(limit)s"
    ),
    "handover_open": _("Handover to %(name)s was not accepted before the patient left"),
}
