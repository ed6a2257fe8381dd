"""Reduces Bootstrap's stylesheet to the rules that the pages use: `make styles` writes the file.

The whole stylesheet lies beside this file, packed. A tablet fetches what is left of it: about a
third. A rule stays if each class it names stands as a word in a template, a script or the code.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import crispy_bootstrap5
import crispy_forms

ROOT = Path(__file__).parents[2]
WHOLE = Path(__file__).parent / "bootstrap-5.3.9.min.css.gz"
WORD = re.compile(r"[A-Za-z_][\w-]*")
IN_NOT = re.compile(r":not\([^()]*\)")
PACKAGES = (ROOT / "clinic", ROOT / "monitoring")
Rule = tuple[str, str]


def stylesheets() -> list[Path]:
    return sorted(path for package in PACKAGES for path in package.rglob("static/**/*.css"))


def shipped() -> Path:
    """The reduced stylesheet, which the pages link."""
    (found,) = (path for path in stylesheets() if path.name.startswith("bootstrap-"))
    return found


def sources() -> Iterator[Path]:
    """All that may name a class: our templates, scripts and code, and those that draw forms."""
    forms = [Path(package.__file__).parent for package in (crispy_bootstrap5, crispy_forms)]
    yield from (ROOT / "templates").rglob("*.html")
    yield from (forms[0] / "templates").rglob("*.html")
    for package in (*PACKAGES, *forms):
        yield from package.rglob("*.py")
        yield from (path for path in package.rglob("*.js") if path.parent.name != "vendor")


def words() -> set[str]:
    return {word for path in sources() for word in WORD.findall(path.read_text())}


def rules(css: str) -> Iterator[Rule]:
    """Head and body of each rule, in order; the body of a media query is rules again."""
    start = 0
    while (brace := css.find("{", start)) >= 0:
        depth, end = 1, brace + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[start:brace], css[brace + 1 : end - 1]
        start = end


def selectors(head: str) -> list[str]:
    """The selectors of a rule: commas within brackets belong to one selector."""
    return re.split(r",(?![^(]*\))", head)


def used_rules(css: str, used: set[str]) -> Iterator[Rule]:
    for head, body in rules(css):
        if head.startswith("@keyframes"):
            if head.split()[1] in used:
                yield head, body
        elif head.startswith("@"):
            if inner := written(used_rules(body, used)):
                yield head, inner
        else:
            left = [one for one in selectors(head) if classes(one) <= used]
            if left:
                yield ",".join(left), body


def classes(selector: str) -> set[str]:
    """The classes without which a selector matches nothing."""
    return set(re.findall(r"\.(-?[A-Za-z_][\w-]*)", IN_NOT.sub("", selector)))


def written(found: Iterator[Rule]) -> str:
    return "".join(f"{head}{{{body}}}" for head, body in found)


def without_unused_variables(css: str, own: str) -> str:
    """Drops each variable that is set and never read, until none is left."""
    names = set(re.findall(r"(?<=[{;])(--bs-[\w-]+):", css))
    while unread := names - set(re.findall(r"var\((--bs-[\w-]+)", css + own)):
        css = re.sub(rf"(?<=[{{;])({'|'.join(unread)}):[^;{{}}]*(;|(?=}}))", "", css)
        names -= unread
    return css


def reduced(css: str, used: set[str], own: str) -> str:
    """What the pages need of `css`; `own` is our stylesheets, which read its variables."""
    head, rest = css.split("*/", 1)
    return f"{head}*/\n{without_unused_variables(written(used_rules(rest, used)), own)}\n"


def own_styles() -> str:
    return "".join(path.read_text() for path in stylesheets() if path.parent.name != "vendor")


def whole() -> str:
    return gzip.decompress(WHOLE.read_bytes()).decode()


if __name__ == "__main__":
    shipped().write_text(reduced(whole(), words(), own_styles()))
