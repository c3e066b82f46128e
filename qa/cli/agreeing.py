"""``qa agreement``: how far people and the machine agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say

if TYPE_CHECKING:
    from qa.store.desk.agreeing import AgreementSheet
    from qa.store.desk.agreement import Agreement


def agreement(
    card: Annotated[
        str, typer.Option("--card", help="Scorecard; left out: the one most often judged blind.")
    ] = "",
    team: Annotated[str, typer.Option(help="Team.")] = "",
    project: Annotated[str, typer.Option(help="Project.")] = "",
    since: Annotated[str, typer.Option(help="Given from: day or moment, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Given to: day (included) or moment.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Show how far people agree with the machine and with each other, item by item.

    Only blind verdicts count: those given before the machine's and other people's were seen.
    """
    from qa.cli.auditing import looked
    from qa.cli.read import moment
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import open_store
    from qa.store.desk.agreeing import Compared

    compared = Compared(
        card=card,
        team=team or None,
        project=project or None,
        since=moment("--since", since),
        until=moment("--until", until, end=True),
    )
    with open_store(load_settings()) as store:
        looked(store, "figures")
        sheet = store.agreeing.sheet(compared)
    if json:
        say.out_json(as_json(sheet))
        return
    _print(sheet)


def _print(sheet: AgreementSheet) -> None:
    from qa.api.words import count

    if not sheet.items:
        say.note("No verdict was given blind yet. Draw a blind sample: qa sample --per-agent 4")
        return
    say.table(
        ["Item", "Between", "Pairs", "The same", "Kappa", "AC1", "On a pass", "On a fail"],
        [
            [item.item, between, *_cells(found)]
            for item in sheet.items
            for between, found in (("machine", item.machine), ("humans", item.humans))
            if found.n
        ],
        right=(2,),
    )
    say.note(
        f"Card {sheet.compared.card}, {count(sheet.conversations, 'conversation')} judged blind "
        f"by {count(sheet.reviewers, 'reviewer')}."
    )


def _cells(found: Agreement) -> list[str]:
    from qa.api.agreement_words import coefficient, share

    if not found.told:
        return [str(found.n), "too few to tell", "", "", "", ""]
    worded = (
        share(found.agreed),
        coefficient(found.kappa),
        coefficient(found.ac1),
        share(found.positive),
        share(found.negative),
    )
    return [str(found.n), *(f"{text} ({note})" if note else text for text, note in worded)]
