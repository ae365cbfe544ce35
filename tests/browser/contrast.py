"""Whether the text on a page can be read: contrast by WCAG 2.2, level AA."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
LOOK = f"""() => {{
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((one) => one.shadowRoot ? roots(one.shadowRoot) : [])];
  const moving = roots(document).flatMap((root) => root.getAnimations());
  const passing = moving.some((one) => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity);
  return passing ? null : ({SCRIPT})();
}}"""  # noqa: E501 - JavaScript
"""What complains, at a moment in which nothing fades: looked at and judged in one go, as a page may
begin to run again at any time. What goes round for ever does not count."""


def is_readable(page: Page) -> None:
    """Every text in sight stands out enough from what is behind it."""
    complaints = page.wait_for_function(LOOK).json_value()
    assert not complaints, "\n".join(complaints)
