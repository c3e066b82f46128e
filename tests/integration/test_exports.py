"""Exports over a real database: the command writes what the API sends."""

import csv
import io
import json
import sqlite3
import zipfile

import openpyxl
import pytest

from qa.cli import export as command
from qa.store import Store

V1 = "/api/v1/exports"
ALL = ["fresh", "broken", "voicemail", "order-chat", "quarrel", "refund"]
FORMATS = ["csv", "jsonl", "parquet", "xlsx", "vtt", "srt", "vcon"]


def ids(text):
    return [row["conversation"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def table(data):
    return list(openpyxl.load_workbook(io.BytesIO(data)).active.values)


def below(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- the command ------------------------------------------------------------------------


def test_data_goes_to_stdout_and_notes_to_stderr(qa):
    done = qa("export", "csv")
    assert ids(done.stdout) == ALL
    assert "6 conversations read; 1 file written." in done.stderr


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--since", "2026-03-04"], ALL[:3]),
        (["--until", "2026-03-02"], ["quarrel", "refund"]),
        (["--agent", "Dana", "--channel", "call"], ["voicemail", "refund"]),
        (["--card", "front-desk", "--state", "done"], ["order-chat", "quarrel", "refund"]),
        (["--card", "other"], []),
        (["--project", "retail", "--language", "ru"], ["order-chat"]),
        (["--team", "none"], []),
        (["--queue", "none"], []),
        (["--id", "ref", "--id", "T-2"], ["quarrel", "refund"]),
    ],
)
def test_conditions_narrow_it(qa, options, found):
    assert ids(qa("export", "csv", *options).stdout) == found


def test_scores_by_other_cards_are_left_out(qa, settings):
    with sqlite3.connect(settings.data / "qa.db") as db:
        db.execute("UPDATE assessment SET card = 'other' WHERE conversation = 'quarrel'")
    rows = qa("export", "csv", "--what", "findings", "--card", "front-desk").stdout
    assert set(ids(rows)) == {"order-chat", "refund"}


def test_one_conversations_subtitles_go_to_stdout(qa):
    assert "<v.agent Dana>" not in qa("export", "vtt", "--id", "refund").stdout
    assert qa("export", "srt", "--id", "refund").stdout.startswith("1\n00:00:01,000 --> ")


def test_many_files_need_a_place(qa):
    done = qa("export", "vcon", code=2)
    assert "--out FOLDER" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("format", FORMATS)
def test_the_command_writes_what_the_api_sends(qa, client, tmp_path, format):
    out = tmp_path / "made" / "out"
    qa("export", format, "--out", out)
    answer = client.get(f"{V1}/{format}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="conversations.')
    if out.is_dir():
        assert below(out) == unzipped(answer.content) != {}
    elif format == "xlsx":  # holds the moment at which it was made
        assert table(out.read_bytes()) == table(answer.content)
    else:
        assert out.read_bytes() == answer.content
    assert [p.name for p in out.parent.iterdir()] == ["out"]


def test_many_files_may_come_as_one(qa, tmp_path):
    qa("export", "vcon", "--out", tmp_path / "vcons.zip")
    found = unzipped((tmp_path / "vcons.zip").read_bytes())
    assert sorted(found) == [
        f"2026-03/{name}.vcon.json" for name in ("order-chat", "quarrel", "refund", "voicemail")
    ]


def test_nothing_is_overwritten(qa, tmp_path):
    (tmp_path / "there").write_text("mine")
    done = qa("export", "csv", "--out", tmp_path / "there", code=2)
    assert "exists already" in done.stderr
    assert (tmp_path / "there").read_text() == "mine"


@pytest.mark.parametrize("format", ["csv", "vcon"])
def test_of_an_export_that_breaks_off_nothing_is_left(qa, tmp_path, monkeypatch, format):
    each = Store.each

    def broken(*args, **more):
        yield from list(each(*args, **more))[-2:]
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "each", broken)
    qa("export", format, "--out", tmp_path / "new" / "out", code=130)
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["exel"], "Known: csv, jsonl, parquet, srt, vcon, vtt, xlsx"),
        (["vtt", "--what", "findings"], "'vtt' holds no findings."),
        (["csv", "--what", "turns"], "Write conversations or findings."),
        (["csv", "--since", "soon"], "--since soon: not a day or a moment."),
        (["csv", "--id", "nobody"], "nobody"),
    ],
)
def test_a_wrong_call_says_what_is_known(qa, args, said):
    done = qa("export", *args, code=1 if "nobody" in args else 2)
    assert said in done.stderr
    assert done.stdout == ""


def test_progress_is_told_now_and_then(qa, monkeypatch):
    monkeypatch.setattr(command, "_STEP", 2)
    said = qa("export", "csv").stderr
    assert "2 of 6 conversations" in said
    assert "6 of 6 conversations" in said


# --- the API -----------------------------------------------------------------------------


def test_the_api_narrows_as_its_lists_do(client):
    answer = client.get(f"{V1}/csv", params={"since": "2026-03-04", "agent": "Dana"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert ids(answer.text) == ["voicemail"]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("exel", {}),
        ("vtt", {"what": "findings"}),
        ("csv", {"what": "turns"}),
        ("csv", {"limit": 5}),
    ],
)
def test_what_cannot_be_exported_is_a_problem(client, path, params):
    answer = client.get(f"{V1}/{path}", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


# --- always redacted ------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_what_no_one_looked_through_stays_behind(client, settings, format):
    """`extra` may hold anything that a source carried: no export shows it."""
    secret = "+1 202 555 0143"
    with sqlite3.connect(settings.data / "qa.db") as db:
        for name, details in db.execute("SELECT id, details FROM conversation").fetchall():
            told = json.loads(details) | {"extra": {"phone": secret}}
            db.execute("UPDATE conversation SET details = ? WHERE id = ?", (json.dumps(told), name))
    sent = client.get(f"{V1}/{format}").content
    parts = unzipped(sent).values() if sent.startswith(b"PK") else [sent]
    assert all(secret.encode() not in part for part in parts)
