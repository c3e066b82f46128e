"""A sealed file is read only whole, only in its place, only with its key."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.errors import StoreError
from qa.sealing import KeyRing, seal, unseal
from qa.sealing.keys import Key
from qa.sealing.stream import CHUNK

OLD, NEW = Key(b"o" * 32), Key(b"n" * 32)
RING = KeyRing((OLD, NEW))
#: Around the seams of chunks.
SIZES = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])


def sealed(content, *, ring=RING, about="turns/call-1.json"):
    out = io.BytesIO()
    seal(out, io.BytesIO(content), ring=ring, about=about)
    return out.getvalue()


def opened(whole, *, ring=RING, about="turns/call-1.json"):
    return unseal(io.BytesIO(whole), ring=ring, about=about, name="turns call-1")


def content_of(size):
    return bytes(i * 7 % 251 for i in range(size))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    size=SIZES,
    moves=st.lists(
        st.tuples(st.integers(0, 2 * CHUNK + 20), st.integers(0, CHUNK + 9)), max_size=6
    ),
)
def test_reads_like_the_file_that_was_sealed(size, moves):
    content = content_of(size)
    plain, kept = io.BytesIO(content), opened(sealed(content))
    assert kept.seek(0, io.SEEK_END) == size
    for place, length in moves:
        assert kept.seek(place) == plain.seek(place)
        assert kept.read(length) == plain.read(length)
    kept.seek(0)
    assert kept.read() == content


@settings(max_examples=60, deadline=None, derandomize=True)
@given(size=SIZES, data=st.data())
def test_a_changed_bit_is_noticed(size, data):
    whole = bytearray(sealed(content_of(size)))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(StoreError):
        opened(bytes(whole)).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_what_was_cut_off_is_noticed_at_a_seam_too(size):
    whole = sealed(content_of(size + CHUNK))
    sealed_chunk = CHUNK + 16
    for cut in {len(whole) - 1, len(whole) - sealed_chunk, 28, 27, 3}:
        with pytest.raises(StoreError):
            opened(whole[:cut]).read()


def test_chunks_cannot_change_places():
    whole = sealed(content_of(3 * CHUNK))
    head, body = whole[:28], whole[28:]
    size = CHUNK + 16
    with pytest.raises(StoreError, match="damaged"):
        opened(head + body[size : 2 * size] + body[:size] + body[2 * size :]).read()


def test_a_file_cannot_stand_for_another():
    with pytest.raises(StoreError, match="not what was written there"):
        opened(sealed(b"hello"), about="turns/call-2.json").read()


def test_the_newest_key_seals_and_older_ones_read():
    before = sealed(b"hello", ring=KeyRing((OLD,)))
    assert opened(before).read() == b"hello"
    assert NEW.id in sealed(b"hello")[:12]
    with pytest.raises(StoreError, match="a key that is not here"):
        opened(sealed(b"hello"), ring=KeyRing((OLD,)))


def test_what_is_not_sealed_is_no_sealed_file():
    with pytest.raises(StoreError, match="is not sealed"):
        opened(b'{"turns": []}' * 9)


def test_the_same_content_twice_is_not_the_same_file():
    assert sealed(b"hello") != sealed(b"hello")


def test_neither_key_nor_ring_shows_itself():
    assert "o" * 8 not in repr(RING)
