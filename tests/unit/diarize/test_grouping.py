"""Voices into speakers. Hand-built embeddings; no model."""

import numpy as np
import pytest

from qa.diarize.grouping import group


def voices(pattern, *, alike=0.3, noise=0.6, seed=0, width=64):
    """One embedding per letter; two letters are as alike as `alike` says."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=width)
    own = {letter: rng.normal(size=width) for letter in sorted(set(pattern))}
    return np.stack(
        [alike * shared + (1 - alike) * own[c] + noise * rng.normal(size=width) for c in pattern]
    ).astype(np.float32)


def same(labels, pattern):
    """Whether labels part the stretches as the letters do."""
    return (
        len(set(zip(labels.tolist(), pattern, strict=True)))
        == len(set(pattern))
        == len(set(labels.tolist()))
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("pattern", ["abab", "aabbabab", "aaaaaaaaab" * 3, "abbbbbbbbbbb"])
def test_two_voices_are_parted_however_unequal_their_shares(pattern, seed):
    found = group(voices(pattern, seed=seed), np.full(len(pattern), 2.0), speakers=2)
    assert same(found.labels, pattern)


def test_three_voices_are_parted_when_three_are_known():
    pattern = "abcabcabccba"
    assert same(group(voices(pattern), np.full(len(pattern), 2.0), speakers=3).labels, pattern)


def test_one_speaker_is_one_speaker_for_certain():
    found = group(voices("abab"), np.full(4, 2.0), speakers=1)
    assert found.labels.tolist() == [0, 0, 0, 0]
    assert found.confidence.tolist() == [1.0] * 4


def test_a_stretch_too_short_to_tell_goes_with_its_neighbour_and_is_unsure():
    pattern = "aabbaabb"
    given = voices(pattern)
    given[3] = np.nan
    found = group(given, np.full(8, 2.0), speakers=2)
    assert found.labels[3] == found.labels[2]
    assert found.confidence[3] == 0.5
    assert found.confidence[0] > 0.5


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_stretches_are_no_trouble(count):
    found = group(voices("abab")[:count], np.full(count, 0.4), speakers=2)
    assert found.labels.shape == found.confidence.shape == (count,)
    assert set(found.labels.tolist()) <= {0, 1}


def test_more_speakers_than_voices_is_no_trouble():
    found = group(voices("ab"), np.full(2, 1.0), speakers=4)
    assert len(found.labels) == 2
