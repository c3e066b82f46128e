"""A draft of a scorecard: its mistakes, what it changes on stored conversations, publishing it."""

from __future__ import annotations

from dataclasses import dataclass

from qa.access import EVERYTHING, Scope
from qa.errors import Mistake, QaError, ScorecardError
from qa.jobs.cards import card_in_use
from qa.pipeline import parsers_for
from qa.scoring import Scorecard, check
from qa.scoring.cards import read_text
from qa.scoring.comparing import Change, compare
from qa.settings import Settings
from qa.store import Filter, Store

#: Conversations that a draft is tried on, and those that two versions are compared on: judging
#: takes tens of milliseconds each, and somebody waits.
FEW, MANY = 3, 50
#: What a draft is called where its mistakes are named.
NAME = "draft"


@dataclass(frozen=True)
class Draft:
    """A text that somebody may publish, read."""

    #: None where it has mistakes.
    card: Scorecard | None
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Tried:
    """What a draft comes to beside the card in use; nothing of it is kept."""

    #: None where no card of that id is in use: the draft is compared with itself.
    old: Scorecard | None
    new: Scorecard
    #: How many conversations, and of which those are the newest.
    count: int
    changes: tuple[Change, ...]


def read(text: str, settings: Settings) -> Draft:
    """Read a draft; a mistake is an answer, not an error."""
    try:
        card = read_text(text, NAME, settings)
    except ScorecardError as err:
        return Draft(None, mistakes=err.mistakes)
    return Draft(card, warnings=tuple(check(card, name=NAME)))


def attempt(
    store: Store, settings: Settings, card: Scorecard, *, most: int, scope: Scope = EVERYTHING
) -> Tried:
    """Judge the newest conversations that the card in use judged by both; keep nothing.

    Where it judged none, the newest that were heard.
    """
    try:
        old: Scorecard | None = card_in_use(card.id, settings, store)
    except QaError:  # a new card, or one whose file has mistakes now
        old = None
    ids = _heard(store, Filter(card=card.id), most, scope) or _heard(store, Filter(), most, scope)
    safes = (store.safe(each, scope=scope) for each in ids)
    changes = compare(safes, old or card, card, parsers=parsers_for(settings))
    return Tried(old=old, new=card, count=len(ids), changes=tuple(changes))


def _heard(store: Store, wanted: Filter, most: int, scope: Scope) -> list[str]:
    """Return the newest conversations that can be judged; looked for among a few pages."""
    found: list[str] = []
    after = None
    for _ in range(4):
        page = store.list(wanted, after=after, limit=max(most * 2, 20), scope=scope)
        found += [s.id for s in page.items if s.needs == "judge" and s.triage is None]
        after = page.next
        if len(found) >= most or after is None:
            break
    return found[:most]
