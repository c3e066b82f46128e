"""``qa search``: find what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say

if TYPE_CHECKING:
    from qa.store.desk.searching import Found


def search(
    words: Annotated[list[str], typer.Argument(help="Words, 'a \"phrase\"', or begin*.")],
    agent: Annotated[str, typer.Option(help="Agent's id or name.")] = "",
    project: Annotated[str, typer.Option(help="Project.")] = "",
    since: Annotated[str, typer.Option(help="Begin: day or moment, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="End: day (included) or moment, ISO 8601.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    after: Annotated[str, typer.Option(help="Go on after this place of the last search.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Find conversations in which all of it was said, in any form of the words; newest first."""
    from qa.cli.auditing import looked
    from qa.cli.read import moment
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import Filter, open_store

    wanted = Filter(
        agent=agent or None,
        project=project or None,
        since=moment("--since", since),
        until=moment("--until", until, end=True),
    )
    with open_store(load_settings()) as store:
        looked(store, "searched")
        page = store.searching.search(" ".join(words), wanted, after=after or None, limit=limit)
    if json:
        say.out_json({"items": [as_json(one) for one in page.items], "next": page.next})
        return
    for found in page.items:
        _print(found)
    if not page.items:
        say.note("Nothing was found.")
    if page.next:
        say.note(f"There are more: --after {page.next}")


def _print(found: Found) -> None:
    from qa.api import words

    summary = found.summary
    name = summary.source.rsplit("/", 1)[-1]
    say.out(f"{summary.id[:12]}  {name}  {words.moment(summary.at)}", style="bold")
    for hit in found.hits:
        said = "".join(f"[{p.text}]" if p.marked else p.text for p in hit.pieces)
        at = f" {words.clock(hit.start)}" if hit.start is not None else ""
        rests = f"  ({words.listing(hit.items)})" if hit.items else ""
        say.out(f"  {hit.role}{at}: {said}{rests}")
    if found.more:
        say.out(f"  and in {words.count(found.more, 'more turn', 'more turns')}")
