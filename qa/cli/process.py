"""Commands that do the work: run, import, work, score, roles swap."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from qa.cli import say
from qa.cli.door import ExitCode
from qa.errors import UsageError

PathsArgument = Annotated[
    list[str], typer.Argument(help="Files, folders, and addresses (s3://, gs://, az://, sftp://).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
FormatOption = Annotated[
    str, typer.Option("--format", help="One of 'qa formats'; auto = told by the content.")
]
WorkersOption = Annotated[
    int | None, typer.Option(min=1, max=256, help="Processes; default: chosen for the machine.")
]
TranscribeOption = Annotated[
    bool,
    typer.Option("--transcribe", help="Hear recordings again that come with a transcript."),
]
CardsOption = Annotated[
    list[str] | None, typer.Option("--scorecard", help="Score with this card; may be repeated.")
]
UntilOption = Annotated[
    str,
    typer.Option(help="Be through by this time of day, HH:MM; begin nothing that takes longer."),
]


def run(
    paths: PathsArgument,
    cards: CardsOption = None,
    kind: FormatOption = "auto",
    transcribe: TranscribeOption = False,
    workers: WorkersOption = None,
    until: UntilOption = "",
    json: JsonOption = False,
) -> None:
    """Find, import, process and score everything new; print what came of it."""
    from qa.addresses import place_of
    from qa.cli import batch, intake
    from qa.settings import load_settings
    from qa.store import open_store

    settings, places = load_settings(), [place_of(path) for path in paths]
    end = batch.next_time(until) if until else None
    with open_store(settings) as store:
        taken = intake.take_in(
            store, settings, places, format=kind, cards=cards or (), transcribe=transcribe
        )
        intake.report(taken)
        ids = list(taken.found)
        if ids:
            batch.work_through(settings, workers=workers, only=ids, until=end)
        found = batch.summaries(store, ids)
    batch.print_outcome(found, taken.rejected, json=json)
    if taken.rejected or batch.any_open(found):
        raise typer.Exit(ExitCode.SOME_FAILED)


def import_(
    paths: PathsArgument,
    kind: FormatOption = "auto",
    cards: CardsOption = None,
    transcribe: TranscribeOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be taken in.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Register conversations without processing them; 'qa work' does that."""
    from qa.addresses import place_of
    from qa.cli import intake
    from qa.settings import load_settings
    from qa.store import open_store

    settings, places = load_settings(), [place_of(path) for path in paths]
    if dry_run:
        taken = intake.rehearse(settings, places, format=kind)
    else:
        with open_store(settings) as store:
            taken = intake.take_in(
                store, settings, places, format=kind, cards=cards or (), transcribe=transcribe
            )
    intake.report(taken)
    if json:
        say.out_json(taken.as_json())
    elif dry_run:
        intake.print_found(taken)
    else:
        for found in taken.found.values():
            new = "known" if found.known else "new"
            say.out(f"{found.id}  {found.channel:<4}  {new:<5}  {found.source}")
    if taken.rejected:
        raise typer.Exit(ExitCode.SOME_FAILED)


def formats(json: JsonOption = False) -> None:
    """List the formats that can be taken in, and what each carries."""
    from qa.cli.intake import print_formats
    from qa.importers import abouts

    known = abouts()
    if json:
        say.out_json([{"name": name, **about.as_json()} for name, about in known.items()])
    else:
        print_formats(known)


def names(
    given: Annotated[list[str], typer.Argument(metavar="NAME...", help="Names of recordings.")],
    json: JsonOption = False,
) -> None:
    """Try the patterns of file names: show what each says; the files need not exist."""
    from qa.importers.knowing import names_say
    from qa.settings import load_settings

    settings = load_settings()
    said = [(name, *names_say(Path(name), settings)) for name in given]
    if json:
        say.out_json([{"name": n, "says": _texts(v), "note": note} for n, v, note in said])
    else:
        rows = [[n, ", ".join(f"{k}: {v}" for k, v in _texts(s).items()), w] for n, s, w in said]
        say.table(["Name", "Says", "Note"], rows)
    if any(note for _, _, note in said):
        raise typer.Exit(ExitCode.SOME_FAILED)


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in values.items()}


def work(
    workers: WorkersOption = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on waiting for more; Ctrl-C ends it.")
    ] = False,
    until: UntilOption = "",
    retry: Annotated[str, typer.Option(help="'failed': try again what failed.")] = "",
    report_file: Annotated[
        Path | None, typer.Option("--report", help="Write what came of it to this file, as JSON.")
    ] = None,
    while_stdin: Annotated[bool, typer.Option("--while-stdin", hidden=True)] = False,
    pipeline: Annotated[str, typer.Option("--pipeline", hidden=True)] = "qa.pipeline:Pipeline",
    json: JsonOption = False,
) -> None:
    """Process what waits."""
    from qa.cli import batch
    from qa.cli.auditing import did
    from qa.settings import load_settings
    from qa.store import open_store

    if retry not in {"", "failed"}:
        raise UsageError(f"--retry {retry}: not known.", "Known: failed.")
    settings = load_settings()
    if retry:
        with open_store(settings) as store:
            did(store, "changed", {"what": "failed ones tried again"})
    report = batch.work_through(
        settings,
        workers=workers,
        follow=follow,
        until=batch.next_time(until) if until else None,
        retry_failed=retry == "failed",
        stop=batch.stop_with_stdin() if while_stdin else None,
        pipeline=pipeline,
    )
    if report_file is not None:
        batch.keep_report(report, report_file)
    for one in report.failed:
        say.failure(one.source, one.reason, one.mend)
    if json:
        from qa.records import as_json

        say.out_json(as_json(report))
    else:
        say.note(
            f"{report.done} done, {report.triaged} counted and not scored, "
            f"{len(report.failed)} failed, {report.waiting} wait."
        )
    if report.failed or report.held:
        raise typer.Exit(ExitCode.SOME_FAILED)


def score(
    ids: Annotated[list[str] | None, typer.Argument(help="Conversations; none = all.")] = None,
    cards: CardsOption = None,
    workers: WorkersOption = None,
    json: JsonOption = False,
) -> None:
    """Score again, without transcribing again."""
    from qa.api.actions import score_again
    from qa.cli import batch
    from qa.cli.auditing import did
    from qa.settings import load_settings
    from qa.store import open_store

    settings = load_settings()
    with open_store(settings) as store:
        wanted = [store.resolve(i) for i in ids] if ids else batch.heard_ids(store)
        if not wanted:
            say.note("Nothing was heard yet, so there is nothing to score again: qa run PATH")
            return
        did(store, "changed", {"what": "scored again", "conversations": len(wanted)})
        score_again(store, settings, wanted, cards or ())
        batch.work_through(settings, workers=workers, only=wanted)
        found = batch.summaries(store, wanted)
    batch.print_outcome(found, (), json=json)
    if batch.any_open(found):
        raise typer.Exit(ExitCode.SOME_FAILED)


def swap(
    id: Annotated[str, typer.Argument(help="The conversation.")], json: JsonOption = False
) -> None:
    """Let agent and customer change places, and score again; transcribes nothing."""
    from qa.access import machine_user
    from qa.cli import batch
    from qa.settings import load_settings
    from qa.store import open_store

    settings = load_settings()
    with open_store(settings) as store:
        full = store.resolve(id)
        store.swap_roles(full, who=machine_user().name)
        batch.work_through(settings, workers=1, only=[full])
        found = batch.summaries(store, [full])
    batch.print_outcome(found, (), json=json)
    if batch.any_open(found):
        raise typer.Exit(ExitCode.SOME_FAILED)
