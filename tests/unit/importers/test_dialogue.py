"""Dialogue as text and as subtitles: who says what, and when."""

import gc

import pytest

from qa.importers.markup import html_text, looks_like_html
from qa.importers.plain_text import said_in
from qa.importers.roles import role_named, settled
from qa.records import Channel, Role
from qa.settings import Settings


def said(c):
    return [(u.party, u.text, u.start, u.end) for u in c.transcript.utterances]


def test_text_with_labels(data, found):
    data("a.txt", "Agent: Acme, Dana.\nCustomer: Where is it?\nI wait.\nAgent: One moment.\n")
    (c,), _ = found()
    assert said(c) == [
        ("agent", "Acme, Dana.", None, None),
        ("customer", "Where is it? I wait.", None, None),
        ("agent", "One moment.", None, None),
    ]


def test_text_with_times_ends_where_the_next_begins(data, found):
    data(
        "a.txt",
        "[00:01] Agent: Hi there.\n[0:00:01.5] Customer: Yes?\n(01:00) Agent (01:00): "
        + "word " * 9,
    )
    (c,), _ = found()
    assert [(start, end) for _, _, start, end in said(c)] == [(1.0, 1.5), (1.5, 2.5), (60.0, 63.0)]


LAYOUTS = [
    "Agent 00:01\nHi.\n\nCustomer 00:03\nHello.",
    "00:01 - Agent: Hi.\n00:03 - Customer: Hello.",
    "[00:01 - 00:02] Agent: Hi.\n[00:03 - 00:04] Customer: Hello.",
    "**Agent:** Hi.\n\n**Customer:** Hello.",
    "**A call of Monday** **Agent:** Hi. **Customer:** Hello.",
    "Оператор: Hi.\nКлиент: Hello.",
    "Operator: Hi.\nÜgyfél: Hello.",
]


@pytest.mark.parametrize("text", LAYOUTS)
def test_layouts_that_people_use(data, found, text):
    data("a.txt", text)
    (c,), _ = found()
    assert [(p, t) for p, t, _, _ in said(c)] == [("agent", "Hi."), ("customer", "Hello.")]


def test_what_is_said_in_bold_names_nobody():
    text = "**Agent:** Two things. **Note:** we close at five. **Customer:** Fine. **Agent:** Bye."
    assert [(s.label, s.lines) for s in said_in(text)] == [
        ("Agent", ["Two things. Note: we close at five."]),
        ("Customer", ["Fine."]),
        ("Agent", ["Bye."]),
    ]


@pytest.mark.parametrize("text", [
    "Dear all,\nthis is a letter: we sell chairs.\nYours",
    "name: x\nversion: 3\nlicence: MIT\nauthor: y",
    "# Title\nNote: one thing\nAnd another",
    "11:30 lunch\n12:30 work",
])  # fmt: skip
def test_what_is_no_dialogue(text):
    assert said_in(text) == []


def test_the_setting_says_that_it_was_a_chat(data, tmp_path):
    from qa.importers import find

    data("a.txt", "[00:01] Agent: Hi.\n[00:03] Customer: Hello.")
    (c,) = find([tmp_path], Settings(text_channel="chat"))
    assert (c.channel, [m.at for m in c.messages]) == (Channel.CHAT, [0.0, 2.0])


def test_a_name_is_no_id(data, found):
    data("a.txt", "Ann Other: Hi.\nAgent Dana: Hello.\nAnn Other: Bye.")
    (c,), _ = found()
    assert [(p.id, p.role, p.name) for p in c.parties] == [
        ("speaker", Role.UNKNOWN, "Ann Other"),
        ("agent", Role.AGENT, "Agent Dana"),
    ]


IDS = [
    (["SPEAKER_00", "SPEAKER_01"], ["speaker-00", "speaker-01"]),
    (["spk_0", "0", "A", "Speaker 1"], ["spk-0", "speaker-0", "speaker-a", "speaker-1"]),
    (["Agent", "AGENT", "agent-2"], ["agent", "agent-2", "agent-2-2"]),
    (["Ann", "Ben", ""], ["speaker", "speaker-2", "speaker-3"]),
]


@pytest.mark.parametrize(("labels", "ids"), IDS)
def test_ids_name_nobody_and_each_is_its_own(labels, ids):
    named, parties = settled((), labels)
    assert [named[label] for label in labels] == ids
    assert len({p.id for p in parties}) == len(labels)


ROLES = [
    ("END_USER", Role.CUSTOMER), ("Agent 2", Role.AGENT), ("chatbot", Role.BOT), ("Клиент", Role.CUSTOMER),
    ("ügyintéző", Role.AGENT), ("Agent and customer", Role.UNKNOWN), ("Anna", Role.UNKNOWN), ("", Role.UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("label", "role"), ROLES)
def test_what_a_label_says(label, role):
    assert role_named(label) is role


def test_srt(data, found):
    data(
        "a.srt",
        "1\n00:00:01,000 --> 00:00:02,500\nAgent: Hi,\n42\n\n2\n00:00:03,000 --> 00:00:07,000\n- Hello.\n- Agent: Yes?\n",
    )
    (c,), _ = found()
    assert said(c) == [("agent", "Hi, 42", 1.0, 2.5), ("agent", "- Hello. Yes?", 3.0, 7.0)]


def test_srt_with_a_broken_time_is_refused_with_its_line(data, found):
    data("a.srt", "1\n00:00:01,000 --> 00:00:02,500\nHi.\n\n2\n00:00:03 -> oops --> 4\nHello.\n")
    _, (reject,) = found()
    assert "line 6: no times" in reject.error.reason


def test_webvtt_with_voices(data, found):
    data("a.vtt", "WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:03.000 align:start\n<v.loud Ann Other>Hi &amp; <b>you</b></v>\n\n"
         "1\n01:00:00.000 --> 01:00:04.000\n<v.agent.agent-2 Dana>Yes.<v Ann Other>Good.\n")  # fmt: skip
    (c,), _ = found()
    assert [(p, t, round(start, 2), round(end, 2)) for p, t, start, end in said(c)] == [
        ("speaker", "Hi & you", 1.0, 3.0),
        ("agent-2", "Yes.", 3600.0, 3601.78),
        ("speaker", "Good.", 3601.78, 3604.0),
    ]
    assert {p.id: (p.role, p.name) for p in c.parties} == {
        "agent-2": (Role.AGENT, "Dana"),
        "speaker": (Role.UNKNOWN, "Ann Other"),
    }


def test_a_vtt_that_is_none_is_told_of_even_in_a_folder(data, found):
    data("a.vtt", "\nWEBVTT\n\n00:01.000 --> 00:03.000\nHi")
    data("b.txt", "nothing")
    _, (reject,) = found()
    assert "does not begin with WEBVTT" in reject.error.reason


HTML = [
    ("<p>a</p><p>b</p>", "a\n\nb"),
    ("a<br>b", "a\nb"),
    ("<ul><li>a</li></ul>", "a"),
    ("<style>x{}</style>a<script>y</script>", "a"),
    ("<head><title>t</title><body>a", "a"),
    ("a &lt; b &#128512;", "a < b 😀"),
    ('<img alt="a chair">', "a chair"),
]


@pytest.mark.parametrize(("html", "text"), HTML)
def test_html_as_people_read_it(html, text):
    assert html_text(html) == text


@pytest.mark.parametrize("text", ["1 < 2", "<3", "a <- b -> c", "<name>", "x<y>z"])
def test_a_sign_is_no_html(text):
    assert not looks_like_html(text)


def test_lines_that_name_who_speaks_from_now_on(data, found):
    data("a.txt", "SPEAKER: S1\nThat's amazing.\nSPEAKER: S2\nI know.\n")
    (made,), _ = found()
    said = [(u.party, u.text) for u in made.transcript.utterances]
    assert said == [("speaker-1", "That's amazing."), ("speaker-2", "I know.")]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.txt", "Nobody is named here.\n", "no labels"),
        ("a.csv", "id,colour\n1,red\n", "columns id, colour"),
        ("a.jsonl", '{"turn": 1}\n{"turn": 2}\n', "keys turn"),
    ],
)
def test_what_is_none_says_what_it_is(name, text, reason, data, found):
    _, (rejected,) = found(data(name, text))
    assert reason in rejected.error.reason


@pytest.mark.parametrize(
    ("text", "kept"), [("Agent: Hello.\nCustomer: Hi.", 1), ("Agent: \nCustomer: ", 0)]
)
def test_garbage_is_looked_for_again_once_a_text_was_read_or_refused(data, found, text, kept):
    data("a.txt", text)
    conversations, rejected = found(format="text")
    assert (len(conversations), len(rejected)) == (kept, 1 - kept)
    assert gc.isenabled()
