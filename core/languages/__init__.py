"""The languages of Parley: what they are called, how a tag names them, which one a text is in.

`LANGUAGES` by code, `get(code)`, `match("pt-BR") -> "pt"`, `prefer(accept_language)`,
`detect(text, hint=...)` and `warm()`.
"""

from core.languages.detection import detect, warm
from core.languages.table import LANGUAGES, Language, get
from core.languages.tags import match, prefer

__all__ = ["LANGUAGES", "Language", "detect", "get", "match", "prefer", "warm"]
