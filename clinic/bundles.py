"""Static files as a deployment serves them: one script and one stylesheet where we wrote several.

We write small modules that import one another, and while developing a browser fetches each. On a
clinic's network every one of them would be a further trip. So `collectstatic` puts what a script
imports into the script itself, and a stylesheet into the one that imports it. Nothing else is
rewritten, and nothing but Python is needed for it. All names carry a hash of their content, so that
no tablet runs a script of an earlier release.

What every page loads, `main.js`, holds its modules once; any other script of the page asks it for
them, so that two scripts never have two copies of one module's state.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

MAIN = "clinic/main.js"

Read = Callable[[str], str]
"""The text of a static file, by its name."""

COMMENT = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"(\./[^"]+|\.\./[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.MULTILINE)
NOT_UNDERSTOOD = re.compile(r"^(?:import|export|await)\b.*", re.MULTILINE)
STYLE_IMPORT = re.compile(r'^@import url\("([^"]+)"\);\n', re.MULTILINE)


class NotUnderstood(ValueError):
    """A script imports or exports in a way that is not foreseen here."""


def _beside(name: str, relative: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), relative))


def closure(name: str, read: Read) -> list[str]:
    """`name` and all that it imports, each after what it imports itself."""
    found: list[str] = []

    def visit(one: str, way: tuple[str, ...]) -> None:
        if one in way:
            raise NotUnderstood(f"{' → '.join((*way, one))}: scripts import one another in a ring")
        if one not in found:
            for _, relative in IMPORT.findall(read(one)):
                visit(_beside(one, relative), (*way, one))
            found.append(one)

    visit(name, ())
    return found


def _as_function(name: str, text: str) -> str:
    """A module as a function that is run once and answers what the module exports."""
    exported = ", ".join(EXPORT.findall(text))

    def take(found: re.Match[str]) -> str:
        return f'const {{{found[1]}}} = modules["{_beside(name, found[2])}"];\n' if found[1] else ""

    body = EXPORT.sub("", IMPORT.sub(take, COMMENT.sub("", text)))
    if other := NOT_UNDERSTOOD.search(body):
        raise NotUnderstood(f"{name}: {other[0]}")
    return f'modules["{name}"] ??= (() => {{\n{body}return {{ {exported} }};\n}})();\n'


def script(name: str, read: Read) -> str:
    """The script `name` with what it imports, but for what `main.js` holds."""
    held = closure(MAIN, read)
    if name == MAIN:
        head, own = "export const modules = {};\n", held
    else:
        main = posixpath.relpath(MAIN, posixpath.dirname(name))
        main = main if main.startswith(".") else f"./{main}"
        head = f'import {{ modules }} from "{main}";\n'
        own = [one for one in closure(name, read) if one not in held]
    return head + "".join(_as_function(one, read(one)) for one in own)


def stylesheet(name: str, read: Read) -> str:
    """The stylesheet `name` with those that it imports in their place."""
    return STYLE_IMPORT.sub(lambda found: read(_beside(name, found[1])), read(name))


def bundles(names: list[str], read: Read) -> Iterator[tuple[str, str]]:
    """The name and new text of each file in `names` that imports others."""
    held = set(closure(MAIN, read)) - {MAIN}
    for name in names:
        if name.endswith(".js") and name not in held and IMPORT.search(read(name)):
            yield name, script(name, read)
        elif name.endswith(".css") and STYLE_IMPORT.search(read(name)):
            yield name, stylesheet(name, read)


class BundledFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    """Bundles, then hashes and compresses."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        # A script names `main.js` by its hash.
        ("*.js", ((r'(?P<matched>from "(?P<url>\.[^"]*main\.js)")', 'from "%(url)s"'),)),
    )

    def post_process(self, paths: dict[str, Any], *args: Any, **kwargs: Any) -> Iterator[Any]:
        texts: dict[str, str] = {}

        def read(name: str) -> str:
            if name not in texts:
                storage, path = paths[name]
                with storage.open(path) as file:
                    texts[name] = file.read().decode()
            return texts[name]

        ours = [name for name in paths if name.endswith((".js", ".css")) and "/vendor/" not in name]
        # All are made before any is written: each is read as it was written by us.
        for name, text in list(bundles(ours, read)):
            super().delete(name)
            super()._save(name, ContentFile(text.encode()))
            paths[name] = (self, name)
        yield from super().post_process(paths, *args, **kwargs)
