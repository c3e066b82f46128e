"""A machine that fails midway, through the whole door: nothing is lost, nothing done twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from qa.sealing import keys_of, unseal
from qa.settings import Settings

pytestmark = pytest.mark.acceptance


def chats(folder: Path, make, *, copies: int = 1) -> list[str]:
    """Lay sample chats into the folder, each copy with words of its own; return the names."""
    names = []
    for source in sorted((make.samples / "chats").glob("*-en.json")):
        for n in range(copies):
            chat = json.loads(source.read_text())
            chat["id"] = f"{chat.get('id', source.stem)}-{n}"
            chat["messages"][-1]["text"] += f" Number {n}."
            names.append(f"{n}-{source.name}")
            (folder / names[-1]).write_text(json.dumps(chat))
    return names


def finished(conversation) -> bool:
    return conversation["state"] in {"done", "triaged"}


def judged_once(qa) -> bool:
    """Whether each conversation was judged by each card one time."""
    rows = qa.sql("SELECT conversation, card, COUNT(*) FROM assessment GROUP BY 1, 2, party")
    return bool(rows) and all(n == 1 for *_, n in rows)


# --- the database --------------------------------------------------------------------------


def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(no_models, folder, make):
    qa = no_models
    chats(folder, make)
    qa("run", folder)
    qa.sql("UPDATE alembic_version SET version_num = 'm9999_of_tomorrow'")
    tables = [name for (name,) in qa.sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    before = {name: qa.sql(f"SELECT * FROM {name}") for name in tables}
    vault = sorted((qa.data / "vault").rglob("*"))
    for args in (["list"], ["run", folder], ["work"], ["db", "upgrade"]):
        result = qa(*args, code=1)
        assert "was made by a newer program" in result.err
        assert "m9999_of_tomorrow" in result.err
        assert "Install that version" in result.err
        assert result.out == ""
    assert {name: qa.sql(f"SELECT * FROM {name}") for name in tables} == before
    assert sorted((qa.data / "vault").rglob("*")) == vault


# --- the disk ------------------------------------------------------------------------------


@pytest.fixture
def small_disk(no_models):
    """A disk of 4 MB that holds the data, and a way to fill it up to some bytes."""
    qa = no_models
    qa.env["QA_LEAST_FREE_MB"] = "0"  # begin, however little room there is, and see it fill up
    qa.data.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "qa-test", str(qa.data)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this account may not mount a small disk")
    ballast = qa.data / "ballast"

    def fill(free: int | None) -> None:
        ballast.unlink(missing_ok=True)
        if free is not None:
            there = shutil.disk_usage(qa.data).free
            ballast.write_bytes(bytes(max(there - free, 0)))

    try:
        yield qa, fill
    finally:
        subprocess.run(["umount", "--lazy", str(qa.data)], check=True)


def half_written(data: Path) -> list[Path]:
    return [p for p in data.rglob("*") if p.name.startswith((".new-", ".scratch-"))]


def check_whole(qa) -> None:
    """Check that nothing is there by halves, neither files nor rows."""
    assert half_written(qa.data) == []
    if not (qa.data / "qa.db").exists() or not qa.sql("SELECT name FROM sqlite_master"):
        return
    assert qa.sql("PRAGMA integrity_check") == [("ok",)]
    for (one,) in qa.sql("SELECT id FROM conversation"):
        (raw,) = (qa.data / "vault" / "conversation").rglob(f"{one}.json")
        with raw.open("rb") as sealed:
            opened = unseal(
                sealed,
                ring=keys_of(Settings(data=qa.data)).ring,
                about=f"conversation/{one}.json",
                name=one,
            )
            assert json.loads(opened.read())["id"] == one
    heard = {one for (one,) in qa.sql("SELECT conversation FROM heard")}
    for (one,) in qa.sql("SELECT DISTINCT conversation FROM assessment"):
        assert one in heard


def test_a_full_disk_keeps_nothing_by_halves_and_the_next_run_goes_on(small_disk, folder, make):
    qa, fill = small_disk
    names = chats(folder, make, copies=3)
    # From no room at all to room for some of it: the disk is full at ever later moments.
    for free in (0, 200_000, 500_000, 900_000):
        fill(free)
        told = qa("run", folder, code=1).err
        assert "No room left" in told or "disk of the database is full" in told, (free, told)
        assert "Free some space" in told
        fill(None)  # even to read the database takes room
        check_whole(qa)
    qa("run", folder)
    found = qa.list()
    assert set(found) == set(names)
    assert all(map(finished, found.values()))
    assert all(len(one["scores"]) == 1 for one in found.values())
    check_whole(qa)


def test_a_disk_that_fills_up_while_work_goes_on_costs_no_attempt(small_disk, folder, make):
    qa, fill = small_disk
    names = chats(folder, make, copies=2)
    qa("import", folder)
    for free in (20_000, 150_000):
        fill(free)
        told = qa("work", code=1).err
        assert "No room left" in told or "disk of the database is full" in told, (free, told)
        fill(None)
        check_whole(qa)
        found = qa.list()
        assert not any(one["state"] == "failed" for one in found.values())
        assert sum(one["attempts"] for one in found.values()) == 0
    qa("work")
    found = qa.list()
    assert set(found) == set(names)
    assert all(map(finished, found.values()))
    assert all(len(one["scores"]) == 1 for one in found.values())


# --- models --------------------------------------------------------------------------------


@pytest.fixture
def damaged(hearing, weights, tmp_path):
    """Damage a file of a copy of the weights, as a failing disk does: its size and time stay."""
    mine = tmp_path / "weights"
    hearing.env["QA_MODELS"] = str(mine)

    def damage(name: str) -> None:
        def copy(source, target):
            same_disk = not str(source).endswith(name)
            try:
                (os.link if same_disk else shutil.copy2)(source, target)
            except OSError:
                shutil.copy2(source, target)

        shutil.copytree(weights, mine, copy_function=copy)
        path = mine / name
        stat = path.stat()
        with path.open("r+b") as file:
            file.seek(stat.st_size // 2)
            byte = file.read(1)[0]
            file.seek(stat.st_size // 2)
            file.write(bytes([byte ^ 1]))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    return damage


def check_names(qa, file: str) -> None:
    result = qa("models", "check", code=1)
    assert f"{file} is not the file that is pinned" in result.err
    assert "qa models pull" in result.err
    states = {
        m["name"]: m["state"] for m in json.loads(qa("models", "check", "--json", code=1).out)
    }
    assert [name for name, state in states.items() if state == "damaged"] == [Path(file).parts[0]]


@pytest.mark.slow
def test_damaged_weights_are_named_and_what_needs_them_waits(hearing, damaged, folder, make):
    qa = hearing
    damaged("faster-whisper-base/model.bin")
    check_names(qa, "faster-whisper-base/model.bin")
    written = chats(folder, make)
    make.wav(folder / "call.wav", make.clip("rude-agent.mp3", 20))

    result = qa("run", folder, "--json", code=1)

    found = make.named(json.loads(result.out)["conversations"])
    call = found.pop("call.wav")
    assert (call["state"], call["attempts"]) == ("waiting", 0)
    assert "faster-whisper-base/model.bin is not the file" in call["error_reason"]
    assert "qa models pull" in call["error_mend"]
    assert "1 conversation cannot be done here" in result.err
    assert set(found) == set(written)
    assert all(map(finished, found.values()))


@pytest.mark.slow
def test_what_only_mono_calls_need_holds_up_no_call_with_two_channels(
    hearing, damaged, folder, make, weights
):
    qa = hearing
    damaged("segmentation-3.0/pytorch_model.bin")
    check_names(qa, "segmentation-3.0/pytorch_model.bin")
    stereo = make.clip("rude-agent.mp3", 30)
    make.wav(folder / "a-mono.wav", stereo.mean(axis=1, keepdims=True))
    make.wav(folder / "b-stereo.wav", stereo)

    result = qa("run", folder, "--json", code=1)

    found = make.named(json.loads(result.out)["conversations"])
    assert found["b-stereo.wav"]["state"] == "done"
    assert (found["a-mono.wav"]["state"], found["a-mono.wav"]["attempts"]) == ("waiting", 0)
    assert "segmentation-3.0/pytorch_model.bin is not" in found["a-mono.wav"]["error_reason"]
    before = found["b-stereo.wav"]
    # Mended, and gone on with: the one that waited alone.
    shutil.copy2(
        weights / "segmentation-3.0/pytorch_model.bin", qa.env["QA_MODELS"] + "/segmentation-3.0"
    )
    assert "1 done" in qa("work").err
    after = qa.list()
    assert after["a-mono.wav"]["state"] == "done"
    assert after["b-stereo.wav"] == before


# --- Ctrl-C --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ctrl_c_in_the_middle_loses_nothing_and_nothing_is_done_twice(hearing, folder, make):
    qa = hearing
    written = chats(folder, make)
    make.wav(folder / "call-1.wav", make.clip("rude-agent.mp3", 30))
    make.wav(folder / "call-2.wav", make.clip("broken-chair.mp3", 30))
    program = qa.start("run", folder, start_new_session=True)
    try:
        until = time.monotonic() + 200
        while not at_work_on_calls_alone(qa):
            assert program.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        # As a terminal does: to the program and to all its processes.
        os.killpg(program.pid, signal.SIGINT)
        _, err = program.communicate(timeout=60)
    finally:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
    assert program.returncode == 130, err
    assert "Traceback" not in err
    assert "Go on with: qa work" in err
    found = qa.list()
    assert all(finished(found[name]) for name in written)
    calls = {name: found[name] for name in ("call-1.wav", "call-2.wav")}
    cut_short = [c for c in calls.values() if not finished(c)]
    assert {(c["state"], c["attempts"]) for c in cut_short} == {("waiting", 0)}

    qa("work")
    assert half_written(qa.data) == []  # what the killed process was at is gone as well
    after = qa.list()
    assert {after[name]["state"] for name in calls} == {"done"}
    assert {name: after[name] for name in written} == {name: found[name] for name in written}
    assert judged_once(qa)
    assert "0 done" in qa("work").err


def at_work_on_calls_alone(qa) -> bool:
    if not (qa.data / "qa.db").exists():
        return False
    if not qa.sql("SELECT 1 FROM sqlite_master WHERE name = 'conversation'"):
        return False
    # Each process takes one or the other: chats are done while the first call is heard.
    found = qa.sql("SELECT channel, state FROM conversation")
    written = {state for channel, state in found if channel != "call"}
    return ("call", "working") in found and bool(written) and written <= {"done", "triaged"}
