import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.api.pages.transcript import (
    parts,
    party_names,
    pauses,
    pieces,
    turn_views,
    word_times,
)
from qa.records import Channel, Evidence, EvidenceKind, Party, Role
from qa.testing import make_safe

TEXT = "my card is [CARD_NUMBER] as I said"


def test_a_mark_covers_exactly_its_characters():
    found = pieces("we are sorry for that", [("e1", 7, 12)])
    assert [(p.text, p.marks) for p in found] == [
        ("we are ", ""),
        ("sorry", "e1"),
        (" for that", ""),
    ]


def test_where_two_pieces_of_evidence_overlap_the_words_belong_to_both():
    found = pieces("good morning to you", [("e1", 0, 12), ("e2", 5, 15)])
    assert [(p.text, p.marks) for p in found if p.marks] == [
        ("good ", "e1"),
        ("morning", "e1 e2"),
        (" to", "e2"),
    ]


def test_what_was_hidden_stands_as_a_placeholder_of_its_own():
    hidden = [p.text for p in pieces(TEXT, []) if p.placeholder]
    assert hidden == ["[CARD_NUMBER]"]


def test_brackets_that_somebody_typed_are_no_placeholders():
    assert not any(p.placeholder for p in pieces("see [1] and [the note] and []", []))


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.just("e"), st.integers(-5, 70), st.integers(-5, 70)), max_size=5),
)
def test_cutting_neither_loses_nor_doubles_a_character(text, marks):
    assert "".join(p.text for p in pieces(text, marks)) == text


def test_evidence_is_found_again_in_its_turn():
    safe = make_safe([("agent", "Hello there."), ("customer", "Hi.")])
    hit = Evidence(kind=EvidenceKind.HIT, turn=0, char_start=0, char_end=5, quote="Hello")
    window = Evidence(kind=EvidenceKind.WINDOW, turn=0, last_turn=1)
    first, second = turn_views(safe, {"a": hit, "b": window})
    assert [p.text for p in first.pieces if p.marks == "a"] == ["Hello"]
    assert not any(p.marks for p in second.pieces)


def test_agents_are_named_customers_are_not():
    names = party_names(
        [
            Party(id="agent", role=Role.AGENT, name="Dana"),
            Party(id="agent-2", role=Role.AGENT),
            Party(id="customer", role=Role.CUSTOMER, name="Somebody"),
        ]
    )
    assert names == {"agent": "Agent 1 · Dana", "agent-2": "Agent 2", "customer": "Customer"}


def test_a_turn_without_times_is_counted_instead():
    safe = make_safe([("agent", "Hello."), ("customer", "Hi.")], timed=False)
    assert [t.at for t in turn_views(safe, {})] == ["#1", "#2"]


def test_a_word_is_told_by_its_distance_to_the_one_before():
    safe = make_safe([("agent", "Hello there you.", 2.0)])
    turn = safe.turns[0]
    steps = [int(step) for step in word_times(turn).split()]
    begins = [turn.start + sum(steps[: n + 1]) / 100 for n in range(3)]
    assert begins == pytest.approx([w.start for w in turn.words], abs=0.02)


def test_written_turns_have_no_word_times():
    safe = make_safe([("agent", "Hello.")], timed=False)
    assert word_times(safe.turns[0]) == ""


def test_a_short_call_is_one_part_and_a_long_one_several_that_cover_it():
    one = make_safe([("agent", "Hello."), ("customer", "Hi.")])
    assert [(p.first, p.last) for p in parts(one)] == [(0, 1)]
    long = make_safe([("agent", "word " * 100)] * 100)
    cut = parts(long)
    assert len(cut) > 3
    assert [p.number for p in cut] == list(range(len(cut)))
    covered = [n for p in cut for n in range(p.first, p.last + 1)]
    assert covered == list(range(100))


def test_waits_of_a_chat_are_drawn_to_scale_and_silences_of_a_call_are_told():
    lines = [("customer", "Hi.", 0.0), ("agent", "Hello.", 60.0), ("customer", "So?", 190.0)]
    chat = pauses(make_safe(lines, channel=Channel.CHAT))
    short, long = chat[1], chat[2]
    assert (short.role, long.role) == (Role.AGENT, Role.CUSTOMER)
    assert long.height / short.height == pytest.approx(long.seconds / short.seconds, abs=0.05)
    call = pauses(make_safe(lines))
    assert [p.height for p in call.values()] == [0, 0]
    assert call[2].text == "2 min 10 s"
