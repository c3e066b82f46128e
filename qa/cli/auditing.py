"""``qa audit``: who did what, and whether that is still what was written."""

from __future__ import annotations

import json as encoding
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.cli import say
from qa.cli.door import ExitCode
from qa.cli.read import JsonOption, choice, moment

if TYPE_CHECKING:
    from qa.store import Store
    from qa.store.acts import Detail, Entry
    from qa.store.audit import Asked

_Who = Annotated[str, typer.Option("--who", help="Name of an account, or of this machine's user.")]
_Act = Annotated[str, typer.Option("--act", help="seen, heard, original, changed, exported, ...")]
_Kind = Annotated[str, typer.Option("--kind", help="conversation, account, token, card, ...")]
_Object = Annotated[str, typer.Option("--object", help="Id of what it was done to.")]
_Since = Annotated[str, typer.Option(help="Begin: day or moment, ISO 8601.")]
_Until = Annotated[str, typer.Option(help="End: day (included) or moment, ISO 8601.")]


def list_(
    who: _Who = "",
    act: _Act = "",
    kind: _Kind = "",
    object: _Object = "",
    since: _Since = "",
    until: _Until = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    before: Annotated[int | None, typer.Option(help="Only rows of a lower number.")] = None,
    json: JsonOption = False,
) -> None:
    """List who did what to what, newest first."""
    wanted = _asked(who, act, kind, object, since, until)
    with _store() as store:
        looked(store, "audited")
        page = store.audit.page(wanted, before=before, limit=limit)
    if json:
        say.out_json({"items": [_plain(one) for one in page.items], "next": page.next})
        return
    say.table(
        ["No.", "When", "Who", "Act", "What", "Details"],
        [_row(one) for one in page.items],
        right=[0],
    )
    if page.next:
        say.note(f"There are more: --before {page.next}")


def verify(
    since: Annotated[
        str, typer.Option("--from", help="A head that was kept: NUMBER:HASH. Begins there.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Check that no row was changed or taken out; with --from also that none was cut off."""
    from qa.store.audit import head_of

    with _store() as store:
        found = store.audit.verify(head_of(since) if since else None)
    if json:
        head = str(found.head) if found.head else None
        say.out_json({"rows": found.rows, "head": head, "fault": found.fault or None})
    elif found.fault:
        say.error(
            f"The audit log is not what was written: {found.fault}.",
            f"The {found.rows} rows before are. Compare it with an export or a backup.",
        )
    else:
        say.out(f"{found.rows} rows are as they were written. Head: {found.head or 'none'}")
        if not since:
            say.note("Rows that were cut off the end show only against a head kept elsewhere.")
    if found.fault:
        raise typer.Exit(ExitCode.SOME_FAILED)


def head() -> None:
    """Print the number and the hash of the last row, to be kept elsewhere."""
    with _store() as store:
        found = store.audit.head()
    if found is None:
        say.note("Nothing is in the log yet.")
    else:
        say.out(str(found))


def export(
    who: _Who = "",
    act: _Act = "",
    kind: _Kind = "",
    object: _Object = "",
    since: _Since = "",
    until: _Until = "",
) -> None:
    """Write rows with their hashes as JSON, one a line, oldest first."""
    wanted = _asked(who, act, kind, object, since, until)
    with _store() as store:
        did(store, "audited", {"what": "export"})
        for one in store.audit.rows(wanted):
            sys.stdout.write(encoding.dumps(_plain(one), ensure_ascii=False) + "\n")


# --- what other commands leave ---------------------------------------------------------------


def did(store: Store, act: str, detail: Detail | None = None) -> None:
    """Write down what this machine's user does by a command; call it before it is done."""
    from qa.access import machine_user
    from qa.store.acts import Act

    store.audit.record(machine_user().name, Act(act), detail=detail)


def looked(store: Store, act: str, kind: str = "", object: str = "") -> None:
    """Write down that this machine's user looks at something; once an hour."""
    from qa.access import machine_user
    from qa.store.acts import Act, Kind

    store.audit.looked(machine_user().name, Act(act), Kind(kind), object)


def _asked(who: str, act: str, kind: str, object: str, since: str, until: str) -> Asked:
    from qa.store.acts import Act, Kind
    from qa.store.audit import Asked

    return Asked(
        who=who or None,
        act=choice("act", act, Act),
        kind=choice("kind", kind, Kind),
        object=object or None,
        since=moment("--since", since),
        until=moment("--until", until, end=True),
    )


def _plain(entry: Entry) -> dict[str, Any]:
    from qa.records import as_json

    plain: dict[str, Any] = as_json(entry)
    return plain


def _row(entry: Entry) -> list[str]:
    about = ", ".join(f"{key}: {value}" for key, value in sorted(entry.detail.items()))
    return [
        str(entry.seq),
        f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S}",
        entry.who or "nobody",
        entry.act,
        f"{entry.kind} {entry.object[:16]}".strip(),
        about,
    ]


def _store() -> Store:
    from qa.settings import load_settings
    from qa.store import open_store

    return open_store(load_settings())
