"""Words with their places: what matches what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.language import breaks, forms, keys, spans, tokenise


def words(text, language="en"):
    return [t.text for t in tokenise(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't!", ["do", "not"]),
        ("dont", ["do", "not"]),
        ("can’t", ["can", "not"]),
        ("won't", ["will", "not"]),
        ("cannot", ["can", "not"]),
        ("I'm you're we'll", ["i", "am", "you", "are", "we", "will"]),
        ("it's", ["it", "is"]),
        ("let's", ["let", "us"]),
        ("the customer's card", ["the", "customer", "card"]),
        ("follow-up", ["follow", "up"]),
        ("at 10:30, $5.50", ["at", "10:30", "$5.50"]),
        ("Mail a.b@c.example now", ["mail", "a.b@c.example", "now"]),
        ("", []),
        ("?!…", []),
    ],
)
def test_english_words(text, expected):
    assert words(text) == expected


def test_short_forms_are_english_only():
    assert words("n-am cont", "ro") == ["n", "am", "cont"]
    assert words("dont", "ro") == ["dont"]


def test_a_placeholder_is_one_word():
    tokens = tokenise("My card is [CARD_NUMBER], call [PERSON_1].", "en")
    assert [t.placeholder for t in tokens if t.placeholder] == ["CARD_NUMBER", "PERSON"]
    assert tokens[3].keys == {"[card_number]"}


def test_a_placeholder_is_no_ordinary_word():
    assert not {k for t in tokenise("[PHONE]", "en") for k in t.keys} & keys("phone", "en")


@given(st.text(max_size=80) | st.text(alphabet="don't I'm ё[PHONE_1]@.", max_size=60))
def test_places_are_in_order_and_inside(text):
    at = 0
    for token in tokenise(text, "en"):
        assert at <= token.start < token.end <= len(text)
        at = token.start
        assert token.keys


def test_the_shown_text_can_be_cut_out():
    text = "Я уже  «звонил» — ещё вчера."
    assert [text[t.start : t.end] for t in tokenise(text, "ru")] == [
        "Я",
        "уже",
        "звонил",
        "ещё",
        "вчера",
    ]


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("calls", "calling", "en"),
        ("приносим", "приносить", "ru"),
        ("извинения", "извинений", "ru"),
        ("заказом", "заказ", "ru"),
        ("ещё", "еще", "ru"),
        ("mulțumesc", "mulţumesc", "ro"),
        ("bună", "buna", "ro"),
        ("köszönöm", "koszonom", "hu"),
    ],
)
def test_forms_of_a_word_share_a_key(one, other, language):
    first, second = tokenise(one, language)[0], tokenise(other, language)[0]
    assert first.keys & second.keys


def test_clauses_and_sentences_are_counted():
    tokens = tokenise("No, it is. Calm down", "en")
    assert [t.clause for t in tokens] == [0, 1, 1, 2, 2]
    assert [t.sentence for t in tokens] == [0, 0, 0, 1, 1]


@given(st.text(max_size=80) | st.text(alphabet="don't I'm ё[PHONE_1]@. ,", max_size=60))
def test_words_and_their_places_are_the_same_read_apart(text):
    tokens = tokenise(text, "en")
    assert forms(text, "en") == [t.form for t in tokens]
    assert spans(text, "en") == [(t.start, t.end) for t in tokens]


def test_equal_words_are_one_object():
    first, second = forms("Help, (help)", "en")[1], forms("help!", "en")[0]
    assert first is second
    assert forms("Help", "en")[0] is not first  # a capital tells names from words


def test_texts_are_read_in_a_row_with_an_empty_place_after_each():
    # "Well" ends a clause, "no" none; each text ends its last clause and sentence.
    assert breaks(["Well, no", "", "(Yes. Maybe)"], "en") == (
        [0, 1, 1, 2, 3, 4, 4],
        [0, 0, 0, 1, 2, 3, 3],
    )
