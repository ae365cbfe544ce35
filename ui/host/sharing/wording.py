"""Share links in words."""

from __future__ import annotations

from datetime import timedelta, tzinfo

from core.sharing.shares import WEEK, Share
from ui.host.times import short

LASTS: dict[str, timedelta | None] = {
    "An hour": timedelta(hours=1),
    "A day": timedelta(days=1),
    "7 days": WEEK,
    "30 days": timedelta(days=30),
    "For ever": None,
}
USUAL = "7 days"
ENDED = {"expired": "Expired", "revoked": "Revoked", "deleted": "Conversation deleted"}


def title_of(share: Share) -> str:
    """What a link is shown under."""
    return share.title or ("Room" if share.kind == "room" else "Conversation")


def kind_of(share: Share) -> str:
    """What it shows, and to whom."""
    parts = ["live" if share.live else "snapshot"]
    if share.from_id:
        parts.append("from a message on")
    if share.hide_names:
        parts.append("names hidden")
    if share.locked:
        parts.append("password")
    return ", ".join(parts).capitalize()


def times_of(share: Share, zone: tzinfo) -> str:
    """When it was made, when it ends, and how often it was read."""
    return " · ".join(
        (f"made {short(share.created_at, zone)}", _end(share, zone), _views(share, zone))
    )


def _end(share: Share, zone: tzinfo) -> str:
    if share.state in ENDED:
        return ENDED[share.state].lower()
    return f"until {short(share.expires_at, zone)}" if share.expires_at else "without an end"


def _views(share: Share, zone: tzinfo) -> str:
    if not share.viewed_at:
        return "not read yet"
    times = "once" if share.views == 1 else f"{share.views} times"
    return f"read {times}, last {short(share.viewed_at, zone)}"
