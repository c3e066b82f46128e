"""``qa export``: what the store holds, in the formats of others."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say
from qa.errors import UsageError

if TYPE_CHECKING:
    from qa.api.exporting import Export
    from qa.exports import Chunk, What

#: Without a terminal, a line is written each time so many more were read.
_STEP = 10_000


def export(
    format: Annotated[str, typer.Argument(help="csv, jsonl, parquet, xlsx, vtt, srt or vcon.")],
    out: Annotated[
        Path | None,
        typer.Option(help="File, or folder of a format of many files (.zip: one file)."),
    ] = None,
    what: Annotated[str, typer.Option(help="conversations or findings.")] = "conversations",
    ids: Annotated[list[str] | None, typer.Option("--id", help="Only these; repeatable.")] = None,
    since: Annotated[str, typer.Option(help="Begin: day or moment, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="End: day (included) or moment, ISO 8601.")] = "",
    card: Annotated[str, typer.Option("--card", help="Scored by this card; only its scores.")] = "",
    project: Annotated[str, typer.Option(help="Project.")] = "",
    team: Annotated[str, typer.Option(help="Team.")] = "",
    queue: Annotated[str, typer.Option(help="Queue.")] = "",
    agent: Annotated[str, typer.Option(help="Agent's id or name.")] = "",
    channel: Annotated[str, typer.Option(help="call, chat or mail.")] = "",
    language: Annotated[str, typer.Option(help="BCP-47.")] = "",
    state: Annotated[str, typer.Option(help="waiting, working, done, failed or triaged.")] = "",
) -> None:
    """Export conversations or verdicts, redacted; to a file, a folder or standard output."""
    from qa.api import exporting
    from qa.cli.auditing import did
    from qa.cli.read import choice, moment
    from qa.records import Channel
    from qa.settings import load_settings
    from qa.store import Filter, State, open_store

    if what not in {"conversations", "findings"}:
        raise UsageError(f"--what {what}: not known.", "Write conversations or findings.")
    with open_store(load_settings()) as store:
        wanted = Filter(
            ids=tuple(map(store.resolve, ids)) if ids else None,
            since=moment("--since", since),
            until=moment("--until", until, end=True),
            card=card or None,
            project=project or None,
            team=team or None,
            queue=queue or None,
            agent=agent or None,
            channel=choice("channel", channel, Channel),
            language=language or None,
            state=choice("state", state, State),
        )
        read = [0]
        of: What = "findings" if what == "findings" else "conversations"
        made = exporting.export(
            store, format, wanted, what=of,
            step=_counting(read, lambda: store.counts(wanted).total),
        )  # fmt: skip
        did(store, "exported", exporting.extent(store, format, wanted, what=of))
        files = _write(made, out, one=len(wanted.ids or ()) == 1)
    say.note(f"{read[0]} conversations read; {_files(files)} written.")


def _files(count: int) -> str:
    return f"{count} file" if count == 1 else f"{count} files"


def _counting(read: list[int], total: Callable[[], int]) -> Callable[[int], None]:
    """Return what takes note of how many were read, and says so now and then."""
    known: list[int] = []

    def step(number: int) -> None:
        read[0] = number
        if number % _STEP == 0:
            known[:] = known or [total()]
            say.note(f"{number} of {known[0]} conversations")

    return step


def _write(made: Export, out: Path | None, *, one: bool) -> int:
    if out is None:
        if made.format.many and not one:
            raise UsageError(
                "This format makes a file for each conversation or month.",
                "Give a folder with --out FOLDER, or a .zip file.",
            )
        return _to_stdout(made.chunks)
    if out.exists() and (out.is_file() or any(out.iterdir())):
        raise UsageError(f"{out} exists already.", "Name another place, or remove it first.")
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        files = _to(beside, made, zipped=made.format.many and out.suffix == ".zip")
        if out.is_dir():
            out.rmdir()
        beside.replace(out)
    finally:  # of an export that broke off nothing is left
        if beside.is_dir():
            shutil.rmtree(beside)
        beside.unlink(missing_ok=True)
    return files


def _to(path: Path, made: Export, *, zipped: bool) -> int:
    from qa.exports import into_folder, into_zip

    if made.format.many and not zipped:
        path.mkdir()
        return into_folder(made.chunks, path)
    pieces: Iterable[bytes] = (
        into_zip(made.chunks) if zipped else (chunk.data for chunk in made.chunks)
    )
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
    return 1


def _to_stdout(chunks: Iterator[Chunk]) -> int:
    names: set[str] = set()
    for chunk in chunks:
        names.add(chunk.name)
        sys.stdout.buffer.write(chunk.data)
    sys.stdout.buffer.flush()
    return len(names)
