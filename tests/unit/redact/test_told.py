"""Dates of birth, addresses and passwords: hidden where somebody tells their own, and only there."""

import pytest

from qa.redact import redact
from qa.testing import make_turns


def texts(language, *lines):
    safe, _ = redact(make_turns(lines, language=language))
    return [turn.text for turn in safe]


def answered(language, question, answer):
    return texts(language, ("agent", question), ("customer", answer))[1]


# --- dates of birth ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "question", "answer", "expected"),
    [
        ("en", "What is your date of birth?", "It is 03/05/1982.", "It is [DATE_OF_BIRTH]."),
        ("en", "date of birth", "third of may nineteen eighty two", "[DATE_OF_BIRTH]"),
        ("en", "And your birthday, please?", "sure, March 3rd, 1982", "sure, [DATE_OF_BIRTH]"),
        ("en", "Your date of birth?", "oh three oh five nineteen eighty two", "[DATE_OF_BIRTH]"),
        ("ru", "Назовите дату рождения.", "третье мая восемьдесят второго", "[DATE_OF_BIRTH]"),
        ("ru", "Ваша дата рождения?", "Да, 03.05.1982", "Да, [DATE_OF_BIRTH]"),
        ("ro", "Care este data nașterii?", "trei mai optzeci și doi", "[DATE_OF_BIRTH]"),
        ("hu", "Mi a születési dátuma?", "1982. május 3.", "[DATE_OF_BIRTH]."),
        ("hu", "Mikor született?", "ezerkilencszáz május harmadikán", "[DATE_OF_BIRTH]"),
        # no answer
        ("en", "What is your date of birth?", "Why do you need it?", "Why do you need it?"),
        ("en", "Your delivery date?", "The third of May 2026", "The third of May 2026"),
        ("en", "Happy birthday! When shall we come?", "On 12 May 2026", "On 12 May 2026"),
        ("en", "Your date of birth?", "I moved two days ago", "I moved two days ago"),
    ],
)
def test_a_date_of_birth_that_is_asked_for(language, question, answer, expected):
    assert answered(language, question, answer) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "I was born on the 3rd of May 1982 and I ordered on 12 May 2026.",
            "I was born on the [DATE_OF_BIRTH] and I ordered on 12 May 2026.",
        ),
        ("en", "She was born in 1982.", "She was born in [DATE_OF_BIRTH]."),
        (
            "ru",
            "Я родилась 3 мая 1982 года, а заказ был 12 мая.",
            "Я родилась [DATE_OF_BIRTH] года, а заказ был 12 мая.",
        ),
        ("ro", "Sunt născută pe 3 mai 1982.", "Sunt născută pe [DATE_OF_BIRTH]."),
        ("hu", "1982. május 3-án születtem.", "[DATE_OF_BIRTH] születtem."),
    ],
)
def test_a_date_of_birth_that_is_told(language, text, expected):
    assert texts(language, ("customer", text)) == [expected]


def test_dates_after_the_answer_stay_and_the_same_one_read_back_does_not():
    assert texts(
        "en",
        ("agent", "Your date of birth?"),
        ("customer", "03/05/1982"),
        ("agent", "The third of May 1982, thank you. Delivery is on 12 May 2026."),
        ("customer", "The 13 May is better."),
    )[1:] == [
        "[DATE_OF_BIRTH]",
        "The [DATE_OF_BIRTH], thank you. Delivery is on 12 May 2026.",
        "The 13 May is better.",
    ]


# --- passwords ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "question", "answer", "expected"),
    [
        (
            "en",
            "What is your password?",
            "It is bluebird seven, thanks.",
            "It is [PASSWORD], thanks.",
        ),
        ("en", "And the memorable word?", "Kingfisher", "[PASSWORD]"),
        ("ru", "Назовите кодовое слово.", "ласточка", "[PASSWORD]"),
        ("ro", "Care este parola?", "este rândunica șapte", "este [PASSWORD]"),
        ("hu", "Mi a jelszava?", "az kékmadár hét", "az [PASSWORD]"),
        # no answer, or no question
        ("en", "What is your password?", "I don't remember it.", "I don't remember it."),
        ("en", "What is your password?", "Sure, one moment.", "Sure, one moment."),
        ("en", "Have you forgotten your password?", "Yes, on Monday", "Yes, on Monday"),
        ("en", "Did you reset the password?", "Twice already", "Twice already"),
        ("ru", "А пароль от роутера вы меняли?", "Да, вчера вечером.", "Да, вчера вечером."),
        ("ro", "Ați uitat parola?", "Da, ieri seară.", "Da, ieri seară."),
    ],
)
def test_a_password_that_is_asked_for(language, question, answer, expected):
    assert answered(language, question, answer) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "my password is Sunshine42, and it fails",
            "my password is [PASSWORD], and it fails",
        ),
        ("ru", "Мой пароль: василёк семь", "Мой пароль: [PASSWORD]"),
        ("ro", "parola mea este barza șapte", "parola mea este [PASSWORD]"),
        ("hu", "A jelszavam: gólya hét", "A jelszavam: [PASSWORD]"),
        ("en", "My password is not working.", "My password is not working."),
        ("en", "The password is expired, they say.", "The password is expired, they say."),
        ("ru", "Пароль не подходит.", "Пароль не подходит."),
        ("ro", "Parola mea nu merge.", "Parola mea nu merge."),
        ("hu", "A jelszavam nem jó.", "A jelszavam nem jó."),
    ],
)
def test_a_password_that_is_told(language, text, expected):
    assert texts(language, ("customer", text)) == [expected]


def test_a_password_said_again_is_hidden_again():
    assert texts(
        "en",
        ("agent", "Your password?"),
        ("customer", "bluebird"),
        ("agent", "Bluebird, correct."),
    )[1:] == ["[PASSWORD]", "[PASSWORD], correct."]


# --- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "question", "answer", "expected"),
    [
        (
            "en",
            "Could I have your address?",
            "Sure, it is 42 Maple Street, Bristol.",
            "Sure, it is [ADDRESS].",
        ),
        (
            "en",
            "what is your delivery address",
            "forty two maple street bristol please",
            "[ADDRESS] please",
        ),
        ("ru", "Ваш адрес?", "улица Садовая, дом 15, квартира 7", "[ADDRESS]"),
        (
            "ru",
            "куда доставить",
            "город тверь улица садовая дом пятнадцать квартира семь",
            "[ADDRESS]",
        ),
        ("ro", "Care este adresa de livrare?", "strada Florilor numărul 12, bloc A3", "[ADDRESS]"),
        ("hu", "Mi a szállítási címe?", "Szeged, Kossuth utca 15", "[ADDRESS]"),
        ("hu", "hol lakik", "petőfi sándor utca tizenöt", "[ADDRESS]"),
        # no address, or nobody's
        ("en", "Could I have your address?", "It has not changed.", "It has not changed."),
        ("en", "Where do you live?", "In London, near the river.", "In London, near the river."),
    ],
)
def test_an_address_that_is_asked_for(language, question, answer, expected):
    assert answered(language, question, answer) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "I live at 17 Oak Lane in Leeds, and my bill is 42 pounds.",
            "I live at [ADDRESS], and my bill is 42 pounds.",
        ),
        ("en", "I live in a flat on the third floor.", "I live in a flat on the third floor."),
        ("ru", "Я живу на улице Садовой, дом 5.", "Я живу на [ADDRESS]."),
        ("ro", "Locuiesc pe strada Florilor numărul doisprezece.", "Locuiesc pe [ADDRESS]."),
        ("hu", "A Petőfi utca 5-ben lakom.", "A [ADDRESS] lakom."),
    ],
)
def test_an_address_that_is_told(language, text, expected):
    assert texts(language, ("customer", text)) == [expected]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        # a customer who says nothing else answers what was not heard
        ("en", "it's 42 Maple Street, Bristol", "it's [ADDRESS]"),
        ("ru", "Самара, улица Вишнёвая, дом 29", "[ADDRESS]"),
        ("ru", "самара улица вишнёвая дом двадцать девять", "[ADDRESS]"),
        ("hu", "Petőfi utca 81", "[ADDRESS]"),
        ("ro", "24 septembrie 1968", "[DATE_OF_BIRTH]"),
        ("en", "24/09/1968", "[DATE_OF_BIRTH]"),
        # and what is no address, nor a date of birth
        ("en", "No way, it was 5 times", "No way, it was 5 times"),
        ("hu", "Igen, 12 900 forint rendben van.", "Igen, 12 900 forint rendben van."),
        ("en", "24/09/2026", "24/09/2026"),
        ("ro", "24 septembrie", "24 septembrie"),
    ],
)
def test_a_turn_that_is_nothing_else(language, text, expected):
    assert texts(language, ("agent", "And the ...?"), ("customer", text))[1] == expected


def test_where_the_shop_stands_is_no_secret():
    line = "We are at 9756 Primrose Street, next to the station."
    assert texts("en", ("customer", "What is your address?"), ("agent", line))[1] == line


def test_an_address_may_take_several_turns_and_is_read_back():
    assert texts(
        "en",
        ("agent", "What is your address?"),
        ("customer", "Flat 3, 42 Maple Street"),
        ("agent", "Maple Street, yes?"),
        ("customer", "Bristol, BS1 4ND"),
    )[1:] == ["[ADDRESS]", "[ADDRESS], yes?", "[ADDRESS]"]
