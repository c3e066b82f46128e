"""Dialogue in JSON of no tool in particular."""

import pytest

from qa.records import Role

SAID = [("customer", "Where is it?"), ("agent", "It left.")]
SHAPES = [
    ("turns", {"turns": [{"speaker": "Client", "text": "Where is it?"}, {"speaker": "Dana", "text": "It left."}]}),
    ("roles of an assistant's log", {"messages": [{"role": "user", "content": "Where is it?"}, {"role": "operator", "content": "It left."}]}),
    ("authors as objects", {"dialog": [{"author": {"role": "visitor"}, "body": "Where is it?"}, {"author": {"role": "agent"}, "body": "It left."}]}),
    ("questions and answers", {"x": {"log": [{"user utterance": "Where is it?", "system response": "It left."}]}}),
]  # fmt: skip


@pytest.mark.parametrize(("why", "value"), SHAPES, ids=[s[0] for s in SHAPES])
def test_each_shape_says_who_says_what(why, value, data, found):
    data("d.json", value)
    (made,), rejected = found()
    assert not rejected
    assert [(m.party, m.text) for m in made.messages] == SAID
    assert {p.id: p.role for p in made.parties} == {
        "agent": Role.AGENT,
        "customer": Role.CUSTOMER,
    }


def test_of_three_nobody_is_guessed(data, found):
    turns = [{"speaker": s, "text": "x"} for s in ("customer", "Dana", "Kim")]
    data("d.json", {"turns": turns})
    (made,), _ = found()
    assert [p.role for p in made.parties] == [Role.CUSTOMER, Role.UNKNOWN, Role.UNKNOWN]
