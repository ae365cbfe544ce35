"""Counting tokens where no tokenizer is at hand: an estimate that is rather too high."""

from __future__ import annotations

from math import ceil

_ASCII_PER_TOKEN = 3


def estimate_tokens(text: str, *, bytes_per_token: float = 2.0) -> int:
    """Tokens `text` takes at most, as a rule.

    English runs at four characters a token; three are assumed. Other scripts are counted in
    UTF-8 bytes: two a token hold for vocabularies of 100,000 entries and more, a model with
    an English vocabulary needs `bytes_per_token=1`.
    """
    plain = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    foreign = len(text.encode("utf-8", "surrogatepass")) - plain
    return ceil(plain / _ASCII_PER_TOKEN) + ceil(foreign / bytes_per_token)
