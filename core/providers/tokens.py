"""Counting tokens where no tokenizer is at hand: an estimate that is rather too high."""

from __future__ import annotations

from math import ceil
from string import ascii_letters, whitespace

_LETTERS_AND_SPACE = (ascii_letters + whitespace).encode()
_ASCII_PER_TOKEN = 3


def estimate_tokens(text: str, *, bytes_per_token: float = 2.0) -> int:
    """Tokens `text` takes at most, as a rule.

    Prose in English runs at four characters a token; three are assumed, and for code a token
    for every word, sign, digit and line beside. Other scripts are counted in UTF-8 bytes: two
    a token hold for vocabularies of 100,000 entries and more, a model with an English
    vocabulary needs `bytes_per_token=1`.
    """
    whole = text.encode("utf-8", "surrogatepass")
    plain = whole if text.isascii() else text.encode("ascii", "ignore")
    foreign = len(whole) - len(plain)
    return max(ceil(len(plain) / _ASCII_PER_TOKEN), _pieces(plain)) + ceil(
        foreign / bytes_per_token
    )


def _pieces(plain: bytes) -> int:
    signs = len(plain.translate(None, delete=_LETTERS_AND_SPACE))
    return len(plain.split()) + signs + plain.count(b"\n")
