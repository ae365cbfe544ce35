"""What a person asks outright to be remembered, in the main languages."""

import pytest

from core.memories.outright import said


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Remember that I am a vegetarian.", "I am a vegetarian."),
        ("Please remember: my sister is called Ana", "My sister is called Ana"),
        (
            "Hi! Don't forget that I work at 8.30 in St. Gallen. Thanks",
            "I work at 8.30 in St. Gallen.",
        ),
        ("keep in mind that I hate lists", "I hate lists"),
        ("Recuerda que soy vegetariana", "Soy vegetariana"),
        ("Por favor, ten en cuenta que vivo en Lima.", "Vivo en Lima."),
        ("Souviens-toi que je suis végétarienne", "Je suis végétarienne"),
        ("N'oublie pas qu'elle s'appelle Ana", "Elle s'appelle Ana"),
        ("Merk dir bitte, dass ich kein Fleisch esse", "Ich kein Fleisch esse"),
        ("Bitte merke dir: ich wohne in Bern", "Ich wohne in Bern"),
        ("Lembre-se de que eu moro em Recife", "Eu moro em Recife"),
        ("Ricordati che sono vegetariano", "Sono vegetariano"),
        ("Запомни, что я вегетарианка", "Я вегетарианка"),
        ("تذكر أن اسمي ليلى", "اسمي ليلى"),
        ("याद रखो कि मैं शाकाहारी हूँ", "मैं शाकाहारी हूँ"),
        ("请记住我是素食者", "我是素食者"),
        ("私はベジタリアンだと覚えておいてください", "私はベジタリアンだと"),
        ("나는 채식주의자라는 것을 기억해 줘", "나는 채식주의자"),
        ("Onthoud dat ik in Gent woon", "Ik in Gent woon"),
    ],
)
def test_it_is_found(text, fact):
    assert said(text) == [fact]


@pytest.mark.parametrize(
    "text",
    [
        "Do you remember that film?", "I remember that day well.", "Remember when we met?",
        "Can you remember that for me?", "What should I remember that is important?",
        "Hello", "", "Ich erinnere mich, dass es kalt war", "你记得吗？",
        "I forgot to remember the milk",
    ],
)  # fmt: skip
def test_nothing_is_guessed(text):
    assert said(text) == []
