"""The command of a worker of many machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say
from qa.errors import UsageError

if TYPE_CHECKING:
    from qa.jobs.report import Outcome
    from qa.store import Job
    from qa.store.views import Load

#: Texts that one worker does at once where it is not said: they take milliseconds.
_TEXTS = 2


def worker(
    queues: Annotated[
        list[str] | None,
        typer.Option(
            "--queue",
            help="'speech' (calls to hear) or 'text'; may be repeated; 'speech=2': two at once.",
        ),
    ] = None,
    until: Annotated[
        str, typer.Option(help="Stop at this time of day, HH:MM; the last calls have 90 s more.")
    ] = "",
    grace: Annotated[
        float, typer.Option(min=0, help="Seconds to finish in when it is told to stop.")
    ] = 600.0,
    pipeline: Annotated[str, typer.Option("--pipeline", hidden=True)] = "qa.pipeline:Pipeline",
) -> None:
    """Work for many machines that share a PostgreSQL database; Ctrl-C or SIGTERM ends it."""
    from qa.cli import batch
    from qa.jobs.cluster.worker import serve
    from qa.jobs.machine import choose_workers
    from qa.settings import load_settings

    settings = load_settings()
    count, note = choose_workers(settings)
    chosen = _queues(queues or ["speech", "text"], speech=count)
    say.note(f"Waiting for work: {', '.join(f'{n} of {q}' for q, n in chosen.items())} ({note}).")
    end = batch.next_time(until) if until else None
    done = serve(settings, queues=chosen, grace_s=grace, until=end, tell=_tell, pipeline=pipeline)
    say.note(f"Stopped; {done} done.")


def _queues(given: list[str], *, speech: int) -> dict[Load, int]:
    usual: dict[Load, int] = {"speech": speech, "text": _TEXTS}
    found: dict[Load, int] = {}
    for one in given:
        name, _, count = one.partition("=")
        load = next((known for known in usual if known == name), None)
        if load is None or (count and not (count.isdigit() and int(count))):
            raise UsageError(
                f"--queue {one}: not known.", "Write speech or text, or speech=2 for two at once."
            )
        found[load] = int(count) if count else usual[load]
    return found


def _tell(job: Job, outcome: Outcome) -> None:
    if outcome.state == "failed":
        say.failure(job.source, outcome.reason, outcome.mend)
    elif outcome.state == "held":
        say.warn(f"Cannot be done here: {outcome.reason} {outcome.mend}")
