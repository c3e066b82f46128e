"""What the commands that do the work share: working a batch off, and saying what came of it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from json import dumps
from pathlib import Path

from qa.api.words import count
from qa.cli import say
from qa.cli.progress import Batch
from qa.cli.read import print_table
from qa.errors import UsageError
from qa.importers import Rejected
from qa.jobs.local import PIPELINE
from qa.jobs.local import work as do_work
from qa.jobs.report import WorkReport
from qa.records import as_json
from qa.settings import Settings
from qa.store import ConversationSummary, Filter, State, Store

#: Conversations that are asked for at once.
_PAGE = 200


def work_through(
    settings: Settings,
    *,
    workers: int | None,
    only: Sequence[str] | None = None,
    follow: bool = False,
    until: datetime | None = None,
    retry_failed: bool = False,
    stop: threading.Event | None = None,
    pipeline: str = PIPELINE,
) -> WorkReport:
    """Process what waits, with progress on stderr."""
    try:
        with Batch() as shown:
            report = do_work(
                settings,
                workers=workers or 0,
                only=only,
                follow=follow,
                until=until,
                retry_failed=retry_failed,
                progress=shown.step,
                stop=stop,
                pipeline=pipeline,
            )
    except KeyboardInterrupt:
        say.note("What is not done yet waits. Go on with: qa work")
        raise
    for held in report.held:
        say.warn(f"{count(held.count, 'conversation')} cannot be done here: {held.reason}")
        say.warn(held.mend)
    if report.passed_over:
        say.warn(
            f"{count(report.passed_over, 'conversation')} could not be done in time; "
            "they come first the next time."
        )
    for other in report.others:
        say.note(
            f"{other.host} {other.pid} holds {count(other.jobs, 'conversation')} of this "
            f"database since {other.since.astimezone():%H:%M}."
        )
    return report


def keep_report(report: WorkReport, file: Path) -> None:
    """Write a report down, all of it or nothing.

    Raises
    ------
    UsageError : the file cannot be written.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(dumps(as_json(report), ensure_ascii=False, indent=2) + "\n", "utf-8")
        part.replace(file)
    except OSError as err:
        raise UsageError(
            f"--report {file}: cannot be written ({err.strerror}).", "Name another file."
        ) from err


def summaries(store: Store, ids: Sequence[str]) -> list[ConversationSummary]:
    """Return conversations in the order of their ids as given."""
    found: dict[str, ConversationSummary] = {}
    for start in range(0, len(ids), _PAGE):
        part = tuple(ids[start : start + _PAGE])
        found |= {s.id: s for s in store.list(Filter(ids=part), limit=_PAGE).items}
    return [found[one] for one in ids if one in found]


def heard_ids(store: Store) -> list[str]:
    """Return all conversations that were heard, newest first."""
    return [s.id for s in heard(store)]


def heard(store: Store, wanted: Filter | None = None) -> Iterator[ConversationSummary]:
    """Yield the conversations that were heard, newest first."""
    return (s for s in _all(store, wanted) if s.needs == "judge")


def _all(store: Store, wanted: Filter | None = None) -> Iterator[ConversationSummary]:
    after = None
    while True:
        page = store.list(wanted, after=after, limit=_PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return


def any_open(found: Sequence[ConversationSummary]) -> bool:
    """Say whether something failed, or still waits."""
    return any(s.state not in {State.DONE, State.TRIAGED} for s in found)


def print_outcome(
    found: Sequence[ConversationSummary], rejected: Sequence[Rejected], *, json: bool
) -> None:
    """Print what came of a batch: data on stdout, reasons for what failed on stderr."""
    if json:
        say.out_json(
            {
                "conversations": [as_json(s) for s in found],
                "rejected": [
                    {"source": r.source, "reason": r.error.reason, "mend": r.error.mend}
                    for r in rejected
                ],
            }
        )
    elif found:
        print_table(found)
    for s in found:
        if s.state not in {State.DONE, State.TRIAGED} and s.error_reason:
            say.failure(s.source, s.error_reason, s.error_mend)
    failed = sum(s.state == State.FAILED for s in found)
    waiting = sum(s.state in {State.WAITING, State.WORKING} for s in found)
    if failed:
        say.warn(f"{failed} failed. Once mended: qa work --retry failed")
    if waiting:
        say.warn(f"{waiting} still wait. Go on with: qa work")


def next_time(text: str) -> datetime:
    """Return the next moment at which this machine's clock shows HH:MM.

    Raises
    ------
    UsageError : not a time of day.
    """
    now = datetime.now().astimezone()
    try:
        at = datetime.strptime(text, "%H:%M")  # noqa: DTZ007 - the zone is added below
    except ValueError as err:
        raise UsageError(f"--until {text}: not a time of day.", "Write it like 06:30.") from err
    then = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return then if then > now else then + timedelta(days=1)


def stop_with_stdin() -> threading.Event:
    """Return an event that is set when this process's standard input ends.

    So a worker that a server started never outlives it, however the server ended.
    """
    stop = threading.Event()

    # Of the file itself: a thread that waits inside of `sys.stdin` holds its lock, over which
    # Python fails when the process ends by Ctrl-C.
    handle = sys.stdin.fileno()

    def watch() -> None:
        while os.read(handle, 1):
            pass
        stop.set()

    threading.Thread(target=watch, daemon=True).start()
    return stop
