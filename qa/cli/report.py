"""``qa report``: figures of an agent, a team or a project, as on the pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say
from qa.cli.door import ExitCode
from qa.errors import UsageError

if TYPE_CHECKING:
    from qa.api.reporting import Report
    from qa.store.desk.fair import Fairness, Trait
    from qa.store.desk.figured import By, Question


class Kind(StrEnum):
    """What is reported on."""

    AGENT = "agent"
    TEAM = "team"
    PROJECT = "project"


class TraitName(StrEnum):
    """By what a report on fairness tells conversations apart."""

    CONFIDENCE = "confidence"
    LANGUAGE = "language"
    AGENT = "agent"


_TRAITS: dict[TraitName, Trait] = {
    TraitName.CONFIDENCE: "confidence",
    TraitName.LANGUAGE: "language",
    TraitName.AGENT: "agent",
}
_KINDS: dict[Kind, By] = {Kind.AGENT: "agent", Kind.TEAM: "team", Kind.PROJECT: "project"}


def report(
    kind: Annotated[str, typer.Argument(help="agent, team or project; or fairness, or night.")],
    name: Annotated[
        str,
        typer.Argument(
            help="An agent's id in the roster, or a name; of fairness and of a night, a team."
        ),
    ] = "",
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
    by: Annotated[
        str, typer.Option(help="Of fairness: confidence of the words, language or agent.")
    ] = "confidence",
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook.")] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Of a night: tell all whom the settings name.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Report how an agent, a team or a project is, by week and item; or what a night brought.

    `fairness` tells whether accents, headsets or languages cost points.
    """
    from qa.api import reporting
    from qa.api.figure_schemas import span
    from qa.cli.auditing import did, looked
    from qa.cli.read import choice, moment
    from qa.settings import load_settings
    from qa.store import open_store
    from qa.store.desk.figured import Basis, Question

    if kind == "night":
        _night(name, moment("--since", since), moment("--until", until), send=send, json=json)
        return
    begin, end = span(moment("--since", since), moment("--until", until, end=True))
    question = Question(
        card=card,
        basis=Basis.SAMPLES if samples else Basis.EVERYTHING,
        since=begin,
        until=end,
    )
    _refuse_existing(xlsx)
    if kind == "fairness":
        _fairness(question.model_copy(update={"team": name or None}), by, xlsx=xlsx, json=json)
        return
    if not name:
        raise UsageError(f"Which {kind}?", f"Write: qa report {kind} NAME")
    wanted = choice("kind of report", kind, Kind) or Kind.TEAM
    if client and wanted is not Kind.PROJECT:
        raise UsageError("--client is for projects.", "Write: qa report project NAME --client")
    with open_store(load_settings()) as store:
        looked(store, "figures", str(wanted), name)
        if xlsx is not None:
            did(store, "exported", {"of": f"figures of {wanted} {name}", "format": "xlsx"})
        made = reporting.report(store, question, kind=_KINDS[wanted], name=name, client=client)
    if xlsx is not None:
        reporting.write_workbook(made, xlsx)
        say.note(f"{xlsx} written.")
    if json:
        say.out_json(reporting.as_json(made))
    elif xlsx is None:
        _print(made)


def _refuse_existing(xlsx: Path | None) -> None:
    if xlsx is not None and xlsx.exists():
        raise UsageError(f"{xlsx} exists already.", "Name another file, or remove it first.")


def _fairness(question: Question, by: str, *, xlsx: Path | None, json: bool) -> None:
    from qa.api import fair_reporting
    from qa.cli.auditing import did, looked
    from qa.cli.read import choice
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import open_store

    trait = _TRAITS[choice("trait", by, TraitName) or TraitName.CONFIDENCE]
    with open_store(load_settings()) as store:
        looked(store, "figures")
        if xlsx is not None:
            did(store, "exported", {"of": f"fairness by {trait}", "format": "xlsx"})
        found = store.fairness.report(question, by=trait)
    if xlsx is not None:
        fair_reporting.write_workbook(found, xlsx)
        say.note(f"{xlsx} written.")
    if json:
        say.out_json(as_json(found))
    elif xlsx is None:
        _print_fairness(found)


def _print_fairness(found: Fairness) -> None:
    from qa.api import fair_reporting, fair_words

    say.out(fair_reporting.title(found), style="bold")
    say.out(fair_reporting.basis(found))
    for sentence in fair_words.said(found):
        say.out(sentence)
    say.out()
    if not found.groups:
        say.note("Nothing was scored in that time.")
        return
    head = fair_reporting.SHORT_GROUPS
    say.table(head, fair_reporting.short_groups(found), right=range(1, len(head)))
    say.out()
    names = [fair_words.name(found.by, group) for group in found.groups]
    say.table(
        ("Failed, by item", *names),
        fair_reporting.short_items(found),
        right=range(1, len(names) + 1),
    )


def _night(
    team: str, since: datetime | None, until: datetime | None, *, send: bool, json: bool
) -> None:
    from qa.errors import QaError
    from qa.jobs import telling
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import open_store

    settings = load_settings()
    until = until or datetime.now(UTC)
    since = since or until - timedelta(days=1)
    untold = 0
    with open_store(settings) as store:
        found = store.morning(since=since, until=until, team=team)
        for recipient in settings.recipients if send else ():
            own = store.morning(since=since, until=until, team=recipient.team)
            try:
                telling.tell(own, recipient, settings)
            except QaError as err:  # the others are told all the same
                untold += 1
                say.warn(f"{err.reason} {err.mend}")
    if send and not settings.recipients:
        raise UsageError("Nobody is to be told.", "Name `recipients` in qa.toml.")
    if json:
        say.out_json(as_json(found))
    else:
        say.out(telling.as_text(found, settings).rstrip())
    if untold:
        raise typer.Exit(ExitCode.SOME_FAILED)


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
