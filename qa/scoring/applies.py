"""When an item applies, and what waives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qa.language import base_language
from qa.records import ItemKind, Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.measured import NotMeasurable
from qa.scoring.metrics import METRICS
from qa.scoring.scorecard import Limits, ListRef, Only, Search
from qa.scoring.windows import needs_times


def reason_against(context: Context, only: Only) -> str:
    """Return the first condition that does not hold, in words; "" when all do.

    What was said (`seen`, `when`) is not looked at here.
    """
    for name, (has, what) in _FACTS.items():
        wanted = getattr(only, name)
        if wanted is None:
            continue
        found = has(context)
        values = {str(v) for v in (wanted if isinstance(wanted, tuple) else (wanted,))}
        if not values & found:
            is_now = ", ".join(sorted(found)) or "unknown"
            return f"Only for {what} {' or '.join(sorted(values))}; here: {is_now}."
    facts = _facts_against(context, only.metadata or {})
    return facts or _figures_against(context, only.metric or {})


def _facts_against(context: Context, wanted: Mapping[str, bool | str | tuple[str, ...]]) -> str:
    for name, values in wanted.items():
        found = context.document.fact(name)
        if isinstance(values, bool):
            if bool(found) is not values:
                return f"Only where {name} is {'known' if values else 'not known'}."
            continue
        accepted = values if isinstance(values, tuple) else (values,)
        if found not in accepted:
            return f"Only where {name} is {' or '.join(accepted)}."
    return ""


def _figures_against(context: Context, wanted: Mapping[str, Limits]) -> str:
    for name, limits in wanted.items():
        measured = METRICS[name](context.part)
        if isinstance(measured, NotMeasurable):
            return f"Only where {name} is {_within(limits)}. {measured.reason}"
        if not limits.holds(measured.value):
            here = f"{measured.value:g}{measured.unit}"
            return f"Only where {name} is {_within(limits)}; here: {here}."
    return ""


def _within(limits: Limits) -> str:
    ends = (("at least", limits.at_least), ("at most", limits.at_most))
    return " and ".join(f"{words} {end:g}" for words, end in ends if end is not None)


def trigger(context: Context, only: Only) -> tuple[Outcome | None, tuple[int, int] | None]:
    """Look for what the item hangs on.

    Returns the outcome when it is not there, and the place where it was found.
    """
    search = only.when
    if search is None and only.seen is not None:
        search = Search(who="customer", any=(ListRef(list=only.seen),))
    if search is None:
        return None, None
    if search.who is None:
        search = search.model_copy(update={"who": "customer"})
    hits = context.find(search)
    if hits:
        return None, (hits[0].turn, hits[0].start)
    seen = f"'{only.seen}'" if only.seen else "What it hangs on"
    return Outcome(Verdict.NOT_APPLICABLE, reason=f"{seen} was not seen."), None


def waived(context: Context) -> Outcome | None:
    """Return the outcome when something said makes the item void, or fulfils it."""
    item = context.item
    if item.not_if and (hits := context.find(item.not_if)):
        evidence = hits_as_evidence(context.document, hits[:1])
        return Outcome(Verdict.NOT_APPLICABLE, evidence, "Waived by what was said.")
    if item.or_if and (hits := context.find(item.or_if)):
        return Outcome(Verdict.PASS, hits_as_evidence(context.document, hits))
    return None


def left_alone(context: Context) -> bool:
    """Tell whether the agent had no turn after what the item hangs on, because it was all over.

    Who is hung up on, or has handed on, owes no answer to the last words of the customer.
    """
    item, part = context.item, context.part
    if item.who != "agent" or item.effect is ItemKind.DEDUCTS or not part.was_left:
        return False
    hangs_on = max((p for p in (context.after, context.since) if p), default=None)
    return hangs_on is not None and not part.speaks_after(hangs_on[0])


def without_ground(context: Context) -> str:
    """Return why the item cannot be looked for at all; "" when it can."""
    if needs_times(context.item.where) and context.part.speech_limits is None:
        return "The window is in seconds and nothing here carries times."
    if not context.compiled.worded(context.item, context.languages):
        return f"The card has no phrase for this in {', '.join(context.languages)}."
    return ""


# --- what is known of a conversation, as sets of words -----------------------------


def _channel(context: Context) -> set[str]:
    return {str(context.document.safe.channel)}


def _language(context: Context) -> set[str]:
    return {base_language(c) for c in context.document.languages}


def _actions(context: Context) -> set[str]:
    return {e.note for e in context.part.actions if e.note}


def _has_times(context: Context) -> set[str]:
    return {str(context.part.speech_limits is not None)}


def _meta(field: str) -> Callable[[Context], set[str]]:
    def read(context: Context) -> set[str]:
        value = getattr(context.document.safe.metadata, field)
        values = value if isinstance(value, tuple) else (value,)
        return {str(v) for v in values if v is not None}

    return read


#: Condition -> what is found, and how to say it.
_FACTS: dict[str, tuple[Callable[[Context], set[str]], str]] = {
    "channel": (_channel, "channel"),
    "direction": (_meta("direction"), "direction"),
    "language": (_language, "language"),
    "queue": (_meta("queue"), "queue"),
    "project": (_meta("project"), "project"),
    "topic": (_meta("topics"), "topic"),
    "tag": (_meta("tags"), "tag"),
    "ended_by": (_meta("ended_by"), "ended by"),
    "action": (_actions, "action"),
    "has_times": (_has_times, "has times"),
    "transferred": (_meta("transferred"), "transferred"),
    "first_agent": (lambda c: {str(c.part.first)}, "first agent"),
    "last_agent": (lambda c: {str(c.part.last)}, "last agent"),
}
