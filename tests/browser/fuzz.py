"""What no form expects: made from a seed, so that what failed once can be sent again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.urls import reverse

from tests.clinic.routes import ANYONE, ROUTES, SIGNED_IN, routes

CANARY = "zqcanary"
"""Stands in whatever is sent to be reflected or kept."""
MARKUP = (
    f'"><x-canary onx=1>{CANARY}',
    f"'><x-canary onx=1>{CANARY}",
    f"</textarea></title></script><x-canary>{CANARY}",
    f'<img src=x class=x-canary onerror="window.canary=1">{CANARY}',
    f"<script>window.canary=1</script>{CANARY}",
    f'" onx=1 autofocus onfocus=window.canary=1 x="{CANARY}',
    f"javascript:window.canary=1//{CANARY}",
    f"{{{{7*7}}}}{CANARY}{{{{7*7}}}}",
    f"{{% debug %}}{CANARY}",
    f"${{7*7}}{CANARY}#{{7*7}}",
    f"<svg/onload=window.canary=1>{CANARY}",
    f"<!--{CANARY}-->",
)
VALUES = (
    "", " ", "0", "-1", "00", "1e9", "NaN", "Infinity", "-0.0", "9" * 30, "9" * 5000, "1.5", "1,5",
    "true", "null", "undefined", "[]", "{}", "\x00", "a\x00b", "\r\nSet-Cookie: a=b", "\t\n",
    "é漢字🩺", "\u202eright to left", "e\u0301" * 40, "\ufeff", "\u2028", "١٢٣", "½", "x" * 300,
    "x" * 20_000, "' OR '1'='1", "1; DROP TABLE clinic_staff--", "%", "_", "%s%n%x", "\\",
    "../../../../etc/passwd", "..%2f..%2f", "file:///etc/passwd", "//evil.example", "http://[",
    "board", "dose", "/\\evil.example", "javascript:alert(1)", "0001-01-01", "9999-12-31",
    "2026-02-30", "2026-03-10", "24:00", "12:00", "00:00", "99:99", "yes", "no", "on",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "not-a-uuid", '{"a": [1, {"b": null}]}', "[" * 2000, "YWJj", "\ud83e", "reading:x", ":", "-",
)  # fmt: skip
NAMES = (
    "q", "page", "size", "sort", "since", "until", "prescriber", "product", "outcome", "deviations",
    "signature", "patient", "staff", "action", "session", "next", "slot", "kind", "about",
    "version", "id", "site", "roles", "pin", "again", "password", "code", "credential", "reason",
    "through_seq", "csrfmiddlewaretoken", "login", "a[]", "a[0][b]", "__proto__", "", "x" * 200,
    "\x00", "é", f'"><x-canary>{CANARY}', "_method", "next[]", "q.q", "..", "needed", "name",
)  # fmt: skip
TYPES = (
    "application/x-www-form-urlencoded", "application/json", "text/plain", "multipart/form-data",
    "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=utf-7",
    "application/xml", "*/*", "image/png", "application/x-www-form-urlencoded; charset=nowhere",
)  # fmt: skip
SCRIPT_HEADERS = (
    {"HX-Request": "true"},
    {"HX-Request": "true", "HX-Current-URL": "http://["},
    {"HX-Request": "true", "HX-Current-URL": f'"><x-canary>{CANARY}'},
    {"Accept": "application/json"},
    {"X-Forwarded-For": "1.2.3.4, <x-canary>"},
    {"Accept-Language": "xx-" + "y" * 300},
)
WORDS = {
    "family_name", "given_name", "allergies", "cautions", "note", "detail", "reason", "room",
    "destination", "informed_other", "ordered_other", "text", "assessment", "action_taken",
    "first_name", "last_name", "name", "partial_detail", "correction_reason",
}  # fmt: skip
"""Fields for one's own words."""
METHODS = ("GET", "GET", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
LAST = {"sign-out", "lock-now", "emergency-leave"}
"""What takes the person away; sent by one who has nothing more to send."""


@dataclass(frozen=True)
class Form:
    """One form of the product for one session, and what it takes."""

    route: str
    path: str
    body: Callable[[], dict[str, str]]


@dataclass
class Fuzzed:
    """One request, as the browser is told to send it."""

    method: str
    path: str
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        return asdict(self)


class Fuzzer:
    def __init__(self, seed: str, role: str, forms: list[Form], ids: list[UUID]) -> None:
        self.rng = Random(seed)
        may = [n for n, r in ROUTES.items() if r.who in (ANYONE, SIGNED_IN) or role in r.who]
        self.open = [n for n in may if n not in LAST]
        self.all = [n for n in ROUTES if n not in LAST]
        self.forms = [form for form in forms if form.route in may]
        self.ids = [str(known) for known in ids]

    def requests(self, count: int) -> Iterator[Fuzzed]:
        makes = (self.nearly_right, self.nearly_right, self.asked, self.sent, self.astray)
        for _ in range(count):
            yield self.rng.choice(makes)()

    def nearly_right(self) -> Fuzzed:
        """A form as it should be, but for one field or two."""
        if not self.forms:
            return self.sent()
        form = self.rng.choice(self.forms)
        body: dict[str, Any] = form.body()
        if "id" in body:
            body["id"] = self.uuid()
        words = sorted(WORDS & set(body))
        if words and self.rng.random() < 0.6:
            # What is written freely is kept, and shown again elsewhere.
            body |= {name: self.rng.choice(MARKUP) for name in words[: self.rng.choice((1, 9))]}
        else:
            body[self.rng.choice(sorted(body))] = self.value(likes_markup=True)
        return Fuzzed("POST", form.path, encoded(body), form_headers())

    def asked(self) -> Fuzzed:
        """A page, with what its address does not expect."""
        path = f"{self.address(self.rng.choice(self.open))}?{encoded(self.pairs())}"
        headers = self.rng.choice(SCRIPT_HEADERS) if self.rng.random() < 0.2 else {}
        return Fuzzed("GET", path, headers=dict(headers))

    def sent(self) -> Fuzzed:
        """Anything, as any kind of body, with made-up and known names."""
        path = self.address(self.rng.choice(self.open))
        if self.rng.random() < 0.6:
            return Fuzzed("POST", path, encoded(self.pairs()), form_headers())
        raw = self.rng.choice((
            json.dumps(dict(self.pairs())), encoded(self.pairs()), self.value(), "--x\r\n",
            '--x\r\nContent-Disposition: form-data; name="id"; filename="a"\r\n\r\nx\r\n--x--\r\n',
        ))  # fmt: skip
        return Fuzzed("POST", path, clean(raw), {"Content-Type": self.rng.choice(TYPES)})

    def astray(self) -> Fuzzed:
        """Any method at any address, now and then at one with nonsense in it."""
        path = self.address(self.rng.choice(self.all))
        if self.rng.random() < 0.5:
            steps = path.split("/")
            steps[self.rng.randrange(len(steps))] = quote(clean(self.value()), safe="")
            path = "/" + "/".join(steps).lstrip("/")
        method = self.rng.choice(METHODS)
        body = encoded(self.pairs()) if method not in {"GET", "HEAD"} else None
        return Fuzzed(method, path[:6000], body, form_headers() if body else {})

    def value(self, *, likes_markup: bool = False) -> str:
        if self.rng.random() < (0.6 if likes_markup else 0.3):
            return self.rng.choice(MARKUP)
        if self.rng.random() < 0.15:
            return self.rng.choice(self.ids)
        return self.rng.choice(VALUES)

    def pairs(self) -> list[tuple[str, str]]:
        names = self.rng.choices(NAMES, k=self.rng.choice((1, 2, 3, 8)))
        if self.rng.random() < 0.2:
            names += names[:1]
        return [(name, self.value(likes_markup=True)) for name in names]

    def address(self, name: str) -> str:
        parts = next(p for p in routes() if p.name == name).pattern.converters
        known = {key: self.rng.choice(self.ids) for key in parts}
        known |= {key: str(self.rng.randrange(40)) for key in parts if key == "pk"}
        return reverse(name, kwargs=known)

    def uuid(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))


def form_headers() -> dict[str, str]:
    return {"Content-Type": TYPES[0]}


def encoded(body: Any) -> str:
    return urlencode(body, errors="replace")


def clean(text: str) -> str:
    """Without halves of characters, which no browser sends."""
    return text.encode("utf-8", "replace").decode()
