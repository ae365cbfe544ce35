"""How sure an insight is: what speaks for it, what speaks against it, how long ago that was."""

from __future__ import annotations

from collections.abc import Mapping

from core.intelligence.profile.insight import Kind

PRIOR = 1.5
"""What stands against every insight from the beginning: one conversation alone makes none."""
HALF_LIVES: Mapping[Kind, float] = {
    "interest": 90.0, "length": 45.0, "formality": 90.0, "form": 45.0, "language": 365.0,
    "hours": 60.0,
}  # fmt: skip
"""Days after which evidence counts half. What one works on lasts about a season; how long an
answer should be changes with it, and sooner than the languages one speaks."""
SHOWN = 0.1
"""The least an insight must have to be shown."""
TOLD = 0.5
"""The least it must have to shape a reply: more for it than all that speaks against it."""


def confidence(support: float, against: float) -> float:
    """From 0 to below 1. `support` and `against` are sums of faded evidence.

    The mean of a Beta distribution with a prior of PRIOR failures (Jøsang and Ismail, The Beta
    Reputation System, 2002): it grows with each piece of evidence and by ever less. A piece is a
    conversation on a day, at its strongest message; repetition within it adds a tenth each, up
    to half. A piece fades by half every HALF_LIVES days, as in Ding and Li, Time Weight
    Collaborative Filtering, CIKM 2005.
    """
    return support / (support + against + PRIOR)
