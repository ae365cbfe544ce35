"""What is never learned of anybody: health, religion, politics, sexuality, ethnicity.

The special categories of personal data of Article 9 of the GDPR. A topic that touches one in any
of the main languages is left out, though it may be harmless: nothing is lost but a guess.
"""

from __future__ import annotations

import re

_STEMS = (
    # Health
    r"health|illness|disease|diagnos|symptom|therap|depress|anxiet|cancer|diabet|\bhiv\b|\baids\b"
    r"|\badhd\b|autis|bipolar|epilep|asthma|pregnan|abortion|miscarriage|infertil|medicat"
    r"|antidepress"
    r"|addict|alcoholi|disabilit|chronic|surgery|psychiatr|suicid|self-harm|eating disorder|obes"
    r"|\bpain\b|migraine|dementia|alzheimer|parkinson|menopaus|patient|tumou?r|\bdrug|overdose",
    r"gesundheit|krank|diagnose|therapie|depress|angstst|krebs|schwanger|abtreib|behinder|sucht"
    r"|psych|selbstmord|schmerz|medikament",
    r"salud|enferm|c[áa]ncer|embaraz|abort|discapac|adicci|ansiedad|suicid|medicament|dolor",
    r"sant[ée]\b|malad|d[ée]pressi|grossesse|avortement|handicap|anxi[ée]t[ée]|douleur",
    r"sa[úu]de|doen[çc]a|gravidez|malatti|salute|gravidanza|gezondheid|ziekte|zdrowi|chorob",
    r"здоров|болезн|рак\b|беремен|депресс|тревожн|инвалид|лекарств|건강|질병|우울|임신|암\b",
    r"病|健康|鬱|うつ|がん|癌|妊娠|怀孕|懷孕|抑郁|抑鬱|治疗|治療|薬|صحة|مرض|حمل|स्वास्थ्य|बीमारी",
    # Religion and belief
    r"relig|christian|catholic|protestant|church|bible|jesus|islam|muslim|quran|koran"
    r"|mosque|ramadan"
    r"|halal|kosher|jewish|juda|synagog|torah|hindu|buddh|sikh|atheis|agnostic|prayer|praying|faith"
    r"|mormon|jehovah|spiritual|\bgod\b",
    r"kirche|glaube|christlich|katholi|evangelisch|j[üu]disch|moschee|gebet|iglesia"
    r"|cat[óo]lic|jud[íi]|musulm"
    r"|mezquita|[ée]glise|juif|juive|mosqu[ée]e|pri[èe]re|igreja|chiesa|preghier|церк|религ"
    r"|ислам|мусульм"
    r"|еврей|православ|宗教|教会|教會|佛教|イスラム|キリスト|神道|기독|불교|이슬람|دين"
    r"|إسلام|مسجد|صلاة|धर्म|मंदिर",
    # Politics and unions
    r"politic|election|\bvot(?:e|es|er|ers|ing)\b|democrat|republican|\bgop\b|labou?r party"
    r"|conservativ"
    r"|liberal|socialis|communis|fascis|leftist|left-wing|right-wing|\btrump\b|\bbiden\b"
    r"|trade union|protest"
    r"|activis|brexit|nationalis|feminis|parliament|immigra|\bpro-life\b|\bpro-choice\b",
    r"politik|wahl(?:en|kampf)?\b|partei|gewerkschaft|\b(?:cdu|csu|spd|afd)\b|gr[üu]ne\b|linke\b"
    r"|pol[íi]tic|elecci|partido|sindicat|politique|[ée]lection|parti\b|syndicat|elei[çc]"
    r"|elezion|полит|выбор\w* презид"
    r"|парти[яию]|政治|选举|選挙|選舉|政党|政黨|정치|선거|سياس|انتخاب|राजनीति|चुनाव",
    # Sexuality and gender
    r"sexual|\bsex\b|\bgay\b|lesbian|\bbisex|\bqueer\b|\blgbt|homosex|transgender"
    r"|\btrans (?:man|woman|person)"
    r"|non-?binary|coming out|gender|fetish|porn|\bkink|erotic|grindr|libido|virginity",
    r"schwul|lesbisch|sexualit|sexo\b|sexe\b|sesso\b|сексу|гей\b|лесби|トランス|同性|性的"
    r"|同志|성소수|동성|جنس|समलैंगिक",
    # Ethnicity and origin
    r"ethnic|\brac(?:e|ial|ism|ist)\b|\broma\b|gypsy|indigenous|african[- ]american"
    r"|black people|white people"
    r"|asian[- ]american|latino|latina|hispanic|\barab\b|kurd|refugee|asylum|migrant"
    r"|citizenship|ancestry|caste\b",
    r"ethni|herkunft|rasse\b|fl[üu]chtling|étni|raza\b|refugiad|réfugié|origine|беженец"
    r"|этнич|национальност"
    r"|民族|人种|人種|难民|難民|민족|난민|عرق|لاجئ|जाति",
)
_SENSITIVE = re.compile("|".join(_STEMS), re.IGNORECASE)


def is_sensitive(topic: str) -> bool:
    """Whether a topic may say something of a person that nobody should guess."""
    return _SENSITIVE.search(topic) is not None
