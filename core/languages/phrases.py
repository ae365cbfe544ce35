"""What people say first, in many languages: too short for a detector or a translation model.

A small model makes "Obrigado por" of "Thanks"; it needs a sentence. So these lines are
looked up instead, and they work for languages whose model was never fetched.
"""

from __future__ import annotations

import re

# One line per language, one field per meaning, in the order of the first line. In a field
# the first is what we say, the others are understood too; what stands in parentheses is
# only said, because its speakers may mean something else by it.
_PHRASES = """
en: hello, hi, hey, hi there | good morning | good night | goodbye, bye, bye bye | see you tomorrow | yes, yeah, yep | no, nope | thank you, thanks, thx | thank you very much, thanks a lot, many thanks | you're welcome | please | sorry, i'm sorry | how are you? | of course | maybe, perhaps | (welcome) | congratulations, congrats | me too | I don't understand, i do not understand | one moment, just a moment | nice to meet you | happy birthday | good luck
es: hola | buenos días, buen día | (buenas noches) | adiós, chao, chau | hasta mañana, nos vemos mañana | sí | no | gracias | muchas gracias | de nada | por favor | lo siento, perdón, perdona | ¿cómo estás?, como estas | claro, por supuesto, claro que sí | quizás, tal vez, quizá | (bienvenido) | felicidades, enhorabuena | yo también | no entiendo | un momento | mucho gusto, encantado, encantada | feliz cumpleaños | buena suerte, suerte
fr: bonjour, coucou, (salut) | (bonjour) | bonne nuit | au revoir | à demain | oui | non | merci | merci beaucoup, un grand merci | de rien, je vous en prie, je t'en prie | s'il vous plaît, s'il te plaît, stp, svp | désolé, désolée, pardon | comment ça va ?, comment vas-tu, comment allez-vous | bien sûr | peut-être | (bienvenue) | félicitations | moi aussi | je ne comprends pas | un instant, un moment | enchanté, enchantée | joyeux anniversaire, bon anniversaire | bonne chance
de: hallo, hi, moin, servus | guten morgen | gute nacht | tschüss, auf wiedersehen | bis morgen | ja | nein | danke | vielen dank, danke schön, dankeschön | gern geschehen | (bitte) | entschuldigung, tut mir leid | wie geht es dir?, wie geht's, wie geht's dir, wie geht es ihnen | natürlich, klar | vielleicht | (willkommen) | glückwunsch, herzlichen glückwunsch | ich auch | ich verstehe nicht | einen moment, moment | freut mich | alles Gute zum Geburtstag | viel Glück
pt: olá, oi, ola | bom dia | (boa noite) | tchau, adeus | até amanhã | sim | não, nao | obrigado, obrigada, valeu, brigado | muito obrigado, muito obrigada | de nada | por favor | desculpe, desculpa, sinto muito | como você está?, como vai, como está, como vai você | claro, com certeza | talvez | (bem-vindo) | parabéns | eu também | não entendo, não entendi | um momento, um instante | prazer em conhecê-lo, muito prazer | feliz aniversário | boa sorte
it: ciao, salve | buongiorno | buonanotte, buona notte | arrivederci | a domani | sì | no | grazie | grazie mille, molte grazie | (prego) | per favore, per piacere | scusa, scusi, mi dispiace | come stai?, come sta | certo, certamente | forse | (benvenuto) | congratulazioni, complimenti | anch'io | non capisco | un momento, un attimo | piacere di conoscerti, piacere | buon compleanno | buona fortuna, in bocca al lupo
nl: hallo, hoi | goedemorgen | welterusten, goedenacht | tot ziens, doei, dag | tot morgen | ja | nee | bedankt, dank je, dank u | dank je wel, heel erg bedankt | graag gedaan | alsjeblieft, alstublieft | sorry | hoe gaat het? | natuurlijk | misschien | (welkom) | gefeliciteerd | ik ook | ik begrijp het niet | een moment, momentje | aangenaam kennis te maken | fijne verjaardag | veel succes
pl: cześć, hej, dzień dobry | (dzień dobry) | dobranoc | do widzenia, pa | do jutra | tak | nie | dziękuję, dzięki | dziękuję bardzo, bardzo dziękuję | nie ma za co | (proszę) | przepraszam | jak się masz?, co słychać | oczywiście | może | (witamy) | gratulacje | ja też | nie rozumiem | chwileczkę | miło cię poznać, miło mi | wszystkiego najlepszego | powodzenia
sv: hej, hejsan | god morgon | god natt | hej då, adjö | vi ses imorgon | ja | nej | tack | tack så mycket | varsågod | (snälla) | förlåt | hur mår du? | självklart, så klart | kanske | (välkommen) | grattis | jag också | jag förstår inte | ett ögonblick | trevligt att träffas | grattis på födelsedagen | lycka till
nb: hei | god morgen | god natt | ha det | vi ses i morgen | ja | nei | takk | tusen takk, mange takk | bare hyggelig | (vær så snill) | beklager, unnskyld | hvordan har du det? | selvfølgelig | kanskje | (velkommen) | gratulerer | jeg også | jeg forstår ikke | et øyeblikk | hyggelig å møte deg | gratulerer med dagen | lykke til
da: hej | godmorgen | godnat | farvel, hej hej | vi ses i morgen | ja | nej | tak | mange tak | selv tak | (vær så venlig) | undskyld | hvordan har du det? | selvfølgelig | måske | (velkommen) | tillykke | også mig | jeg forstår det ikke | et øjeblik | rart at møde dig | tillykke med fødselsdagen | held og lykke
fi: hei, moi, terve | hyvää huomenta, huomenta | hyvää yötä | näkemiin, hei hei | nähdään huomenna | kyllä, joo | ei | kiitos | kiitos paljon | ole hyvä | (ole kiltti) | anteeksi | mitä kuuluu? | tietenkin, totta kai | ehkä | (tervetuloa) | onnea, onneksi olkoon | minä myös, mä myös | en ymmärrä | hetkinen | hauska tavata | hyvää syntymäpäivää | lykkyä tykö
cs: ahoj, dobrý den | dobré ráno | dobrou noc | na shledanou | uvidíme se zítra | ano, jo | ne | děkuji, díky | mockrát děkuji, děkuji moc | není zač | (prosím) | promiň, promiňte, omlouvám se | jak se máš? | samozřejmě | možná | (vítejte) | gratuluji | já taky | nerozumím | moment, okamžik | rád tě poznávám, těší mě | všechno nejlepší | hodně štěstí
ro: bună, salut, bună ziua | bună dimineața | noapte bună | la revedere, pa | ne vedem mâine, pe mâine | da | nu | mulțumesc, mersi | mulțumesc mult, mulțumesc foarte mult | cu plăcere | te rog, vă rog | îmi pare rău, scuze | ce mai faci? | desigur, bineînțeles | poate | (bine ai venit) | felicitări | și eu | nu înțeleg | un moment | încântat de cunoștință | la mulți ani | mult noroc
hu: szia, helló, sziasztok | jó reggelt | jó éjszakát | viszlát, viszontlátásra | holnap találkozunk | igen | nem | köszönöm, köszi | nagyon köszönöm, köszönöm szépen | szívesen | (kérem) | bocsánat, sajnálom | hogy vagy? | persze, természetesen | talán | (üdvözlöm) | gratulálok | én is | nem értem | egy pillanat | örülök a találkozásnak | boldog születésnapot | sok szerencsét
tr: merhaba, selam | günaydın | iyi geceler | hoşça kal, hoşçakal, güle güle | yarın görüşürüz | evet | hayır | teşekkürler, teşekkür ederim, sağ ol | çok teşekkürler, çok teşekkür ederim | rica ederim | lütfen | üzgünüm, özür dilerim, pardon | nasılsın?, nasılsınız | tabii ki, elbette | belki | (hoş geldiniz) | tebrikler | ben de | anlamıyorum | bir dakika | memnun oldum, tanıştığımıza memnun oldum | doğum günün kutlu olsun | iyi şanslar, bol şans
id: halo, hai | selamat pagi | selamat malam | selamat tinggal, dah | sampai jumpa besok | ya, iya | tidak, nggak | terima kasih, makasih | terima kasih banyak | sama-sama | tolong | maaf | apa kabar? | tentu saja, tentu | mungkin | (selamat datang) | selamat | saya juga, aku juga | saya tidak mengerti | sebentar | senang bertemu denganmu | selamat ulang tahun | semoga berhasil
vi: xin chào, chào, chào bạn | chào buổi sáng | chúc ngủ ngon | tạm biệt | hẹn gặp lại ngày mai | vâng, có | không | cảm ơn, cám ơn, cảm ơn bạn | cảm ơn rất nhiều, cảm ơn nhiều | không có gì | (làm ơn) | xin lỗi | bạn khỏe không? | tất nhiên | có thể, có lẽ | (chào mừng) | chúc mừng | tôi cũng vậy | tôi không hiểu | chờ một chút | rất vui được gặp bạn | chúc mừng sinh nhật | chúc may mắn
el: γεια σου, γεια, γεια σας | καλημέρα | καληνύχτα | αντίο | τα λέμε αύριο | ναι | όχι | ευχαριστώ | ευχαριστώ πολύ | (παρακαλώ) | (παρακαλώ) | συγγνώμη | τι κάνεις?, πώς είσαι | φυσικά, βεβαίως | ίσως | (καλώς ήρθατε) | συγχαρητήρια | κι εγώ, και εγώ | δεν καταλαβαίνω | μια στιγμή | χάρηκα | χρόνια πολλά | καλή τύχη
ru: привет, здравствуйте, здравствуй | доброе утро | спокойной ночи | до свидания, пока | до завтра, увидимся завтра | да | нет | спасибо | большое спасибо, спасибо большое | (не за что) | (пожалуйста) | извините, извини, простите, прости | как дела?, как ты | конечно | может быть, возможно | (добро пожаловать) | поздравляю | я тоже | я не понимаю, не понимаю | минутку, одну минуту | приятно познакомиться | с днём рождения, с днем рождения | удачи
uk: привіт, вітаю, здрастуйте | доброго ранку, добрий ранок | на добраніч | до побачення, бувай | до завтра | так | ні | дякую | дуже дякую | (нема за що) | будь ласка | вибач, вибачте, пробач | як справи? | звичайно, звісно | можливо, може бути | (ласкаво просимо) | вітаю | я теж, я також | я не розумію, не розумію | хвилинку | приємно познайомитися | з днем народження | удачі, щасти
ar: مرحبا, أهلا, السلام عليكم, مرحباً | صباح الخير | تصبح على خير | مع السلامة, وداعا | أراك غدا, أراك غدًا | نعم | لا | شكرا, شكرًا, شكراً | شكرا جزيلا, شكرًا جزيلًا | (على الرحب والسعة) | من فضلك, لو سمحت | آسف, أنا آسف | كيف حالك؟ | بالطبع, طبعا | ربما | (أهلا وسهلا) | مبروك, تهانينا | وأنا أيضا, أنا أيضا | لا أفهم | لحظة, لحظة واحدة | تشرفت بلقائك, تشرفنا | عيد ميلاد سعيد | حظا سعيدا, بالتوفيق
fa: سلام, درود | صبح بخیر | شب بخیر | خداحافظ | فردا می‌بینمت | بله, آره | نه | ممنون, مرسی, متشکرم | خیلی ممنون | خواهش می‌کنم | لطفا, لطفاً | ببخشید, متاسفم | حالت چطوره؟, چطوری | البته, حتما | شاید | (خوش آمدید) | تبریک, مبارک باشه | من هم, منم | نمی‌فهمم, متوجه نمی‌شوم | یک لحظه | خوشبختم, از آشنایی با شما خوشبختم | تولدت مبارک | موفق باشی
ur: السلام علیکم, سلام | صبح بخیر | شب بخیر | خدا حافظ | کل ملیں گے | جی ہاں, ہاں | نہیں | شکریہ | بہت شکریہ, بہت بہت شکریہ | کوئی بات نہیں | براہ کرم | معاف کیجیے, معذرت | آپ کیسے ہیں؟ | یقیناً, بالکل | شاید | (خوش آمدید) | مبارک ہو | میں بھی | میں نہیں سمجھا | ایک منٹ | آپ سے مل کر خوشی ہوئی | سالگرہ مبارک | گڈ لک
he: שלום, היי | בוקר טוב | לילה טוב | להתראות, ביי | נתראה מחר | כן | לא | תודה | תודה רבה | על לא דבר, אין בעד מה | (בבקשה) | סליחה, מצטער, מצטערת | מה שלומך?, מה נשמע | כמובן, בטח | אולי | (ברוך הבא) | מזל טוב | גם אני | אני לא מבין, לא מבין | רגע אחד, רגע | נעים להכיר | יום הולדת שמח | בהצלחה
hi: नमस्ते, नमस्कार | सुप्रभात | शुभ रात्रि | अलविदा | कल मिलते हैं | हाँ, हां, जी हाँ | नहीं | धन्यवाद, शुक्रिया | बहुत धन्यवाद, बहुत बहुत धन्यवाद | (आपका स्वागत है) | कृपया | माफ़ कीजिए, माफ कीजिए, क्षमा करें | आप कैसे हैं?, आप कैसे हो, कैसे हो | बिल्कुल, ज़रूर | शायद | (स्वागत है) | बधाई हो, बधाई | मैं भी | मुझे समझ नहीं आया | एक मिनट | आपसे मिलकर खुशी हुई | जन्मदिन मुबारक | शुभकामनाएँ
bn: হ্যালো, নমস্কার | সুপ্রভাত, শুভ সকাল | শুভ রাত্রি | বিদায় | কাল দেখা হবে | হ্যাঁ | না | ধন্যবাদ | অনেক ধন্যবাদ | (আপনাকে স্বাগতম) | অনুগ্রহ করে, দয়া করে | দুঃখিত | আপনি কেমন আছেন?, কেমন আছো, কেমন আছেন | অবশ্যই | হয়তো | (স্বাগতম) | অভিনন্দন | আমিও | আমি বুঝতে পারছি না | এক মিনিট | আপনার সাথে দেখা করে ভালো লাগলো | শুভ জন্মদিন | শুভকামনা
ja: こんにちは, どうも | おはようございます, おはよう | おやすみなさい, おやすみ | さようなら, またね, じゃあね | また明日 | はい, うん | いいえ, いや | ありがとう, ありがとうございます | どうもありがとうございます, 本当にありがとう | どういたしまして | (お願いします) | ごめんなさい, ごめん, すみません | お元気ですか？, 元気, 元気ですか | もちろん | たぶん | (ようこそ) | おめでとう, おめでとうございます | 私も | わかりません, 分かりません | 少々お待ちください, ちょっと待って | はじめまして | お誕生日おめでとう, 誕生日おめでとう | 頑張って
ko: 안녕하세요, 안녕 | 좋은 아침이에요, 좋은 아침 | 안녕히 주무세요, 잘 자 | 안녕히 가세요, 잘 가 | 내일 봐요, 내일 봐 | 네, 예, 응 | 아니요, 아니 | 감사합니다, 고마워요, 고마워, 고맙습니다 | 정말 감사합니다, 정말 고마워요 | 천만에요 | (부탁합니다) | 죄송합니다, 미안해요, 미안합니다, 미안해 | 어떻게 지내세요?, 잘 지내세요, 잘 지내 | 물론이죠, 물론 | 아마도, 아마 | (환영합니다) | 축하해요, 축하합니다, 축하해 | 저도요, 나도 | 이해가 안 돼요 | 잠시만요, 잠깐만요 | 만나서 반갑습니다, 반갑습니다, 반가워요 | 생일 축하해요, 생일 축하합니다, 생일 축하해 | 행운을 빌어요, 화이팅
zh: 你好, 您好, 嗨 | 早上好, 早 | 晚安 | 再见, 拜拜 | 明天见 | 是的, 是, 对 | 不, 不是 | 谢谢, 谢谢你, 谢谢您 | 非常感谢, 多谢 | 不客气 | 请 | 对不起, 抱歉, 不好意思 | 你好吗？, 你怎么样 | 当然 | 也许, 可能 | (欢迎) | 恭喜, 祝贺你, 恭喜你 | 我也是 | 我不明白, 我不懂 | 等一下, 稍等 | 很高兴认识你 | 生日快乐 | 祝你好运
zh-Hant: 你好, 您好, 嗨 | 早安, 早 | 晚安 | 再見, 掰掰 | 明天見 | 是的, 是, 對 | 不, 不是 | 謝謝, 謝謝你, 謝謝您 | 非常感謝, 多謝 | 不客氣 | 請 | 對不起, 抱歉, 不好意思 | 你好嗎？, 你怎麼樣 | 當然 | 也許, 可能 | (歡迎) | 恭喜, 恭喜你 | 我也是 | 我不明白, 我不懂 | 等一下, 稍等 | 很高興認識你 | 生日快樂 | 祝你好運
th: สวัสดี, สวัสดีครับ, สวัสดีค่ะ | อรุณสวัสดิ์ | ราตรีสวัสดิ์ | ลาก่อน | เจอกันพรุ่งนี้ | ใช่ | ไม่ | ขอบคุณ, ขอบคุณครับ, ขอบคุณค่ะ | ขอบคุณมาก | ไม่เป็นไร | (กรุณา) | ขอโทษ | สบายดีไหม | แน่นอน | บางที, อาจจะ | (ยินดีต้อนรับ) | ยินดีด้วย | ฉันด้วย, ผมด้วย | ไม่เข้าใจ, ฉันไม่เข้าใจ | รอสักครู่ | ยินดีที่ได้รู้จัก | สุขสันต์วันเกิด | โชคดี
"""  # noqa: E501 - a table is read by its rows

_ENDING = re.compile(r"[\s.!?…。！？؟]+$")
_MARKS = {
    "zh": {"?": "？", "!": "！", ".": "。"},
    "zh-Hant": {"?": "？", "!": "！", ".": "。"},
    "ja": {"?": "？", "!": "！", ".": "。"},
    "ar": {"?": "؟"},
    "fa": {"?": "؟"},
    "ur": {"?": "؟"},
    "el": {"?": ";"},
}
_PLAIN_MARKS = str.maketrans("？！。؟", "?!.?")


def _read(table: str) -> tuple[dict[str, list[str]], dict[tuple[str, str], int]]:
    """What is said, by language and meaning; and the meaning of a line in a language."""
    said: dict[str, list[str]] = {}
    meant: dict[tuple[str, str], int] = {}
    for row in table.strip().splitlines():
        code, _, fields = row.partition(": ")
        for meaning, field in enumerate(fields.split(" | ")):
            forms = field.split(", ")
            said.setdefault(code, []).append(forms[0].strip("()"))
            for form in forms:
                if not form.startswith("("):
                    meant.setdefault((code, plain(form)), meaning)
    return said, meant


def plain(line: str) -> str:
    """`line` as it is looked up: lower case, without punctuation around it."""
    bare = line.casefold().replace("’", "'").strip(" \t.,!?…¡¿。！？؟،、~～")
    return " ".join(bare.split())


_SAID, _MEANT = _read(_PHRASES)


def languages_of(line: str) -> frozenset[str]:
    """The languages that have `line` as a phrase."""
    bare = plain(line)
    return frozenset(code for code in _SAID if (code, bare) in _MEANT)


def say(line: str, source: str, target: str) -> str | None:
    """`line` in the target language; None if it is no phrase of the source language."""
    meaning = _MEANT.get((source, plain(line)))
    if meaning is None or target not in _SAID:
        return None
    phrase = _SAID[target][meaning]
    asked = phrase.endswith(("?", "？", "؟"))
    body = _ENDING.sub("", phrase).lstrip("¿")
    if line.lstrip("¡¿ ")[:1].isupper():
        body = body[:1].upper() + body[1:]
    return _punctuated(body, line, target, asked)


def _punctuated(body: str, line: str, target: str, asked: bool) -> str:
    found = _ENDING.search(line)
    marks = "".join((found.group() if found else "").split()).translate(_PLAIN_MARKS)
    if asked and "?" not in marks:
        marks = "?"
    opening = {"?": "¿", "!": "¡"}.get(marks[:1], "") if target == "es" else ""
    gap = " " if target == "fr" and marks[:1] in ("?", "!") else ""
    return opening + body + gap + "".join(_MARKS.get(target, {}).get(mark, mark) for mark in marks)
