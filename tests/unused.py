"""What no code, template, guard or setting of the product reads: `make lint` runs this.

`vulture` finds names that Python alone does not read. Names in templates, in guards.sql and in
strings that are one name, such as those of middlewares and fields, are read by Django for us.
Tests do not count: what they alone read is not used.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase as fnmatch
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).parents[1]
PATHS = ["clinic", "monitoring", "benchmarks", "manage.py", "gunicorn.conf.py"]
OTHERS_READ_ALL = ("settings.py", "formats.py", "gunicorn.conf.py")
"""Files whose names Django and gunicorn read."""
HOOKS = [
    # Django: applications, checks, commands, addresses
    "*Config", "app_configs", "check_*", "Command", "help", "add_arguments", "handle",
    "urlpatterns", "handler400", "handler500",
    # Django: forms, fields, widgets, views
    "clean_*", "*_other", "prepare_value", "bound_data", "valid_value", "get_bound_field",
    "value_from_datadict", "field_class", "field_order", "label_suffix", "disabled",
    "use_required_attribute", "success_url", "extra_context", "process_exception", "process_view",
    # Django: sign-in backends, sessions, passwords, uploads, caches, cookies, logs
    "authenticate", "get_user", "validate", "new_file", "receive_data_chunk", "file_complete",
    "raw_data", "file_size", "get_many", "cookie_name", "msg", "formatException",
    "_result_cache", "adding", "_session_key", "modified", "_query",
    # WeasyPrint
    "fetch", "base_url", "media_type", "url_fetcher", "_ua_stylesheets",
    # crispy forms
    "form_tag", "disable_csrf", "form_error_title",
    # the sign-in library's adapters and views
    "is_open_for_signup", "set_password", "get_client_ip", "is_safe_url",
    "get_reauthentication_methods",
    "respond_user_inactive", "message_template", "message_context", "send_notification_mail",
    "can_delete_authenticator", "generate_authenticator_name", "webauthn_form_class",
    "_get_*",
]  # fmt: skip
"""Names that Django and the libraries call or read, as patterns."""
TAG = re.compile(r"\{[{%].*?[%}]\}", re.S)
NAME = re.compile(r"[A-Za-z_]\w*")


def names_outside_python() -> Iterator[str]:
    for path in (ROOT / "templates").rglob("*.html"):
        for tag in TAG.findall(path.read_text()):
            yield from NAME.findall(tag)
    for path in (ROOT / "monitoring").rglob("*.sql"):
        yield from NAME.findall(path.read_text())


def names_in_strings() -> Iterator[str]:
    for path in [*(ROOT / "clinic").rglob("*.py"), *(ROOT / "monitoring").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(r"-?[\w.]+", text):
                yield from re.split(r"\.|__|-", text)


def unused() -> list[str]:
    found = Vulture()
    found.scavenge([str(ROOT / p) for p in PATHS], exclude=["*/migrations/*"])
    read = {*names_outside_python(), *names_in_strings()}
    return [
        item.get_report().removeprefix(f"{ROOT}/")
        for item in found.get_unused_code(min_confidence=60)
        if item.name not in read
        and not item.name.startswith("__")
        and not any(fnmatch(item.name, hook) for hook in HOOKS)
        and item.filename.name not in OTHERS_READ_ALL
        and not (item.typ == "variable" and "models" in str(item.filename))
    ]


if __name__ == "__main__":
    sys.exit("\n".join(unused()) or 0)
