"""A field as plain data says what Django's own widgets would."""

from __future__ import annotations

import pytest
from django import forms
from django.template import Context, Template
from django.utils.safestring import SafeData, mark_safe

from clinic.pages.fields import ManyTiles, Tiles, YesNo
from clinic.pages.plain_field import plain

CHOICES = [("a", "First"), ("b", "<b>Second</b>"), ("", "None of these")]


class Asked(forms.Form):
    one = Tiles(label="One", choices=CHOICES, help_text="of <three>")
    many = ManyTiles(label="Many", choices=CHOICES[:2])
    sure = YesNo(label="Sure")
    words = forms.CharField(label=mark_safe("Words"), max_length=5)


@pytest.mark.parametrize(
    "given",
    [None, {}, {"one": "b", "many": ["a", "b"], "sure": "no"}, {"one": "c", "many": ["c"]}],
    ids=["new", "empty", "chosen", "not offered"],
)
def test_each_tile_is_the_one_that_its_widget_would_make(given: dict[str, object] | None) -> None:
    form = Asked(given) if given is not None else Asked()
    for name in ("one", "many", "sure"):
        made = [
            (w.data["value"], w.choice_label, w.data["selected"]) for w in form[name].subwidgets
        ]
        found = [(o.value, o.words, o.is_chosen) for o in plain(form[name]).options]
        assert found == made, name
        assert plain(form[name]).kind == form[name].subwidgets[0].data["type"]


def test_it_has_what_was_typed_and_the_first_thing_that_is_wrong_with_it() -> None:
    field = plain(Asked({"words": "too <long>"})["words"])
    assert (field.name, field.id, field.value, field.length) == (
        "words",
        "id_words",
        "too <long>",
        5,
    )
    assert field.error == "Ensure this value has at most 5 characters (it has 10)."
    assert plain(Asked()["words"]).error == plain(Asked()["words"]).value == ""


def test_two_fields_that_look_alike_are_equal_and_none_is_marked_as_safe() -> None:
    fields = [plain(Asked({"words": "x"})["words"]) for _ in range(2)]
    assert fields[0] == fields[1]
    assert hash(fields[0]) == hash(fields[1])
    assert not isinstance(fields[0].label, SafeData)


def test_what_was_typed_is_never_markup() -> None:
    page = Template('{% kept "fields/_text.html" field=form.words|plain %}')
    shown = page.render(Context({"form": Asked({"words": '"><script>'})}))
    assert "<script>" not in shown
    assert "&quot;&gt;&lt;script&gt;" in shown
