"""Second looks on a conversation's page, and what its agent does there: forms need no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.access import Facts, Principal, Right
from qa.api import looking, words
from qa.api.actions import value_of
from qa.api.deps import IdDep, StoreDep
from qa.api.example_schemas import MomentOut, readable_by
from qa.api.i18n import N_, Texts
from qa.api.identity import requires
from qa.api.pages import going
from qa.api.pages.cards import CardView
from qa.records import Verdict
from qa.store import Store
from qa.store.desk.asked import CHANGED, UPHELD, Look
from qa.store.desk.own import Own

router = APIRouter(include_in_schema=False)

#: How a second look ended.
OUTCOMES: Mapping[str, str] = Texts(
    {
        "": N_("Waits for another reviewer"),
        UPHELD: N_("The verdict stays"),
        CHANGED: N_("The verdict was changed"),
    }
)


@dataclass(frozen=True)
class LooksView:
    """Second looks at a conversation, as one person sees them."""

    #: By card, party and item.
    asked: Mapping[tuple[str, str, str], Look] = field(default_factory=dict)
    #: Numbers of those that they may answer.
    answers: frozenset[int] = frozenset()
    #: What is theirs as the agent; None = they are not, or it is not released.
    own: Own | None = None
    until: str = ""
    #: A good example beside what failed, by card and item: for the agent.
    good: Mapping[tuple[str, str], MomentOut] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=lambda: OUTCOMES)

    def at(self, card: str, party: str | None, item: str) -> Look | None:
        """Return the second look at an item."""
        return self.asked.get((card, party or "", item))


def looks_view(
    store: Store, id: str, who: Principal, facts: Facts, cards: Sequence[CardView]
) -> LooksView:
    """Return the second looks at a conversation; nothing where no card of it is shown."""
    if not cards:
        return LooksView()
    asked = store.looks.of(id, scope=who.scope(Right.READ))
    answers = who.may(Right.ANSWER, facts)
    own = None
    if who.may(Right.SECOND_LOOK, facts):
        own = store.own.beside([id], scope=who.scope(Right.SECOND_LOOK)).get(id)
    return LooksView(
        asked={(look.card, look.party or "", look.item): look for look in asked},
        answers=frozenset(
            look.number
            for look in asked
            if answers and not look.outcome and who.name not in {look.first_reviewer, look.asked_by}
        ),
        own=own,
        until=words.moment(own.until) if own else "",
        good=_good(store, id, who, cards) if own else {},
    )


def _good(
    store: Store, id: str, who: Principal, cards: Sequence[CardView]
) -> dict[tuple[str, str], MomentOut]:
    lacking: dict[str, list[str]] = {}
    for card in cards:
        for item in card.items:
            if item.verdict in looking.LACKING:
                lacking.setdefault(card.assessment.card.id, []).append(item.finding.item)
    found = {
        (card, item): moment
        for card, items in lacking.items()
        for item, moment in looking.good_examples(store, id, card, items).items()
    }
    readable = readable_by(store, who, found.values())
    return {
        (card, item): MomentOut.of(
            store, moment, readable, audio=looking.good_sound(id, card, item)
        )
        for (card, item), moment in found.items()
    }


class _At(BaseModel):
    """Where on the page to come back to."""

    at: str = Field(default="", pattern=r"^[A-Za-z0-9]{0,40}$")


class _Ask(_At):
    scorecard: str
    item: str
    party: str = ""
    comment: str = Field(default="", max_length=2000)


@router.post("/conversations/{id}/second-look")
def ask(
    id: IdDep,
    form: Annotated[_Ask, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.SECOND_LOOK)],
) -> Response:
    """Ask for a second look at an item."""
    looking.ask(
        store, id, form.scorecard, form.item,
        party=form.party or None, comment=form.comment, who=who,
    )  # fmt: skip
    return going.to_conversation(id, form.at)


class _Answer(_At):
    number: int
    #: "" = what stands stays.
    verdict: Literal["", "pass", "partial", "fail", "not_applicable"] = ""
    share: float | None = None
    answer: str = Field(default="", max_length=2000)
    seen: str = ""


@router.post("/conversations/{id}/second-look/answer")
def answer(
    id: IdDep,
    form: Annotated[_Answer, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.ANSWER)],
) -> Response:
    """Answer a second look that somebody asked for."""
    verdict = Verdict(form.verdict) if form.verdict else None
    looking.answer(
        store, form.number, answer=form.answer, verdict=verdict,
        value=value_of(verdict, form.share) if verdict else None,
        who=who, seen=form.seen or None,
    )  # fmt: skip
    return going.to_conversation(id, form.at)


class _Own(BaseModel):
    """Where one was: on the page of all one's results, or of this one."""

    mine: bool = False


@router.post("/conversations/{id}/acknowledge")
def acknowledge(
    id: IdDep,
    form: Annotated[_Own, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.SECOND_LOOK)],
) -> Response:
    """Say that one knows one's result."""
    store.own.acknowledge(id, who=who.name, scope=who.scope(Right.SECOND_LOOK))
    return going.to("/mine") if form.mine else going.to_conversation(id)


class _Sound(_Own):
    allowed: bool = False


@router.post("/conversations/{id}/sound")
def let_sound(
    id: IdDep,
    form: Annotated[_Sound, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.SECOND_LOOK)],
) -> Response:
    """Let the sound of one's own part be an example, or no longer."""
    scope = who.scope(Right.SECOND_LOOK)
    store.own.let_sound(id, allowed=form.allowed, who=who.name, scope=scope)
    return going.to("/mine") if form.mine else going.to_conversation(id)
