"""What is remembered between conversations changes how soon an answer comes, never the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from qa.scoring import likeness
from qa.scoring.likeness import FLOOR, SHORTEST, Likeness


def alike(memory, form):
    return dict(memory.among({form: None}.keys())).get(form, {})


WORDS = st.lists(st.text(alphabet="abce", min_size=4, max_size=8), max_size=12)


@given(WORDS, WORDS, st.text(alphabet="abce", min_size=SHORTEST, max_size=8))
def test_the_order_of_seeking_does_not_matter(first, second, form):
    bit_by_bit, at_once = Likeness(), Likeness()
    bit_by_bit.seek(first)
    alike(bit_by_bit, form)
    bit_by_bit.seek(second)
    at_once.seek([*first, *second])
    expected = {
        w: fuzz.ratio(w, form) / 100
        for w in (*first, *second)
        if len(w) >= SHORTEST
        and fuzz.ratio(w, form) >= 100 * FLOOR
        and not likeness._derived(w, form)
    }
    assert alike(bit_by_bit, form) == alike(at_once, form) == expected


@pytest.mark.parametrize(
    ("form", "word", "is_alike"),
    [
        ("anythin", "anything", True),
        ("elsewere", "elsewhere", True),
        ("hold", "help", False),
        ("unsuccessful", "successful", False),
        ("successfully", "unsuccessful", False),
        ("знаю", "узнаю", False),
        ("[phone_number]", "phone_number", False),
    ],
)
def test_a_short_word_or_one_with_a_prefix_is_another_word(form, word, is_alike):
    memory = Likeness()
    memory.seek([word])
    assert (word in alike(memory, form)) is is_alike


def test_common_words_are_like_nothing_but_themselves():
    memory = Likeness(frozenset(["nothing"]))
    memory.seek(["anything", "nothing"])
    assert alike(memory, "nothing") == {}
    assert "nothing" not in alike(memory, "nothin")


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(likeness, "_MOST", 3)
    memory = Likeness()
    memory.seek(["aaaaa"])
    for form in ("aaaab", "bbbbb", "ccccc", "ddddd", "eeeee", "fffff"):
        alike(memory, form)
        assert len(memory._compared) + len(memory._partly) <= 4
    assert alike(memory, "aaaab").keys() == {"aaaaa"}
