"""The stylesheet that a tablet fetches holds every rule of Bootstrap that a page uses."""

from __future__ import annotations

from tests.styles.reduce import (
    classes,
    own_styles,
    reduced,
    rules,
    selectors,
    shipped,
    whole,
    words,
)

RUN = "a page uses a class that is not in the stylesheet: run `make styles`"


def every_selector(css: str) -> set[str]:
    """Each selector, those within a media query after their query."""
    found = set()
    for head, body in rules(css.split("*/", 1)[1]):
        if head.startswith("@media"):
            found |= {head + one for inner, _ in rules(body) for one in selectors(inner)}
        else:
            found |= {one.strip() for one in selectors(head)}
    return found


def test_the_stylesheet_has_each_rule_that_a_page_uses() -> None:
    needed = every_selector(reduced(whole(), words(), own_styles()))
    assert len(needed) > 300
    assert needed <= every_selector(shipped().read_text()), RUN


def test_the_stylesheet_has_nothing_that_bootstrap_has_not() -> None:
    assert every_selector(shipped().read_text()) <= every_selector(whole())


def test_a_rule_stays_if_each_of_its_classes_is_used() -> None:
    css = "/**/.a{x:1}.b{x:2}.a .b,.a:not(.b){x:3}h1{x:4}"
    css += "@media print{.b{x:5}.a{x:6}}@keyframes k{0%{x:7}}"
    assert reduced(css, {"a"}, "") == "/**/\n.a{x:1}.a:not(.b){x:3}h1{x:4}@media print{.a{x:6}}\n"
    assert reduced(css, {"b", "k"}, "").count("x:") == 4
    assert classes(".a:not(.b)>.c:hover") == {"a", "c"}


def test_a_variable_stays_if_it_is_read() -> None:
    css = "/**/:root{--bs-a:1;--bs-b:var(--bs-c);--bs-c:2;--bs-d:3;--bs-e:4}p{x:var(--bs-a)}"
    assert (
        reduced(css, set(), "y: var(--bs-d)") == "/**/\n:root{--bs-a:1;--bs-d:3;}p{x:var(--bs-a)}\n"
    )
