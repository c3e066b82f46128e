"""``qa report``: figures of an agent, a team or a project, as on the pages."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say
from qa.errors import UsageError

if TYPE_CHECKING:
    from qa.api.reporting import Report
    from qa.store.desk.figured import By


class Kind(StrEnum):
    """What is reported on."""

    AGENT = "agent"
    TEAM = "team"
    PROJECT = "project"


_KINDS: dict[Kind, By] = {Kind.AGENT: "agent", Kind.TEAM: "team", Kind.PROJECT: "project"}


def report(
    kind: Annotated[str, typer.Argument(help="agent, team or project.")],
    name: Annotated[str, typer.Argument(help="An agent's id in the roster, or a name.")],
    since: Annotated[str, typer.Option(help="First day; left out: 12 weeks.")] = "",
    until: Annotated[str, typer.Option(help="Last day; left out: today.")] = "",
    card: Annotated[str, typer.Option("--scorecard", help="Left out: the one most used.")] = "",
    samples: Annotated[
        bool, typer.Option("--samples", help="Only what was drawn by chance, not everything.")
    ] = False,
    client: Annotated[
        bool,
        typer.Option("--client", help="Of a project, for its client: names no agent."),
    ] = False,
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Report how an agent, a team or a project is: by week, with ranges, and by item."""
    from qa.api import reporting
    from qa.api.figure_schemas import span
    from qa.cli.read import choice, moment
    from qa.settings import load_settings
    from qa.store import open_store
    from qa.store.desk.figured import Basis, Question

    wanted = choice("kind of report", kind, Kind) or Kind.TEAM
    if client and wanted is not Kind.PROJECT:
        raise UsageError("--client is for projects.", "Write: qa report project NAME --client")
    if xlsx is not None and xlsx.exists():
        raise UsageError(f"{xlsx} exists already.", "Name another file, or remove it first.")
    begin, end = span(moment("--since", since), moment("--until", until, end=True))
    question = Question(
        card=card,
        basis=Basis.SAMPLES if samples else Basis.EVERYTHING,
        since=begin,
        until=end,
    )
    with open_store(load_settings()) as store:
        made = reporting.report(store, question, kind=_KINDS[wanted], name=name, client=client)
    if xlsx is not None:
        reporting.write_workbook(made, xlsx)
        say.note(f"{xlsx} written.")
    if json:
        say.out_json(reporting.as_json(made))
    elif xlsx is None:
        _print(made)


def _print(made: Report) -> None:
    from qa.api import reporting

    say.out(made.title, style="bold")
    say.out(reporting.basis(made))
    say.out()
    tables = [(reporting.SHORT, reporting.short(reporting.weeks(made)))]
    if not made.client:
        tables.append((("Name", *reporting.SHORT[1:]), reporting.short(reporting.lines(made))))
    for head, rows in tables:
        if rows:
            say.table(head, rows, right=range(1, len(head)))
            say.out()
    say.table(
        reporting.ITEM_HEAD,
        [[reporting.text(v) for v in row] for row in reporting.items(made)],
        right=range(2, len(reporting.ITEM_HEAD)),
    )
