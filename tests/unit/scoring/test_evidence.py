"""Every piece of evidence, cut out of the transcript, is its quote: on all goldens and samples."""

import json
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from qa.records import Channel, EvidenceKind, Verdict
from qa.scoring import Document, find_card, judge, list_cards
from qa.settings import load_settings
from qa.testing import make_safe

ROOT = Path(__file__).parents[3]
SETTINGS = load_settings(company=("Acme", "Riverside Home"))
CARDS = [card.id for card in list_cards(SETTINGS)]


def read(path):
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


def pairs(lines):
    return [(who, text) for line in lines for who, text in line.items() if isinstance(text, str)]


@cache
def talks():
    """Every golden conversation, every sample call and every sample chat, by name."""
    found = {}
    for path in sorted(Path(__file__).with_name("golden").glob("*.yaml")):
        for language, talk in read(path).items():
            lines = pairs(talk["talk"]) + pairs(talk["closing"])
            found[f"{path.stem} {language}"] = (language, lines)
    for path in sorted((ROOT / "samples/scripts").glob("*.yaml")):
        script = read(path)
        lines = [
            (who, text) for who, text in pairs(script["lines"]) if who in {"agent", "customer"}
        ]
        found[path.stem] = (script["language"], lines)
    for path in sorted((ROOT / "samples/chats").glob("*.json")):
        chat = json.loads(path.read_text("utf-8"))
        roles = {p["id"]: p["role"] for p in chat["parties"]}
        lines = [(roles[m["party"]], m["text"]) for m in chat["messages"]]
        found[path.stem] = (path.stem.rpartition("-")[2], lines)
    return found


#: What people and recognisers write differently and mean alike.
ALIKE = {
    "as it stands": lambda text: text,
    "without the dots of ё": lambda text: text.replace("ё", "е").replace("Ё", "Е"),
    "with cedillas": lambda text: text.translate(str.maketrans("șțȘȚ", "şţŞŢ")),
    "with curly apostrophes": lambda text: text.replace("'", "\u2019"),
    "with accents apart": lambda text: unicodedata.normalize("NFD", text),
    "with no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "with soft hyphens": lambda text: text.replace("nk", "n\u00adk").replace("ас", "а\u00adс"),
}
#: What changes what is said, and must never move a quote.
ODD = {
    "with emoji between": lambda text: text.replace(". ", ". 👩\u200d👩\u200d👧 "),
    "from the right": lambda text: f"\u202e{text}\u202c",
    "in capitals": str.upper,
    "without spaces after stops": lambda text: text.replace(". ", ".").replace(", ", ","),
    "with placeholders": lambda text: text.replace("a", "[PERSON_1]", 1),
    "word by word": lambda text: " ... ".join(text.split()),
}


def assert_quoted(safe, assessment):
    for finding in assessment.findings:
        for e in finding.evidence:
            if e.char_start is not None:
                turn = safe.turns[e.turn]
                assert e.quote == turn.text[e.char_start : e.char_end] != ""
                assert (e.start, e.end) == (turn.seconds(e.char_start, e.char_end) or (None, None))
            elif e.kind is EvidenceKind.WINDOW and e.turn is not None:
                assert 0 <= e.turn <= e.last_turn < len(safe.turns)
                assert e.quote == ""
        if finding.verdict in {Verdict.NOT_APPLICABLE, Verdict.REVIEW}:
            assert finding.reason
        elif finding.verdict is Verdict.FAIL:
            assert finding.evidence or finding.reason


def made(name, change, **more):
    language, lines = talks()[name]
    return make_safe([(who, change(text)) for who, text in lines], language=language, **more)


@pytest.mark.parametrize("name", talks())
def test_every_span_is_its_quote_on_every_card(name):
    document = Document(made(name, ALIKE["as it stands"]))
    quoted = 0
    for card in CARDS:
        for assessment in judge(document, find_card(card, SETTINGS)):
            assert_quoted(document.safe, assessment)
            quoted += sum(bool(e.quote) for f in assessment.findings for e in f.evidence)
    assert quoted or name in {"mute-agent", "no-answer-en"}


@given(
    st.sampled_from(sorted(talks())),
    st.sampled_from(CARDS),
    st.sampled_from(sorted({**ALIKE, **ODD})),
    st.sampled_from([Channel.CALL, Channel.CHAT]),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_every_span_is_its_quote_however_it_is_written(name, card, change, channel, timed):
    safe = made(name, {**ALIKE, **ODD}[change], channel=channel, timed=timed)
    for assessment in judge(safe, find_card(card, SETTINGS)):
        assert_quoted(safe, assessment)


@pytest.mark.parametrize("change", [c for c in ALIKE if c != "as it stands"])
@pytest.mark.parametrize("name", [n for n in talks() if n.startswith("support-standard")])
def test_what_is_written_differently_and_means_the_same_gets_the_same_verdicts(name, change):
    card = find_card("support-standard", SETTINGS)
    [plain] = judge(made(name, ALIKE["as it stands"], timed=False), card)
    [other] = judge(made(name, ALIKE[change], timed=False), card)
    assert [(f.item, f.verdict) for f in other.findings] == [
        (f.item, f.verdict) for f in plain.findings
    ]
