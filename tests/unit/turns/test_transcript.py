"""Calls that come with their words: which utterances make a turn, and who speaks when."""

import pytest

from qa.records import Conversation, Party, Role, Utterance, Word
from qa.testing import make_call, make_transcribed
from qa.turns import transcript_turns


def said(party, text, start=None, end=None, *, words=False, **more):
    if words:
        each = (end - start) / len(text.split())
        more["words"] = tuple(
            Word(text=w, start=start + i * each, end=start + (i + 1) * each)
            for i, w in enumerate(text.split())
        )
    return Utterance(party=party, text=text, start=start, end=end, **more)


def turns(*utterances):
    call = make_transcribed([])
    given = call.transcript.model_copy(update={"utterances": utterances})
    return transcript_turns(given, call)


def shown(*utterances):
    return [(t.party, t.text) for t in turns(*utterances)[1]]


TOGETHER = [
    ("sentences that follow", [said("a", "One.", 0, 1), said("a", "Two.", 1.5, 2)]),
    ("without times, in order", [said("a", "One."), said("a", "Two.")]),
    ("out of order", [said("a", "Two.", 1.5, 2), said("a", "One.", 0, 1)]),
    ("times that overlap", [said("a", "One.", 0, 1.2), said("a", "Two.", 1, 2)]),
]


@pytest.mark.parametrize(("why", "given"), TOGETHER, ids=[w for w, _ in TOGETHER])
def test_what_one_party_says_is_one_turn(why, given):
    assert shown(*given) == [("a", "One. Two.")]


APART = [
    ("a long silence", [said("a", "One.", 0, 1), said("a", "Two.", 4, 5)]),
    ("another language", [said("a", "One.", 0, 1, language="en"), said("a", "Two.", 1, 2, language="ru")]),
    ("words have times in one only", [said("a", "One.", 0, 1, words=True), said("a", "Two.", 1, 2)]),
]  # fmt: skip


@pytest.mark.parametrize(("why", "given"), APART, ids=[w for w, _ in APART])
def test_a_new_turn_begins_with(why, given):
    assert shown(*given) == [("a", "One."), ("a", "Two.")]


def test_somebody_else_between_begins_a_new_turn():
    given = [said("a", "One.", 0, 1), said("b", "Yes?", 1.1, 1.4), said("a", "Two.", 1.5, 2)]
    assert shown(*given) == [("a", "One."), ("b", "Yes?"), ("a", "Two.")]
    assert shown(*(said(u.party, u.text) for u in given)) == shown(*given)


def test_somebody_elses_mhm_over_running_speech_cuts_nothing():
    given = [said("a", "One", 0, 2), said("b", "mhm", 0.5, 0.8), said("a", "two.", 2, 3)]
    assert shown(*given) == [("a", "One two."), ("b", "mhm")]


def test_words_keep_their_times_and_text_is_the_words():
    _, (turn,), _ = turns(
        said("a", "One two.", 0, 1, words=True), said("a", "Three.", 1, 2, words=True)
    )
    assert turn.text == " ".join(w.text for w in turn.words) == "One two. Three."
    assert (turn.start, turn.end, turn.seconds(8, 14)) == (0, 2, (1, 2))


def test_who_speaks_when_comes_from_words_else_from_utterances():
    late = said("a", "One two.", 0, 10).model_copy(
        update={"words": (Word(text="One", start=0, end=1), Word(text="two.", start=9, end=10))}
    )
    _, _, speech = turns(late, said("b", "Hello.", 2, 3), said("b", "No end.", 4))
    assert [(s.speaker, s.start, s.end) for s in speech] == [("a", 0, 1), ("b", 2, 3), ("a", 9, 10)]


def test_parties_that_nothing_describes_are_unknown():
    call = make_transcribed([("x", "Hi.")], parties=(Party(id="y", role=Role.AGENT),))
    parties, _, _ = transcript_turns(call.transcript, call)
    assert [(p.id, p.role, p.role_confidence) for p in parties] == [
        ("y", Role.AGENT, 1.0),
        ("x", Role.UNKNOWN, 0.0),
    ]


def test_only_a_call_without_words_needs_speech_models():
    assert make_call().needs_speech
    assert not make_transcribed([("a", "Hi.")]).needs_speech
    assert not Conversation(id="c", channel="chat", source="s", checksum="sha256:0").needs_speech
