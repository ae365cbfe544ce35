"""Whether the text on a page can be read: contrast by WCAG 2.2, level AA."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

LASTS = 2000
"""Milliseconds after which something pale is not about to change."""
SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
LOOK = f"""() => {{
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((one) => one.shadowRoot ? roots(one.shadowRoot) : [])];
  const moving = roots(document).flatMap((root) => root.getAnimations());
  const passing = moving.some((one) => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity);
  const stale = document.querySelector('[data-stale="true"], [data-test-script-state="running"]');
  const found = passing || stale ? null : ({SCRIPT})();
  const seen = window.parleyComplaints, now = performance.now();
  if (found === null || !found.length) {{ delete window.parleyComplaints; return found; }}
  if (seen?.found !== found.join()) window.parleyComplaints = {{ found: found.join(), since: now }};
  return seen?.found === found.join() && now - seen.since > {LASTS} ? found : null;
}}"""  # noqa: E501 - JavaScript
"""What complains, at a moment in which nothing fades: looked at and judged in one go, as a page may
begin to run again at any time, and what it has not drawn again by then stands pale. What goes
round for ever does not count; a complaint counts that lasts, for what is drawn anew stands pale for
a moment."""


def is_readable(page: Page) -> None:
    """Every text in sight stands out enough from what is behind it."""
    complaints = page.wait_for_function(LOOK).json_value()
    assert not complaints, "\n".join(complaints)


SHOWS = """(scheme) => {
  const page = document.querySelector('[data-testid="stApp"]') ?? document.documentElement;
  const [red, green, blue] = getComputedStyle(page).backgroundColor.match(/[0-9.]+/g).map(Number);
  return (red + green + blue < 384) === (scheme === "dark");
}"""


def is_readable_in_both(page: Page) -> None:
    """The same in the dark, then in the light, on a page that follows its system."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_function(SHOWS, arg=scheme)
        is_readable(page)
