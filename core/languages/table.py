"""The languages Parley knows, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from core.errors import NotFound

_RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Thaa"})


@dataclass(frozen=True, slots=True)
class Language:
    """A language people can choose. `code` is what Parley stores everywhere."""

    code: str
    english: str
    own: str
    """What its speakers call it."""
    script: str
    """The script it is written in, ISO 15924 (Latn, Arab, Hans, ...)."""

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """The direction of its script, as HTML's `dir` wants it."""
        return "rtl" if self.script in _RIGHT_TO_LEFT else "ltr"


# code, English name, own name, script; by English name, as a list of choices shows them.
# The first block is what Firefox has models for, the second what language models can do.
_ROWS = """
ar|Arabic|العربية|Arab
az|Azerbaijani|Azərbaycanca|Latn
eu|Basque|Euskara|Latn
be|Belarusian|Беларуская|Cyrl
bn|Bangla|বাংলা|Beng
bs|Bosnian|Bosanski|Latn
bg|Bulgarian|Български|Cyrl
ca|Catalan|Català|Latn
zh|Chinese (Simplified)|简体中文|Hans
zh-Hant|Chinese (Traditional)|繁體中文|Hant
hr|Croatian|Hrvatski|Latn
cs|Czech|Čeština|Latn
da|Danish|Dansk|Latn
nl|Dutch|Nederlands|Latn
en|English|English|Latn
et|Estonian|Eesti|Latn
fi|Finnish|Suomi|Latn
fr|French|Français|Latn
gl|Galician|Galego|Latn
ka|Georgian|ქართული|Geor
de|German|Deutsch|Latn
el|Greek|Ελληνικά|Grek
gu|Gujarati|ગુજરાતી|Gujr
he|Hebrew|עברית|Hebr
hi|Hindi|हिन्दी|Deva
hu|Hungarian|Magyar|Latn
is|Icelandic|Íslenska|Latn
id|Indonesian|Bahasa Indonesia|Latn
it|Italian|Italiano|Latn
ja|Japanese|日本語|Jpan
kn|Kannada|ಕನ್ನಡ|Knda
ko|Korean|한국어|Kore
lv|Latvian|Latviešu|Latn
lt|Lithuanian|Lietuvių|Latn
mk|Macedonian|Македонски|Cyrl
ms|Malay|Bahasa Melayu|Latn
ml|Malayalam|മലയാളം|Mlym
mr|Marathi|मराठी|Deva
nb|Norwegian Bokmål|Norsk bokmål|Latn
nn|Norwegian Nynorsk|Norsk nynorsk|Latn
fa|Persian|فارسی|Arab
pl|Polish|Polski|Latn
pt|Portuguese|Português|Latn
ro|Romanian|Română|Latn
ru|Russian|Русский|Cyrl
sr|Serbian|Српски|Cyrl
sk|Slovak|Slovenčina|Latn
sl|Slovenian|Slovenščina|Latn
es|Spanish|Español|Latn
sq|Albanian|Shqip|Latn
sv|Swedish|Svenska|Latn
ta|Tamil|தமிழ்|Taml
te|Telugu|తెలుగు|Telu
th|Thai|ไทย|Thai
tr|Turkish|Türkçe|Latn
uk|Ukrainian|Українська|Cyrl
ur|Urdu|اردو|Arab
vi|Vietnamese|Tiếng Việt|Latn

af|Afrikaans|Afrikaans|Latn
am|Amharic|አማርኛ|Ethi
hy|Armenian|Հայերեն|Armn
my|Burmese|မြန်မာ|Mymr
eo|Esperanto|Esperanto|Latn
tl|Filipino|Filipino|Latn
ht|Haitian Creole|Kreyòl ayisyen|Latn
ha|Hausa|Hausa|Latn
ig|Igbo|Igbo|Latn
ga|Irish|Gaeilge|Latn
jv|Javanese|Jawa|Latn
kk|Kazakh|Қазақша|Cyrl
km|Khmer|ខ្មែរ|Khmr
rw|Kinyarwanda|Kinyarwanda|Latn
ckb|Kurdish (Sorani)|کوردیی ناوەندی|Arab
ku|Kurdish (Kurmanji)|Kurdî|Latn
ky|Kyrgyz|Кыргызча|Cyrl
lo|Lao|ລາວ|Laoo
la|Latin|Latina|Latn
lb|Luxembourgish|Lëtzebuergesch|Latn
mt|Maltese|Malti|Latn
mn|Mongolian|Монгол|Cyrl
ne|Nepali|नेपाली|Deva
or|Odia|ଓଡ଼ିଆ|Orya
ps|Pashto|پښتو|Arab
pa|Punjabi|ਪੰਜਾਬੀ|Guru
qu|Quechua|Runasimi|Latn
gd|Scottish Gaelic|Gàidhlig|Latn
sd|Sindhi|سنڌي|Arab
si|Sinhala|සිංහල|Sinh
so|Somali|Soomaali|Latn
su|Sundanese|Basa Sunda|Latn
sw|Swahili|Kiswahili|Latn
tg|Tajik|Тоҷикӣ|Cyrl
tt|Tatar|Татарча|Cyrl
ti|Tigrinya|ትግርኛ|Ethi
tk|Turkmen|Türkmençe|Latn
ug|Uyghur|ئۇيغۇرچە|Arab
uz|Uzbek|Oʻzbekcha|Latn
cy|Welsh|Cymraeg|Latn
wo|Wolof|Wolof|Latn
xh|Xhosa|isiXhosa|Latn
yi|Yiddish|ייִדיש|Hebr
yo|Yoruba|Yorùbá|Latn
zu|Zulu|isiZulu|Latn
"""


def _read(rows: str) -> dict[str, Language]:
    languages = [Language(*row.split("|")) for row in rows.split("\n") if row]
    languages.sort(key=lambda language: language.english)
    return {language.code: language for language in languages}


LANGUAGES: Mapping[str, Language] = MappingProxyType(_read(_ROWS))
"""Every language by its code, in the order of the English names."""


def get(code: str) -> Language:
    """The language of a code. Raises NotFound."""
    if code not in LANGUAGES:
        raise NotFound(f"Parley does not know the language {code!r}. Choose one of the list.")
    return LANGUAGES[code]
