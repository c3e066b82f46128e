"""Checksums of content: what two encoders write is the same, else a chat would get another id."""

import json

from hypothesis import given
from hypothesis import strategies as st

from qa.importers.base import as_text, digest

SECONDS = st.floats(0, 3e7).map(lambda s: round(s, 3)) | st.floats(9e8, 2e9)
TEXTS = st.text(st.characters(codec=None))  # lone halves of pairs, too
VALUES = st.recursive(
    st.none() | st.booleans() | SECONDS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


def in_order(value):
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(one) for one in value] if isinstance(value, list) else value


@given(VALUES)
def test_sorted_content_has_the_same_checksum_by_either_encoder(value):
    assert digest(in_order(value), in_order=True) == digest(value)


@given(VALUES | st.just(float("inf")) | st.integers())
def test_a_value_is_the_same_read_back_from_its_text(value):
    assert json.loads(as_text(value)) == value
