"""`python -m core verify`: whether all that is kept fits together, and setting it right."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

from core.app import App, open_app
from core.checkup import CHECKS, Check, Checkup, open_checkup
from core.commands.bar import say
from core.commands.index import indexes, mended
from core.errors import IndexUnavailable
from core.settings import load_settings
from core.vector_index import Progress, VectorIndex

_ABOUT = """\
Count what is kept, look for what does not fit together (in the database, and
between it and the index by meaning), and mend what can be mended without
losing anything; also while Parley runs.
"""
_EXAMPLES = """\
examples:
  python -m core verify            look, and mend what can be
  python -m core verify --check    only look
  python -m core verify --check --json | jq .counts.messages

exit code: 0: all is well; 1: something is left, told with what to do; 2: it cannot be done
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has come to."""

    name: str
    says: str
    found: int
    left: int
    remedy: str | None = None


def add(commands: Any) -> None:
    """Its place among the commands; `commands` are argparse's subparsers."""
    parser: ArgumentParser = commands.add_parser(
        "verify",
        help="count what there is, find what does not fit together, and mend it",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="only look, mend nothing")
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")


async def verify(arguments: Namespace) -> int:
    """Look, mend unless it is only to look, and tell; the exit code."""
    findings = []
    async with (
        open_app(load_settings(), working=False) as app,
        open_checkup(app.database.conninfo, app.reader) as checkup,
    ):
        counts = await checkup.counts()
        if not arguments.json:
            _tell_counts(counts)
        async for finding in _findings(app, checkup, mend=not arguments.check):
            findings.append(finding)
            if not arguments.json:
                _tell(finding)
    _busy("")
    left = any(one.left for one in findings)
    checks = [asdict(one) for one in findings]
    whole = {"ok": not left, "counts": counts, "checks": checks}
    say(json.dumps(whole) if arguments.json else _verdict(findings))
    return 1 if left else 0


async def _findings(app: App, checkup: Checkup, *, mend: bool) -> AsyncIterator[Finding]:
    for check in CHECKS:
        _busy(check.says)
        yield await _check(checkup, check, mend=mend)
    for index in indexes(app):
        _busy(f"{index.noun} in the index by meaning")
        async for finding in _compare(app, index, mend=mend):
            yield finding
    lost = app.preferences.unreadable
    names = ", ".join(name.upper() for name in lost)
    yield Finding("keys", "keys of AI providers that cannot be opened", len(lost), len(lost),
                  f"Paste again on the Settings page: {names}." if lost else None)  # fmt: skip


async def _check(checkup: Checkup, check: Check, *, mend: bool) -> Finding:
    found = left = await checkup.look(check)
    if found and mend and check.mend:
        await checkup.mend(check, _counting("read again"))
        left = await checkup.look(check)
    return Finding(check.name, check.says, found, left, _remedy(check, left, mend=mend))


def _remedy(check: Check, left: int, *, mend: bool) -> str | None:
    if not left:
        return None
    return check.remedy if mend or not check.mend else "Run: python -m core verify"


async def _compare(app: App, index: VectorIndex, *, mend: bool) -> AsyncIterator[Finding]:
    """What is missing in an index, and what is there by mistake."""
    try:
        found = left = await index.differences()
        if mend and not found.none:
            left = await mended(app, index, _counting(f"{index.noun} put in order"))
    except IndexUnavailable as error:
        says = f"indexes of {index.noun} that cannot be compared"
        yield Finding(f"{index.noun}_index", says, 1, 1, str(error))
        return
    remedy = "Run: python -m core reindex" if mend else "Run: python -m core verify"
    for name, says, before, after in (
        ("missing", f"{index.noun} missing in the index by meaning", found.missing, left.missing),
        ("orphans", f"{index.noun} in that index by mistake", found.orphans, left.orphans),
    ):
        yield Finding(f"{index.noun}_{name}", says, before, after, remedy if after else None)


def _tell_counts(counts: dict[str, int]) -> None:
    wide = max(len(f"{n:,}") for n in counts.values())
    for name, n in counts.items():
        unit = " MB" if name.endswith("_mb") else ""
        say(f"  {n:>{wide},}{unit} {name.removesuffix('_mb').replace('_', ' ')}")
    say("")


def _tell(finding: Finding) -> None:
    _busy("")
    mark = "ok" if not finding.found else "mended" if not finding.left else "LEFT"
    say(f"  {mark:6} {finding.found:>7,} {finding.says}")
    if finding.remedy:
        say(f"{'':17}{finding.remedy}")


def _busy(with_what: str) -> None:
    """What is being looked at, while it is; gone afterwards."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{with_what}")
        sys.stderr.flush()


def _counting(what: str) -> Progress:
    return lambda done, total: _busy(f"{done:,} of {total:,} {what}")


def _verdict(findings: list[Finding]) -> str:
    if any(one.left for one in findings):
        return "\nSomething is left; what to do is said above."
    if any(one.found for one in findings):
        return "\nMended: all is well now."
    return "\nAll is well."
