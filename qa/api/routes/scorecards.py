"""Scorecards: what a conversation can be scored with."""

from __future__ import annotations

from fastapi import APIRouter

from qa.access import Right
from qa.api.deps import SettingsDep
from qa.api.identity import requires
from qa.api.schemas import CardItemOut, CardOut, CardSectionOut, CardsOut
from qa.scoring import Scorecard, find_card, list_cards
from qa.settings import Settings

router = APIRouter(tags=["scorecards"])


@router.get("/scorecards", dependencies=[requires(Right.CARDS)])
def list_scorecards(settings: SettingsDep) -> CardsOut:
    """List the scorecards of the settings' folder and the starter cards."""
    return CardsOut(items=public_cards(settings))


@router.get("/scorecards/{id}", dependencies=[requires(Right.CARDS)])
def read_scorecard(id: str, settings: SettingsDep) -> CardOut:
    """Read one scorecard: sections, items, weights."""
    return public_card(find_card(id, settings))


def public_cards(settings: Settings) -> tuple[CardOut, ...]:
    """Return all scorecards as the API shows them."""
    return tuple(public_card(card) for card in list_cards(settings))


def public_card(card: Scorecard) -> CardOut:
    """Return a scorecard as the API shows it."""
    return CardOut(
        ref=card.ref,
        title=card.title or card.id,
        pass_mark=card.pass_mark,
        mode=card.mode,
        languages=card.languages,
        sections=tuple(
            CardSectionOut(
                id=section.id,
                title=section.title or section.id,
                weight=section.weight,
                items=tuple(
                    CardItemOut(
                        id=item.id,
                        ask=item.ask,
                        kind=item.effect,
                        weight=item.weight,
                        critical=item.criticality,
                    )
                    for item in section.items
                ),
            )
            for section in card.sections
        ),
    )
