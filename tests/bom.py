"""What the product is made of, as CycloneDX tells it: `make bom` writes it.

The packages are those of requirements.txt, each with its version and hashes; the files that others
wrote and that are kept here stand beside them. Python, Pango and what else Debian brings are not.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TOOL = "cyclonedx-bom==7.5.0"
VENDORED = ROOT / "clinic" / "static" / "clinic" / "vendor"
NAMED = re.compile(r"(?P<name>[a-z]+)-(?P<version>[\d.]+)\.min\.(css|js)")
ON_NPM = {"bootstrap": ("bootstrap", "MIT"), "htmx": ("htmx.org", "0BSD")}
"""By the name of the file: the name of its package on npm, and its licence."""
VALIDATE = (
    "import sys; from cyclonedx.schema import SchemaVersion;"
    "from cyclonedx.validation.json import JsonStrictValidator;"
    "found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read());"
    "print(found or '')"
)
REDUCED = "Reduced by `make styles` to the rules that the pages use."


def bom() -> dict[str, Any]:
    """Raises CalledProcessError where the tool, which is fetched, cannot be."""
    made = run(
        "cyclonedx-py", "requirements", "--no-validate", "--output-reproducible", "requirements.txt"
    )
    found: dict[str, Any] = json.loads(made)
    found["metadata"]["component"] = {
        "type": "application",
        "name": "session-record",
        "version": _commit(),
        "bom-ref": "session-record",
    }
    parts = [part["bom-ref"] for part in found["components"]] + [v["bom-ref"] for v in vendored()]
    found["components"] += vendored()
    found["dependencies"] += [{"ref": one["bom-ref"]} for one in vendored()]
    found["dependencies"].append({"ref": "session-record", "dependsOn": parts})
    return found


def vendored() -> list[dict[str, Any]]:
    """The files that others wrote. Raises KeyError for one that is not known here."""
    return [_component(path) for path in sorted(VENDORED.iterdir()) if path.suffix != ".md"]


def _component(path: Path) -> dict[str, Any]:
    named = NAMED.fullmatch(path.name)
    if named is None:
        raise KeyError(path.name)
    name, licence = ON_NPM[named["name"]]
    purl = f"pkg:npm/{name}@{named['version']}"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    found = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": named["version"],
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "licenses": [{"license": {"id": licence}}],
    }
    return found | ({"pedigree": {"notes": REDUCED}} if path.suffix == ".css" else {})


def faults(path: Path) -> str:
    """What is not as CycloneDX has it in the file; empty where all is."""
    return run("python", "-c", VALIDATE, str(path)).strip()


def run(*command: str) -> str:
    """A command of the tool, in an environment of its own."""
    uvx = Path(sys.executable).with_name("uvx")
    return subprocess.run(
        [uvx, "--quiet", "--from", TOOL, *command],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    path = ROOT / "var" / "bom.json"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(json.dumps(bom(), indent=2) + "\n")
    sys.exit(faults(path) or 0)
