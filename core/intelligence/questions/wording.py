"""What Parley says by itself in answer to a question, in the question's language."""

from __future__ import annotations

_TABLE = """
en | I found nothing about that in what was said. | These passages come nearest to your question. An AI that can put them into words is chosen on the Settings page.
es | No he encontrado nada sobre eso en lo que se dijo. | Estos pasajes son los más cercanos a tu pregunta. En la página de ajustes se elige una IA que pueda redactar la respuesta.
fr | Je n'ai rien trouvé à ce sujet dans ce qui a été dit. | Voici les passages les plus proches de votre question. Une IA capable de les formuler se choisit dans les réglages.
de | Dazu habe ich in dem, was gesagt wurde, nichts gefunden. | Diese Stellen kommen deiner Frage am nächsten. Eine KI, die sie in Worte fasst, wählst du in den Einstellungen.
pt | Não encontrei nada sobre isso no que foi dito. | Estas passagens são as mais próximas da sua pergunta. Uma IA que as ponha em palavras escolhe-se nas definições.
it | Non ho trovato nulla al riguardo in ciò che è stato detto. | Questi passaggi sono i più vicini alla tua domanda. Un'IA che li metta in parole si sceglie nelle impostazioni.
nl | Ik heb daar niets over gevonden in wat er is gezegd. | Deze passages komen het dichtst bij je vraag. Een AI die ze onder woorden brengt, kies je bij de instellingen.
zh | 在说过的内容里没有找到相关信息。 | 以下是与您的问题最接近的内容。可在设置页面选择能够组织答案的 AI。
zh-Hant | 在說過的內容裡沒有找到相關資訊。 | 以下是與您的問題最接近的內容。可在設定頁面選擇能夠組織答案的 AI。
ja | これまでの会話の中に、それについての発言は見つかりませんでした。 | ご質問に最も近い発言です。文章で答えるAIは設定ページで選べます。
ko | 지금까지 나눈 말에서 그에 관한 내용을 찾지 못했습니다. | 질문에 가장 가까운 내용입니다. 답을 글로 정리할 AI는 설정 페이지에서 고를 수 있습니다.
ar | لم أجد شيئًا عن ذلك فيما قيل. | هذه هي المقاطع الأقرب إلى سؤالك. يمكن اختيار ذكاء اصطناعي يصوغ الإجابة من صفحة الإعدادات.
hi | कही गई बातों में मुझे इसके बारे में कुछ नहीं मिला। | ये अंश आपके प्रश्न के सबसे निकट हैं। इन्हें शब्दों में ढालने वाला AI सेटिंग्स पृष्ठ पर चुना जाता है।
ru | Я ничего не нашёл об этом в сказанном. | Эти фрагменты ближе всего к вашему вопросу. ИИ, который изложит их словами, выбирается в настройках.
uk | Я нічого не знайшов про це у сказаному. | Ці уривки найближчі до вашого запитання. ШІ, який викладе їх словами, обирають у налаштуваннях.
pl | Nie znalazłem nic na ten temat w tym, co powiedziano. | Te fragmenty są najbliższe pytaniu. Model AI, który ujmie je w słowa, wybiera się w ustawieniach.
tr | Söylenenler arasında bununla ilgili bir şey bulamadım. | Sorunuza en yakın bölümler bunlar. Bunları yanıta dönüştürecek yapay zekâ Ayarlar sayfasında seçilir.
"""  # noqa: E501 - a table is read by its rows
_SAID = {
    row[0]: (row[1], row[2])
    for row in ([cell.strip() for cell in line.split(" | ")] for line in _TABLE.strip().split("\n"))
}


def nothing_found(language: str | None) -> str:
    """That nothing was found."""
    return _in(language)[0]


def passages_alone(language: str | None) -> str:
    """That passages follow which no model has put into words."""
    return _in(language)[1]


def _in(language: str | None) -> tuple[str, str]:
    return _SAID.get(language or "") or _SAID.get((language or "").split("-")[0]) or _SAID["en"]
