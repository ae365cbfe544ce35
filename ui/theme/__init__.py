"""The theme of every page of both doors: the system's, light or dark, kept in the browser."""

from __future__ import annotations

from pathlib import Path
from string import Template

HERE = Path(__file__).parent

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
