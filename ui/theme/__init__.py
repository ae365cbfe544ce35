"""The theme of every page of both doors: the system's, light or dark, kept in the browser."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
CONFIG = HERE.parent / ".streamlit" / "config.toml"

_HEAD = Template(
    """<meta name="theme-color" content="$light" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="$dark" media="(prefers-color-scheme: dark)">
<style>
:root { color-scheme: light; --page: $light; background: var(--page); }
:root[data-theme="dark"] { color-scheme: dark; --page: $dark; }
</style>
<script$nonce>
$script</script>
"""
)


def head(light: str, dark: str, *scripts: str, nonce: str | None = None) -> str:
    """HTML for a page's head that settles the theme before anything is painted.

    `light` and `dark` are the page's background, for the browser's bars as well; style sheets
    find it as `--page`, and the theme as `data-theme` of the root. `scripts`: files here to
    run after it, such as `switch.js`. `nonce`: of the page's content security policy.
    """
    script = "\n".join((HERE / name).read_text("utf-8") for name in ("choice.js", *scripts))
    return _HEAD.substitute(
        light=light, dark=dark, script=script, nonce=f' nonce="{nonce}"' if nonce else ""
    )


@cache
def host_colors() -> dict[str, dict[str, str]]:
    """The host's colours by theme, "light" and "dark", under the names Streamlit has for them."""
    themes = tomllib.loads(CONFIG.read_text("utf-8"))["theme"]
    names = ("primaryColor", "backgroundColor", "secondaryBackgroundColor", "textColor")
    return {theme: {name: themes[theme][name] for name in names} for theme in ("light", "dark")}


def host_head(*scripts: str) -> str:
    """`head` in the host's colours."""
    colors = host_colors()
    return head(colors["light"]["backgroundColor"], colors["dark"]["backgroundColor"], *scripts)
