"""Where a search begins or ends: at something said, done in the system, or found by an item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from qa.records import Evidence, EvidenceKind
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.scorecard import Mark
from qa.scoring.windows import Place, place_at


@dataclass(frozen=True)
class Found:
    """Where a mark lies: what comes before it ends at `begin`, what comes after starts at `end`."""

    begin: Place
    end: Place
    evidence: tuple[Evidence, ...]


def find_mark(context: Context, mark: Mark, ask: Callable[[Context], Outcome]) -> Found | str:
    """Return where a mark lies, or why it lies nowhere.

    Parameters
    ----------
    ask : answers another item of the card.
    """
    if mark.action is not None:
        return _action(context, mark.action)
    if mark.item is not None:
        return _item(context, mark.item, ask)
    hits = context.find(mark)
    if not hits:
        return "was never said."
    first = hits[0]
    evidence = hits_as_evidence(context.document, hits[:1])
    return Found((first.turn, first.start), (first.turn, first.end), evidence)


def _action(context: Context, wanted: str | tuple[str, ...]) -> Found | str:
    names = (wanted,) if isinstance(wanted, str) else wanted
    done = [e for e in context.part.actions if e.note in names]
    if not done:
        return f"was never done ({' or '.join(names)})."
    times = sorted((e.start, e.note) for e in done if e.start is not None)
    if not times or context.part.speech_limits is None:
        return f"was done ({done[0].note}), but not known when."
    moment, name = times[0]
    place = place_at(context.part, moment)
    shown = Evidence(kind=EvidenceKind.METRIC, start=moment, end=moment, rule=f"action: {name}")
    return Found(place, place, (shown,))


def _item(context: Context, name: str, ask: Callable[[Context], Outcome]) -> Found | str:
    other = context.compiled.card.item(name)
    outcome = ask(replace(context, item=other, after=None, before=None, since=None))
    for e in outcome.evidence:
        if e.kind is EvidenceKind.HIT and e.turn is not None:
            return Found((e.turn, e.char_start or 0), (e.turn, e.char_end or 0), (e,))
    return f"was not found ('{name}')."
