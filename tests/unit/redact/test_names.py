"""Names of people: what makes one, what does not, and who is whom."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.redact import redact
from qa.testing import make_turns


def texts(*lines, language="en", keep=()):
    safe, _ = redact(make_turns(lines, language=language), keep=keep)
    return [turn.text for turn in safe]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        # a cue before: names that no list has
        ("My name is Zorblatt Quuxley.", "en", "My name is [PERSON_1]."),
        ("Меня зовут Жмыхобор Пупырский.", "ru", "Меня зовут [PERSON_1]."),
        ("Mă numesc Zgubea Trocan.", "ro", "Mă numesc [PERSON_1]."),
        ("A nevem Bürgözdi Zsömle.", "hu", "A nevem [PERSON_1]."),
        ("Thank you, Mr Zorblatt, goodbye.", "en", "Thank you, Mr [PERSON_1], goodbye."),
        # a cue behind
        ("Quuxley speaking.", "en", "[PERSON_1] speaking."),
        ("Bürgözdi vagyok.", "hu", "[PERSON_1] vagyok."),
        # a list, and what is written like a name beside it
        ("The parcel goes to Harriet Quuxley today.", "en", "The parcel goes to [PERSON_1] today."),
        ("Вчера я видела Светлану Жмыхову там.", "ru", "Вчера я видела [PERSON_1] там."),
        # without capitals
        ("my name is harriet quuxley", "en", "my name is [PERSON_1]"),
        ("меня зовут светлана кузнецова", "ru", "меня зовут [PERSON_1]"),
        # near misses
        ("The Premium plan includes Grand Sport.", "en", "The Premium plan includes Grand Sport."),
        ("This is fine. Will you wait?", "en", "This is fine. Will you wait?"),
        ("Mark the date in May, please.", "en", "Mark the date in May, please."),
        ("Акция действует до понедельника.", "ru", "Акция действует до понедельника."),
        ("Hát ez elég bosszantó.", "hu", "Hát ez elég bosszantó."),
        ("Oferta de luni e valabilă.", "ro", "Oferta de luni e valabilă."),
    ],
)
def test_what_makes_a_name(text, language, expected):
    assert texts(("customer", text), language=language) == [expected]


@pytest.mark.parametrize(
    ("question", "answer", "language"),
    [
        ("May I have your full name?", "Zorblatt Quuxley", "en"),
        ("Как вас зовут?", "Жмыхобор Пупырский", "ru"),
        ("Cum vă numiți?", "Zgubea Trocan", "ro"),
        ("Megkérdezhetem a nevét?", "Bürgözdi Zsömle", "hu"),
        ("and your name please", "zorblatt quuxley", "en"),
    ],
)
def test_the_answer_to_a_question_for_a_name_is_one(question, answer, language):
    said = texts(("agent", question), ("customer", answer), language=language)

    assert said == [question, "[PERSON_1]"]


def test_a_company_s_name_is_no_answer():
    lines = [("agent", "What is the company name?"), ("customer", "Quuxley Holdings")]

    assert texts(*lines)[1] == "Quuxley Holdings"


def test_a_name_that_is_known_is_gone_wherever_it_comes_again_in_any_case():
    said = texts(
        ("customer", "Здравствуйте, меня зовут Ольга Петрова."),
        ("agent", "Минуту. Для Ольги Петровой есть письмо."),
        language="ru",
    )

    assert said == [
        "Здравствуйте, меня зовут [PERSON_1].",
        "Минуту. Для [PERSON_1] есть письмо.",
    ]


def test_a_person_keeps_the_number_and_another_gets_another():
    said = texts(
        ("agent", "Hello, this is Harriet."),
        ("customer", "Hi Harriet, my name is Oliver Reed."),
        ("agent", "Thank you, Oliver. Is Anna Reed on the contract?"),
    )

    assert said == [
        "Hello, this is [PERSON_1].",
        "Hi [PERSON_1], my name is [PERSON_2].",
        "Thank you, [PERSON_2]. Is [PERSON_3] on the contract?",
    ]


def test_company_products_and_roster_stay():
    said = texts(
        ("agent", "Northwind, this is Dana Reed."),
        ("customer", "Hi Dana, my name is Oliver."),
        keep=["Northwind", "Dana Reed", "Dana"],
    )

    assert said == ["Northwind, this is Dana Reed.", "Hi Dana, my name is [PERSON_1]."]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    given_name=st.sampled_from(["Harriet", "Oliver", "Светлана", "Ildikó", "Răzvan"]),
    surname=st.from_regex(
        r"[A-Z][bcdfgklmnprst][aeiou][bdgklmnprst][aeiou][dgklmnr]", fullmatch=True
    ),
    cue=st.sampled_from(["My name is", "Меня зовут", "Mă numesc", "A nevem", "Mr"]),
    capital=st.booleans(),
)
def test_what_is_redacted_once_is_redacted(given_name, surname, cue, capital):
    line = f"{cue} {given_name} {surname}"
    once, _ = redact(make_turns([("customer", line if capital else line.lower())]))

    again, spans = redact(once)

    assert again == once
    assert not spans
    assert given_name.lower() not in once[0].text.lower()
    assert surname.lower() not in once[0].text.lower()
