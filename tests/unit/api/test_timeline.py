from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qa.api.pages import timeline as drawn
from qa.api.pages.timeline import merged, overlaps, sides, silences, timeline
from qa.records import Channel, RedactedSpan, SpeechSpan
from qa.testing import make_safe

SPANS = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0, 20)).map(lambda t: (t[0], t[0] + t[1])), max_size=12
)


def call(*speech, duration=100.0, **given):
    safe = make_safe([("agent", "Hello.", 0.0), ("customer", "Hi.", 5.0)], duration=duration)
    spans = tuple(SpeechSpan(speaker=who, start=a, end=b) for who, a, b in speech)
    return safe.model_copy(update={"speech": spans, **given})


def lanes(safe):
    return {lane.kind: lane.path for lane in timeline(safe, ()).lanes}


def test_agents_lie_above_everybody_else():
    found = lanes(call(("agent", 0, 10), ("customer", 20, 30)))
    assert found["agent"] == "M0.0 6h100.0"
    assert found["customer"] == "M200.0 20h100.0"
    assert "overlap" not in found


def test_both_at_once_silence_and_what_is_hidden_are_lanes_of_their_own():
    hidden = RedactedSpan(kind="card_number", turn=0, start=12.0, end=13.0)
    safe = call(("agent", 0, 10), ("customer", 8, 20), ("agent", 50, 100), redacted=(hidden,))
    assert overlaps(safe) == [(8, 10)]
    assert silences(safe) == [(20, 50)]
    assert {"overlap", "silence", "redacted"} <= set(lanes(safe))


def test_a_chat_is_never_silent_and_its_messages_are_ticks():
    safe = make_safe([("agent", "A.", 0.0), ("customer", "B.", 90.0)], channel=Channel.CHAT)
    assert silences(safe) == []
    assert set(lanes(safe)) == {"agent", "customer"}


def test_without_times_there_is_no_picture():
    safe = make_safe([("agent", "Hello.")], timed=False)
    assert timeline(safe.model_copy(update={"duration": None}), ()) is None


@given(SPANS)
def test_merging_keeps_every_second_and_leaves_no_two_that_touch(spans):
    found = merged(spans)
    assert all(any(a <= x and y <= b for a, b in found) for x, y in spans)
    assert all(b < c for (_, b), (c, _) in pairwise(found))


@given(SPANS, SPANS)
def test_both_talk_exactly_where_each_of_them_does(agents, others):
    safe = call(*(("agent", a, b) for a, b in agents), *(("customer", a, b) for a, b in others))
    mine, theirs = sides(safe)
    for a, b in overlaps(safe):
        middle = (a + b) / 2
        assert any(x <= middle <= y for x, y in mine)
        assert any(x <= middle <= y for x, y in theirs)


def test_a_long_call_is_drawn_in_a_bounded_number_of_strokes():
    speech = [("agent", n * 4.0, n * 4.0 + 3.9) for n in range(2700)]
    path = lanes(call(*speech, duration=10_800.0))["agent"]
    assert path.count("M") <= drawn.WIDTH
