"""What a form holds, and the drafts in the tab."""

from __future__ import annotations

from playwright.sync_api import Page

FORM = "main form[method=post]:has([name=id])"


FILLED = """(form) => [...form.elements].filter((one) => one.name && one.type !== "hidden")
  .filter((one) => one.type === "radio" || one.type === "checkbox"
    ? one.checked !== one.defaultChecked
    : one.tagName === "SELECT"
      ? [...one.options].some((o, i) => o.selected !== o.defaultSelected && i > 0)
      : one.value !== one.defaultValue)
  .map((one) => `${one.name}=${one.value}`)"""
"""What stands in the form that the server did not write there."""


DRAFTS = "Object.keys(sessionStorage).filter((key) => key.startsWith('draft:'))"


def filled(page: Page) -> list[str]:
    form = page.locator(FORM)
    return list(form.first.evaluate(FILLED)) if form.count() else []
