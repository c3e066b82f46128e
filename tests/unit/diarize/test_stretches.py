"""Stretches between changes of speaker, and spans made of them. Hand-built arrays."""

import numpy as np
import pytest

from qa.diarize.stretches import assemble, changes, cut


def windows(*speakers, step=2.0, seconds=10.0):
    """One ten-second window per entry, each a function of time -> active speakers."""
    frames = 589
    made = np.zeros((len(speakers), frames, 3), dtype=np.float32)
    for number, active in enumerate(speakers):
        for frame in range(frames):
            for speaker in active(number * step + frame * seconds / frames):
                made[number, frame, speaker] = 1
    return made


def test_a_change_of_speaker_is_seen_where_it_is():
    seen = changes(windows(lambda t: [0] if t < 5 else [1]), 2.0, 1000)
    assert seen[500] == 1
    assert not seen[:470].any()
    assert not seen[530:].any()


def test_the_names_that_windows_give_do_not_matter():
    one = lambda t: [0] if t < 5 else [1]  # noqa: E731
    other = lambda t: [2] if t < 5 else [0]  # noqa: E731
    assert changes(windows(one, other), 2.0, 1200)[500] == 1


def test_a_region_is_cut_at_a_change_but_not_into_crumbs():
    seen = np.zeros(1000)
    seen[480:520] = 1.0
    assert cut(2.0, 8.0, seen) == [(200, 500), (500, 800)]
    assert cut(4.9, 8.0, seen) == [(490, 800)]
    assert cut(2.0, 8.0, np.zeros(1000)) == [(200, 800)]


def made(counted, labels, stretches, speakers=2):
    return assemble(
        stretches, np.array(labels), np.full(len(labels), 0.9), np.array(counted), speakers=speakers
    )


def test_speakers_are_named_in_order_of_their_first_word():
    _, exclusive = made([1] * 300, [1, 0, 1], [(0, 100), (100, 200), (200, 300)])
    assert [s.speaker for s in exclusive] == ["speaker-0", "speaker-1", "speaker-0"]


def test_padding_is_no_speech_but_its_words_find_their_speaker():
    spans, exclusive = made([0] * 20 + [1] * 60 + [0] * 20, [0], [(0, 100)])
    assert [(s.start, s.end) for s in spans] == [(pytest.approx(0.2), pytest.approx(0.8))]
    assert [(s.start, s.end) for s in exclusive] == [(0.0, 1.0)]


def test_short_gaps_are_part_of_the_speech():
    spans, _ = made([1] * 40 + [0] * 20 + [1] * 40, [0], [(0, 100)])
    assert len(spans) == 1


def test_where_two_speak_the_other_one_speaks_as_well():
    spans, exclusive = made([1] * 150 + [2] * 50, [0, 1], [(0, 100), (100, 200)])
    assert ("speaker-0", pytest.approx(1.5), pytest.approx(2.0)) in [
        (s.speaker, s.start, s.end) for s in spans
    ]
    assert sum(s.duration for s in exclusive) == pytest.approx(2.0)
