"""``qa examples`` and ``qa collections``: moments worth hearing, without names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.cli import say
from qa.cli.auditing import did, looked
from qa.cli.read import JsonOption, choice
from qa.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from qa.store import Store
    from qa.store.desk.collected import Collection
    from qa.store.desk.excerpts import Moment

ZipOption = Annotated[
    Path | None, typer.Option("--zip", help="Write sound, subtitles and a page that plays them.")
]


def examples(
    item: Annotated[str, typer.Option(help="Id of an item.")] = "",
    verdict: Annotated[str, typer.Option(help="pass, partial or fail.")] = "",
    card: Annotated[str, typer.Option("--scorecard", help="Of this card.")] = "",
    starred: Annotated[bool, typer.Option("--starred", help="Only starred ones.")] = False,
    language: Annotated[str, typer.Option(help="BCP-47.")] = "",
    team: Annotated[str, typer.Option(help="Team.")] = "",
    project: Annotated[str, typer.Option(help="Project.")] = "",
    channel: Annotated[str, typer.Option(help="call, chat or mail.")] = "",
    text: Annotated[str, typer.Option(help="Words that are said in it.")] = "",
    max_seconds: Annotated[float | None, typer.Option(min=1, help="With its context.")] = None,
    before: Annotated[int, typer.Option(min=0, max=5, help="Turns of context before.")] = 2,
    after: Annotated[int, typer.Option(min=0, max=5, help="Turns of context after.")] = 2,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 10,
    collection: Annotated[str, typer.Option(help="Add them to this collection of yours.")] = "",
    zip: ZipOption = None,
    json: JsonOption = False,
) -> None:
    """Search for moments: starred ones first, then those that a human confirmed."""
    from qa.records import Channel, Verdict
    from qa.settings import load_settings
    from qa.store import open_store
    from qa.store.desk.candidates import Wanted

    wanted = Wanted(
        item=item,
        verdict=choice("verdict", verdict, Verdict),
        card=card,
        starred=starred,
        language=language,
        team=team,
        project=project,
        channel=choice("channel", channel, Channel),
        text=text,
        max_seconds=max_seconds,
        before=before,
        after=after,
    )
    with open_store(load_settings()) as store:
        looked(store, "searched")
        found = store.moments.search(wanted, limit=limit).items
        if collection:
            _collect(store, collection, found)
        if zip is not None:
            _write(store, _loose(collection or "Examples", found), zip)
    if json:
        say.out_json({"items": [_plain(m) for m in found]})
        return
    for moment in found:
        _print(moment)
    if not found:
        say.note("No moment fits.")


def collections(
    name: Annotated[str, typer.Argument(help="Name or id of one to write.")] = "",
    zip: ZipOption = None,
    json: JsonOption = False,
) -> None:
    """List collections, or write one as a file."""
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import open_store

    with open_store(load_settings()) as store:
        known = store.collections.list(owner=None)
        if name or zip is not None:
            if zip is None or not name:
                raise UsageError(
                    "Name a collection and where to write it.", "qa collections NAME --zip FILE"
                )
            same = [one for one in known if name in {one.id, one.name}]
            if not same:
                raise UnknownName("collection", name, [one.name for one in known])
            _write(store, store.collections.read(same[0].id, owner=None), zip)
            return
    if json:
        say.out_json({"items": [as_json(one) for one in known]})
        return
    rows = [[c.id, c.name, c.owner, str(c.moments), f"{c.changed_at:%Y-%m-%d}"] for c in known]
    if rows:
        say.table(["Id", "Name", "Of", "Moments", "Changed"], rows, right=(3,))
    else:
        say.note("No collections.")


def _collect(store: Store, name: str, found: Iterable[Moment]) -> None:
    from qa.access import machine_user

    owner = machine_user().name
    target = store.collections.named(name, owner=owner)
    did(store, "changed", {"what": "collect", "collection": target})
    for moment in found:
        store.collections.add(target, moment, owner=owner)


def _loose(name: str, found: Iterable[Moment]) -> Collection:
    """Return moments as a collection that is not kept."""
    from qa.store.desk.collected import Collected, Collection
    from qa.store.tables import utc_now

    now = utc_now()
    moments = tuple(Collected(id=n, note="", moment=m) for n, m in enumerate(found, 1))
    return Collection(
        id="", name=name, note="", owner="", made_at=now, changed_at=now, moments=moments
    )


def _write(store: Store, found: Collection, out: Path) -> None:
    from qa.api.clips import Clips
    from qa.api.collecting import archive
    from qa.exports import into_zip

    if out.exists():
        raise UsageError(f"{out} exists already.", "Name another file, or remove it first.")
    taken: dict[str, str | int] = {
        "of": "moments",
        "number": len(found.moments),
        "collection": found.id,
    }
    did(store, "exported", taken)
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            for piece in into_zip(archive(store, Clips(), found)):
                file.write(piece)
        beside.replace(out)
    finally:  # of one that broke off nothing is left
        beside.unlink(missing_ok=True)
    say.note(f"{len(found.moments)} moments written to {out}.")


def _plain(moment: Moment) -> dict[str, Any]:
    from qa.records import as_json

    shown: dict[str, Any] = as_json(moment)
    for inner in ("conversation", "first", "last", "start", "end", "hush"):
        del shown[inner]
    return shown | {"seconds": moment.seconds and round(moment.seconds, 3)}


def _print(moment: Moment) -> None:
    from qa.api import words
    from qa.api.collecting import speaker

    marks = [words.VERDICTS[moment.verdict] if moment.verdict else ""]
    marks += ["starred"] if moment.starred else []
    marks += ["confirmed"] if moment.confirmed else []
    say.out(f"{moment.item}: {', '.join(m for m in marks if m)}  [{moment.ref}]", style="bold")
    for line in moment.said:
        at = words.clock(line.start) if line.start is not None else ""
        say.out(f"  {at:5}  {speaker(line)}: {line.text}", style="dim" if line.context else "")
    say.out()
