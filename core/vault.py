"""Keys at rest: encrypted with SECRET_KEY, or with a key file only its owner can read.

Fernet (https://github.com/fernet/spec): AES-128-CBC with HMAC-SHA256. A passphrase becomes a
key by scrypt (RFC 7914).
"""

from __future__ import annotations

import base64
import hashlib
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from core.errors import ConfigurationError
from core.settings import Settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_SALT = b"parley keys at rest"
_COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


class Vault:
    """Seals secrets and opens them again. For any thread: the first use takes 50 ms."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._making = Lock()

    def seal(self, secret: str) -> bytes:
        """The secret, encrypted. Raises ConfigurationError where the key file cannot be made."""
        return self._cipher().encrypt(secret.encode())

    def open(self, sealed: bytes) -> str | None:
        """The secret; None where it was sealed with another key."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - off the start

        try:
            return self._cipher().decrypt(sealed).decode()
        except InvalidToken:
            return None

    def key_file(self) -> bytes | None:
        """What the key file holds, None where there is none."""
        path = self._path
        return path.read_bytes() if path.exists() else None

    def put_key_file(self, key: bytes) -> None:
        """Go by another key file from now on. Raises ConfigurationError where it cannot be made."""
        part = self._path.with_suffix(".part")
        part.unlink(missing_ok=True)
        with suppress(AttributeError):
            del self._made
        try:
            _write(part, key)
            part.replace(self._path)
        except OSError as error:
            raise _unusable(self._path) from error

    @property
    def _path(self) -> Path:
        return self._settings.data_dir / "secret.key"

    def _cipher(self) -> Fernet:
        with self._making:
            return self._made

    @cached_property
    def _made(self) -> Fernet:
        from cryptography.fernet import Fernet  # noqa: PLC0415 - off the start

        passphrase = self._settings.secret_key
        if passphrase is None:
            return _with_file(self._path)
        key = hashlib.scrypt(passphrase.get_secret_value().encode(), salt=_SALT, **_COST)
        return Fernet(base64.urlsafe_b64encode(key))


def _with_file(path: Path) -> Fernet:
    """With the key in the file, made where there was none. Only its owner may read it."""
    from cryptography.fernet import Fernet  # noqa: PLC0415 - off the start

    try:
        with suppress(FileExistsError):
            _write(path, Fernet.generate_key())
        return Fernet(path.read_bytes().strip())
    except (OSError, ValueError) as error:
        raise _unusable(path) from error


def _write(path: Path, key: bytes) -> None:
    """A new file. Raises FileExistsError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)


def _unusable(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"The file that protects your keys cannot be used: {path}. Make it readable for "
        "yourself, or delete it and paste your keys again, or set SECRET_KEY."
    )
