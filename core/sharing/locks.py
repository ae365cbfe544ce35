"""Passwords of share links, and the tickets that stand for one that was right.

A password is kept as its salt and its scrypt (RFC 7914). A ticket is an HMAC-SHA256 (RFC 2104)
with that as its key: it works on every replica, and no longer once the password is another.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from uuid import UUID

from core.errors import Refused
from core.text import storable

PASSWORD_LENGTH = 200
TICKET_LASTS = 12 * 3600
"""Seconds for which a reader need not give the password again."""
_SALT = 16
_COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


def locked_with(password: str) -> bytes:
    """What is kept of a password. Takes 50 ms and 16 MB on purpose. Raises Refused."""
    if len(password) > PASSWORD_LENGTH:
        raise Refused(f"A password may have {PASSWORD_LENGTH} characters. Choose a shorter one.")
    salt = secrets.token_bytes(_SALT)
    return salt + _scrypt(password, salt)


def opens(password: str, lock: bytes) -> bool:
    """Whether it is the password `lock` was made of. As slow as making one."""
    salt, kept = lock[:_SALT], lock[_SALT:]
    return hmac.compare_digest(_scrypt(password[: PASSWORD_LENGTH + 1], salt), kept)


def ticket_for(share_id: UUID, lock: bytes, now: float | None = None) -> str:
    """What a reader who knew the password shows from now on."""
    until = int((now or time.time()) + TICKET_LASTS)
    return f"{until}.{_signature(share_id, lock, until)}"


def is_ticket(ticket: str, share_id: UUID, lock: bytes) -> bool:
    """Whether it was made for this share and password, and still holds."""
    until, _, signature = ticket.partition(".")
    if not (until.isascii() and until.isdigit() and len(until) < 15 and signature.isascii()):
        return False
    right = hmac.compare_digest(signature, _signature(share_id, lock, int(until)))
    return right and int(until) > time.time()


def _signature(share_id: UUID, lock: bytes, until: int) -> str:
    return hmac.new(lock, f"share {share_id} {until}".encode(), hashlib.sha256).hexdigest()


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(storable(password).encode(), salt=salt, **_COST)
