"""Agreement: of people with the machine and with each other, and the cases where there is none."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from qa.access import Principal, Right
from qa.api.agreement_schemas import (
    AgreementOut,
    AgreementQuery,
    DisagreementQuery,
    DisagreementsOut,
    asked_of,
)
from qa.api.deps import StoreDep
from qa.api.discreet import check_people
from qa.api.identity import requires
from qa.store import Store
from qa.store.desk.agreeing import Disagreements

router = APIRouter(tags=["agreement"])

Reader = Annotated[Principal, requires(Right.FIGURES)]


@router.get("/agreement")
def read_agreement(
    store: StoreDep, query: Annotated[AgreementQuery, Query()], who: Reader
) -> AgreementOut:
    """Read how far verdicts agree on each item of a card, from blind verdicts alone."""
    return agreement_of(store, query, who)


def agreement_of(store: Store, query: AgreementQuery, who: Principal) -> AgreementOut:
    """Return how far verdicts agree, and how second looks ended.

    Raises
    ------
    Forbidden : they may not know how a single agent is; one day of a small team tells that.
    """
    check_people(who)
    scope = who.scope(Right.FIGURES)
    sheet = store.agreeing.sheet(query.compared(), scope=scope)
    looks = store.looks.tally(asked_of(sheet.compared), scope=scope)
    return AgreementOut(agreement=sheet, second_looks=looks)


@router.get("/agreement/cases")
def list_disagreements(
    store: StoreDep, query: Annotated[DisagreementQuery, Query()], who: Reader
) -> DisagreementsOut:
    """List different blind verdicts, as far as whoever asks may read the conversations."""
    found = cases(store, query, who)
    return DisagreementsOut(items=found.items, next=found.next)


def cases(store: Store, query: DisagreementQuery, who: Principal) -> Disagreements:
    """Return a page of disagreements, without what somebody has yet to judge blind.

    Raises
    ------
    Forbidden : see `agreement_of`.
    """
    check_people(who)
    return store.agreeing.disagreements(
        query.compared(),
        between=query.between,
        item=query.item,
        after=query.after,
        limit=query.limit,
        scope=who.scope(Right.FIGURES),
        read=who.scope(Right.READ),
    )
