"""Scripts and stylesheets are put together as their imports say, and not otherwise."""

from __future__ import annotations

import pytest

from clinic.bundles import NotUnderstood, bundles, closure, script, stylesheet

FILES = {
    "clinic/main.js": 'import { find } from "./page.js";\nfind();\n',
    "clinic/page.js": "// Comment.\n/** @param {X} a */\nexport const find = () => 1;\nlet own;\n",
    "clinic/times.js": 'import { find } from "./page.js";\nexport function go() {}\n',
    "room/e.js": 'import "../clinic/page.js";\nimport { go } from "../clinic/times.js";\ngo();\n',
    "clinic/alone.js": "alone();\n",
    "clinic/app.css": '@import url("vendor/b.css");\n.a{}\n',
    "clinic/vendor/b.css": ".b{}\n",
}


def read(name: str) -> str:
    return FILES[name]


def test_the_main_script_holds_what_it_imports_first() -> None:
    assert closure("clinic/main.js", read) == ["clinic/page.js", "clinic/main.js"]
    assert script("clinic/main.js", read) == (
        "export const modules = {};\n"
        'modules["clinic/page.js"] ??= (() => {\n'
        "const find = () => 1;\nlet own;\nreturn { find };\n})();\n"
        'modules["clinic/main.js"] ??= (() => {\n'
        'const { find } = modules["clinic/page.js"];\nfind();\nreturn {  };\n})();\n'
    )


def test_another_script_asks_the_main_one_for_what_that_holds() -> None:
    text = script("room/e.js", read)
    assert text.startswith('import { modules } from "../clinic/main.js";\n')
    assert 'modules["clinic/page.js"] ??=' not in text
    assert 'const { go } = modules["clinic/times.js"];\ngo();' in text
    assert text.index('modules["clinic/times.js"] ??=') < text.index('modules["room/e.js"] ??=')


def test_only_what_imports_is_put_together() -> None:
    names = {name for name, _ in bundles(list(FILES), read)}
    assert names == {"clinic/main.js", "clinic/times.js", "room/e.js", "clinic/app.css"}
    assert stylesheet("clinic/app.css", read) == ".b{}\n.a{}\n"


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        "export { a };",
        'import * as a from "./page.js";',
        'export * from "./page.js";',
        "await 1;",
    ],
)
def test_what_is_not_foreseen_stops_the_release(line: str) -> None:
    with pytest.raises(NotUnderstood, match=r"clinic/odd\.js"):
        script("clinic/odd.js", lambda name: line + "\n" if "odd" in name else FILES[name])


def test_a_ring_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="ring"):
        closure("a.js", lambda name: 'import "./a.js";\n')
