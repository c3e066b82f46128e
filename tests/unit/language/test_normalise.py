"""Two spellings of a word become one, and every character knows where it came from."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa.language import fold, normalise

TEXTS = st.text(max_size=60) | st.text(
    alphabet="aёЁşţșȚ’'`\u0301\u0306\u200b\u00adİﬁ№ 1-–«»", max_size=40
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ещё", "еще"),
        ("bună ziua, mulţumesc", "bună ziua, mulțumesc"),
        ("Don’t", "don't"),
        ("don`t", "don't"),
        ("zero\u200bwidth", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("ﬁne", "fine"),
        ("e\u0301l", "él"),
        ("и\u0306", "й"),
        ("что—то", "что-то"),
        ("ΑΒΓ", "αβγ"),
        ("", ""),
    ],
)
def test_spellings_that_mean_the_same_become_the_same(written, meant):
    assert normalise(written).text == meant


@given(TEXTS)
@example("I\u0307stanbul")
def test_each_character_knows_its_place_in_the_source(text):
    norm = normalise(text)
    at = 0
    for i in range(len(norm.text)):
        start, end = norm.span(i, i + 1)
        assert 0 <= start < end <= len(text)
        assert start >= at, "places never run backwards"
        at = start
        again = normalise(text[start:end]).text
        assert norm.text[i] in again


@given(TEXTS, st.data())
def test_a_span_covers_whole_letters(text, data):
    """A span never begins inside a letter: cut out, it normalises to at least what was asked."""
    norm = normalise(text)
    if not norm.text:
        return
    a = data.draw(st.integers(0, len(norm.text) - 1))
    b = data.draw(st.integers(a + 1, len(norm.text)))
    start, end = norm.span(a, b)
    assert norm.text[a:b] in normalise(text[start:end]).text
    assert end == len(text) or not unicodedata.combining(text[end])


@given(TEXTS)
def test_folding_keeps_the_length(text):
    norm = normalise(text)
    assert len(norm.folded) == len(norm.text)


def test_only_latin_letters_lose_their_marks():
    assert fold("bună dimineața") == "buna dimineata"
    assert fold("köszönöm") == "koszonom"
    assert fold("йод") == "йод"
