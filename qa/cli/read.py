"""``qa list`` and ``qa show``: what was found."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from qa.cli import say
from qa.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.settings import Settings
    from qa.store.views import ConversationSummary, Filter

Choice = TypeVar("Choice", bound=StrEnum)
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def list_(
    state: Annotated[str, typer.Option(help="waiting, working, done, failed or triaged.")] = "",
    status: Annotated[str, typer.Option(help="final, provisional, critical_suspected, ...")] = "",
    channel: Annotated[str, typer.Option(help="call, chat or mail.")] = "",
    agent: Annotated[str, typer.Option(help="Agent's id or name.")] = "",
    card: Annotated[str, typer.Option("--scorecard", help="Scored by this card.")] = "",
    failed_item: Annotated[str, typer.Option(help="This item failed.")] = "",
    language: Annotated[str, typer.Option(help="BCP-47.")] = "",
    project: Annotated[str, typer.Option(help="Project.")] = "",
    ticket: Annotated[str, typer.Option(help="Of the ticket system, exactly.")] = "",
    caller: Annotated[
        str, typer.Option(help="Caller's number or address; - reads it from standard input.")
    ] = "",
    since: Annotated[str, typer.Option(help="Begin: day or moment, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="End: day (included) or moment, ISO 8601.")] = "",
    min_score: Annotated[float | None, typer.Option(help="Score at least.")] = None,
    max_score: Annotated[float | None, typer.Option(help="Score at most.")] = None,
    review: Annotated[bool, typer.Option("--review", help="Only what waits for a human.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 50,
    after: Annotated[str, typer.Option(help="Go on after this place of the last list.")] = "",
    json: JsonOption = False,
) -> None:
    """List conversations, newest first."""
    from qa.records import Channel, ScoreStatus
    from qa.store import Filter, State

    wanted = Filter(
        state=choice("state", state, State),
        status=choice("status", status, ScoreStatus),
        channel=choice("channel", channel, Channel),
        agent=agent or None,
        card=card or None,
        failed_item=failed_item or None,
        language=language or None,
        project=project or None,
        ticket=ticket or None,
        since=moment("--since", since),
        until=moment("--until", until, end=True),
        min_score=min_score,
        max_score=max_score,
        needs_review=True if review else None,
    )
    _print_page(wanted, caller=_typed(caller), after=after, limit=limit, json=json)


def _typed(caller: str) -> str:
    """Return a caller, read from standard input where the shell is not to remember it."""
    if caller != "-":
        return caller
    return str(typer.prompt("Caller", hide_input=True, err=True)).strip()


def _print_page(wanted: Filter, *, caller: str, after: str, limit: int, json: bool) -> None:
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import glance

    settings = load_settings()
    if caller:
        wanted = _of_caller(settings, wanted, caller)
    page = glance.page(settings, wanted, after=after or None, limit=limit)
    if json:
        say.out_json({"items": [as_json(s) for s in page.items], "next": page.next})
        return
    print_table(page.items)
    if page.next:
        say.note(f"There are more: qa list --after {page.next}")


def _of_caller(settings: Settings, wanted: Filter, caller: str) -> Filter:
    from qa.api.actions import of_caller
    from qa.cli.auditing import looked
    from qa.store import open_store

    with open_store(settings) as store:
        key = of_caller(store, caller).caller_key
        looked(store, "searched", "caller", key or "")
    return wanted.model_copy(update={"caller_key": key})


def show(
    id: Annotated[str, typer.Argument(help="Id, the beginning of one, or your own system's id.")],
    transcript: Annotated[bool, typer.Option(help="Print what was said, too.")] = False,
    json: JsonOption = False,
) -> None:
    """Show one conversation with its scores and the evidence for every verdict."""
    from qa.cli.auditing import looked
    from qa.cli.showing import lines
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import open_store

    with open_store(load_settings()) as store:
        full = store.resolve(id)
        looked(store, "seen", "conversation", full)
        summary = store.summary(full)
        safe = store.safe(full) if store.heard(full) else None
        reviewed = store.assessments(full)
        heard_by = store.provenance(full)
    if json:
        say.out_json(
            {
                "summary": as_json(summary),
                "conversation": as_json(safe) if safe else None,
                "assessments": [as_json(r) for r in reviewed],
                "provenance": [as_json(p) for p in heard_by],
            }
        )
        return
    for text, style in lines(summary, safe, reviewed, heard_by, transcript=transcript):
        say.out(text, style=style)


def print_table(found: Sequence[ConversationSummary]) -> None:
    """Print conversations as a table, one line each."""
    from qa.api import words

    if not found:
        say.note("No conversations.")
        return
    rows = []
    styles = []
    for s in found:
        scores = ", ".join(words.score(line) for line in s.scores)
        failed = dict.fromkeys(i for line in s.scores for i in line.failed)
        review = {i for line in s.scores for i in line.review}
        open_ = f" (+{len(review)} to review)" if review else ""
        rows.append(
            [
                s.id[:12],
                s.source.rsplit("/", 1)[-1],
                s.agent_name or s.agent_id or "",
                str(s.channel),
                words.clock(s.duration),
                scores or words.DASH,
                words.listing(failed) + open_,
                words.standing(s).lower(),
            ]
        )
        styles.append(
            _STYLES[min((words.tone(x) for x in s.scores), key=_RANK.index, default="none")]
        )
    head = ["Id", "Conversation", "Agent", "Channel", "Length", "Score", "Failed items", "State"]
    say.table(head, rows, right=(4, 5), styles=styles)


_STYLES = {"alarm": "bold red", "bad": "red", "open": "yellow", "good": "green", "none": "dim"}
#: What a row is coloured by when there are several scores: the worst.
_RANK = ("alarm", "bad", "open", "good", "none")


def choice(what: str, value: str, kinds: type[Choice]) -> Choice | None:
    """Read one of some names; "" is none of them.

    Raises
    ------
    UnknownName : not one of them.
    """
    if not value:
        return None
    if value not in {*kinds}:
        raise UnknownName(what, value, [str(k) for k in kinds])
    return kinds(value)


def moment(option: str, value: str, *, end: bool = False) -> datetime | None:
    """Read a day or a moment; without a zone it is this machine's.

    Parameters
    ----------
    end : a day is meant with all its hours.

    Raises
    ------
    UsageError : neither a day nor a moment.
    """
    if not value:
        return None
    from datetime import date, time, timedelta

    try:
        if len(value) == len("2026-01-31"):
            day = date.fromisoformat(value) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time.min).astimezone()
        return datetime.fromisoformat(value).astimezone()
    except ValueError as err:
        raise UsageError(
            f"{option} {value}: not a day or a moment.", "Write 2026-01-31 or 2026-01-31T09:30."
        ) from err
