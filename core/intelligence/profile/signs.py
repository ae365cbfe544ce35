"""Signs in a message of how its writer likes to be answered. Found without a model, in the main
languages; where a message says nothing of it, there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from core.intelligence.profile.insight import Kind, Why

ASKS_WITHIN = 70
"""Characters up to which "shorter, please" is about the reply, not about a text to be written."""


class Sign(NamedTuple):
    """What a message shows, and how strongly."""

    kind: Kind
    value: str
    weight: float
    why: Why


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)


_LASTING = {
    "short": _any(
        r"\b(?:keep|make|give) (?:all )?(?:your|the) (?:answers|replies|responses) (?:short"
        r"|brief|concise)",
        r"\balways (?:answer|reply|respond) (?:briefly|shortly|concisely|in one)",
        r"\bantworte (?:mir )?(?:immer|bitte immer|stets) kurz", r"\bfass dich (?:immer )?kurz",
        r"\b(?:responde|contesta) siempre (?:brevemente|corto|en corto)",
        r"\br[ée]ponds?(?:ez)? toujours (?:bri[èe]vement|en bref)",
        r"\bresponda sempre (?:brevemente|de forma curta)",
        r"\brispondi sempre (?:brevemente|in breve)",
        r"всегда отвечай(?:те)? кратко", r"いつも(?:短く|簡潔に)", r"(?:总是|以后都?)(?:简短|简洁)",
        r"항상 짧게",
    ),
    "long": _any(
        r"\balways (?:answer|reply|explain) (?:in detail|at length|thoroughly)",
        r"\bantworte (?:mir )?(?:immer|stets) ausf[üu]hrlich",
        r"\bresponde siempre con (?:m[áa]s )?detalle",
        r"\br[ée]ponds?(?:ez)? toujours en d[ée]tail",
        r"всегда отвечай(?:те)? подробно", r"いつも詳しく", r"总是详细",
    ),
}  # fmt: skip
_ASKED: dict[tuple[Kind, str], re.Pattern[str]] = {
    ("length", "short"): _any(
        r"\b(?:shorter|briefer|more concise|too long|be brief|be concise|keep it (?:short|brief)"
        r"|in a nutshell|tl;?dr|briefly|short answer|in (?:one|two|a few) (?:sentences?"
        r"|words|lines))\b",
        r"\b(?:k[üu]rzer|zu lang|fass dich kurz|kurz (?:und knapp|bitte)|kurze antwort"
        r"|in (?:einem|zwei|wenigen) (?:s[äa]tz\w*|worten))\b",
        r"\b(?:m[áa]s (?:corto|breve)|demasiado largo|s[ée] breve|en pocas palabras|brevemente)\b",
        r"\b(?:plus (?:court|bref)|trop long|sois bref|soyez bref|en bref|en quelques mots)\b",
        r"\b(?:mais (?:curto|breve)|muito longo|s[êe]ja? breve|em poucas palavras|resumidamente)\b",
        r"\b(?:pi[ùu] (?:breve|corto)|troppo lungo|sii breve|in breve|in poche parole)\b",
        r"\b(?:korter|te lang|in het kort)\b", r"\b(?:kr[óo]cej|za d[łl]ugo|w skr[óo]cie)\b",
        r"\b(?:короче|покороче|слишком длинно|кратко|в двух словах|коротше|стисло)\b",
        r"\b(?:daha k[ıi]sa|[çc]ok uzun|k[ıi]saca)\b",
        r"もっと短く|短くして|短めに|手短に|簡潔に|長すぎ",
        r"短一点|短一點|简短|簡短|简洁|簡潔|太长了|太長了",
        r"더 짧게|짧게|간단히|너무 길",
        r"أقصر|باختصار|طويل جدا",
        r"संक्षेप में|छोटा जवाब|बहुत लंबा",
    ),
    ("length", "long"): _any(
        r"\b(?:longer|more detail(?:s|ed)?|in (?:more )?detail|too short|elaborate"
        r"|more thorough(?:ly)?)\b",
        r"\b(?:l[äa]nger|ausf[üu]hrlich(?:er)?|zu kurz|genauer|mehr details|detaillierter)\b",
        r"\b(?:m[áa]s (?:largo|detalles?|detallado)|demasiado corto|con detalle)\b",
        r"\b(?:plus (?:long|d[ée]taill[ée]|de d[ée]tails)|trop court|en d[ée]tail)\b",
        r"\b(?:mais (?:longo|detalhes|detalhado)|muito curto|em detalhe)\b",
        r"\b(?:pi[ùu] (?:lungo|dettagli|dettagliato)|troppo corto)\b",
        r"\b(?:langer|te kort|meer detail)\b",
        r"\b(?:подробнее|поподробнее|слишком коротко|детальніше)\b",
        r"\bdaha (?:uzun|detayl[ıi])\b",
        r"もっと(?:長く|詳しく)|詳しく", r"详细一点|更详细|詳細一點|太短了", r"더 자세히|자세하게",
        r"بالتفصيل|أطول", r"विस्तार से",
    ),
    ("formality", "informal"): _any(
        r"\b(?:less formal|more casual|be casual|too formal|informal(?:ly)?,? please)\b",
        r"\b(?:duz mich|du kannst (?:mich duzen|du sagen)|sag du|weniger f[öo]rmlich|lockerer)\b",
        r"\b(?:tut[ée]ame|menos formal|tutoie-moi|tu peux me tutoyer|moins formel|dammi del tu)\b",
        r"давай(?:те)? на ты|タメ口で|반말로",
    ),
    ("formality", "formal"): _any(
        r"\b(?:more formal(?:ly)?|too casual|too informal|formally,? please)\b",
        r"\b(?:siezen sie mich|f[öo]rmlicher|m[áa]s formal|plus formel|vouvoyez-moi"
        r"|pi[ùu] formale)\b",
        r"敬語で|丁寧に|존댓말로|официальнее",
    ),
    ("form", "code"): _any(
        r"\b(?:just|only) (?:the )?code\b|\bcode only\b|\bshow me (?:the )?code\b",
        r"\bnur (?:den )?code\b|\bzeig mir den code\b|\bsolo (?:el )?c[óo]digo\b|\bjuste le code\b",
        r"\bs[óo] o c[óo]digo\b|\bsolo il codice\b|\bтолько код\b|コードだけ|只要代码|코드만",
    ),
    ("form", "prose"): _any(
        r"\b(?:no|without|fewer) (?:code|bullets?|bullet points|lists?|headings)\b|\bin prose\b"
        r"|\bin (?:plain )?words\b|\b(?:in )?full sentences\b",
        r"\bohne (?:code|listen?|stichpunkte)\b|\bkeine (?:listen?|stichpunkte|aufz[äa]hlung)"
        r"|\bflie[ßs]+text\b|\bin ganzen s[äa]tzen\b",
        r"\bsin (?:c[óo]digo|listas|vi[ñn]etas)\b|\ben prosa\b|\bsans (?:code|listes?|puces)\b"
        r"|\bsem (?:c[óo]digo|listas)\b|\bsenza (?:codice|elenchi)\b|\bбез (?:кода|списков)\b",
        r"箇条書き(?:なし|じゃなく|ではなく|をやめ)|文章で(?:お願い|書いて)|不要(?:代码"
        r"|列表)|목록 없이",
    ),
}  # fmt: skip
_WRITES: dict[tuple[Kind, str], re.Pattern[str]] = {
    ("form", "code"): _any(
        r"```",
        r"\b(?:write|show|give)(?: me)? (?:\w+ ){0,4}(?:code|script|function|snippet|regex"
        r"|sql query)\b",
        r"\b(?:schreib|zeig)\w*(?: mir)? (?:\w+ ){0,4}(?:code|skript|funktion|regex)\b",
        r"\b(?:escr[íi]be|mu[ée]stra)\w* (?:\w+ ){0,4}(?:c[óo]digo|script|funci[óo]n)\b",
        r"\b[ée]cri\w* (?:\w+ ){0,4}(?:code|script|fonction)\b",
        r"(?:コード|関数|スクリプト)を書いて|写(?:一个|一段)?(?:代码|函数|脚本)"
        r"|코드를? (?:작성|짜)",
    ),
    ("formality", "informal"): _any(
        r"^(?:hey|hiya|yo|sup|heya)\b",
        r"\b(?:lol|lmao|thx|pls|plz|gonna|wanna|gotta|dunno|btw|haha+)\b",
        r"\b(?:kannst|weißt|hast|könntest|magst) du\b|\b(?:dein|dir|dich)\b|^(?:hallöchen"
        r"|moin|servus|na)\b",
        r"\b(?:puedes|sabes|podr[íi]as|tienes|oye)\b",
        r"\b(?:peux-tu|tu peux|tu sais|salut|stp|as-tu)\b",
        r"\b(?:vc|valeu|oi|voc[êe] pode)\b", r"\b(?:puoi|sai|potresti|ciao)\b",
        r"\b(?:привет|ты можешь|спс|тебя|тебе)\b",
        r"(?:教えて|だよ|じゃん|してよ|って何)[？?!！。w]*$",
        r"(?:해줘|알려줘|뭐야)[?!.]*$", r"[\U0001F600-\U0001F64F]",
    ),
    ("formality", "formal"): _any(
        r"^(?:dear|good (?:morning|afternoon|evening))\b",
        r"\b(?:kindly|sincerely|i would (?:be grateful|appreciate)"
        r"|would you be so kind|may i ask|best regards|could you please)\b",
        r"\b(?:sehr geehrte|k[öo]nnten sie|w[üu]rden sie|bitte teilen sie|mit freundlichen)\b",
        r"\b(?:usted|podr[íi]a usted|estimad[oa]|le agradecer[íi]a)\b",
        r"\b(?:pourriez-vous|veuillez|je vous prie|cordialement|s['’]il vous pla[îi]t)\b",
        r"\b(?:prezad[oa]|o senhor|a senhora|agradeceria)\b",
        r"\b(?:gentile|la ringrazio|potrebbe lei|egregio)\b",
        r"\b(?:здравствуйте|не могли бы вы|уважаем\w+|будьте добры)\b",
        r"(?:いただけますか|くださいませ|でしょうか|お願いいたします|お願い致します)",
        r"您|请问|請問|敬请",
        r"(?:습니다|십시오|주시겠습니까|주시겠어요)[?.!]*$",
    ),
}  # fmt: skip
_ASKS, _ALWAYS, _SHOWS = 1.0, 3.0, 0.5


def signs(text: str) -> Iterator[Sign]:
    """What a message shows of how its writer likes to be answered."""
    shown: set[tuple[Kind, str]] = set()
    for value, pattern in _LASTING.items():
        if pattern.search(text):
            shown.add(("length", value))
            yield Sign("length", value, _ALWAYS, "asked")
    if len(text) <= ASKS_WITHIN:
        yield from _found(_ASKED, text, shown, _ASKS, "asked")
    yield from _found(_WRITES, _spoken(text), shown, _SHOWS, "said")


def _found(
    patterns: dict[tuple[Kind, str], re.Pattern[str]],
    text: str,
    shown: set[tuple[Kind, str]],
    weight: float,
    why: Why,
) -> Iterator[Sign]:
    """What is found of one kind alone: a message that shows both shows neither."""
    found = [sign for sign, pattern in patterns.items() if pattern.search(text)]
    kinds = [kind for kind, _ in found]
    for kind, value in found:
        if kinds.count(kind) == 1 and kind not in {one for one, _ in shown}:
            yield Sign(kind, value, weight, why)
    shown.update(found)


def _spoken(text: str) -> str:
    """What of a message is likely to be said to the reader: its beginning and its end."""
    return text if len(text) <= 600 else f"{text[:300]}\n{text[-300:]}"


LONG, BRIEF = 1_200, 300
"""Characters of a reply from which it is a long one, and up to which it is a short one."""


def of_reaction(kind: str, reply: str) -> Sign | None:
    """What it says of somebody that they liked or disliked a reply."""
    pleased = kind in ("like", "love")
    if kind not in ("like", "love", "dislike") or BRIEF < len(reply) < LONG:
        return None
    brief = len(reply) <= BRIEF
    return Sign("length", "short" if brief == pleased else "long", 0.4, "reaction")


def of_choice(chosen: int, others: float) -> Sign | None:
    """What it says that of several replies they went on from one of `chosen` characters; the
    others had that many on average."""
    if others <= 0 or chosen <= 0 or 0.6 < chosen / others < 1 / 0.6:
        return None
    return Sign("length", "short" if chosen < others else "long", 0.4, "choice")
