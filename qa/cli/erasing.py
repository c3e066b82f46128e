"""Commands about what is kept no longer: rules, holds, one customer's data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from qa.cli import say
from qa.cli.door import ExitCode
from qa.cli.machine import JsonOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.jobs.retention import Retained
    from qa.store.erasing.asking import Request
    from qa.store.erasing.views import Hold

#: Conversations between two notes of progress.
_STEP = 1000
_KINDS = {
    "audio": "sound",
    "unredacted": "unredacted words",
    "text": "redacted text",
    "scores": "scores",
}
_NOT_SCRUBBED = (
    "Deleted rows may still stand in the database's files: others used it all the while, or there "
    "is no room to write it anew. Run: qa retention run"
)
DryOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")]


def run(dry_run: DryOption = False, json: JsonOption = False) -> None:
    """Erase what the rules of retention keep no longer; may be stopped, and run again."""
    from qa.access.local import machine_user
    from qa.jobs import retention
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import open_store

    settings = load_settings()
    if not settings.retention:
        say.warn("No rule is set ([[retention]] in qa.toml): nothing is erased by age.")
    with open_store(settings) as store:
        made = retention.run(store, who=machine_user().name, dry_run=dry_run, step=_step)
    if json:
        say.out_json(as_json(made))
    else:
        _print_run(made)
    if not made.complete:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _step(number: int) -> None:
    if number % _STEP == 0:
        say.note(f"{number} conversations.")


def _print_run(made: Retained) -> None:
    if made.rules:
        say.table(
            ["Rule", "What", "Conversations"],
            [[one.rule, _KINDS[one.what], str(one.conversations)] for one in made.rules],
            right=(2,),
        )
    would = "would lose something" if made.dry_run else "lost something"
    say.note(f"{made.erased} conversations {would}; {made.whole} of them went whole.")
    if made.held:
        say.note(f"{len(made.held)} are held: {_names(made.held)}")
    if made.busy:
        say.note(f"{len(made.busy)} are being worked on, and come next time.")
    if made.outside:
        say.note(
            f"{len(made.outside)} recordings lie where they are not ours to delete "
            "(no source that is owned): --json names them."
        )
    for name, left in made.failed.items():
        say.failure(name, f"Still there: {', '.join(left)}.", "The next run tries again.")
    if not made.scrubbed:
        say.warn(_NOT_SCRUBBED)


def _names(ids: Sequence[str], most: int = 5) -> str:
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + more


# --- holds ---------------------------------------------------------------------------------


def hold_add(
    ids: Annotated[list[str], typer.Argument(help="Ids, or beginnings of ids.")],
    reason: Annotated[str, typer.Option(help="Why; shown where somebody wants to erase it.")],
    json: JsonOption = False,
) -> None:
    """Hold conversations: nothing of them is erased, by no rule and at nobody's request."""
    from qa.access.local import machine_user
    from qa.settings import load_settings
    from qa.store import open_store

    with open_store(load_settings()) as store:
        full = [store.resolve(one) for one in ids]
        made = store.erasing.hold(full, reason=reason, who=machine_user().name)
    _print_holds(made, json=json)


def hold_list(
    ended: Annotated[bool, typer.Option("--all", help="Those that ended as well.")] = False,
    json: JsonOption = False,
) -> None:
    """List what is held, and why."""
    from qa.settings import load_settings
    from qa.store import open_store

    with open_store(load_settings()) as store:
        found = store.erasing.holds(ended=ended)
    _print_holds(found, json=json)


def hold_remove(
    numbers: Annotated[list[int], typer.Argument(help="Numbers, as qa hold list shows them.")],
    json: JsonOption = False,
) -> None:
    """Take holds off; what the rules keep no longer goes with the next run."""
    from qa.access.local import machine_user
    from qa.settings import load_settings
    from qa.store import open_store

    with open_store(load_settings()) as store:
        made = store.erasing.unhold(numbers, who=machine_user().name)
    _print_holds(made, json=json)


def _print_holds(found: Sequence[Hold], *, json: bool) -> None:
    from qa.records import as_json

    if json:
        say.out_json([as_json(one) for one in found])
        return
    if not found:
        say.note("Nothing is held.")
        return
    say.table(
        ["Hold", "Conversation", "Since", "By", "Until", "Reason"],
        [
            [
                str(one.number),
                one.conversation,
                f"{one.at.astimezone():%Y-%m-%d}",
                one.who,
                f"{one.removed_at.astimezone():%Y-%m-%d}" if one.removed_at else "",
                one.reason,
            ]
            for one in found
        ],
        right=(0,),
    )


# --- one customer's data -------------------------------------------------------------------


def erase(
    reference: Annotated[str, typer.Option(help="The customer's reference.")] = "",
    phone: Annotated[
        str, typer.Option(help="The customer's number; - reads it from standard input.")
    ] = "",
    email: Annotated[str, typer.Option(help="The customer's mail address; - as above.")] = "",
    everything: Annotated[
        bool, typer.Option("--everything", help="Scores as well; else they stay, nameless.")
    ] = False,
    dry_run: DryOption = False,
    report: Annotated[Path | None, typer.Option(help="Write the report here, as JSON.")] = None,
    json: JsonOption = False,
) -> None:
    """Erase what is kept of one customer, and say what went and what a person has to delete."""
    from qa.access.local import machine_user
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import open_store
    from qa.store.erasing.asking import Customer

    customer = Customer(reference=reference, phone=_typed("Number", phone),
                        email=_typed("Address", email))  # fmt: skip
    # Opened first: where it cannot be written, nothing is erased that nobody is told of.
    with _opened(report) as out:
        with open_store(load_settings()) as store:
            made = store.erasing.request(
                customer, who=machine_user().name, everything=everything, dry_run=dry_run
            )
        if json:
            say.out_json(as_json(made))
        else:
            _print_request(made)
        if out is not None:
            _write(out, made)
    if not made.complete and not dry_run:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _typed(what: str, value: str) -> str:
    """Return a value, read from standard input where the shell is not to remember it."""
    if value != "-":
        return value
    return str(typer.prompt(what, hide_input=True, err=True)).strip()


@contextmanager
def _opened(report: Path | None) -> Iterator[IO[str] | None]:
    """Give the file of a report, for its owner alone; None where none is wanted."""
    from qa.store.database import from_os_error

    if report is None:
        yield None
        return
    try:
        out = open(report, "w", encoding="utf-8", opener=_private)  # noqa: SIM115
    except OSError as err:
        raise from_os_error(err, report) from err
    with out:
        yield out


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(out: IO[str], made: Request) -> None:
    from qa.store.database import from_os_error

    try:
        out.write(made.model_dump_json(indent=2) + "\n")
        out.flush()
    except OSError as err:
        raise from_os_error(err, Path(out.name)) from err


def _print_request(made: Request) -> None:
    if not made.conversations:
        say.note("No conversation of that customer is here.")
    else:
        say.table(
            ["Conversation", "Outcome", "What", "Files", "For a person"],
            [
                [
                    one.conversation,
                    "would be erased" if made.dry_run and one.ending == "erased" else one.ending,
                    ", ".join(_KINDS[what] for what in sorted(one.kinds)),
                    ", ".join(one.files),
                    ", ".join((*one.outside, *one.left)),
                ]
                for one in made.conversations
            ],
        )
    if made.rejects:
        say.note(f"{made.rejects} items that could not be taken in went, too.")
    if made.dry_run:
        return
    say.note(f"Request {made.id}; the audit log names it.")
    if not made.scrubbed:
        say.warn(_NOT_SCRUBBED)
    for one in made.conversations:
        for place in one.outside:
            say.warn(f"{one.conversation}: a person has to delete {place}")
