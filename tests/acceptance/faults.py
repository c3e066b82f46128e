"""Faults that strike work at a random moment, and what must hold after each.

Each fault starts the programs of a door, strikes, and lets the work go on: by itself, or by
one command. Then all that waited is done once, what killed its process every time is named
and parked, and nothing is there by halves.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from buckets import S3Server
from doors import Door, LocalPool, Server, Workers, register, until
from sqlalchemy import text

from qa.store import Filter, State, database, open_store

CALLS, CHATS = 12, 8
#: What lies where recordings lie on a server, and the bucket's name.
SOUND, BUCKET = b"no sound, but bytes " * 500, "calls"
#: Longest that the made pipeline takes for each of its two steps (seconds).
TAKES_S = 0.15
#: Where Debian and others put what sets a program's clock.
FAKETIME = sorted(Path("/usr/lib").glob("**/faketime/libfaketime.so.1"))


class CannotBeHere(Exception):
    """This machine cannot bring the fault about; says why."""


@dataclass
class Struck:
    """A door at work, and the means of a fault."""

    door: Door
    chance: random.Random
    server: Server | None = None
    #: Where the recordings lie, for the fault that strikes there.
    bucket: S3Server | None = None
    #: What was done when the fault struck.
    done: tuple[str, ...] = ()

    def moment(self, *, before: int = CALLS + CHATS - 2) -> None:
        """Let the work go on up to a random moment of it: before so many were heard."""
        count = self.chance.randrange(1, before)
        until(lambda: len(self.door.marks("listened")) >= count)
        time.sleep(self.chance.uniform(0, 2 * TAKES_S))
        with open_store(self.door.settings) as store:
            done = store.list(Filter(state=State.DONE), limit=100).items
        self.done = tuple(one.id for one in done)

    def one(self, among: Callable[[], list]):
        """Choose one of some, which there are in the end."""
        until(lambda: bool(among()), seconds=60)
        return self.chance.choice(among())


def kill_worker(struck: Struck) -> str:
    """Kill a process that hears and judges."""
    struck.door.start_all()
    struck.moment()
    with contextlib.suppress(ProcessLookupError):
        os.kill(struck.one(struck.door.processes), signal.SIGKILL)
    return ended(struck)


def kill_parent(struck: Struck) -> str:
    """Kill a program that hands work out."""
    struck.door.start_all()
    struck.moment()
    struck.one(struck.door.alive).kill()
    return ended(struck)


def kill_database(struck: Struck) -> str:
    """Kill the database server and start it again."""
    if struck.server is None:
        raise CannotBeHere("SQLite has no server")
    struck.door.start_all()
    struck.moment()
    struck.server.kill()
    time.sleep(struck.chance.uniform(0, 1))
    struck.server.start()
    return ended(struck)


def terminate(struck: Struck) -> str:
    """Tell all programs to end, as a system does that shuts down."""
    struck.door.start_all()
    struck.moment()
    programs = struck.door.alive()
    for program in programs:
        program.terminate()
    for program in programs:
        program.wait(60)
        assert program.returncode in {0, 1, 130}, program.said.read_text()
    assert struck.door.processes() == []
    with open_store(struck.door.settings) as store:
        assert State.WORKING not in store.counts().states
    return ended(struck)


def disk_full(struck: Struck) -> str:
    """Fill the disk of the data folder, and make room again."""
    door = struck.door
    ballast = door.settings.data / "ballast"
    with small_disk(door):
        struck.door.start_all()
        struck.moment()
        free = shutil.disk_usage(ballast.parent).free
        left = struck.chance.choice([0, 20_000, 100_000])
        with contextlib.suppress(OSError), ballast.open("wb") as out:
            out.write(bytes(max(free - left, 0)))
        time.sleep(2)
        ballast.unlink()
        said = ended(struck)
        check(struck.door)  # while the disk is there
        return said


@contextlib.contextmanager
def small_disk(door: Door):
    """Have a disk of some megabytes hold the data folder, with what is in it."""
    data = door.settings.data
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "qa-test", str(data)]
    kept = data.with_name("kept")
    shutil.copytree(data, kept)
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        raise CannotBeHere("this account may not mount a small disk")
    try:
        shutil.copytree(kept, data, dirs_exist_ok=True)
        yield
    finally:
        door.end()
        subprocess.run(["umount", "--lazy", str(data)], check=True)
        shutil.copytree(kept, data, dirs_exist_ok=True)


def locked(struck: Struck) -> str:
    """Hold the database's lock in another process for some seconds."""
    engine = database.make_engine(database.address(struck.door.settings))
    try:
        struck.door.start_all()
        struck.moment()
        with database.writing(engine) as session:
            if isinstance(struck.door, Workers):
                session.connection().execute(
                    text("LOCK TABLE conversation IN ACCESS EXCLUSIVE MODE")
                )
            else:
                session.connection().execute(text("UPDATE conversation SET place = place"))
            time.sleep(struck.chance.uniform(1, 4))
    finally:
        engine.dispose()
    return ended(struck)


def poison(struck: Struck) -> str:
    """Let a recording wait that kills each process that hears it."""
    with open_store(struck.door.settings) as store:
        register(store, "deadly-1")
    struck.door.start_all()
    return ended(struck, poison="deadly-1")


def clock_back(struck: Struck) -> str:
    """Set the clock of the programs back by an hour."""
    if not FAKETIME:
        raise CannotBeHere("libfaketime is not installed")
    clock = struck.door.folder / "clock"
    clock.write_text("+0")
    struck.door.env |= {
        "LD_PRELOAD": str(FAKETIME[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    struck.door.start_all()
    struck.moment()
    clock.write_text("-3600")
    # What was begun before it, and never ended.
    with contextlib.suppress(ProcessLookupError):
        os.kill(struck.one(struck.door.processes), signal.SIGKILL)
    return ended(struck)


def bucket_away(struck: Struck) -> str:
    """Kill the server that the recordings lie on until that was noticed, and start it again."""
    assert struck.bucket is not None
    struck.door.start_all()
    struck.bucket.make_ready()
    struck.moment(before=CALLS - 4)  # some calls have not been read
    struck.bucket.kill()
    until(lambda: missed(struck) or struck.door.settled())
    time.sleep(struck.chance.uniform(0, 2))
    count = missed(struck)
    struck.bucket.start()
    return f"{ended(struck)}; {'some' if count else 'none'} asked for again"


def missed(struck: Struck) -> int:
    """Return how many wait because their recording could not be read."""
    with open_store(struck.door.settings) as store:
        waits = store.list(Filter(state=State.WAITING), limit=100).items
    return sum("does not answer" in one.error_reason for one in waits)


#: The fault that strikes where recordings lie.
OF_A_BUCKET = "an S3 server stopped and started"
#: The fault that needs a server of its own.
OF_A_SERVER = "kill -9 of PostgreSQL"
FAULTS: dict[str, Callable[[Struck], str]] = {
    "kill -9 of a worker's process": kill_worker,
    "kill -9 of the program": kill_parent,
    OF_A_SERVER: kill_database,
    "SIGTERM": terminate,
    "disk full": disk_full,
    "database locked": locked,
    "a recording that kills its process": poison,
    "clock set back an hour": clock_back,
    OF_A_BUCKET: bucket_away,
}
DOORS = {"local": LocalPool, "workers": Workers}


def strike(fault: str, door: Door, *, chance: random.Random, server: Server | None = None) -> str:
    """Let a fault happen to a door with work; check what came of it, and say what was seen.

    Raises
    ------
    CannotBeHere : this machine cannot bring it about.
    """
    door.prepare()
    door.mark("takes", str(TAKES_S))
    bucket = served(door) if fault == OF_A_BUCKET else None
    checksum = f"sha256:{hashlib.sha256(SOUND).hexdigest()}"
    with open_store(door.settings) as store:
        register(store, *waiting(), at=f"s3://{BUCKET}/" if bucket else "", checksum=checksum)
    try:
        return FAULTS[fault](Struck(door, chance, server, bucket))
    finally:
        door.end()
        if bucket is not None:
            bucket.close()


def served(door: Door) -> S3Server:
    """Let the recordings of what waits lie on a server, which the door's programs know."""
    folder = door.folder / "buckets" / BUCKET
    folder.mkdir(parents=True)
    for name in waiting():
        (folder / f"{name}.wav").write_bytes(SOUND)
    bucket = S3Server(folder.parent)
    door.env |= bucket.env
    return bucket


def waiting() -> list[str]:
    """Return what waits, in the order of registration."""
    return [f"call-{n}" for n in range(CALLS)] + [f"chat-{n}" for n in range(CHATS)]


def ended(struck: Struck, *, poison: str = "") -> str:
    """Let the work end, check what came of it, and say how it went on."""
    struck.door.mark("takes", "0.01")
    again = struck.door.go_on()
    assert again <= 1, "more than one command was needed"
    check(struck.door, poison=poison)
    heard = struck.door.marks("listened")
    assert all(heard.count(name) == 1 for name in struck.done), "what was done was done again"
    twice = sum(heard.count(name) > 1 for name in set(heard))
    went_on = "one command" if again else "by itself"
    return f"went on {went_on}; {twice} heard again"


def check(door: Door, *, poison: str = "") -> None:
    """Check that all is done, once, and nothing is there by halves."""
    said = door.said()
    assert "Traceback" not in said, said
    with open_store(door.settings) as store:
        for name in waiting():
            summary = store.summary(name)
            assert summary.state is State.DONE, (name, summary.state, summary.error_reason, said)
            (kept,) = store.assessments(name)
            assert len(kept.assessment.findings) == 3, name
            assert len(store.safe(name).turns) == 2, name
            assert store.conversation(name).id == name
            assert name.startswith("chat") or store.vault.path("playback", name).read_bytes()
        with store._engine.connect() as connection:
            query = "SELECT conversation FROM assessment GROUP BY 1 HAVING count(*) > 1"
            assert connection.execute(text(query)).all() == [], "scored twice"
        failed = [name for name in (poison,) if name]
        assert store.counts().states.get(State.FAILED, 0) == len(failed)
        for name in failed:
            summary = store.summary(name)
            assert summary.state is State.FAILED
            assert "SIGKILL" in summary.error_reason
            assert store.assessments(name) == ()
            assert f"{name}.wav" in said, "it is not named"
        # What killed processes left is taken away in time; here at once.
        store.vault.sweep(older_s=0)
        with store.vault.scratch():
            pass
    left = [p for p in door.settings.data.rglob("*") if p.name.startswith((".new-", ".scratch-"))]
    assert left == [], left
    if isinstance(door, Workers):
        assert door.jobs() == []
