"""Second looks and one's own results, the same for pages and API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlencode

from qa.access import Facts, Part, Principal, Right, Scope
from qa.errors import NotFound
from qa.records import Verdict
from qa.store import Store
from qa.store.desk.asked import Look, LookPage
from qa.store.desk.excerpts import Moment
from qa.store.desk.figured import Question, Sheet

#: Verdicts that a good example stands beside.
LACKING = frozenset({Verdict.FAIL, Verdict.PARTIAL})


def ask(
    store: Store, id: str, card: str, item: str, *, party: str | None, comment: str, who: Principal
) -> Look:
    """Ask for a second look at an item of one's own.

    Raises
    ------
    NotFound, UsageError : see `Looks.ask`.
    """
    scope = who.scope(Right.SECOND_LOOK)
    return store.looks.ask(id, card, party, item, comment=comment, who=who.name, scope=scope)


def answer(
    store: Store,
    number: int,
    *,
    answer: str,
    verdict: Verdict | None,
    value: float | None,
    who: Principal,
    seen: str | None,
) -> Look:
    """Answer a second look that somebody else asked for, about somebody else's verdict.

    Raises
    ------
    NotFound, Forbidden, Stale, UsageError : see `Looks.answer`.
    """
    scope = who.scope(Right.ANSWER)
    facts = store.facts(store.looks.about(number, scope=scope).conversation)
    return store.looks.answer(
        number,
        who=who.name,
        answer=answer,
        criticals=who.may(Right.CONFIRM_CRITICAL, facts),
        scope=scope,
        verdict=verdict,
        value=value,
        seen=seen,
    )


def listed(
    store: Store,
    who: Principal,
    *,
    state: Literal["", "open", "answered"],
    waiting: bool,
    after: int | None,
    limit: int,
) -> LookPage:
    """Return second looks that somebody sees, or (waiting) that are theirs to answer."""
    if waiting:
        mine = who.scope(Right.ANSWER)
        return store.looks.waiting(who=who.name, scope=mine, after=after, limit=limit)
    mine = who.scope(Right.READ)
    return store.looks.all(state=state, scope=mine, after=after, limit=limit)


def own_figures(store: Store, question: Question, who: Principal) -> Sheet:
    """Return one's own figures: of one's part of what was released, and of nothing else."""
    return store.figures.sheet(question, scope=who.scope(Right.SECOND_LOOK))


# --- a good example beside what was lacking ---------------------------------------------------


def good_examples(store: Store, id: str, card: str, items: Sequence[str]) -> Mapping[str, Moment]:
    """Return a good example of each of some items, for whom a conversation is about.

    Redacted and without names; from the same project, that nobody reads of another client.
    """
    facts = store.facts(id)
    language = store.summary(id).language or ""
    return store.moments.good(card, items, language=language, scope=_near(facts))


def good_example(
    store: Store, id: str, card: str, item: str, *, party: str | None, who: Principal
) -> Moment:
    """Return a good example of an item that somebody's own conversation lacked.

    Raises
    ------
    NotFound : it is not theirs or lacked nothing there, or there is no example.
    """
    for reviewed in store.assessments(id, scope=who.scope(Right.SECOND_LOOK)):
        about = reviewed.assessment
        if about.card.id != card or party not in {None, about.party}:
            continue
        if any(f.item == item and reviewed.standing(f) in LACKING for f in about.findings):
            found = good_examples(store, id, card, [item])
            if item in found:
                return found[item]
    raise NotFound(
        f"There is no example beside '{item}' of '{card}'.",
        "One stands beside what failed, once somebody has done it well.",
    )


def good_sound(id: str, card: str, item: str) -> str:
    """Return where the good example beside an item is heard."""
    where = urlencode({"scorecard": card, "item": item})
    return f"/api/v1/conversations/{id}/good-example/audio?{where}"


def _near(facts: Facts) -> Scope:
    if facts.project is not None:
        return Scope((Part(project=facts.project),))
    return Scope((Part(team=facts.team),))
