"""What a person says outright to be remembered: "remember that I am a vegetarian".

Found without a model, in the main languages; nothing is guessed.
"""

from __future__ import annotations

import re

from core.memories.memory import LONGEST

_BEFORE = (
    # English
    r"(?:always )?(?:remember|keep in mind|make a note|note down|don['’]?t forget)"
    r"(?: this| for (?:me|later|next time|the future))?(?: that\b|:|,)",
    # Spanish, Portuguese, Italian, French, Catalan
    r"(?:recuerda|recuerde|acu[ée]rdate(?: de)?|ten en cuenta|tenga en cuenta|no olvides|no olvide)"
    r"(?: que\b|:)",
    r"(?:lembra-te|lembre-se|lembra|n[ãa]o te esque[çc]as|n[ãa]o (?:se )?esque[çc]a|tem em conta"
    r"|tenha em mente|guarda|guarde)(?: de)?(?: que\b|:)",
    r"(?:ricorda(?:ti)?|si ricordi|tieni (?:presente|a mente)|non dimenticare)(?: che\b|:)",
    r"(?:souviens-toi|souvenez-vous|rappelle-toi|rappelez-vous|retiens|retenez|n['’]oublie pas"
    r"|n['’]oubliez pas|note|notez)(?: bien)?(?: que\b| qu['’]|\s*:)",
    # German, Dutch, Swedish, Danish, Norwegian
    r"(?:merke? dir|merken sie sich|behalte|behalten sie|denk(?:e)? daran|denken sie daran"
    r"|vergiss nicht|vergessen sie nicht|notiere?(?: dir)?)(?: bitte)?(?:,? dass\b|:)",
    r"(?:onthoud|vergeet niet)(?:,? dat\b|:)",
    r"(?:kom ih[åa]g|husk|gl[öo]m inte|glem ikke)(?:,? (?:att|at)\b|:)",
    # Russian, Ukrainian, Polish, Turkish
    r"(?:запомни(?:те)?|имей(?:те)? в виду|не забудь(?:те)?|не забывай(?:те)?|помни(?:те)?)"
    r"(?:,? что\b|:)",
    r"(?:запам['’]ятай(?:те)?|не забудь(?:те)?)(?:,? що\b|:)",
    r"(?:zapamiętaj|pamiętaj|nie zapomnij)(?:,? że\b|:)",
    r"(?:unutma|hatırla|aklında tut)(?: ki\b|:|,)",
    # Arabic, Hindi
    r"(?:تذكر|تذكّر|تذكري|لا تنس[َىي]?|احفظ)(?: أن(?=ي|ن|\s)|:)",
    r"(?:याद रख(?:ो|ना|ें|िए|िएगा)|मत भूल(?:ो|ना|ें))(?: कि|:|,)",
    # Chinese
    r"(?:请|請)?(?:你)?(?:记住|記住|记得|記得|别忘了|別忘了|不要忘记|不要忘記)(?:，|,|：|:)?",
)
_BEHIND = (
    # Japanese and Korean say it at the end.
    r"(?:という)?(?:こと)?を?、?(?:覚えておいて|覚えといて|覚えて|忘れないで)(?:ください|くださいね|ね|よ)?",
    r"(?:는|다는|라는|(?<=다)고|(?<=라)고)?\s*(?:것을|걸|거)?\s*(?:기억해\s*(?:줘|주세요|두세요|둬)?|잊지\s*마(?:세요)?)",
)
_POLITE = (
    r"(?:(?:please|por favor|s['’]il (?:te|vous) pla[îi]t|bitte|per favore|alsjeblieft|proszę"
    r"|пожалуйста|من فضلك|कृपया|请|請|also|and|by the way|ok|okay|hey|hi|hello)[,!]?\s*){0,2}"
)
_LEADS = re.compile(rf"^\s*{_POLITE}(?:{'|'.join(_BEFORE)})\s*(?P<fact>.+)$", re.IGNORECASE)
_TRAILS = re.compile(rf"^(?P<fact>.+?)(?:{'|'.join(_BEHIND)})[。.!！]*$")
_SENTENCE = re.compile(
    # A full stop within a number or behind a short name ("St.", "Dr.") ends nothing.
    r"(?:\b[A-Z]\w{0,2}\.(?=\s)|[.!?](?=[^\s.!?])|[^.!?。！？\n])+[.!?。！？]?"
)


def said(text: str) -> list[str]:
    """What `text` asks to remember, a sentence each; mostly nothing."""
    found = []
    for sentence in _SENTENCE.findall(text):
        match = _LEADS.match(sentence) or _TRAILS.match(sentence.strip())
        fact = match["fact"].strip(" ,，、:：") if match else ""
        if fact and len(fact) <= LONGEST and not sentence.rstrip().endswith(("?", "？", "؟")):
            found.append(fact[:1].upper() + fact[1:])
    return found
