"""The parts of the docs that are generated: `python -m tests.docs` writes them anew."""

from __future__ import annotations

import re
from argparse import _SubParsersAction
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from core.command import parser
from core.providers.catalog import CATALOG
from core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
EXAMPLE = ROOT / ".env.example"


def default_of(name: str) -> str:
    """A setting's default as it would be written in `.env`; empty where there is none."""
    field = Settings.model_fields[name]
    if name == "data_dir":
        return "the user's data folder"
    if field.default in (None, PydanticUndefined) or isinstance(field.default, SecretStr):
        return ""
    return str(field.default)


def settings_table() -> str:
    """Every setting with its default and what it is, as a Markdown table."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = default_of(name)
        shown = default if name == "data_dir" or not default else f"`{default}`"
        rows.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows)


def providers_table() -> str:
    """Every provider: what to set, and what `tests/core/test_providers_all.py` tries of it."""
    rows = [
        "| provider | `AI_PROVIDER` | what to set | chat | stream | stop | list models | usage "
        "| JSON output | transcription | tools | speech |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in CATALOG:
        first = row.key_setting if row.address else row.address_setting
        settings = [name for name in (first, row.address_setting) if name]
        what = f"`{settings[0].upper()}`" if settings else ""
        if row.usual_address:
            what = f"nothing while it runs at {row.usual_address}"
        if row.protocol == "builtin":
            what = "nothing"
        hears = "yes" if "transcription" in row.capabilities else "-"
        json = "-" if row.protocol == "builtin" else "yes"
        always = "yes | yes | yes | yes | yes"
        rows.append(
            f"| {row.label} | `{row.name}` | {what} | {always} | {json} | {hears} | - | - |"
        )
    return "\n".join(rows)


def commands_table() -> str:
    """Every command of `python -m core` with its options, as a Markdown table."""
    rows = ["| `python -m core` | what it does |", "|---|---|"]
    (commands,) = (one for one in parser()._actions if isinstance(one, _SubParsersAction))
    for about in commands._choices_actions:
        one = commands.choices[about.dest]
        options = [action for action in one._actions if action.dest != "help"]
        named = [action.metavar or action.dest for action in options if not action.option_strings]
        shown = " ".join([about.dest, *named])
        extra = "".join(
            f"; `{action.option_strings[-1]}`: {action.help}"
            for action in options if action.option_strings
        )  # fmt: skip
        rows.append(f"| `{shown}` | {about.help}{extra} |")
    return "\n".join(rows)


def env_example() -> str:
    """Every setting, commented out, with what it is above it."""
    blocks = ["# Copy this file to .env and uncomment what you want to change."]
    for name, field in Settings.model_fields.items():
        value = "" if name == "data_dir" else default_of(name)
        blocks.append(f"# {field.description}\n# {name.upper()}={value}")
    return "\n\n".join(blocks) + "\n"


def put(text: str, mark: str, content: str) -> str:
    """`text` with `content` between `<!-- mark -->` and `<!-- /mark -->`."""
    pattern = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)
    assert pattern.search(text), f"no place for {mark}"
    return pattern.sub(lambda m: f"{m[1]}{content}\n{m[2]}", text)


if __name__ == "__main__":
    text = put(README.read_text("utf-8"), "settings", settings_table())
    text = put(text, "commands", commands_table())
    README.write_text(put(text, "providers", providers_table()), "utf-8")
    EXAMPLE.write_text(env_example(), "utf-8")
