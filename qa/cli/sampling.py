"""``qa sample``: draw conversations for human review."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say
from qa.errors import UsageError

if TYPE_CHECKING:
    from qa.store.desk.draws import Drawing, Rule


def sample(
    per_agent: Annotated[
        int | None, typer.Option(min=1, max=1000, help="How many of each agent.")
    ] = None,
    since: Annotated[str, typer.Option(help="Begin: 7d, 12h, 2w, a day or a moment.")] = "",
    until: Annotated[str, typer.Option(help="End: day (included) or moment, ISO 8601.")] = "",
    min_seconds: Annotated[float, typer.Option(min=0, help="Leave shorter ones out.")] = 0,
    team: Annotated[str, typer.Option(help="Team.")] = "",
    project: Annotated[str, typer.Option(help="Project.")] = "",
    channel: Annotated[str, typer.Option(help="call, chat or mail.")] = "",
    card: Annotated[str, typer.Option("--card", help="Judged by this card.")] = "",
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**31 - 1, help="Draw as this seed did.")
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind/--open", help="Hide verdicts until the reviewer has saved.")
    ] = True,
    due: Annotated[bool, typer.Option("--due", help="Draw for the schedules in qa.toml.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Draw conversations of each agent by chance, for people to review.

    What was drawn or reviewed before is left out, and so is what no agent is known of.
    """
    if due:
        if per_agent is not None or dry_run:
            raise UsageError("--due goes by the schedules alone.", "Leave the other options out.")
        _draw_due(json=json)
        return
    if per_agent is None:
        raise UsageError("It is not said how many.", "Try: qa sample --per-agent 4 --since 7d")
    from qa.cli.read import choice, moment
    from qa.records import Channel
    from qa.store.desk.draws import Rule

    rule = Rule(
        per_agent=per_agent,
        since=_since(since),
        until=moment("--until", until, end=True),
        min_seconds=min_seconds,
        team=team or None,
        project=project or None,
        channel=choice("channel", channel, Channel),
        card=card or None,
    )
    _draw(rule, seed=seed, blind=blind, dry_run=dry_run, json=json)


def _since(text: str) -> datetime | None:
    from qa.api.sampling import moment_back
    from qa.cli.read import moment

    return moment_back(text, datetime.now().astimezone()) or moment("--since", text)


def _draw(rule: Rule, *, seed: int | None, blind: bool, dry_run: bool, json: bool) -> None:
    from qa.access import machine_user
    from qa.api import sampling
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import open_store

    with open_store(load_settings()) as store:
        made = sampling.draw(
            store, rule, who=machine_user().name, seed=seed, blind=blind, dry_run=dry_run
        )
    if json:
        say.out_json(as_json(made))
        return
    print_drawing(made)


def _draw_due(*, json: bool) -> None:
    from qa.access import machine_user
    from qa.api.sampling import draw_due
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import open_store

    settings = load_settings()
    with open_store(settings) as store:
        found = draw_due(store, settings, who=machine_user().name, now=datetime.now().astimezone())
    if json:
        say.out_json(
            [
                {
                    "schedule": one.schedule.name,
                    "period": one.period,
                    "drawn": as_json(one.made) if one.made else None,
                }
                for one in found
            ]
        )
        return
    for one in found:
        if one.made is None:
            say.note(f"{one.schedule.name}: drawn for {one.period} before.")
        else:
            say.note(f"{one.schedule.name}: drawn for {one.period}.")
            print_drawing(one.made)


def print_drawing(made: Drawing) -> None:
    """Print what was drawn of whom, and say what was left out."""
    from qa.api.words import count

    say.table(
        ["Agent", "Name", "Drawn", "Of"],
        [[s.agent, s.name or "", str(s.drawn), str(s.of)] for s in made.shares],
        right=(2, 3),
    )
    if made.unjoined:
        say.warn(
            f"{count(made.unjoined, 'conversation')} left out: no agent is known. "
            "See: qa roster check"
        )
    total = count(len(made.picked), "conversation")
    if made.number is None:
        say.note(f"{total} would be drawn. To draw them: --seed {made.seed}, without --dry-run")
    else:
        say.note(f"{total} drawn, as draw {made.number} with seed {made.seed}.")
