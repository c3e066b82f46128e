"""Golden talks on a bad line: what is heard wrong is "not heard", and held against nobody.

The transcript says of itself that it is bad: right words are hardly surer than wrong ones. On a
fair line with a few unsure words the nearest miss decides; see `test_hearing`.
"""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from qa.records import SafeTurn, Verdict
from qa.scoring import find_card, judge
from qa.testing import make_safe, make_safe_turns
from tests.unit.scoring.test_starter_cards import GOLDEN, SETTINGS, perfect, verdicts

NOISY = YAML(typ="safe", pure=True).load(Path(__file__).with_name("noisy.yaml").read_text("utf-8"))
CASES = [
    pytest.param(card, language, heard, id=f"{card}-{language}-{i}")
    for card, talks in NOISY.items()
    for language, all_heard in talks.items()
    for i, heard in enumerate(all_heard, 1)
]
#: How sure a recogniser is on such a line of words that it heard right: with the wrong ones the
#: mean is where about half of the words are wrong, as measured (`wrong_words`).
SURE = 0.72
UNSURE = re.compile(r"~(0\.\d+)")


def on_a_bad_line(turn: SafeTurn, text: str, sure_of_right: float) -> SafeTurn:
    """Return a turn with another text, its words as sure as is written behind them."""
    pairs = [(UNSURE.sub("", word), UNSURE.search(word)) for word in text.split()]
    [given] = make_safe_turns(
        [(turn.party, " ".join(w for w, _ in pairs), turn.start)], language=turn.language
    )
    heard = tuple(
        word.model_copy(update={"confidence": float(sure[1]) if sure else sure_of_right})
        for word, (_, sure) in zip(given.words, pairs, strict=True)
    )
    end = max(turn.end, heard[-1].end)
    return turn.model_copy(update={"text": given.text, "words": heard, "end": end})


def both(card, language, heard, sure=SURE):
    """Judge a talk as it was said, and as it was heard."""
    clear = make_safe(perfect(card, language), language=language)
    texts = [turn.text for turn in clear.turns]
    for said, instead in heard.items():
        at = next(i for i, text in enumerate(texts) if said in text)
        texts[at] = texts[at].replace(said, instead, 1)
    turns = [on_a_bad_line(t, text, sure) for t, text in zip(clear.turns, texts, strict=True)]
    noisy = clear.model_copy(update={"turns": tuple(turns)})
    return [judge(safe, find_card(card, SETTINGS))[0] for safe in (clear, noisy)]


def test_every_card_for_calls_is_heard_on_a_bad_line():
    assert set(NOISY) == {*GOLDEN} - {"chat-etiquette"}


@pytest.mark.parametrize(("card", "language", "heard"), CASES)
def test_what_passes_clean_never_fails_where_the_line_is_bad(card, language, heard):
    clear, noisy = both(card, language, heard)
    before, after = verdicts(clear), verdicts(noisy)
    passed = {item for item in before if before[item] is Verdict.PASS}
    assert {i: after[i] for i in passed if after[i] in {Verdict.FAIL, Verdict.PARTIAL}} == {}
    failed = {item for item in after if after[item] is Verdict.FAIL}
    assert failed <= {item for item in before if before[item] is Verdict.FAIL}
    lost = {item for item in passed if after[item] is not Verdict.PASS}
    open_ = [f for f in noisy.findings if f.item in lost and after[f.item] is Verdict.REVIEW]
    assert open_
    assert all("not heard clearly" in f.reason.lower() for f in open_)


def test_on_a_fairer_line_most_of_what_is_lost_is_not_heard_either():
    lost = [
        after[item]
        for case in CASES
        for before, after in [map(verdicts, both(*case.values, sure=0.8))]
        for item in before
        if before[item] is Verdict.PASS and after[item] is not Verdict.PASS
    ]
    held_against = [v for v in lost if v in {Verdict.FAIL, Verdict.PARTIAL}]
    assert len(lost) > 30
    assert len(held_against) <= 0.15 * len(lost)


def test_an_insult_that_may_have_been_another_word_is_for_a_person():
    heard = {"your order here": "your~0.6 idiot~0.34 ear~0.4"}
    clear, noisy = map(verdicts, both("support-standard", "en", heard))
    assert (clear["no_insult"], noisy["no_insult"]) == (Verdict.PASS, Verdict.REVIEW)
