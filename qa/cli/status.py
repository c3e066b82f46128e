"""The command that says where the work stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say

if TYPE_CHECKING:
    from datetime import datetime

    from qa.store.standing import Going, Queue, Standing, Worker


def status(
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Say what waits, who works on it, what is stuck, and what failed and why."""
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store.glance import where_it_stands

    found = where_it_stands(load_settings())
    if json:
        say.out_json(as_json(found))
        return
    _print(found)


def _print(found: Standing) -> None:
    from qa.api.words import lasting

    say.table(
        ["Queue", "Wait", "Later", "In work", "Oldest waits"],
        [_queue(queue, found.at) for queue in found.queues],
        right=[1, 2, 3],
    )
    if found.workers:
        say.table(
            ["Worker", "At", "For", "State"],
            [_worker(worker, found.at) for worker in found.workers],
            right=[1],
        )
    elif found.engine is None or not found.engine.alive:
        say.note("Nobody is working: qa work")
    if found.runs:
        say.table(
            [
                "Run on",
                "Since",
                "Done",
                "Failed",
                "An hour",
                "A call takes",
                "A text takes",
                "State",
            ],
            [_going(run) for run in found.runs],
            right=[2, 3, 4],
        )
    if found.engine is not None:
        engine = found.engine
        silent = f", {engine.silent} without a sign of life" if engine.silent else ""
        say.out(
            f"Many machines: {engine.alive} queues are served{silent}; "
            f"{engine.waiting} jobs wait, {engine.working} are being done."
        )
    say.out(
        f"Heard: {found.last_hour} in the last hour, {found.last_day} in the last day "
        f"({lasting(found.last_day_seconds)} of calls)."
    )
    if found.failed_count:
        say.out(f"Failed: {found.failed_count}.")
        for reason in found.failed:
            say.out(f"  {reason.count:>5}  {reason.reason}")
        say.note("Once mended: qa work --retry failed")


def _queue(queue: Queue, now: datetime) -> list[str]:
    from qa.api.words import lasting

    oldest = lasting((now - queue.oldest).total_seconds()) if queue.oldest else ""
    name = "recordings" if queue.load == "speech" else "texts"
    return [name, str(queue.waiting), str(queue.later), str(queue.working), oldest]


def _worker(worker: Worker, now: datetime) -> list[str]:
    from qa.api.words import lasting

    since = lasting((now - worker.since).total_seconds())
    state = "no sign of life, or an hour at one" if worker.stuck else "at work"
    return [f"{worker.host} {worker.pid}", str(worker.jobs), since, state]


def _going(run: Going) -> list[str]:
    call = "" if run.factor is None else f"{run.factor:.2f} of its length"
    text = "" if run.text_s is None else f"{1000 * run.text_s:.0f} ms"
    began = f"{run.began_at.astimezone():%Y-%m-%d %H:%M}"
    state = "no sign of life" if run.silent else "goes on"
    counts = [str(run.done), str(run.failed), f"{run.an_hour:.0f}"]
    return [run.host, began, *counts, call, text, state]
