"""Bad input through the whole door: named with reason and mend, and no other file harmed."""

from __future__ import annotations

import json
import os
import shutil
import struct
import time
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.acceptance

CHATS = ("return-en.json", "warranty-en.json")


def chats(folder: Path, make) -> None:
    for name in CHATS:
        shutil.copy(make.samples / "chats" / name, folder)


def scored(conversation) -> bool:
    return conversation["state"] == "done" and conversation["scores"][0]["total"] is not None


def settled(program) -> dict:
    """Return what would move if anything were done twice."""
    vault = program.data / "vault"
    files = {p: p.stat().st_mtime_ns for p in vault.rglob("*") if p.is_file()}
    return {"list": program.list(), "files": files}


# --- files that are no conversations -----------------------------------------------------


def refused_files(folder: Path, make) -> dict[str, tuple[str, ...]]:
    """Lay bad files into the folder; return by name what must be said of each."""
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("Dear all, this is no recording.\n" * 40)
    (folder / "gone.wav").symlink_to("/nowhere/gone.wav")
    (folder / "loop.wav").symlink_to("loop.wav")
    (folder / "folder.wav").mkdir()  # an empty folder is nothing at all, whatever its name
    os.mkfifo(folder / "pipe.wav")  # neither: and must not be waited for
    shutil.copy(make.samples / "calls" / "rude-agent.mp3", folder / "sidecar.mp3")
    said = {"started_at": 12, "speakers": "two", "direction": "sideways", "language": ["en"]}
    (folder / "sidecar.json").write_text(json.dumps(said))
    (folder / "chat.json").write_text(
        '{"parties": [{"id": "a", "role": "agent"}], "messages": [{"party": "a", "text": 3}]}'
    )
    told = {
        "empty.wav": ("the file is empty", "copy it again"),
        "text.wav": ("it holds text", "Give a WAV"),
        "gone.wav": ("no such file", "a link may point to a file that was moved"),
        "loop.wav": ("symbolic links", "Mend the link"),
        "sidecar.mp3": (
            "sidecar.json", "started_at", "speakers", "direction", "language", "recordings.md",
        ),
        "chat.json": ("messages.0.text", "conversation-json.md"),
    }  # fmt: skip
    (folder / "away.wav").symlink_to("/proc/self/mem")  # whatever it is, it was not given
    told["away.wav"] = ("leads out of what was given", "put a copy in its place")
    return told


def test_each_bad_file_is_named_and_the_good_ones_are_scored(no_models, folder, make):
    qa = no_models
    told = refused_files(folder, make)
    chats(folder, make)
    shutil.copy(folder / CHATS[0], folder / "same-chat.json")
    # A WAV whose header names a codec that nobody has.
    codec = make.wav(folder / "codec.wav", np.full((make.rate, 1), 99)).read_bytes()
    (folder / "codec.wav").write_bytes(codec[:20] + struct.pack("<H", 0x1234) + codec[22:])

    result = qa("run", folder, "--json", code=1)

    whole = json.loads(result.out)
    rejected = {Path(r["source"]).name: r for r in whole["rejected"]}
    assert set(rejected) == set(told)
    for name, parts in told.items():
        answer = f"{rejected[name]['reason']} {rejected[name]['mend']}"
        assert all(part in answer for part in parts), answer
        line = next(line for line in result.err.splitlines() if f"/{name}: " in line)
        assert rejected[name]["mend"] in line
        assert line.count(f"/{name}:") == 1
    found = make.named(whole["conversations"])
    assert set(found) == {*CHATS, "codec.wav"}
    assert all(scored(found[name]) for name in CHATS)
    assert found["codec.wav"]["state"] == "failed"
    assert "libav does not know" in found["codec.wav"]["error_reason"]
    assert "convert the file" in found["codec.wav"]["error_mend"]
    assert "same-chat.json: the same as " in result.err
    assert f"3 new, 1 duplicate, {len(told)} rejected" in result.err

    before = settled(qa)
    again = qa("run", folder, "--json", code=1)
    assert settled(qa) == before
    assert json.loads(again.out) == whole
    assert f"0 new, 3 known already, 1 duplicate, {len(told)} rejected" in again.err


@pytest.mark.parametrize("holds", ["nothing", "notes"])
def test_a_folder_without_conversations_is_a_wrong_call(no_models, folder, holds):
    if holds == "notes":
        (folder / "notes.txt").write_text("No recording, and does not say it is one.")
    result = no_models("run", folder, "--json", code=2)
    assert str(folder) in result.err
    assert "Give a folder with recordings" in result.err
    assert result.out == ""


# --- scorecards ----------------------------------------------------------------------------

CARD = """\
scorecard: bad
version: 1
title: A card with four mistakes
languages: [en]
sections:
  - id: opening
    title: Opening
    weight: 100
    items:
      - id: greeting
        ask: Did the agent greet?
        wieght: 2
        any: [hello]
      - id: greeting
        ask: Was the company named?
        weight: -3
        any: ["{company"]
      - id: farewell
        ask: Farewell?
        any: ["(good|bye"]
"""
#: Line and a word of the message, of each mistake.
MISTAKES = {12: "wieght", 14: "greeting", 16: "weight", 20: "("}


def test_all_mistakes_of_a_card_are_named_before_anything_is_done(no_models, folder, make):
    qa = no_models
    chats(folder, make)
    card = qa.cards / "bad.yaml"
    card.write_text(CARD)
    checked = qa("scorecard", "check", card, code=1).out.splitlines()
    for line, word in MISTAKES.items():
        assert any(x.startswith(f"{card}:{line}:") and word in x for x in checked), checked
    told = json.loads(qa("scorecard", "check", card, "--json", code=1).out)[0]["mistakes"]
    assert {m["line"] for m in told} >= set(MISTAKES)
    assert all(m["column"] > 0 for m in told)

    refused = qa("run", folder, "--scorecard", "bad", code=2)
    assert all(f"{card}:{line}:" in refused.err for line in MISTAKES)
    qa.env["QA_ROUTES"] = '[{"scorecards": ["bad"], "channel": "chat"}]'
    assert f"{card}:12:" in qa("run", folder, code=2).err
    assert qa.list() == {}
    # The mistakes are that card's affair.
    del qa.env["QA_ROUTES"]
    qa("run", folder)
    assert all(map(scored, qa.list().values()))


# --- calls -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_odd_recordings_are_heard_or_counted_beside_good_ones(hearing, folder, make):
    qa = hearing
    chats(folder, make)
    shutil.copy(make.samples / "calls" / "broken-chair.mp3", folder / "good.mp3")
    shutil.copy(folder / "good.mp3", folder / "same.mp3")
    (folder / "empty.wav").touch()
    whole = (make.samples / "calls" / "rude-agent.mp3").read_bytes()
    (folder / "cut.mp3").write_bytes(whole[: len(whole) * 8 // 10])
    make.video(folder / "video.mp4", make.clip("charged-twice.ogg", 25))
    stereo = make.clip("talking-over.mp3", 25)
    loud = int(np.abs(stereo[: -make.rate, 0]).argmax())
    make.wav(folder / "short.wav", stereo[loud : loud + make.rate // 5, :1])
    six = np.zeros((len(stereo), 6), np.int16)
    six[:, [1, 4]] = stereo
    make.wav(folder / "six.wav", six)

    result = qa("run", folder, "--json", code=1, seconds=500)

    answer = json.loads(result.out)
    assert [Path(r["source"]).name for r in answer["rejected"]] == ["empty.wav"]
    assert "same.mp3: the same as " in result.err
    found = make.named(answer["conversations"])
    heard = {"good.mp3", "cut.mp3", "video.mp4", "six.wav"}
    assert set(found) == {*CHATS, *heard, "short.wav"}
    for name in (*CHATS, *heard):
        assert scored(found[name]), (name, found[name])
    assert (found["short.wav"]["state"], found["short.wav"]["triage"]) == ("triaged", "too_short")
    assert "0.2 s" in found["short.wav"]["triage_reason"]
    cut = qa.show(found["cut.mp3"]["id"])["conversation"]
    assert cut["audio"]["truncated"] is True
    assert "breaks off before its end" in qa("show", found["cut.mp3"]["id"]).out
    for name in ("video.mp4", "six.wav"):
        talk = qa.show(found[name]["id"])["conversation"]
        assert talk["audio"]["layout"] == "stereo"
        assert {t["role"] for t in talk["turns"]} >= {"agent", "customer"}
    assert qa.show(found["six.wav"]["id"])["conversation"]["audio"]["stored_channels"] == 6

    before = settled(qa)
    qa("run", folder, code=1)
    assert settled(qa) == before


#: Long enough that a program which kept all of it would show; three hours take three times as long.
HOURS = 1
MIDDLE = HOURS * 1800
#: Share of a call's length, and gigabytes, that an hour may take.
MOST_TIME, MOST_GB = 0.2, 2.5


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_an_hour_is_heard_to_its_end_in_little_memory(hearing, folder, make, tmp_path):
    qa = hearing
    seconds = HOURS * 3600
    call = make.clip("charged-twice.ogg", 72)
    # Silence is a hole in the file, so that it takes no room and no time to write.
    second = make.rate * 4
    path = make.wav(folder / "long.wav", call[:0])
    head = path.read_bytes()[:40] + struct.pack("<I", seconds * second)
    with path.open("wb") as file:
        file.write(head)
        for at, start, end in ((0, 0, 20), (MIDDLE, 20, 40), (seconds - 40, 40, 72)):
            file.seek(44 + at * second)
            file.write(call[start * make.rate : end * make.rate].astype("<i2").tobytes())
        file.truncate(44 + seconds * second)
    chats(folder, make)

    began = time.monotonic()
    most = peak_gb(qa, "run", folder)
    took = time.monotonic() - began

    found = qa.list()
    assert all(scored(one) for one in found.values())
    talk = qa.show(found["long.wav"]["id"])["conversation"]
    assert talk["duration"] == pytest.approx(seconds, abs=0.1)
    # What was said at the end is heard there, and nothing is heard in the silence.
    places = {int(t["start"]) for t in talk["turns"]}
    assert max(places) > seconds - 40
    assert all(p < 25 or MIDDLE - 5 < p < MIDDLE + 25 or p > seconds - 45 for p in places), places
    assert most < MOST_GB
    assert took < MOST_TIME * seconds
    assert [p for p in (qa.data / "scratch").rglob("*") if p.is_file()] == []


def peak_gb(qa, *args) -> float:
    """Run a command that succeeds; return the most memory that a process of it had, GB."""
    program = qa.start(*args)
    try:
        with program.stdout, program.stderr:
            err = program.stderr.read()
        # Of the program and of all processes that it waited for.
        _, status, used = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
    finally:
        if program.returncode is None:
            program.kill()
    assert program.returncode == 0, err
    return used.ru_maxrss / 2**20
