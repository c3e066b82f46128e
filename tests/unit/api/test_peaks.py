import numpy as np

from qa.api.peaks import sides
from qa.records import SpeechSpan
from qa.testing import make_safe


def call(*speech):
    safe = make_safe([("agent", "Hello.", 0.0), ("customer", "Hi.", 5.0)])
    spans = tuple(
        SpeechSpan(speaker=who, start=a, end=b, channel=channel) for who, a, b, channel in speech
    )
    return safe.model_copy(update={"speech": spans})


def test_where_each_has_a_channel_that_is_their_side():
    drawn = np.array([[1, 2, 3], [7, 8, 9]], np.uint8)
    agents, others = sides(drawn, call(("customer", 0, 1, 0), ("agent", 1, 2, 1)), per_second=1)
    assert (agents.tolist(), others.tolist()) == ([7, 8, 9], [1, 2, 3])


def test_a_side_that_never_speaks_is_the_other_channel():
    drawn = np.array([[1], [7]], np.uint8)
    agents, others = sides(drawn, call(("agent", 0, 1, 0)), per_second=1)
    assert (agents.tolist(), others.tolist()) == ([1], [7])
    agents, others = sides(drawn, call(("customer", 0, 1, 0)), per_second=1)
    assert (agents.tolist(), others.tolist()) == ([7], [1])


def test_in_a_mixed_recording_a_sound_belongs_to_who_speaks():
    drawn = np.full((1, 20), 9, np.uint8)
    safe = call(("agent", 2, 4, 0), ("customer", 12, 14, 0))
    agents, others = sides(drawn, safe, per_second=1)
    assert agents[3] == others[13] == 9
    assert agents[13] == others[3] == 0
    # Nobody speaks: music, a tone; it is shown on both sides.
    assert agents[8] == others[8] == 9
