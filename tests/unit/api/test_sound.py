"""Which part of a sound is sent: what a `Range` header may hold, and what it never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.api.sound import ranged

ALL, PART, NONE = 200, 206, 416
SIZE = 1000


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        pytest.param("bytes=0-99", PART, (0, 100), id="a part"),
        pytest.param("bytes=999-", PART, (999, 1000), id="the last byte"),
        pytest.param("bytes=-1", PART, (999, 1000), id="the last byte from the end"),
        pytest.param("bytes=0-", PART, (0, 1000), id="all of it as a part"),
        pytest.param("bytes=900-5000", PART, (900, 1000), id="beyond the end"),
        pytest.param("bytes=-5000", PART, (0, 1000), id="more than there is from the end"),
        pytest.param("bytes=007-008", PART, (7, 9), id="noughts before numbers"),
        pytest.param("Bytes = 5-6", PART, (5, 7), id="capitals and spaces"),
        pytest.param("bytes=1000-", NONE, (0, 0), id="behind the end"),
        pytest.param("bytes=-0", NONE, (0, 0), id="nothing"),
        # Python reads no number of thousands of digits.
        pytest.param(f"bytes={'9' * 9000}-", NONE, (0, 0), id="thousands of digits, first"),
        pytest.param(f"bytes=5-{'9' * 9000}", PART, (5, 1000), id="thousands of digits, last"),
        pytest.param(f"bytes=-{'9' * 9000}", PART, (0, 1000), id="thousands of digits, from end"),
        pytest.param(f"bytes={'0' * 9000}5-9", PART, (5, 10), id="thousands of noughts"),
        # What is no range is left out of account (RFC 9110, 14.2).
        pytest.param("", ALL, (0, 1000), id="none"),
        pytest.param("bytes=", ALL, (0, 1000), id="no numbers"),
        pytest.param("bytes=-", ALL, (0, 1000), id="a dash"),
        pytest.param("bytes=9-5", ALL, (0, 1000), id="ends before it begins"),
        pytest.param("bytes=1--5", ALL, (0, 1000), id="below nought"),
        pytest.param("bytes=0-1,5-6", ALL, (0, 1000), id="two of them"),
        pytest.param("items=0-5", ALL, (0, 1000), id="another unit"),
        pytest.param("bytes=0x1-0x5", ALL, (0, 1000), id="no decimals"),
        pytest.param("bytes=1_0-2_0", ALL, (0, 1000), id="numbers as Python writes them"),
        pytest.param("bytes=\u0661-\u0665", ALL, (0, 1000), id="digits of another script"),
        pytest.param("bytes=\xb9-", ALL, (0, 1000), id="a digit set high"),
        pytest.param("bytes=0-5\r\nx: y", ALL, (0, 1000), id="a line of its own"),
    ],
)
def test_what_is_sent_for_a_range(asked, status, span):
    found = ranged(asked, SIZE)
    assert (found.status, (found.start, found.end)) == (status, span)
    told = {
        ALL: None,
        PART: f"bytes {span[0]}-{span[1] - 1}/{SIZE}",
        NONE: f"bytes */{SIZE}",
    }
    assert found.headers.get("content-range") == told[status]


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=-5", "bytes=0-0"])
def test_there_is_no_part_of_an_empty_file(asked):
    assert ranged(asked, 0).status == NONE


_ODD = st.lists(
    st.sampled_from(["bytes", "=", "-", "0", "7", "9" * 5000, " ", ",", "\t", "e", "."])
    | st.text(max_size=2),
    max_size=8,
).map("".join)


@given(asked=_ODD | _ODD.map("bytes={}".format), size=st.integers(0, 2**63 - 1))
def test_no_header_asks_for_what_is_not_there(asked, size):
    found = ranged(asked, size)
    assert 0 <= found.start <= found.end <= size
    assert found.status in {ALL, PART, NONE}
    assert all(value.isprintable() for value in found.headers.values())
