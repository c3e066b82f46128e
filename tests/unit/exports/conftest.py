from dataclasses import replace
from datetime import UTC, datetime

import pytest

from qa.exports import Exported, Scored, exporter
from qa.records import (
    Assessment,
    CardRef,
    Channel,
    Direction,
    Evidence,
    EvidenceKind,
    Finding,
    Metadata,
    Override,
    Provenance,
    SafeTurn,
    Score,
    ScoreStatus,
    Verdict,
)
from qa.testing import make_safe, role_of

BEGIN = datetime(2026, 3, 2, 10, tzinfo=UTC)
CARD = CardRef(id="front-desk", version=3, hash="sha256:ab")
TALK = [
    ("agent", "Good morning, Dana speaking.", 1.0),
    ("customer", "My card is [CARD_NUMBER] & <nothing> works", 4.0),
    ("agent", "Goodbye.", 9.5),
]


def finding(item, verdict, **more):
    return Finding(
        item=item, section="opening", ask=f"Was there a {item}?", verdict=verdict, **more
    )


def make(lines=TALK, *, id="call-1", channel=Channel.CALL, scores=None, timed=True, **more):
    """Return a conversation as exports are given it, heard and judged."""
    meta = Metadata(
        direction=Direction.INBOUND, project="retail", started_at=BEGIN, tags=("mystery", "new")
    )
    if channel is not Channel.CALL and not isinstance(lines[0], SafeTurn):
        lines = [message(n, *line, timed=timed) for n, line in enumerate(lines)]
    safe = make_safe(lines, id=id, channel=channel, metadata=meta, timed=timed)
    given = Exported(
        id=id, external_id="T-1", source="calls/a.wav", channel=channel, at=BEGIN,
        registered_at=BEGIN, updated_at=BEGIN, state="done", duration=safe.duration,
        language="en", agent_id="a1", agent_name="Dana", triage=None, triage_reason="",
        metadata=meta, scores=(scored(id),) if scores is None else scores, conversation=safe,
    )  # fmt: skip
    return replace(given, **more)


def message(index, party, text, at, *, timed):
    """Return a written message as a turn: it has a moment, not a length."""
    moment = at if timed else None
    return SafeTurn(
        index=index, party=party, role=role_of(party), text=text, start=moment, end=moment
    )


def scored(id="call-1", **more):
    findings = (
        finding(
            "greeting",
            Verdict.PASS,
            value=1.0,
            evidence=(
                Evidence(kind=EvidenceKind.WINDOW, turn=0, last_turn=1),
                Evidence(
                    kind=EvidenceKind.HIT, turn=0, char_start=0, char_end=12, start=1.0, end=1.6,
                    quote="Good morning", rule="list: hello", score=1.0,
                ),
            ),
        ),
        finding("farewell", Verdict.FAIL, value=0.0, weight=2.0, reason="It was not said."),
    )  # fmt: skip
    score = Score(status=ScoreStatus.FINAL, mode="items", total=100 / 3, passed=False)
    made = Assessment(
        conversation=id, card=CARD, party="agent", findings=findings, score=score,
        provenance=Provenance(stage="judge", engine="test"),
    )  # fmt: skip
    over = Override(item="farewell", verdict=Verdict.PASS, value=1.0, who="ann", at=BEGIN,
                    comment="Her number is in my notes")  # fmt: skip
    given = Scored(
        card=CARD, party="agent", agent="Dana", status=ScoreStatus.FINAL, total=100 / 3,
        low=100 / 3, high=100 / 3, passed=False, failed=("farewell",), review=(), made_at=BEGIN,
        assessment=made, overrides={"farewell": over},
    )  # fmt: skip
    return replace(given, **more)


@pytest.fixture
def made():
    return make


@pytest.fixture
def score():
    return scored


@pytest.fixture
def files():
    """Run an export; returns the bytes of every file by its name."""

    def run(format, found, what="conversations"):
        written = {}
        for chunk in exporter(format, what=what).chunks(iter(found), what=what):
            written[chunk.name] = written.get(chunk.name, b"") + chunk.data
        return written

    return run


@pytest.fixture
def text(files):
    """Run an export that makes one file; returns its text."""

    def run(*args, **more):
        (data,) = files(*args, **more).values()
        return data.decode()

    return run
