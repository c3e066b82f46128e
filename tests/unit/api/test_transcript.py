from hypothesis import given
from hypothesis import strategies as st

from qa.api.pages.transcript import bars, party_names, pieces, turn_views
from qa.records import Evidence, EvidenceKind, Party, Role
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


def test_the_picture_of_a_call_has_the_agent_above_the_others():
    safe = make_safe([("agent", "Hello.", 0.0), ("customer", "Hi.", 5.0)], duration=10.0)
    drawn = bars(safe)
    assert [(b.lane, b.x) for b in drawn] == [(0, 0.0), (1, 500.0)]
    assert all(b.x >= 0 and b.x + b.width <= 1000 for b in drawn)
