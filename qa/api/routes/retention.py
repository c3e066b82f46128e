"""What is kept no longer, what may not be erased, and one customer's data."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from qa.access import Principal, Right
from qa.api.deps import SettingsDep, StoreDep
from qa.api.identity import requires
from qa.api.schemas import Number, Public
from qa.jobs import retention
from qa.jobs.retention import Retained
from qa.setting_parts import Retention
from qa.store.erasing.asking import Customer, Request
from qa.store.erasing.holding import LONGEST
from qa.store.erasing.views import Hold

router = APIRouter(tags=["retention"])

#: Conversations that one request may hold.
MOST = 1000


class RetentionOut(Public):
    """The rules, and what they would erase now."""

    rules: tuple[Retention, ...]
    now: Retained


class HoldsOut(Public):
    """What may not be erased."""

    items: tuple[Hold, ...]


class HoldIn(BaseModel):
    """Conversations to hold, and why."""

    model_config = ConfigDict(extra="forbid")

    conversations: tuple[str, ...] = Field(min_length=1, max_length=MOST)
    reason: str = Field(min_length=1, max_length=LONGEST)


class ErasureIn(BaseModel):
    """Whose data is to be erased: whoever is known by one of these."""

    model_config = ConfigDict(extra="forbid")

    reference: str = Field(default="", max_length=500, description="`customer_ref` of metadata.")
    phone: str = Field(default="", max_length=100, description="In any spelling.")
    email: str = Field(default="", max_length=320)
    everything: bool = Field(default=False, description="Scores as well; else they stay, nameless.")
    dry_run: bool = Field(description="Only say what would be erased.")


@router.get("/retention", dependencies=[requires(Right.RETENTION)])
def read_retention(store: StoreDep, settings: SettingsDep) -> RetentionOut:
    """Read the rules of retention, and what they would erase now; erases nothing."""
    return RetentionOut(rules=settings.retention, now=retention.run(store, who="", dry_run=True))


@router.get("/holds", dependencies=[requires(Right.RETENTION)])
def list_holds(store: StoreDep) -> HoldsOut:
    """List what is held, and why."""
    return HoldsOut(items=store.erasing.holds())


@router.post("/holds", status_code=HTTPStatus.CREATED)
def hold_conversations(
    store: StoreDep, wish: HoldIn, who: Annotated[Principal, requires(Right.RETENTION)]
) -> HoldsOut:
    """Hold conversations: nothing of them is erased, by no rule and at nobody's request."""
    full = [store.resolve(one) for one in wish.conversations]
    return HoldsOut(items=store.erasing.hold(full, reason=wish.reason, who=who.name))


@router.delete("/holds/{hold}", status_code=HTTPStatus.NO_CONTENT)
def end_hold(
    hold: Number, store: StoreDep, who: Annotated[Principal, requires(Right.RETENTION)]
) -> None:
    """Take a hold off."""
    store.erasing.unhold([hold], who=who.name)


@router.post("/erasures")
def erase_customer(
    store: StoreDep, wish: ErasureIn, who: Annotated[Principal, requires(Right.RETENTION)]
) -> Request:
    """Erase what is kept of one customer; the report says what went and what a person must delete.

    It names conversations by id, and never the customer.
    """
    customer = Customer(reference=wish.reference, phone=wish.phone, email=wish.email)
    return store.erasing.request(
        customer, who=who.name, everything=wish.everything, dry_run=wish.dry_run
    )
