"""What the register of sessions is filtered by, and its pages. Each filter has an index: see the
models."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinic import clock
from clinic.models import Membership, Site, Staff
from clinic.names import tidy
from clinic.pages import keyset
from clinic.pages.filters import DayFilter, ListFilter, PersonFilter
from clinic.pages.keyset import Order
from monitoring import models
from monitoring.models import Departure, Patient, ProtocolVersion, Session
from monitoring.models.register_indexes import DEVIATING
from monitoring.models.session import SessionQuerySet
from monitoring.reports import overview_lines
from monitoring.reports.form_state import Found, in_form_state
from monitoring.reports.register import NEWEST, ORDERS, by_day_of, waiting
from monitoring.rules.counted import SELDOM
from monitoring.rules.tags import ADVERSE_EVENT, AMENDED, UNSIGNED, Tag, TagKind, of_line
from monitoring.words import kinds

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

ANY = _("Any")
SORTS = (
    (NEWEST, _("Newest first")),
    ("planned_for", _("Oldest first")),
    ("patient", _("Patient, A to Z")),
    ("-deviations", _("Most deviations first")),
    ("-peak", _("Highest systolic first")),
)
STATES = (
    *Departure.Kind.choices,
    ("cancelled", _("Not dosed")),
    ("planned", _("Planned")),
    ("open", _("Still open")),
)


FORMS = (
    ("due", _("Due")),
    ("due_at_once", _("Due today or tomorrow")),
    ("due_soon", _("Due in two to four days")),
    ("due_later", _("Due in five to seven days")),
    ("overdue", _("Overdue")),
    ("filed_late", _("Filed late")),
    ("changed", _("Changed since it was filed")),
    ("filed", _("Filed")),
    ("none", _("None asked for")),
)


VIEWS = (
    (_("Dosed, not signed"), "signature=no"),
    (_("Waits for a clinician"), "review=waiting"),
    (_("No one informed"), "kind=flag_unanswered"),
    (_("Amended"), "amended=yes"),
)
"""What is looked for every day, by name: each is an address, as anything else that is filtered."""
_CLINICIAN = (Membership.Role.CLINICIAN,)
_WATCH = (Membership.Role.NURSE, Membership.Role.CLINICIAN)


FEW = 100
"""So many sessions are put in order once they are found, instead of being looked for in the index
of the order: how often filters meet no statistics say, and where they never do, every session would
be read."""
_PERIOD = frozenset({"since", "until"})
"""Goes on in the index of each filter."""

_TAGGED: dict[str, TagKind] = {
    "kind": "deviation",
    "flag": "flag",
    "adverse": "event",
    "signature": "signature",
    "amended": "amendment",
    "behind": "line",
}
"""By the name of the filter, the kind of tag that it asks for."""


def _tag(name: str, chosen: str | None) -> Tag | None:
    """The tag that the filter `name` asks for; None where it is found otherwise, as are most
    sessions."""
    if not chosen or name not in _TAGGED or (name == "behind" and chosen not in SELDOM):
        return None
    if name == "signature":
        return UNSIGNED if chosen == "no" else None
    if name == "behind":
        return of_line(chosen)
    return AMENDED if name == "amended" else Tag(_TAGGED[name], chosen)


def chosen_by_name(names: Mapping[str, StrPromise]) -> Callable[[], list[tuple[str, str]]]:
    """What to choose from, in the order of its names, which are those of the reader's language."""
    return lambda: sorted(((k, str(v)) for k, v in names.items()), key=lambda pair: pair[1])


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


class Register(ListFilter):
    """Which sessions to show, and in which order."""

    since = DayFilter(method="from_day", label=_("From"))
    until = DayFilter(method="to_day", label=_("To"))
    patient = django_filters.CharFilter(method="named", label=_("Patient: name or MRN"))
    prescriber = PersonFilter(queryset=Staff.objects.none(), label=_("Prescriber"), empty_label=ANY)
    nurse = PersonFilter(
        queryset=Staff.objects.none(),
        field_name="observer",
        label=_("Who watched last"),
        empty_label=ANY,
    )
    room = django_filters.CharFilter(
        field_name="room",
        label=_("Room"),
        widget=forms.TextInput(attrs={"list": "rooms"}),
    )
    given = django_filters.NumberFilter(field_name="given_mg", label=_("Given (mg)"), min_value=0)
    product = django_filters.ChoiceFilter(
        method="of_protocol", label=_("Protocol"), empty_label=ANY
    )
    outcome = django_filters.ChoiceFilter(
        choices=STATES, method="in_state", label=_("How it ended"), empty_label=ANY
    )
    deviations = django_filters.ChoiceFilter(
        choices=(("yes", _("With a deviation")), ("no", _("Without"))),
        method="deviating",
        label=_("Deviations"),
        empty_label=ANY,
    )
    kind = django_filters.ChoiceFilter(
        choices=chosen_by_name(
            {code: name for code, name in kinds.DEVIATIONS.items() if code not in kinds.PASSING}
        ),
        method="tagged",
        label=_("Kind of deviation"),
        empty_label=ANY,
    )
    flag = django_filters.ChoiceFilter(
        choices=chosen_by_name(
            {code: name for code, name in kinds.FLAGS.items() if code not in kinds.BEFORE_DOSE}
        ),
        method="tagged",
        label=_("Flag"),
        empty_label=ANY,
    )
    adverse = django_filters.ChoiceFilter(
        choices=((ADVERSE_EVENT, _("With an adverse event")),),
        method="tagged",
        label=_("Adverse event"),
        empty_label=ANY,
    )
    signature = django_filters.ChoiceFilter(
        choices=(("no", _("Dosed, not signed")), ("yes", _("Signed"))),
        method="signed",
        label=_("Signature"),
        empty_label=ANY,
    )
    amended = django_filters.ChoiceFilter(
        choices=(("yes", _("Amended")),), method="tagged", label=_("Amended"), empty_label=ANY
    )
    review = django_filters.ChoiceFilter(
        choices=(("waiting", _("Late entry waits for a clinician")),),
        method="waits",
        label=_("Review"),
        empty_label=ANY,
    )
    form = django_filters.ChoiceFilter(
        choices=FORMS, method="form_in", label=_("Monitoring form"), empty_label=ANY
    )
    behind = django_filters.ChoiceFilter(
        choices=overview_lines.choices(),
        method="is_behind",
        label=_("In the overview"),
        empty_label=ANY,
    )
    sort = django_filters.ChoiceFilter(
        choices=SORTS, method="as_found", label=_("Order"), empty_label=None
    )

    class Meta(ListFilter.Meta):
        model = Session
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        self.filters["prescriber"].queryset = self._people("prescriber", _CLINICIAN)
        self.filters["nurse"].queryset = self._people("nurse", _WATCH)
        seen = ProtocolVersion.objects.seen_at(site).order_by("key", "version")
        self._versions = list(seen.values_list("key", "title", "pk"))
        titles = {key: title for key, title, _id in self._versions}
        self.filters["product"].extra["choices"] = sorted(titles.items())

    def _people(self, name: str, roles: Collection[str]) -> QuerySet[Staff]:
        """Who has one of the roles here now; and whoever is asked for and had part in a session
        here: the sessions of a person who left are found, too."""
        now = Membership.objects.filter(site=self.site, role__in=roles).values("staff")
        had_part = Session.objects.at(self.site).filter(
            **{self.filters[name].field_name: OuterRef("pk")}
        )
        asked = Q(pk=_id(self.data.get(name))) & Exists(had_part)
        return Staff.objects.filter(Q(pk__in=now) | asked)

    def form_in(self, found: SessionQuerySet, name: str, state: Found) -> QuerySet[Session]:
        return in_form_state(found, self.site, state, clock.now())

    def from_day(self, found: QuerySet[Session], name: str, day: date) -> QuerySet[Session]:
        return found.filter(self._in_period())

    def to_day(self, found: QuerySet[Session], name: str, day: date) -> QuerySet[Session]:
        return found.filter(self._in_period())

    def _in_period(self, at: str = "") -> Q:
        """The days that are asked for; `at` is the way from the rows to what has the day, too."""
        since, until, found = self._given.get("since"), self._given.get("until"), Q()
        if since:
            found &= Q(**{f"{at}planned_for__gte": self.midnight(since)})
        if until:
            found &= Q(**{f"{at}planned_for__lt": self.midnight(until + timedelta(days=1))})
        return found

    def of_protocol(self, found: QuerySet[Session], name: str, key: str) -> QuerySet[Session]:
        """By the ids of its versions: of these the database knows how often each is used."""
        ids = [id for one, _title, id in self._versions if one == key]
        return found.filter(protocol_version__in=ids)

    def in_state(self, found: SessionQuerySet, name: str, state: str) -> QuerySet[Session]:
        if state == "open":
            return found.in_progress()
        if state in Departure.Kind.values:
            return found.filter(outcome=state)
        return found.filter(phase=state)

    def deviating(self, found: QuerySet[Session], name: str, is_so: str) -> QuerySet[Session]:
        if is_so == "yes":
            return found.filter(DEVIATING)
        return found.filter(deviation_count=0)

    def tagged(self, found: QuerySet[Session], name: str, code: str) -> QuerySet[Session]:
        asked = _tag(name, code)
        return self._with_tag(found, name, asked) if asked else found

    def _with_tag(self, found: QuerySet[Session], name: str, asked: Tag) -> QuerySet[Session]:
        """Joined under the name of the filter, so that the order by date may be that of the tag. Of
        a tag nothing is asked that its index has not: of two that never meet, all are read."""
        is_it = Q(tags__site=self.site, tags__kind=asked.kind, tags__code=asked.code)
        tag: Any = FilteredRelation("tags", condition=is_it & self._in_period("tags__"))
        return found.annotate(**{f"{name}_tag": tag}).filter(
            **{f"{name}_tag__session__isnull": False}
        )

    def signed(self, found: QuerySet[Session], name: str, is_so: str) -> QuerySet[Session]:
        """Signed and standing; or dosed without a signature that stands."""
        if is_so == "yes":
            return found.filter(standing_clearance__isnull=False)
        return self._with_tag(found, name, UNSIGNED)

    def named(self, found: QuerySet[Session], name: str, words: str) -> QuerySet[Session]:
        """A whole MRN finds its patient alone, and not all whose numbers begin with it."""
        here = Patient.objects.at(self.site)
        whole = here.with_mrn(tidy(words)).values_list("pk", flat=True).first()
        return (
            found.filter(patient=whole) if whole else found.filter(patient__in=here.matching(words))
        )

    def waits(self, found: QuerySet[Session], name: str, is_so: str) -> QuerySet[Session]:
        return found.filter(pk__in=waiting(self.site))

    def is_behind(self, found: QuerySet[Session], name: str, code: str) -> QuerySet[Session]:
        """The sessions behind one line of the overview: those it opens."""
        if asked := _tag(name, code):
            return self._with_tag(found, name, asked)
        is_it = Q(figures__site=self.site) & overview_lines.rows(code, at="figures__")
        return found.filter(is_it & self._in_period("figures__"))

    def as_found(self, found: QuerySet[Session], name: str, order: str) -> QuerySet[Session]:
        """The order is the page's to make: it depends on the way the page is turned."""
        return found

    @property
    def qs(self) -> QuerySet[Session]:
        """What is found. Patients are at the site of their sessions: said where they are in the
        order of their names, so that those are read in order."""
        found: QuerySet[Session] = super().qs
        return found.filter(patient__site=self.site) if self._sort == "patient" else found

    def page(self, asked: Mapping[str, str], size: int) -> keyset.Page[Session]:
        """The page of `size` sessions that `asked` names, with what their rows say."""
        few = self._few
        found, order = (self.qs, self.order) if few is None else (few, ORDERS[self._sort])
        told = found.select_related("patient", "protocol_version", "standing_clearance")
        return keyset.page(told, order, asked, size, among=self.queryset)

    @property
    def counted(self) -> QuerySet[Any]:
        """What there are as many of as of sessions: of a tag or a line of the overview alone its
        own rows, which its index counts; else the sessions."""
        if self._few is not None:
            return self._few
        name, *others = self._asked - _PERIOD or {""}
        if not others and (asked := _tag(name, self._given.get(name))):
            tags = models.Tag.objects.filter(self._in_period())
            return tags.filter(site=self.site, kind=asked.kind, code=asked.code)
        if name == "behind" and not others:
            is_it = overview_lines.rows(self._given[name]) & self._in_period()
            return models.Figures.objects.filter(is_it, site=self.site)
        found: QuerySet[Any] = super().qs
        return found

    @cached_property
    def _few(self) -> QuerySet[Session] | None:
        """All that is found, by its ids, where that is not more than FEW and no index has it in its
        order."""
        names = self._asked - _PERIOD
        is_by_date = self._sort in {NEWEST, "planned_for"}
        if len(names) <= 1 and (is_by_date or not self._joined):
            return None
        found = super().qs.order_by()
        if self._has_figures or len(names) == 1:
            # Its index is gone through in its own order.
            found = by_day_of(self._joined[0], ORDERS[NEWEST]).of(found)
        ids = list(found.values_list("pk", flat=True)[: FEW + 1])
        few: QuerySet[Session] = self.queryset.filter(pk__in=ids)
        return few if len(ids) <= FEW else None

    @property
    def _given(self) -> dict[str, Any]:
        return self.form.cleaned_data if self.is_bound and not self.is_wrong else {}

    @property
    def _asked(self) -> set[str]:
        """The filters that are set."""
        return {k for k, value in self._given.items() if k != "sort" and value not in {None, ""}}

    @property
    def _joined(self) -> list[str]:
        """What sessions are joined with, by name: figures, or the tag of each filter that asks for
        one."""
        tags = [f"{name}_tag" for name in _TAGGED if _tag(name, self._given.get(name))]
        return ["figures", *tags] if self._has_figures else tags

    @property
    def _has_figures(self) -> bool:
        """Whether sessions are joined with their figures: for a line behind which most are."""
        code = self._given.get("behind")
        return bool(code) and not _tag("behind", code)

    @property
    def _sort(self) -> str:
        return self._given.get("sort") or NEWEST

    @property
    def query(self) -> str:
        """What is filtered and ordered, as it stands in an address: always the same for the same;
        empty for every session in the usual order."""
        given = [(name, self.data.get(name, "").strip()) for name in self.filters]
        return urlencode([pair for pair in given if pair[1] and pair != ("sort", NEWEST)])

    @property
    def is_wrong(self) -> bool:
        return self.is_bound and not self.form.is_valid()

    @property
    def order(self) -> Order:
        """The one that was asked for; a wrong one is told of, and shows nothing."""
        joined, order = self._joined, ORDERS[self._sort]
        return by_day_of(joined[-1], order) if joined else order
