"""What leaves as JSON, vCon or WebVTT comes in again: all that the format can hold."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.importers import Rejected, find
from qa.records import Channel, Role, SafeTurn, Word
from qa.settings import Settings
from qa.testing import role_of

WORD = st.text(string.ascii_letters + string.digits + "éșőЖ.,?!'&<>-[]", min_size=1, max_size=9)
TEXT = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
PARTIES = ["agent", "customer", "agent-2", "bot"]


@st.composite
def talks(draw, *, spoken, timed=True):
    """Draw the turns of a call, each word timed, or of a chat; times to a thousandth."""
    turns, clock = [], 0
    for index, who in enumerate(draw(st.lists(st.sampled_from(PARTIES), min_size=1, max_size=6))):
        text = draw(TEXT)
        start, words = clock, ()
        if spoken:
            words = tuple(
                Word(text=w, start=(start + 100 * n) / 1000, end=(start + 100 * n + 90) / 1000,
                     confidence=0.5)
                for n, w in enumerate(text.split())
            )  # fmt: skip
        clock += draw(st.integers(3_000, 9_000))
        end = words[-1].end if words else start / 1000
        turns.append(
            SafeTurn(
                index=index, party=who, role=role_of(who), text=text, words=words, language="en",
                start=start / 1000 if timed else None, end=end if timed else None,
            )
        )  # fmt: skip
    return turns


def came_back(files, made, folder, name, turns, channel):
    """Export a conversation and import the file; returns the conversation."""
    (data,) = files(name, [made(turns, channel=channel)]).values()
    path = folder / f"one.{ {'jsonl': 'jsonl', 'vcon': 'vcon.json', 'vtt': 'vtt'}[name] }"
    path.write_bytes(data)
    (found,) = find([path], Settings(data=folder))
    assert not isinstance(found, Rejected), found.error
    assert found.channel is channel
    return found


def roles(found):
    return {p.id: p.role for p in found.parties}


trips = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("timed", [True, False])
@trips
@given(data=st.data())
def test_a_chat_as_json(files, made, tmp_path, timed, data):
    turns = data.draw(talks(spoken=False, timed=timed))
    found = came_back(files, made, tmp_path, "jsonl", turns, Channel.CHAT)
    assert [(m.party, m.text, m.at) for m in found.messages] == [
        (t.party, t.text, t.start) for t in turns
    ]
    assert roles(found) == {t.party: t.role for t in turns}
    given_ = made(turns, channel=Channel.CHAT)
    assert (found.external_id, found.metadata) == (given_.external_id, given_.metadata)


@trips
@given(turns=talks(spoken=True))
def test_a_call_as_json(files, made, tmp_path, turns):
    found = came_back(files, made, tmp_path, "jsonl", turns, Channel.CALL)
    assert [(u.party, u.text, u.start, u.end, u.words, u.language) for u in
            found.transcript.utterances] == [
        (t.party, t.text, t.start, t.end, t.words, t.language) for t in turns
    ]  # fmt: skip
    assert roles(found) == {t.party: t.role for t in turns}


@pytest.mark.parametrize("format", ["jsonl", "vcon"])
def test_what_somebody_wrote_like_html_stays_as_it_was_written(files, made, tmp_path, format):
    text = "Use <b>, not <A>, &amp; please"
    turns = [SafeTurn(index=0, party="agent", role=Role.AGENT, text=text, start=0.0, end=0.0)]
    found = came_back(files, made, tmp_path, format, turns, Channel.CHAT)
    assert [m.text for m in found.messages] == [text]


@trips
@given(turns=talks(spoken=False))
def test_a_chat_as_vcon(files, made, tmp_path, turns):
    found = came_back(files, made, tmp_path, "vcon", turns, Channel.CHAT)
    by_id = roles(found)
    assert [(by_id[m.party], m.text, m.at) for m in found.messages] == [
        (t.role, t.text, t.start) for t in turns
    ]
    assert found.metadata.started_at == made(turns, channel=Channel.CHAT).metadata.started_at


@trips
@given(turns=talks(spoken=True))
def test_a_call_as_vcon(files, made, tmp_path, turns):
    found = came_back(files, made, tmp_path, "vcon", turns, Channel.CALL)
    by_id = roles(found)
    assert [
        (by_id[u.party], u.text, round(u.start, 3), round(u.end, 3), u.words)
        for u in found.transcript.utterances
    ] == [(t.role, t.text, t.start, t.end, t.words) for t in turns]


@trips
@given(turns=talks(spoken=True))
def test_a_call_as_webvtt(files, made, tmp_path, turns):
    found = came_back(files, made, tmp_path, "vtt", turns, Channel.CALL)
    by_id = roles(found)
    assert [(by_id[u.party], u.text, u.start, u.end) for u in found.transcript.utterances] == [
        (t.role, t.text, t.start, t.end) for t in turns
    ]
