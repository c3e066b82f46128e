"""Tries chunk after chunk in processes that may die, and keeps what was done."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic

from fuzzing import __doc__ as about
from fuzzing.inputs import CHUNK, inputs
from fuzzing.trial import Input, Link, Outcome, Trial

#: Seconds without a word from a process, after which it is ended: it hangs within C.
PATIENCE_S = 180.0
#: What a process says while an input keeps it at work, and how often (seconds) at most.
_ALIVE, _OFTEN_S = "alive", 1.0
#: Bytes of addresses that a process may take besides those that it begins with.
_ROOM = 1 << 30


@dataclass(frozen=True)
class Failure:
    """An input that did what none may."""

    number: int
    name: str
    what: str


@dataclass
class Done:
    """What came of a chunk, or of all of them."""

    inputs: int = 0
    #: Seconds of the processor: of the slowest input, and of all.
    slowest: float = 0.0
    seconds: float = 0.0
    #: Bytes that one input took at most.
    most: int = 0
    failures: list[Failure] = field(default_factory=list)

    def add(self, tried: Input, came: Outcome) -> None:
        """Take note of an input."""
        self.inputs += 1
        self.slowest = max(self.slowest, came.seconds)
        self.seconds += came.seconds
        self.most = max(self.most, came.grown)
        if came.what:
            self.failures.append(Failure(tried.number, tried.name, came.what))

    def also(self, other: Done) -> None:
        """Take note of what came of another chunk."""
        self.inputs += other.inputs
        self.slowest = max(self.slowest, other.slowest)
        self.seconds += other.seconds
        self.most = max(self.most, other.most)
        self.failures += other.failures

    def __str__(self) -> str:
        return (
            f"{self.inputs:,} inputs, {len(self.failures)} failed; the slowest took"
            f" {self.slowest:.2f} s, the largest {self.most >> 20:,} MB;"
            f" {self.seconds:,.0f} s of the processor"
        )


def main(arguments: list[str]) -> int:
    """Try, and tell what failed; 1 where something did."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=about)
    parser.add_argument("--inputs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for inputs that failed")
    parser.add_argument("--state", type=Path, help="file of what is done: go on from there")
    options = parser.parse_args(arguments)
    done, begun = Done(), monotonic()
    for chunk, came in run(options.inputs, options.seed, state=options.state):
        done.also(came)
        print(f"chunk {chunk}: {done}; {monotonic() - begun:,.0f} s", file=sys.stderr, flush=True)
        for failure in came.failures:
            print(f"input {failure.number} ({failure.name}): {failure.what}", flush=True)
            if options.keep:
                _keep(options.keep, options.seed, failure, options.inputs)
    print(done)
    return 1 if done.failures else 0


def run(count: int, start: int, *, state: Path | None = None) -> Iterator[tuple[int, Done]]:
    """Yield what came of each chunk, one that was done before as it came then.

    Parameters
    ----------
    count : inputs; the last chunk may be a short one.
    state : file with a line of JSON for each chunk that is done.
    """
    known = _known(state, start)
    for chunk in range(-(-count // CHUNK)):
        size = min(CHUNK, count - chunk * CHUNK)
        done = known.get((chunk, size))
        if done is None:
            done = _watched(lambda send, after: _try(send, start, chunk, size, after))  # noqa: B023
            if state is not None:
                with state.open("a", encoding="utf-8") as file:
                    line = {"seed": start, "chunk": chunk, "size": size, **asdict(done)}
                    file.write(json.dumps(line) + "\n")
        yield chunk, done


def _known(state: Path | None, start: int) -> dict[tuple[int, int], Done]:
    found: dict[tuple[int, int], Done] = {}
    if state is None or not state.exists():
        return found
    for line in state.read_text(encoding="utf-8").splitlines():
        value = json.loads(line)
        if value.pop("seed") == start:
            key = value.pop("chunk"), value.pop("size")
            failures = [Failure(**failure) for failure in value.pop("failures")]
            found[key] = Done(**value, failures=failures)
    return found


#: Tries inputs behind a number and sends each with what came of it, "at" before and None at last.
Work = Callable[[Connection, int], None]


def _watched(work: Work, *, patience_s: float = PATIENCE_S) -> Done:
    """Have a process do a chunk; where it dies or says nothing, that input failed: go on behind."""
    done, after, over = Done(), -1, False
    while not over:
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(
            target=_begin, args=(work, there, after)
        )
        process.start()
        there.close()
        at: Input | None = None
        try:
            while here.poll(patience_s):
                word = here.recv()
                if word is None:
                    over = True
                    break
                if word == _ALIVE:
                    continue
                if isinstance(word, Input):
                    at, after = word, word.number
                elif at is not None:
                    done.add(at, word)
                    at = None
            what = "hangs within C"
        except EOFError:
            what = "ends the process"
        process.kill()
        process.join()
        if at is None and not over:
            raise RuntimeError(f"a process of scripts/fuzz {what} between two inputs")
        if at is not None:
            done.add(at, Outcome(what, 0.0, 0))
    return done


def _begin(work: Work, send: Connection, after: int) -> None:
    """Do the work within a limit of memory."""
    held = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (held + _ROOM, held + _ROOM))
    work(send, after)
    send.send(None)


def _try(send: Connection, start: int, chunk: int, size: int, after: int) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as base:
        trial = Trial(Path(base), alive=_saying(send))
        for tried in inputs(start, chunk, size):
            if tried.number > after:
                send.send(Input(tried.number, tried.name, {}))
                send.send(trial.run(tried))


def _saying(send: Connection) -> Callable[[], None]:
    last = monotonic()

    def alive() -> None:
        nonlocal last
        if monotonic() - last > _OFTEN_S:
            send.send(_ALIVE)
            last = monotonic()

    return alive


def _keep(folder: Path, start: int, failure: Failure, count: int) -> None:
    """Write the files of an input that failed, to be looked at."""
    chunk = failure.number // CHUNK
    made = inputs(start, chunk, min(CHUNK, count - chunk * CHUNK))
    tried = next(one for one in made if one.number == failure.number)
    for name, content in tried.files.items():
        path = folder / str(failure.number) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, Link):
            path.with_name(f"{path.name}.link").write_text(content.target, encoding="utf-8")
