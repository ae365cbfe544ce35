"""Short chat lines a statistical detector cannot place, beside the phrases: by language.

A line listed in several languages is ambiguous on purpose: then the language its writer
has chosen decides.
"""

from __future__ import annotations

import re

from core.languages import phrases

_LINES = {
    "en": "good evening, sure, cool, great, nice, fine, awesome, who, what, where, when, why, how, "
    "wait, brb, lol, right, perfect, excuse me, i see, not yet, see you, see ya, really, "
    "sounds good, no problem, got it, hello everyone, on my way",
    "es": "buenas, buenas tardes, buenas noches, si, vale, bueno, genial, perfecto, hasta luego, "
    "nos vemos, ya, ya voy, qué, quién, dónde, cuándo, cómo, por qué, qué tal, que tal, nada, "
    "bienvenido, amigo, jaja, mañana, hoy, aquí",
    "fr": "salut, bonsoir, ouais, ok merci, à bientôt, d'accord, super, parfait, voilà, quoi, qui, "
    "où, quand, comment, pourquoi, ça va, bienvenue, demain, aujourd'hui, ici",
    "de": "guten tag, guten abend, doch, bitte, sorry, bis bald, bis später, genau, alles klar, "
    "gut, super, perfekt, was, wer, wo, wann, wie, warum, na gut, morgen, heute, hier",
    "pt": "boa tarde, boa noite, até logo, até mais, beleza, tudo bem, tudo bom, perfeito, legal, "
    "o quê, quem, onde, quando, como, por quê, porque, nada, quanto custa, pois é, tá, tá bom, "
    "bem-vindo, amanhã, hoje, aqui, amigo",
    "it": "buonasera, prego, si, a presto, va bene, perfetto, bene, cosa, chi, dove, quando, "
    "come, perché, dai, allora, benvenuto, domani, oggi, qui, amico",
    "nl": "goedemiddag, goedenavond, prima, goed, wat, wie, waar, wanneer, waarom, tot morgen",
    "pl": "proszę, dobrze, jasne, co, kto, gdzie, kiedy, jak, dlaczego, jutro",
    "sv": "bra, vad, vem, var, när, hur, varför, välkommen",
    "nb": "bra, hva, hvem, hvor, når, hvordan, hvorfor, velkommen",
    "da": "godt, hvad, hvem, hvor, hvornår, hvordan, hvorfor, velkommen",
    "fi": "hyvä, mitä, kuka, missä, milloin, miksi",
    "cs": "prosím, dobře, co, kdo, kde, kdy, jak, proč",
    "ro": "bine, ce, cine, unde, când, cum, de ce",
    "hu": "jó, mi, ki, hol, mikor, hogyan, miért",
    "tr": "tamam, peki, ne, kim, nerede, nasıl, neden, görüşürüz, hoş geldiniz",
    "id": "baik, apa, siapa, di mana, kapan, bagaimana, kenapa, sampai jumpa",
    "vi": "dạ, được, ừ, không có",
    "sw": "habari, jambo, ndiyo, hapana, asante, karibu",
    "ru": "добрый день, добрый вечер, хорошо, ладно, пожалуйста, что, кто, где, когда, как, "
    "почему, не за что, завтра, сегодня",
    "uk": "добрий день, добрий вечір, добре, гаразд, що, хто, де, коли, як, чому",
    "bg": "здравей, здрасти, добро утро, да, не, благодаря, моля, извинявай, чао, добре, какво",
    "sr": "здраво, добро јутро, да, не, хвала, молим, извини, ћао, добро, шта, ко, где",
    "ar": "اهلا, سلام, مساء الخير, عفوا, حسنا, تمام, ماذا, أين",
    "fa": "خوب, باشه, چی, کجا",
    "ur": "جی, ٹھیک ہے",
    "hi": "ठीक है, अच्छा, क्या, कौन, कहाँ, स्वागत है",
    "ja": "了解, 大丈夫, 元気, 今日, 明日, 本当",
    "zh": "好, 好的, 行, 没事",
}
_ANYWHERE = frozenset(
    {"ok", "okay", "okey", "oki", "wow", "hm", "hmm", "mm", "oh", "ah", "uff", "k"}
)
_LANGUAGES_OF = {
    line: frozenset(code for code, lines in _LINES.items() if line in lines.split(", "))
    for line in {line for lines in _LINES.values() for line in lines.split(", ")}
}

_LAUGHTER = re.compile(
    r"(?:(?:(?:[hj][aeio]){2,}[hj]?|(?:ha|ja|ah|rs|ха|ах|хи|хе){2,}х?|k{3,}|w{2,}|lo+l|lmf?ao+|x+d+"
    r"|[哈呵嘿]{2,}|[ㅋㅎㅠㅜ]+|ه{3,})[\s.!]*)+",
    re.IGNORECASE,
)


def languages_of(line: str) -> frozenset[str] | None:
    """Languages in which `line` (any case and punctuation) is a common thing to say.

    Empty for what is said anywhere ("ok"); None for a line that is not listed.
    """
    bare = phrases.plain(line)
    if bare in _ANYWHERE:
        return frozenset()
    return (phrases.languages_of(bare) | _LANGUAGES_OF.get(bare, frozenset())) or None


def is_laughter(line: str) -> bool:
    """Whether there is nothing but laughter in it, which needs no translation."""
    return _LAUGHTER.fullmatch(line.strip()) is not None
