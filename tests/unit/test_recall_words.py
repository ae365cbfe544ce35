import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recall import words


def shared(one, other, language=None):
    return set(words(one, language)) & set(words(other, language))


@pytest.mark.parametrize(
    ("language", "said", "asked"),
    [
        ("en", "We were painting sunrises.", "painted"),
        ("es", "Mis canciones favoritas", "canción"),
        ("de", "Die Häuser", "Haus"),
        ("ru", "Мы купили книги", "книга"),
        ("ar", "المدرسة كبيرة", "مدرسة"),
    ],
)
def test_other_forms_of_a_word_are_found(language, said, asked):
    assert shared(said, asked, language)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("MAÑANA", "manana"),
        ("Ｔｏｋｙｏ", "tokyo"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("مُحَمَّد", "محمد"),
        ("İstanbul", "istanbul"),
        ("l'école", "école"),
        ("Maria's", "maria"),
    ],
)
def test_however_it_is_written(said, asked):
    assert shared(said, asked)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("我喜欢喝咖啡", "咖啡"),
        ("猫が好きです", "猫"),
        ("ฉันชอบกินข้าวผัด", "ข้าวผัด"),
        ("저는 학교에서 공부해요", "학교"),
        ("ຂ້ອຍມັກກາເຟ", "ກາເຟ"),
    ],
)
def test_scripts_without_spaces_are_searched_by_their_characters(said, asked):
    assert set(words(asked)) <= set(words(said))


def test_what_an_accent_is_not():
    assert not shared("か", "が")
    assert words("हिन्दी") == {"हिन्दी": 1}


@pytest.mark.parametrize(
    ("said", "asked"),
    [("on 2023-05-07", "2023"), ("am 07.05.2023", "7"), ("at 10:30", "10:30"), ("٢٠٢٣", "2023")],
)
def test_numbers_and_dates_are_kept(said, asked):
    assert shared(said, asked)


def test_a_word_is_counted_each_time():
    assert words("no no NO")["no"] == 3


@pytest.mark.parametrize("language", [None, "en", "es", "ar", "zh", "zh-Hant", "tlh"])
@given(text=st.text(max_size=200))
def test_any_text_in_any_language_has_storable_words(language, text):
    assert all(word and len(word) <= 130 and "\x00" not in word for word in words(text, language))
