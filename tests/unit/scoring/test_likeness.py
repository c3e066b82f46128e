"""What is remembered between conversations changes how soon an answer comes, never the answer."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from qa.scoring import likeness
from qa.scoring.likeness import SHORTEST, Likeness

WORDS = st.lists(st.text(alphabet="abce", min_size=3, max_size=7), max_size=12)


@given(WORDS, WORDS, st.text(alphabet="abce", min_size=4, max_size=7))
def test_the_order_of_learning_does_not_matter(first, second, word):
    bit_by_bit, at_once = Likeness(), Likeness()
    bit_by_bit.learn(first)
    bit_by_bit.like(word, 75)
    bit_by_bit.learn(second)
    at_once.learn([*first, *second])
    expected = {f for f in (*first, *second) if len(f) >= SHORTEST and fuzz.ratio(word, f) >= 75}
    assert bit_by_bit.like(word, 75) == at_once.like(word, 75) == expected


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(likeness, "_MOST", 3)
    memory = Likeness()
    memory.learn(["aaaa", "bbbb", "cccc", "dddd"])
    memory.learn(["aaab"])
    assert memory.like("aaaa", 75) == {"aaab"}
