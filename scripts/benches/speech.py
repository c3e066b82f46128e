"""How well calls are heard, and what it costs.

    scripts/bench speech DIR [--json] [--vs plain] [--engines NAMES]

Every engine runs in a process of its own, one after the other, models loaded and warmed
up before the clock starts. The program's rows measure the whole way of a call, from the
file to the stored score. See docs/benchmarks.md for what the figures mean.
"""

# ruff: noqa: PLC0415 - a process loads only the engine that it measures

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benches import _calls, _plain
from benches._calls import Call

OURS = ("faster-whisper", "whisper")
PLAIN = ("plain-faster-whisper", "plain-whisper", "plain-pyannote")
#: Channels of one call, measured alike.
_ROLES = {"agent": "agent", "caller": "customer"}


def main(arguments: list[str]) -> int:
    """Run the engines and print their figures."""
    args = _parse(arguments)
    calls = _calls.find_calls(args.folder)
    if not calls:
        print(f"No derived/*.stereo.wav in {args.folder}.", file=sys.stderr)
        return 2
    if args.engine:
        print(json.dumps(_measure(args.engine, calls, args)))
        return 0
    ours = args.engines.split(",") if args.engines else OURS
    names = list(dict.fromkeys([*ours, *(PLAIN if args.vs else ())]))
    bench = str(Path(__file__).parents[1] / "bench")
    result: dict[str, Any] = {"bench": "speech", "calls": len(calls), "engines": {}}
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr)
        done = subprocess.run(
            [sys.executable, bench, "speech", *arguments, "--engine", name],
            check=False,
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            print(f"{name} could not be measured.", file=sys.stderr)
            return 1
        result["engines"][name] = json.loads(done.stdout.splitlines()[-1])
    _derive(result["engines"])
    print(json.dumps(result, indent=2)) if args.json else _table(result)
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench speech", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    parser.add_argument("--vs", choices=["plain"], help="run the engines as they come, too")
    parser.add_argument("--engines", default="", help="names, by commas; default: all")
    parser.add_argument("--language", default="en", help="told to the plain engines; ours detect")
    parser.add_argument("--threads", type=int, default=0, help="threads; 0 = all cores")
    parser.add_argument("--engine", default="", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _measure(name: str, calls: list[Call], args: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        settings = _settings(Path(scratch), name, args.threads)
        if name in OURS:
            row = _ours(calls, settings, Path(scratch))
        elif name == "plain-pyannote":
            row = _plain_pyannote(calls, settings, args.language)
        else:
            row = _plain_words(name, calls, settings, args.language)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**row, "peak_mb": round(peak)}


def _settings(scratch: Path, name: str, threads: int) -> Any:
    from qa.settings import load_settings

    here = Path(__file__).resolve().parents[2] / ".models"
    return load_settings(
        data=scratch / "data",
        models=Path(os.environ.get("QA_MODELS", here)),
        transcriber=name if name in OURS else "faster-whisper",
        device="cpu",
        threads=threads or len(os.sched_getaffinity(0)),
        channel_maps=(),
    )


# --- the program -------------------------------------------------------------------


class _Clock:
    """Seconds by stage: wall, and of the processor."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add what happens inside to a stage."""
        wall, cpu = perf_counter(), process_time()
        yield
        self.wall[name] = self.wall.get(name, 0.0) + perf_counter() - wall
        self.cpu[name] = self.cpu.get(name, 0.0) + process_time() - cpu

    def watch(self, owner: Any, name: str, stage: str) -> None:
        """Time every call of a function under a stage."""
        original = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.stage(stage):
                return original(*args, **kwargs)

        setattr(owner, name, timed)


class _Desk:
    """The program as `qa run` works: a store, a pipeline, one recording at a time."""

    def __init__(self, settings: Any, clock: _Clock) -> None:
        from qa import audio, speech
        from qa.jobs.one import process
        from qa.pipeline import Pipeline
        from qa.store import open_store

        self._settings = settings
        self._store = open_store(settings)
        self._pipeline = Pipeline(settings)
        self._process = process
        self.clock = clock
        clock.watch(audio, "decode", "decode")
        clock.watch(audio, "write_playback", "playback")
        clock.watch(speech, "find_speech", "regions")
        clock.watch(self._pipeline, "judge", "judge")
        engine = self._pipeline.transcriber
        clock.watch(engine, "transcribe", "transcribe")

    def hear(self, file: Path) -> Any:
        """Take a recording from the file to its stored score; return what was heard."""
        from qa.importers import find
        from qa.records import Conversation
        from qa.store import name_worker

        (found,) = find([file], self._settings)
        if not isinstance(found, Conversation):
            raise SystemExit(f"{file.name}: {found}")
        with self.clock.stage("all"):
            self._store.register(found, ["support-standard"])
            job = self._store.claim(name_worker(), lease_s=3600, only=[found.id])
            if job is None:
                raise SystemExit(f"{file.name} was measured already.")
            outcome = self._process(
                job, store=self._store, pipeline=lambda: self._pipeline, settings=self._settings
            )
        if outcome.state in {"failed", "held", "lost"}:
            raise SystemExit(f"{file.name}: {outcome.reason} {outcome.mend}")
        return self._store.safe(found.id), self._store.raw_turns(found.id)


def _ours(calls: list[Call], settings: Any, scratch: Path) -> dict[str, Any]:
    stereo = _round(calls, settings, scratch, "stereo")
    mono = _round(calls, settings, scratch, "mono")
    return {
        "stereo_wer": stereo["wer"],
        "cpwer": mono["wer"],
        "der": mono["der"],
        "role_accuracy": round((stereo["roles"] + mono["roles"]) / (2 * len(calls)), 4),
        "rtf": stereo["rtf"],
        "mono_rtf": mono["rtf"],
        "word_time_error_s": stereo["time_error"],
        "der_parts": mono["der_parts"],
        "stages": {"stereo": stereo["stages"], "mono": mono["stages"]},
        "cpu_rtf": {"stereo": stereo["cpu_rtf"], "mono": mono["cpu_rtf"]},
    }


def _round(calls: list[Call], settings: Any, scratch: Path, kind: str) -> dict[str, Any]:
    """Measure all calls as stereo, or all as mono."""
    clock = _Clock()
    mine = settings.model_copy(update={"data": scratch / kind})
    desk = _Desk(mine, clock)
    desk.hear(_warm_up(getattr(calls[0], kind), scratch / f"warm-{kind}.wav"))
    clock.wall.clear()
    clock.cpu.clear()
    wrong = words = roles = 0
    seconds = 0.0
    late: list[float] = []
    parts = np.zeros(4)
    for call in calls:
        safe, turns = desk.hear(getattr(call, kind))
        seconds += safe.duration or 0.0
        said: dict[str, str] = {}
        begins: dict[str, list[tuple[str, float]]] = {}
        for turn in turns:
            said[turn.party] = f"{said.get(turn.party, '')} {turn.text}"
            begins.setdefault(turn.party, []).extend((w.text, w.start) for w in turn.words)
        more, of = _calls.errors(call, said)
        wrong, words = wrong + more, words + of
        sides = _calls.side_of(call, said)
        known = {party.id: str(party.role) for party in safe.parties}
        roles += len(sides) > 1 and all(known.get(n) == _ROLES[s] for s, n in sides.items())
        late += _calls.time_errors(call, {side: begins[name] for side, name in sides.items()})
        spans: dict[str, list[tuple[float, float]]] = {}
        for span in safe.speech:
            spans.setdefault(span.speaker, []).append((span.start, span.end))
        parts += _calls.der_parts(call, spans)
    return {
        "wer": round(wrong / words, 4),
        "roles": roles,
        "rtf": round(clock.wall["all"] / seconds, 4),
        "cpu_rtf": round(clock.cpu["all"] / seconds, 4),
        "time_error": _calls.spread(late),
        "der": round(float(parts[:3].sum() / parts[3]), 4),
        "der_parts": _der_parts(parts),
        "stages": {k: round(v / seconds, 4) for k, v in clock.wall.items() if k != "all"},
    }


def _warm_up(file: Path, target: Path) -> Path:
    """Write the beginning of a recording as one of its own."""
    with wave.open(str(file)) as source, wave.open(str(target), "wb") as copy:
        copy.setparams(source.getparams())
        copy.writeframes(source.readframes(12 * source.getframerate()))
    return target


# --- the engines as they come ------------------------------------------------------


def _plain_words(
    name: str, calls: list[Call], settings: Any, language: str | None
) -> dict[str, Any]:
    make = _plain.whisper if name == "plain-whisper" else _plain.faster_whisper
    read = make(settings, language)
    read(_plain.decode(calls[0].stereo)[0][: 12 * 16000])
    wrong = words = 0
    seconds = 0.0
    clock = _Clock()
    for call in calls:
        with clock.stage("all"):
            sounds = _plain.decode(call.stereo)
            heard = {str(i): " ".join(t for t, *_ in read(s)) for i, s in enumerate(sounds)}
        seconds += len(sounds[0]) / 16000
        more, of = _calls.errors(call, heard)
        wrong, words = wrong + more, words + of
    return {
        "stereo_wer": round(wrong / words, 4),
        "cpwer": None,
        "der": None,
        "role_accuracy": None,
        "rtf": round(clock.wall["all"] / seconds, 4),
        "cpu_rtf": {"stereo": round(clock.cpu["all"] / seconds, 4)},
    }


def _plain_pyannote(calls: list[Call], settings: Any, language: str | None) -> dict[str, Any]:
    """Speakers by pyannote, and plain whisper's words given to them by overlap."""
    split = _plain.pyannote(settings)
    read: Callable[..., list[Any]] = _plain.whisper(settings, language)
    parts = np.zeros(4)
    wrong = words = 0
    seconds = 0.0
    clock = _Clock()
    for call in calls:
        sound = _plain.decode(call.mono)[0]
        seconds += len(sound) / 16000
        with clock.stage("diarize"):
            spans = split(sound)
        with clock.stage("transcribe"):
            heard = read(sound, words=True)
        parts += _calls.der_parts(call, spans)
        said: dict[str, str] = {}
        for text, start, end in heard:
            name = max(spans, key=lambda n: _near(spans[n], start, end), default="")
            said[name] = f"{said.get(name, '')} {text}"
        more, of = _calls.errors(call, said)
        wrong, words = wrong + more, words + of
    return {
        "stereo_wer": None,
        "cpwer": round(wrong / words, 4),
        "der": round(float(parts[:3].sum() / parts[3]), 4),
        "role_accuracy": None,
        "rtf": round(clock.wall["diarize"] / seconds, 4),
        "der_parts": _der_parts(parts),
        "cpu_rtf": {k: round(v / seconds, 4) for k, v in clock.cpu.items()},
    }


def _near(spans: list[tuple[float, float]], start: float, end: float) -> tuple[float, float]:
    """Overlap with a word, and, where there is none, nearness."""
    overlap = sum(max(0.0, min(b, end) - max(a, start)) for a, b in spans)
    return overlap, -min(max(a - end, start - b, 0.0) for a, b in spans)


def _der_parts(parts: Any) -> dict[str, float]:
    names = ("missed", "false_alarm", "confused")
    return {n: round(float(p / parts[3]), 4) for n, p in zip(names, parts[:3], strict=True)}


# --- the result --------------------------------------------------------------------


def _derive(rows: dict[str, Any]) -> None:
    plain = rows.get("plain-faster-whisper")
    for name in OURS:
        if plain and name in rows:
            rows[name]["times_plain"] = round(rows[name]["rtf"] / plain["rtf"], 3)


def _table(result: dict[str, Any]) -> None:
    columns = ("stereo_wer", "cpwer", "der", "role_accuracy", "rtf", "mono_rtf", "peak_mb")
    print(f"{'engine':<24}" + "".join(f"{c:>15}" for c in columns))
    for name, row in result["engines"].items():
        shown = [row.get(c) for c in columns]
        print(f"{name:<24}" + "".join(f"{'-' if v is None else v:>15}" for v in shown))
    for name, row in result["engines"].items():
        extra = {k: v for k, v in row.items() if k not in columns}
        print(f"\n{name}: {json.dumps(extra)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
