"""What both doors let people do, beyond reading: the same for pages, API and command line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.access import Principal, Right
from qa.errors import UsageError
from qa.records import CardRef, Conversation, Verdict
from qa.settings import Route, Settings
from qa.store import Store
from qa.store.views import Filter, Reviewed


def of_caller(store: Store, typed: str) -> Filter:
    """Return the condition that a conversation is a caller's.

    Raises
    ------
    UsageError : neither a number nor an address was typed.
    """
    key = store.caller_key(typed)
    if key is None:
        raise UsageError("That is neither a number nor an address.", "Type all of it.")
    return Filter(caller_key=key)


def score_again(
    store: Store, settings: Settings, ids: Sequence[str] | None, cards: Sequence[str]
) -> tuple[str, ...]:
    """Ask for another judgement; return the cards that were asked for (none = as before).

    Raises
    ------
    UnknownName : there is no such scorecard.
    """
    from qa.jobs.cards import card_in_use  # noqa: PLC0415 - language data is loaded on first use

    wanted = tuple(card_in_use(card, settings, store).id for card in cards)
    store.want(ids, wanted or None)
    return wanted


#: The title's line of a card that was read without a mistake before.
_TITLE = re.compile(r"^title:[ ]*([\"']?)(.*?)\1[ ]*(?:#.*)?$", re.MULTILINE)


def card_title(store: Store, card: CardRef) -> str:
    """Return the title of a card as a score was made with it; its id where it has none.

    Found without reading the card: a page must not depend on whether this program
    still understands a card of long ago.
    """
    found = _TITLE.search(store.card_source(card.hash))
    return (found and found[2]) or card.id


def decide(
    store: Store,
    id: str,
    card: str,
    item: str,
    *,
    verdict: Verdict,
    value: float | None,
    comment: str,
    who: Principal,
    party: str | None,
    seen: str | None = None,
) -> Reviewed:
    """Put a human's verdict beside the machine's; the same one twice is one.

    Parameters
    ----------
    seen : the version that whoever decides had before their eyes.

    Raises
    ------
    NotFound, UnknownName, UsageError, Stale : see `Store.override`.
    Forbidden : the item is critical, and confirming those is a right of its own.
    """
    _check_seeing(store, id, who)
    _check_critical(store, id, card, item, who)
    for reviewed in store.assessments(id):
        about = reviewed.assessment
        over = reviewed.override(item)
        if about.card.id != card or party not in {None, about.party} or over is None:
            continue
        same = (over.verdict, over.comment, over.who) == (verdict, comment, who.name)
        if same and not over.confirm_again and value in {None, over.value}:
            return reviewed
    return store.override(
        id, card, item, verdict, comment=comment, who=who.name, party=party, value=value, seen=seen
    )


def take_back(
    store: Store,
    id: str,
    card: str,
    item: str,
    *,
    who: Principal,
    party: str | None,
    seen: str | None = None,
) -> Reviewed:
    """Take a human's verdict back: the machine's stands again.

    Raises
    ------
    NotFound, UsageError, Stale : see `Store.undo_override`.
    Forbidden : the item is critical, and confirming those is a right of its own.
    """
    _check_seeing(store, id, who)
    _check_critical(store, id, card, item, who)
    return store.undo_override(id, card, item, who.name, party=party, seen=seen)


def _check_critical(store: Store, id: str, card: str, item: str, who: Principal) -> None:
    facts = store.facts(id)
    if who.may(Right.CONFIRM_CRITICAL, facts):
        return
    for reviewed in store.assessments(id):
        found = (f for f in reviewed.assessment.findings if f.item == item)
        if reviewed.assessment.card.id == card and any(f.critical for f in found):
            who.check(Right.CONFIRM_CRITICAL, facts)


def agree(
    store: Store,
    id: str,
    card: str,
    *,
    who: Principal,
    party: str | None,
    seen: str | None = None,
) -> tuple[str, ...]:
    """Confirm every verdict of the machine that no human has looked at; return those items.

    What the machine left open stays open: there is nothing to agree with. So does a critical
    fail where confirming those is not the right of whoever agrees.

    Raises
    ------
    NotFound, Stale : see `Reviewing.agree`.
    UsageError : it is to be judged blind first.
    """
    _check_seeing(store, id, who)
    criticals = who.may(Right.CONFIRM_CRITICAL, store.facts(id))
    return store.reviewing.agree(
        id, card, who=who.name, party=party, criticals=criticals, seen=seen
    )


def _check_seeing(store: Store, id: str, who: Principal) -> None:
    if store.blind.hides(id, who.scope(Right.OVERRIDE)):
        raise UsageError(
            "This conversation is to be judged blind first.",
            "Give your own verdict on every item; then the machine's is shown.",
        )


def value_of(verdict: Verdict, share: float | None) -> float | None:
    """Return the value of a verdict given as a share in percent; only partial ones have one.

    Raises
    ------
    UsageError : partial without a share.
    """
    if verdict is not Verdict.PARTIAL:
        return None
    if share is None:
        raise UsageError("A partial verdict needs the share reached.", "Give 1 to 99 %.")
    return share / 100


def cards_for(conversation: Conversation, settings: Settings) -> tuple[str, ...]:
    """Return the scorecards that a conversation wants: of all routes that fit, else the default."""
    wanted = [
        card for route in settings.routes if _fits(route, conversation) for card in route.scorecards
    ]
    return tuple(dict.fromkeys(wanted)) or settings.default_scorecards


def _fits(route: Route, conversation: Conversation) -> bool:
    meta = conversation.metadata
    have = {
        "channel": str(conversation.channel),
        "direction": str(meta.direction),
        "queue": meta.queue,
        "project": meta.project,
    }
    if any(getattr(route, name) not in {None, value} for name, value in have.items()):
        return False
    if route.language is None:
        return True
    # "ru" takes "ru-RU" as well; "ru-RU" takes itself alone.
    wanted, given = route.language.lower(), (meta.language or "").lower()
    return given == wanted or given.startswith(f"{wanted}-")
