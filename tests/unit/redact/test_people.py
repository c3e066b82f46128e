"""Names out: what of a text goes where nobody need know whose it is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.redact.people import MARK, Masked, colleagues, masked, of_conversation

KNOWN = colleagues(["Ion Popa", "Will Smythe", "Олег Орлов"], keep=["Acme Bank"])


def shown(*texts, own=()):
    names = of_conversation(KNOWN, texts, own=own)
    return [masked(text, names.spans(text)).text for text in texts]


#: What is said, and what is left of it. The agent is Dana Miller.
SAID = [
    # Who takes part, however it is written.
    ("Good morning, Acme Bank, Dana speaking.", "Good morning, Acme Bank, [NAME] speaking."),
    ("thanks dana, DANA!", "thanks [NAME], [NAME]!"),
    ("Dana Miller's team", "[NAME] team"),
    ("Anna-Dana wrote", "[NAME] wrote"),
    # Who is introduced, with what belongs to the name and no more.
    ("My name is Fred Park, and I paid.", "My name is [NAME], and I paid."),
    ("my name's fred", "my name's [NAME]"),
    ("Mr. Smith, one moment", "Mr. [NAME], one moment"),
    ("This is Kate.", "This is [NAME]."),
    ("Меня зовут Иван Петров.", "Меня зовут [NAME]."),
    ("Это Сергей, здравствуйте.", "Это [NAME], здравствуйте."),
    ("Mă numesc Maria Popescu.", "Mă numesc [NAME]."),
    ("A nevem Kovács Anna.", "A nevem [NAME]."),
    ("Szabó Éva vagyok.", "[NAME] vagyok."),
    # Colleagues, in their cases, where they are written as names.
    ("I will ask Ion.", "I will ask [NAME]."),
    ("Спрошу у Олега Орлова.", "Спрошу у [NAME]."),
    ("Will you wait for Will?", "Will you wait for [NAME]?"),
    # What is no name stays.
    ("This is important. I'm sorry.", "This is important. I'm sorry."),
    ("This is Acme Bank.", "This is Acme Bank."),
    ("My name is not important.", "My name is not important."),
    ("It is [CARD_NUMBER], I will pay.", "It is [CARD_NUMBER], I will pay."),
    ("A million ions", "A million ions"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "left"), SAID)
def test_names_go_and_the_rest_stays(text, left):
    assert shown(text, own=["Dana Miller", "id-7"]) == [left]


def test_a_name_that_is_given_is_out_of_all_that_is_said():
    assert shown(
        "Fred, is it?", "My name is Fred Park.", "Thanks, fred.", "Mr Park's card", "in the park"
    ) == [
        "[NAME], is it?",
        "My name is [NAME].",
        "Thanks, [NAME].",
        "Mr [NAME] card",
        "in the [NAME]",
    ]
    assert shown("Меня зовут Анна.", "Анне, Анной, Анну")[1] == "[NAME], [NAME], [NAME]"
    assert shown("A nevem Anna.", "Annával beszéltem")[1] == "[NAME] beszéltem"


def test_places_of_the_evidence_move_with_the_text():
    made = masked("Dana is sorry, Ion.", [(0, 4), (15, 18)])
    assert made.text == "[NAME] is sorry, [NAME]."
    for word in ("is", "sorry", "."):
        at = "Dana is sorry, Ion.".index(word)
        assert made.text[slice(*made.moved(at, at + len(word)))] == word
    # Evidence that holds a name, or lies in one, holds its mark.
    assert made.text[slice(*made.moved(0, 13))] == "[NAME] is sorry"
    assert made.text[slice(*made.moved(16, 17))] == MARK


@given(st.text(max_size=80), st.data())
def test_no_place_is_lost(text, data):
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    made = masked(text, spans)
    assert isinstance(made, Masked)
    a, b = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
    start, end = made.moved(a, b)
    assert 0 <= start <= end <= len(made.text)


@given(st.text(max_size=120))
def test_any_text_is_looked_through(text):
    names = of_conversation(KNOWN, [text], own=["Dana"])
    spans = names.spans(text)
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
