"""Draws the icons of the home screen from `icon.svg`: `make icons` writes the files."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parents[2] / "clinic" / "static" / "clinic"
ROUND_CORNERS = 'rx="7" '
ICONS = {"icon-192.png": 192, "icon-512.png": 512, "icon-maskable-512.png": 512}


def drawing(name: str) -> str:
    """A maskable icon fills its square, and keeps what it shows off the edge that is cut away."""
    svg = (FOLDER / "icon.svg").read_text()
    if "maskable" in name:
        line = 'transform="translate(4 4) scale(.75)" d='
        svg = svg.replace(ROUND_CORNERS, "").replace("d=", line)
    return svg


def draw() -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))))
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, size in ICONS.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>*{{margin:0;display:block}}</style>{drawing(name)}")
            page.screenshot(path=FOLDER / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    draw()
