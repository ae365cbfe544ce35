"""What a conversation is about in a few words of its own, in any script, without a model.

Words between stop words are candidates, as in RAKE (Rose et al., Automatic keyword extraction from
individual documents, 2010); a word counts by how often and in how many messages it is said.
Scripts without spaces have no words to split at: there it is whatever run of characters is said
again and again.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import stop_words
from snowballstemmer import stemmer

from core.recall.words import fold

Texts = Sequence[tuple[str, str | None]]
"""What was said, each with its language."""
_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`|https?://\S+|\S+@\S+", re.DOTALL)
_HANGUL = "\uac00-\ud7af"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff々\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_HIRAGANA = "\u3040-\u309f"
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
_TOKEN = re.compile(
    rf"(?P<run>[{_UNSPACED}]{{2,}})|(?P<hangul>[{_HANGUL}]{{2,}})"
    rf"|(?P<word>(?:(?![{_UNSPACED}{_HIRAGANA}{_HANGUL}\d_])\w)"
    rf"(?:(?![{_UNSPACED}{_HIRAGANA}{_HANGUL}])[\w{_MARKS}'’-])*)|(?P<end>[^\s\w])"
)
_CLINGING_END = re.compile(r"['’](?:s|t|m|d|re|ve|ll)$|[-'’]+$")
_CLINGING_BEGIN = re.compile(r"^(?:[ldnmtsjcLDNMTSJC]|qu|Qu)['’]")
_CONNECTING = frozenset(
    "的了是我你他她它们們在有和就不也都这這那吗嗎呢吧啊与與及或把被让讓给給到说說要能可以很还還没沒个個什么麼怎样樣为為去来來着著过過得之其从從对對但如果因所只再又"
)
"""Characters that hold Chinese sentences together."""
_LEADING_VOWELS = re.compile(r"^[\u0e30-\u0e3a\u0e45-\u0e4e]|[\u0e40-\u0e44]$")
_LONGEST_RUN, _LONGEST_THAI = 6, 14
"""Characters; Thai and its neighbours write with letters what Chinese does with words."""
_LONGEST_PHRASE = 3
_SHORTEST = 3
_WORTH_A_PHRASE = 1.35
_MOST_TEXT = 200_000


def plain(text: str) -> str:
    """What is said in a message, without code and addresses."""
    return _CODE.sub(" ", text)


def keywords(texts: Texts, many: int = 5) -> list[str]:
    """The `many` words or short phrases that tell most, the most telling first."""
    counted = _Counted()
    left = _MOST_TEXT
    for text, language in texts:
        counted.take(plain(text)[:left], language)
        left = max(left - len(text), 0)
    return list(counted.best(many))


class _Counted:
    """The words of a conversation as they are counted."""

    def __init__(self) -> None:
        self.messages = 0
        self.times: Counter[str] = Counter()
        self.spread: Counter[str] = Counter()
        self.shown: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.first: dict[str, int] = {}
        self.phrases: Counter[tuple[str, ...]] = Counter()
        self.runs: Counter[str] = Counter()
        self.run_spread: Counter[str] = Counter()

    def take(self, text: str, language: str | None) -> None:
        """Count the words of one message."""
        self.messages += 1
        here: set[str] = set()
        runs: set[str] = set()
        for phrase in _phrases(text, language):
            keys = [_key(word, language) for word in phrase]
            for key, word in zip(keys, phrase, strict=True):
                self.times[key] += 1
                self.shown[key][word] += 1
                self.first.setdefault(key, len(self.first))
            here.update(keys)
            for length in range(2, _LONGEST_PHRASE + 1):
                for start in range(len(phrase) - length + 1):
                    part = tuple(keys[start : start + length])
                    self.phrases[part] += 1
                    self.shown[" ".join(part)][" ".join(phrase[start : start + length])] += 1
        for run in _runs(text):
            self.runs[run] += 1
            runs.add(run)
        self.spread.update(here)
        self.run_spread.update(runs)

    def best(self, many: int) -> Iterator[str]:
        """The best words, none of which says what another one says."""
        scores = {**self._words(), **self._repeated()}
        chosen: list[str] = []
        for entry in sorted(scores, key=lambda one: (-scores[one], one)):
            folded = fold(entry.casefold())
            if any(folded in other or other in folded for other in chosen):
                continue
            chosen.append(folded)
            yield entry
            if len(chosen) == many:
                return

    def _words(self) -> dict[str, float]:
        weights = {
            key: times * (1 + math.log(self.spread[key])) * (1 + min(len(key), 12) / 24)
            for key, times in self.times.items()
        }
        scores = {self._surface(key): weight for key, weight in weights.items()}
        for part, times in self.phrases.items():
            alone = max(weights[key] for key in part)
            often = times / max(1, min(self.times[key] for key in part))
            if times >= 2 and often >= 0.5:
                surface = self._surface(" ".join(part))
                scores[surface] = max(scores.get(surface, 0), alone * _WORTH_A_PHRASE)
        # Of equals the one said first: it is what the conversation began with.
        for key, place in self.first.items():
            scores[self._surface(key)] -= place * 1e-6
        return scores

    def _repeated(self) -> dict[str, float]:
        """Runs said twice or more that are not just a part of a longer one said as often."""
        twice = {run: times for run, times in self.runs.items() if times >= 2} or dict(self.runs)
        inner = {
            part
            for run, times in twice.items()
            for start in range(len(run))
            for end in range(start + 2, len(run) + 1)
            if (part := run[start:end]) != run and twice.get(part, 0) <= times * 1.3
        }
        return {
            run: times * (1 + math.log(self.run_spread[run])) * (1 + len(run) / 8)
            for run, times in twice.items()
            if run not in inner
        }

    def _surface(self, key: str) -> str:
        """A word as it is written most."""
        return self.shown[key].most_common(1)[0][0] if key in self.shown else key


def _phrases(text: str, language: str | None) -> Iterator[list[str]]:
    """Words beside each other with no stop word and no sign between them."""
    stops, phrase = _stops(language), list[str]()
    for found in _TOKEN.finditer(text):
        word = _tidy(found["word"]) if found.lastgroup == "word" else ""
        low = word.casefold()
        if len(word) >= _SHORTEST and low not in stops and fold(low) not in stops:
            phrase.append(word)
            continue
        if phrase:
            yield phrase
            phrase = []
    if phrase:
        yield phrase


def _tidy(word: str) -> str:
    return _CLINGING_END.sub("", _CLINGING_BEGIN.sub("", word))


def _runs(text: str) -> Iterator[str]:
    for found in _TOKEN.finditer(text):
        if found.lastgroup == "hangul":
            word = found["hangul"]  # particles cling to the end of a word
            yield from (word[:end] for end in range(2, min(len(word), _LONGEST_RUN) + 1))
        elif found.lastgroup == "run":
            yield from _parts(found["run"])


def _parts(run: str) -> Iterator[str]:
    shortest, longest = (4, _LONGEST_THAI) if run[0] < "\u2000" else (2, _LONGEST_RUN)
    for start in range(len(run) - 1):
        for end in range(start + shortest, min(start + longest, len(run)) + 1):
            part = run[start:end]
            if part[-1] in _CONNECTING or part[0] in _CONNECTING:
                continue
            if not _CONNECTING & set(part) and not _LEADING_VOWELS.search(part):
                yield part


@cache
def _stops(language: str | None) -> frozenset[str]:
    """Words that say nothing: of the language and of English, which is everywhere."""
    found: set[str] = set()
    for code in {(language or "en").split("-")[0], "en"}:
        if code in stop_words.LANGUAGE_MAPPING:
            found.update(_listed(code))
    return frozenset(found)


def _listed(code: str) -> Iterable[str]:
    return (word.casefold() for word in stop_words.get_stop_words(code))


@cache
def _key(word: str, language: str | None) -> str:
    """What different forms of a word have in common."""
    known = _STEMMED.get((language or "").split("-")[0])
    low = word.casefold()
    return fold(stemmer(known).stemWord(low) if known else low) or low


_STEMMED = {
    "en": "english", "de": "german", "es": "spanish", "fr": "french", "it": "italian",
    "nl": "dutch", "pt": "portuguese", "ru": "russian", "sv": "swedish",
}  # fmt: skip
