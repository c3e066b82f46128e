"""What every importer of one file keeps to, tried on its samples whole, cut off and damaged.

A sample is a file in ``tests/contract/importers/<format>/``; every format has one.
"""

import json
import random
import socket
from pathlib import Path

import pytest

from qa.errors import InputError
from qa.importers import FORMATS, GROUP, Format, Rejected, abouts, find
from qa.importers.head import read_head
from qa.plugins import load
from qa.settings import Settings

SAMPLES = Path(__file__).parent / "importers"
SETTINGS = Settings(time_zone="Europe/Bucharest")
PARTS = {name: load("format", name, FORMATS, GROUP)(SETTINGS) for name in FORMATS}
NAMES = [name for name, part in PARTS.items() if isinstance(part, Format)]
FILES = sorted(p for p in SAMPLES.glob("*/*") if p.is_file() and not p.name.startswith("."))


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("an importer asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def read(path, format="auto"):
    """Return conversations and rejects of a file that was named."""
    found = list(find([path], SETTINGS, format=format))
    return (
        [f for f in found if not isinstance(f, Rejected)],
        [f for f in found if isinstance(f, Rejected)],
    )


def name_of(path):
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("name", NAMES)
def test_every_format_has_a_sample_and_says_what_it_is(name):
    assert any(path.parent.name == name for path in FILES), f"no sample of {name}"
    about = abouts()[name]
    assert about.title
    assert about.channels
    assert about.suffixes
    assert about.note.endswith(".")
    assert about.times in {"", "turns", "words"}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_sample_is_recognised_by_its_format_alone(path):
    head = read_head(path)
    assert [name for name in NAMES if PARTS[name].fits(head)] == [path.parent.name]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_sample_is_read_and_keeps_its_id_under_any_name(path, tmp_path):
    conversations, rejected = read(path)
    assert conversations
    assert not rejected
    copy = tmp_path / f"renamed{path.suffix}"
    copy.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    again, _ = read(copy)
    assert [c.id for c in again] == [c.id for c in conversations]
    assert all(c.source.startswith(str(path)) for c in conversations)
    for c in conversations:
        about = PARTS[path.parent.name].about
        assert c.channel in about.channels
        assert about.times or all(m.at is None for m in c.messages)
        said = c.transcript.utterances if c.transcript else c.messages
        assert {s.party for s in said} <= {p.id for p in c.parties}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_what_is_cut_off_or_damaged_gives_only_errors_that_name_the_file(path, tmp_path):
    whole = path.read_bytes()
    rng = random.Random(path.name)
    damaged = [b"", b"\0" * 64, whole[: len(whole) // 2], whole[:-2], whole * 2]
    for _ in range(8):
        at, garbage = rng.randrange(len(whole)), bytes(rng.choices(range(256), k=3))
        damaged.append(whole[:at] + garbage + whole[at + 3 :])
    for number, content in enumerate(damaged):
        file = tmp_path / f"{number}{path.suffix}"
        file.write_bytes(content)
        for name in ("auto", path.parent.name):
            for reject in read(file, name)[1]:
                assert isinstance(reject.error, InputError), reject.error
                assert str(file) in reject.error.reason
                assert reject.error.mend


@pytest.mark.parametrize("name", [n for n in NAMES if ".json" in PARTS[n].about.suffixes])
@pytest.mark.parametrize(
    "value", [None, 7, "text", [], {}, [[]], [None], {"a": {"b": []}}, [{"messages": 3}]]
)
def test_other_json_is_no_conversation(name, value, tmp_path):
    file = tmp_path / "x.json"
    file.write_text(json.dumps(value))
    conversations, rejected = read(file, name)
    assert not conversations
    assert all(isinstance(r.error, InputError) for r in rejected)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_errors_quote_nothing_that_was_said(path, tmp_path):
    whole = path.read_text("utf-8")
    file = tmp_path / path.name
    file.write_text(whole.replace('"', "", 9).replace(":", "", 3), "utf-8")
    for reject in read(file, path.parent.name)[1]:
        assert "order" not in str(reject.error)
