"""An address that was kept is the one that Django makes."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django import urls
from django.template import Context, Template
from django.urls import NoReverseMatch, get_script_prefix, set_script_prefix

from clinic.ids import uuid7
from clinic.pages.addresses import reverse

IDS = uuid7(), uuid7()


@pytest.fixture
def below_another_address() -> Iterator[None]:
    before = get_script_prefix()
    set_script_prefix("/100%/clinic/")
    yield
    set_script_prefix(before)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("board", []),
        ("session", IDS[:1]),
        ("session", [str(IDS[0])]),
        ("reading-correct", IDS),
        ("reading-correct", IDS[::-1]),
        ("reading-correct", [UUID(int=2), UUID(int=1)]),
        ("strike", [IDS[0], "reading", IDS[1]]),
        ("strike", [IDS[0], "dose", IDS[1]]),
        ("invitation", [IDS[0], "a%sb"]),
    ],
)
def test_an_address_is_the_one_that_django_makes(name: str, args: list[object]) -> None:
    for _ in range(2):
        assert reverse(name, args) == urls.reverse(name, args=args)
    tag = Template(f"{{% url '{name}' {' '.join(f'args.{n}' for n in range(len(args)))} %}}")
    assert tag.render(Context({"args": args})) == urls.reverse(name, args=args)


def test_an_address_below_another_one_is_not_mixed_up_with_one_that_is_not(
    below_another_address: None,
) -> None:
    assert reverse("session", IDS[:1]) == f"/100%25/clinic/sessions/{IDS[0]}/"
    set_script_prefix("/")
    assert reverse("session", IDS[:1]) == f"/sessions/{IDS[0]}/"


def test_a_page_that_does_not_exist_has_no_address() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("nowhere")
    with pytest.raises(NoReverseMatch):
        reverse("session", IDS)


def test_an_address_in_a_template_may_be_named_for_later() -> None:
    tag = Template(
        "{% url 'session' session_id=id as there %}<{{ there }}>{% url 'x' as y %}{{ y }}"
    )
    assert tag.render(Context({"id": IDS[0]})) == f"</sessions/{IDS[0]}/>"
