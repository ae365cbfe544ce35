"""Whether the text on a page can be read: contrast by WCAG 2.2, level AA."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
AT_REST = """() => {
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((one) => one.shadowRoot ? roots(one.shadowRoot) : [])];
  const moving = roots(document).flatMap((root) => root.getAnimations());
  return moving.every((one) => one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity);
}"""  # noqa: E501 - JavaScript
"""Nothing fades in any more; what goes round for ever does not count."""


def is_readable(page: Page) -> None:
    """Every text in sight stands out enough from what is behind it."""
    page.wait_for_function(AT_REST)
    complaints = page.evaluate(SCRIPT)
    assert not complaints, "\n".join(complaints)
