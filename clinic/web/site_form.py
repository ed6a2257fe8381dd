"""The form of what a site is called, where it is and whether it is certified."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from zoneinfo import available_timezones

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import sites
from clinic.ids import uuid7
from clinic.models import Site
from clinic.pages.dates import DayField
from clinic.pages.fields import Tiles, WholeNumber, YesNo
from clinic.sites import SiteDetails
from clinic.web.organisation_form import OrganisationForm

NAMES = tuple(f.name for f in fields(SiteDetails))


def _text(name: str, label: Any, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    """A line of text as long as the site's column takes."""
    longest = getattr(Site._meta.get_field(name), "max_length", None)
    return forms.CharField(required=required, max_length=longest, label=label, help_text=help_text)


class SiteForm(OrganisationForm):
    name = _text("name", gettext_lazy("Name"), required=True)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=[(zone, zone) for zone in sorted(available_timezones())],
    )
    is_inpatient = YesNo(
        label=gettext_lazy("Inpatient setting"),
        help_text=gettext_lazy("patients of an inpatient setting are not enrolled in REMS"),
    )
    asks_witness = YesNo(
        label=gettext_lazy("Each dose has a witness"),
        help_text=gettext_lazy("a second person of the site is named beside it"),
    )
    rems_site_id = _text("rems_site_id", gettext_lazy("REMS site id"))
    rems_certified_on = DayField(
        required=False,
        label=gettext_lazy("REMS certified on"),
        help_text=gettext_lazy("such as 31-Jan-2026; empty while not certified"),
    )
    rems_certified_until = DayField(
        required=False,
        label=gettext_lazy("REMS certified until"),
        help_text=gettext_lazy("the last day that counts; empty while no end is known"),
    )
    address = _text("address", gettext_lazy("Address"))
    address_2 = _text("address_2", gettext_lazy("Address, second line"))
    city = _text("city", gettext_lazy("City"))
    state = _text("state", gettext_lazy("State"))
    postal_code = _text("postal_code", gettext_lazy("ZIP code"))
    phone = _text("phone", gettext_lazy("Telephone"))
    paper_size = Tiles(label=gettext_lazy("Paper size"), choices=Site.PaperSize.choices)
    watch_limit = WholeNumber(
        label=gettext_lazy("Patients whom one person watches at most"),
        help_text=gettext_lazy("1 to 4; above it there is a warning and a deviation"),
        example="2",
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        shown = {name: getattr(site, name) for name in NAMES}
        for name in ("is_inpatient", "asks_witness"):
            shown[name] = "yes" if getattr(site, name) else "no"
        super().__init__(*args, initial={"id": uuid7(), **shown}, **kwargs)
        if sites.has_begun(site):
            self.fields["time_zone"].disabled = True
            self.fields["time_zone"].help_text = _(
                "fixed: sessions were planned here, and their times are shown in this zone"
            )

    def clean_is_inpatient(self) -> bool:
        return self._answer("is_inpatient")

    def clean_asks_witness(self) -> bool:
        return self._answer("asks_witness")

    def _answer(self, name: str) -> bool:
        answer: bool | None = self.cleaned_data[name]
        if answer is None:
            raise forms.ValidationError(_("Choose yes or no."))
        return answer

    def clean_paper_size(self) -> str:
        if not self.cleaned_data["paper_size"]:
            raise forms.ValidationError(_("Choose a paper size."))
        return str(self.cleaned_data["paper_size"])

    def clean_watch_limit(self) -> int:
        if self.cleaned_data["watch_limit"] is None:
            raise forms.ValidationError(_("Enter a number from 1 to 4."))
        return int(self.cleaned_data["watch_limit"])

    def layout(self) -> Layout:
        def grid(*names: str) -> Div:
            return Div(*map(self.rendered, names), css_class="grid-2")

        return Layout(
            "id",
            grid("name", "time_zone"),
            self.rendered("is_inpatient"),
            self.rendered("asks_witness"),
            grid("rems_site_id", "rems_certified_on", "rems_certified_until"),
            grid("address", "address_2", "city", "state", "postal_code", "phone"),
            self.rendered("paper_size"),
            self.rendered("watch_limit"),
        )

    def details(self) -> SiteDetails:
        return SiteDetails(**{name: self.cleaned_data[name] for name in NAMES})
