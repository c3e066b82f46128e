"""The noise that benchmarks put into turns: how much, of what kind, how sure, and repeatable."""

import sys
from importlib import import_module
from pathlib import Path
from statistics import mean

import pytest
from rapidfuzz.distance import Levenshtein

ROOT = Path(__file__).parents[3]
TEXT = (
    "thank you for calling my name is anna how can i help you today could you tell me your "
    "order number and is there anything else that i can do for you goodbye and have a great day"
)


@pytest.fixture(scope="module")
def benches():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        names = ("_noise", "_script", "_talks", "confidence")
        yield {n: import_module(f"benches.{n}") for n in names}
    finally:
        sys.path.pop(0)


@pytest.fixture(scope="module")
def noise(benches):
    return lambda rate, seed=3: benches["_noise"].Noise([TEXT], rate, seed=seed)


@pytest.mark.parametrize("rate", [0.1, 0.25])
def test_so_many_words_are_wrong(noise, rate):
    maker = noise(rate)
    edits = lost = added = 0
    for _ in range(200):
        heard = [w.text for w in maker.hear(TEXT)]
        ops = Levenshtein.editops(TEXT.split(), heard)
        edits += len(ops)
        lost += sum(op.tag == "delete" for op in ops)
        added += sum(op.tag == "insert" for op in ops)
    assert edits / (200 * len(TEXT.split())) == pytest.approx(rate, rel=0.1)
    assert 0.12 < lost / edits < 0.28
    assert 0.08 < added / edits < 0.22


def test_the_same_seed_hears_the_same(noise):
    assert noise(0.2).hear(TEXT) == noise(0.2).hear(TEXT)
    assert noise(0.2).hear(TEXT) != noise(0.2, seed=4).hear(TEXT)


def test_without_errors_nothing_changes(noise):
    heard = noise(0.0).hear(TEXT)
    assert " ".join(w.text for w in heard) == TEXT
    assert all(w.right for w in heard)


def test_wrong_words_are_less_sure(noise):
    maker = noise(0.2)
    words = [w for _ in range(200) for w in maker.hear(TEXT)]
    right = mean(w.confidence for w in words if w.right)
    wrong = mean(w.confidence for w in words if not w.right)
    assert 0.8 < right < 0.95
    assert 0.5 < wrong < 0.75
    assert all(0 <= w.confidence <= 1 for w in words)


def test_placeholders_sentences_and_turns_stay(noise):
    maker = noise(0.9)
    for _ in range(50):
        words = [w.text for w in maker.hear("your number [NUMBER] is right.")]
        assert any(w.startswith("[NUMBER]") for w in words)
    turns = noise(0.2).turns([("agent", TEXT), ("customer", TEXT)])
    assert [t.party for t in turns] == ["agent", "customer"]
    for turn in turns:
        assert turn.text == " ".join(w.text for w in turn.words)


def test_words_are_compared_one_by_one(benches, monkeypatch):
    plain = benches["confidence"]._calls  # whisper's normaliser takes seconds to load
    monkeypatch.setattr(plain, "normalise", lambda text: text.lower().replace(",", "").split())
    heard = [("Hello,", 0.9), ("fank", 0.3), ("you", 0.8), ("so", 0.4)]
    reading = benches["confidence"].compare("a", None, ["hello", "thank", "you"], heard)
    assert (reading.words, reading.errors) == (3, 2)
    assert (reading.right, reading.wrong) == ([0.9, 0.8], [0.3, 0.4])


def test_conversations_are_joined_whole_to_calls_of_so_many_words(benches):
    talks = [
        [("agent", "one two three"), ("customer", "four")],
        [("agent", "five six seven"), ("customer", "eight nine")],
        [("agent", "ten eleven twelve thirteen fourteen fifteen")],
        [("customer", "left over")],
    ]
    assert benches["_talks"].joined(talks, 6) == [talks[0] + talks[1], talks[2]]
    assert benches["_talks"].joined(talks, 1) == talks
    assert benches["_talks"].joined(talks, 99) == []
