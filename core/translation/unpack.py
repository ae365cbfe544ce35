"""Unpacks a model file: `python unpack.py PACKED UNPACKED [SHA256]`.

A process of its own: the unpacking in fxtranslate holds Python's lock, for a third of a
second for a large model, and nobody's reply may stop streaming for that.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fxtranslate import discovery


def main(packed: str, unpacked: str, sha256: str = "") -> None:
    """Unpack one file; exits with a message if it is damaged."""
    try:
        data = discovery.verify_and_decompress(Path(packed).read_bytes(), sha256 or None)
    except ValueError as error:
        sys.exit(str(error))
    Path(unpacked).write_bytes(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
