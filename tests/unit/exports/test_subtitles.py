"""WebVTT and SRT: what a player shows when, read back by a parser that is not ours."""

import io
from html import unescape

import pytest
import webvtt
from inline_snapshot import snapshot

from qa.records import Channel, Party, Role

CHAT = [
    ("customer", "Where is\n\nmy order?", 0.0),
    ("bot", "One moment", 1.0),
    ("agent", "Here", 90.0),
]


def read(text):
    """Return speaker, begin, end and words of each cue, as the other parser has them."""
    return [
        (unescape(c.voice), c.start, c.end, unescape(c.text))
        for c in webvtt.from_buffer(io.StringIO(text))
    ]


def test_a_call_in_webvtt(text, made):
    assert text("vtt", [made()]) == snapshot("""\
WEBVTT

NOTE
conversation: call-1
channel: call
started_at: 2026-03-02T10:00:00Z
language: en

00:00:01.000 --> 00:00:02.200
<v.agent agent>Good morning, Dana speaking.

00:00:04.000 --> 00:00:06.100
<v.customer customer>My card is [CARD_NUMBER] &amp; &lt;nothing&gt; works

00:00:09.500 --> 00:00:09.800
<v.agent agent>Goodbye.
""")


def test_a_call_in_srt(text, made):
    assert text("srt", [made()]) == snapshot("""\
1
00:00:01,000 --> 00:00:02,200
agent: Good morning, Dana speaking.

2
00:00:04,000 --> 00:00:06,100
customer: My card is [CARD_NUMBER] & <nothing> works

3
00:00:09,500 --> 00:00:09,800
agent: Goodbye.
""")


def test_another_parser_reads_the_same_speakers_times_and_words(text, made):
    parties = (
        Party(id="agent", role=Role.AGENT, name="Dana & Co"),
        Party(id="customer", role=Role.CUSTOMER),
    )
    heard = made().conversation.model_copy(update={"parties": parties})
    assert read(text("vtt", [made(conversation=heard)])) == [
        ("Dana & Co", "00:00:01.000", "00:00:02.200", "Good morning, Dana speaking."),
        ("customer", "00:00:04.000", "00:00:06.100", "My card is [CARD_NUMBER] & <nothing> works"),
        ("Dana & Co", "00:00:09.500", "00:00:09.800", "Goodbye."),
    ]


def test_a_message_is_shown_until_the_next_but_not_for_ever(text, made):
    shown = read(text("vtt", [made(CHAT, channel=Channel.CHAT)]))
    assert [(start, end) for _, start, end, _ in shown] == [
        ("00:00:00.000", "00:00:01.000"),
        ("00:00:01.000", "00:00:06.000"),
        ("00:01:30.000", "00:01:35.000"),
    ]


def test_a_conversation_without_times_or_unheard_has_no_subtitles(files, made):
    untimed = made(CHAT, channel=Channel.CHAT, timed=False)
    assert files("vtt", [untimed, made(conversation=None)]) == {}


def test_a_file_is_named_by_month_and_id(files, made):
    assert list(files("srt", [made(), made(id="call-2")])) == [
        "2026-03/call-1.srt",
        "2026-03/call-2.srt",
    ]


@pytest.mark.parametrize(
    "said", ["a --> b", "00:01.000 --> 00:02.000", "NOTE x", "&lt;b&gt;", "<b>"]
)
def test_nothing_that_was_said_becomes_markup(text, made, said):
    ((_, _, _, shown),) = read(text("vtt", [made([("agent", said, 0.0)])]))
    assert shown == said
    assert text("srt", [made([("agent", said, 0.0)])]).count("-->") == 1
