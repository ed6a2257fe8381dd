"""The chart: real minutes, off-scale values with their number, gaps that say so."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from monitoring.reports.chart import chart
from monitoring.reports.drawing import HEIGHT, TOP
from monitoring.rules.facts import SessionFacts
from tests.reports.drawing import strokes
from tests.rules.samples import arrived, at, departure, not_done, observed, reading, whole

SVG = "{http://www.w3.org/2000/svg}"


def drawn(facts: SessionFacts, minutes: float = 130) -> ElementTree.Element:
    markup = chart(facts, at(minutes), title="Chart <of> BP", description="7 & more")
    return ElementTree.fromstring(markup)


def texts(svg: ElementTree.Element) -> list[str]:
    return [t.text or "" for t in svg.iter(f"{SVG}text")]


def marks(svg: ElementTree.Element, key: str) -> list[tuple[float, float]]:
    """The tips of the marks of one pressure."""
    ends = (stroke.split("L")[1].split() for stroke in strokes(svg, f"mark {key}"))
    return [(float(x), float(y)) for x, y in ends]


def test_there_is_no_chart_before_the_first_device() -> None:
    assert chart(arrived(reading(-5)), at(0), title="", description="") == ""


def test_it_is_a_picture_with_a_title_and_a_description_both_escaped() -> None:
    svg = drawn(whole())
    assert svg.get("role") == "img"
    ids = (svg.get("aria-labelledby") or "").split()
    named = {e.get("id"): e.text for e in svg if e.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert [named[i] for i in ids] == ["Chart <of> BP", "7 & more"]


def test_it_carries_no_inline_style_which_the_policy_forbids() -> None:
    assert not [e for e in drawn(whole()).iter() if e.get("style")]


def test_points_stand_at_their_real_minutes_not_at_their_slots() -> None:
    svg = drawn(observed(reading(15), reading(52), reading(60)))
    x15, x52, x60 = (x for x, _ in marks(svg, "systolic")[1:])
    assert (x52 - x15) / (x60 - x15) == pytest.approx(37 / 45, abs=0.01)


def test_systolic_stands_above_diastolic_and_a_higher_value_higher() -> None:
    svg = drawn(observed(reading(15, systolic=150, diastolic=100), reading(30)))
    systolic, diastolic = marks(svg, "systolic"), marks(svg, "diastolic")
    assert all(s[1] < d[1] for s, d in zip(systolic, diastolic, strict=True))
    assert systolic[1][1] < systolic[2][1]


@pytest.mark.parametrize(
    ("values", "number"), [({"systolic": 250}, "250"), ({"diastolic": 35}, "35")]
)
def test_a_value_off_the_scale_stands_at_the_edge_with_its_number(
    values: dict[str, int], number: str
) -> None:
    svg = drawn(observed(reading(40, **values)))
    assert number in texts(svg)
    tips = [y for _, y in (*marks(svg, "systolic"), *marks(svg, "diastolic"))]
    assert all(TOP <= y <= TOP + HEIGHT for y in tips)


def test_missed_and_undone_slots_are_gaps_that_say_so() -> None:
    said = texts(drawn(observed(not_done(41, "blood_pressure"), reading(60)), 70))
    assert said.count("✕ missed") == 2
    assert said.count("✕ not done") == 1


def test_pre_dose_and_the_end_of_the_window_are_labelled() -> None:
    said = texts(drawn(whole()))
    assert {"pre-dose 120", "pre-dose 80", "window ends", "from 180"} <= set(said)


def test_the_guide_is_drawn_before_the_dose_and_the_limit_for_telling_after_it() -> None:
    svg = drawn(whole())
    before, after = (b for b in svg.iter(f"{SVG}rect") if b.get("class") == "band")
    dosed = float(after.get("x") or 0)
    assert float(before.get("x") or 0) + float(before.get("width") or 0) == pytest.approx(dosed)
    assert float(before.get("height") or 0) > float(after.get("height") or 0)
    assert "guide 140/90" in texts(svg)


def test_no_line_is_drawn_over_a_missed_slot() -> None:
    def lines(facts: SessionFacts) -> int:
        return len(strokes(drawn(facts), "trend"))

    assert lines(whole()) == 2
    without_30 = observed(*(reading(m) for m in (15, 40, 60, 90, 120)))
    assert lines(without_30) == 4


def test_a_flagged_value_has_its_number_beside_it() -> None:
    said = texts(drawn(observed(reading(15), reading(40, systolic=186, diastolic=96))))
    assert "186" in said
    assert "96" not in said


def test_labels_at_the_right_edge_never_cover_each_other() -> None:
    facts = observed(predose=reading(-10, systolic=178, diastolic=172))
    said = ("from 180", "pre-dose 178", "pre-dose 172")
    heights = [float(t.get("y") or 0) for t in drawn(facts).iter(f"{SVG}text") if t.text in said]
    first, second, third = sorted(heights)
    assert second - first >= 12
    assert third - second >= 12


def test_neighbouring_gaps_stand_at_two_heights() -> None:
    svg = drawn(observed(reading(15), departure=departure(50, "transferred")))
    heights = [t.get("y") for g in svg.iter(f"{SVG}g") for t in g]
    assert len(heights) == len(set(heights)) == 2


def test_a_replaced_reading_is_not_drawn() -> None:
    wrong = reading(40, systolic=199)
    svg = drawn(observed(wrong, reading(40, systolic=130, replaces=wrong.id)))
    assert len(marks(svg, "systolic")) == 2


def test_the_same_course_is_the_same_picture() -> None:
    facts = whole()
    first, again = (chart(facts, at(130), title="a", description="b") for _ in range(2))
    assert first == again


def test_a_heart_rate_off_its_scale_shows_its_number() -> None:
    assert "172" in texts(drawn(observed(reading(40, heart_rate=172))))


def test_each_observation_has_its_strip_with_every_value_as_a_number() -> None:
    """They are named as in the table; SpO2 says the oxygen it was measured on, where there was
    any."""
    facts = observed(
        reading(15, spo2=96, respiratory_rate=17, sedation=4, dissociation=2, heart_rate=77),
        reading(40, spo2=91, oxygen=Decimal("2.0"), respiratory_rate=13),
    )
    svg = drawn(facts)
    said = texts(svg)
    assert {"96", "91 +2", "17", "13", "4", "2", "77"} <= set(said)
    names = ("HR /min", "SpO₂ % (+ Oxygen L/min)", "RR /min", "MOAA/S", "Dissociation")
    assert set(names) <= set(said)
    assert "SpO₂ %" in texts(drawn(observed(reading(15, spo2=96, oxygen=Decimal(0)))))
    assert [len(line.split("L")) for line in strokes(svg, "strip")] == [3] * 5
    assert len(strokes(svg, "strip-dot")) == 3 * 5
    height = float((svg.get("viewBox") or "").split()[-1])
    assert all(0 <= float(t.get("y") or 0) <= height for t in svg.iter(f"{SVG}text"))
