"""The review desk's work: the inbox, whose turn things are, draws for review."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request

from qa.access import Principal, Right
from qa.api import sampling
from qa.api.actions import of_caller
from qa.api.assigning import give
from qa.api.auditing import about
from qa.api.deps import StoreDep
from qa.api.desk_schemas import (
    AssignIn,
    AssignOut,
    CallerIn,
    FoundOut,
    GroupOut,
    InboxOut,
    InboxQuery,
    SampleIn,
    SampleOut,
    SamplesOut,
    SearchQuery,
)
from qa.api.identity import requires
from qa.api.schemas import ConversationPage, Number
from qa.store import Store
from qa.store.acts import Act, Kind
from qa.store.desk.draws import Drawing
from qa.store.desk.inbox import Group, Looking

router = APIRouter(tags=["review desk"])


@router.get("/inbox")
def read_inbox(
    store: StoreDep,
    query: Annotated[InboxQuery, Query()],
    who: Annotated[Principal, requires(Right.OVERRIDE)],
) -> InboxOut:
    """Read what there is to do: suspected criticals, what needs a human, what was drawn."""
    return inbox_of(store, query, who)


def inbox_of(store: Store, query: InboxQuery, who: Principal) -> InboxOut:
    """Return the inbox of whoever asks."""
    me, wish = looking(who), query.wish()
    counts = store.inbox.counts(me, wish)
    wanted = tuple(Group) if query.group is None else (query.group,)
    after = query.after if query.group is not None else None
    found = store.inbox.pages(wanted, me, wish, after=after, limit=query.limit)
    return InboxOut(
        groups=tuple(
            GroupOut(group=g.group, count=counts[g.group], items=g.items, next=g.next)
            for g in found
        )
    )


def looking(who: Principal) -> Looking:
    """Return what somebody's inbox may hold: what they may review, criticals they may confirm."""
    return Looking(who.name, who.scope(Right.OVERRIDE), who.scope(Right.CONFIRM_CRITICAL))


@router.post("/assignments")
def assign_conversations(
    given: Annotated[AssignIn, Body()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.ASSIGN)],
) -> AssignOut:
    """Give conversations to a reviewer, whoever had them; all of them, or none."""
    return AssignOut(changed=give(store, given.conversations, given.reviewer, who=who))


@router.get("/samples")
def list_samples(
    store: StoreDep,
    who: Annotated[Principal, requires(Right.SAMPLE)],
    after: Annotated[Number | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> SamplesOut:
    """List draws, newest first, each with how many of it were reviewed."""
    found = store.draws.all(after=after, limit=limit, scope=who.scope(Right.SAMPLE))
    return SamplesOut(items=found.items, next=found.next)


@router.post("/samples", status_code=HTTPStatus.CREATED)
def draw_sample(
    given: Annotated[SampleIn, Body()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.SAMPLE)],
) -> SampleOut:
    """Draw conversations of each agent by chance, for people to review."""
    return SampleOut(drawing=drawn_by(store, given, who))


def drawn_by(store: Store, given: SampleIn, who: Principal) -> Drawing:
    """Draw among what somebody may draw from."""
    return sampling.draw(
        store,
        given.rule(),
        who=who.name,
        seed=given.seed,
        blind=given.blind,
        dry_run=given.dry_run,
        scope=who.scope(Right.SAMPLE),
    )


@router.get("/search")
def search_conversations(
    store: StoreDep,
    query: Annotated[SearchQuery, Query()],
    who: Annotated[Principal, requires(Right.READ, Act.SEARCHED)],
) -> FoundOut:
    """Find what was said, redacted: in any form of the words, in any language."""
    found = store.searching.search(
        query.q or "",
        query.filter(),
        after=query.after,
        limit=query.limit,
        scope=who.scope(Right.READ),
    )
    return FoundOut(items=found.items, next=found.next)


@router.post("/lookup")
def look_up_caller(
    request: Request,
    given: Annotated[CallerIn, Body()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.LIST, Act.SEARCHED)],
) -> ConversationPage:
    """Find a caller's conversations, newest first; the number stands in no address and no log."""
    wanted = of_caller(store, given.caller)
    about(request, Kind.CALLER, wanted.caller_key or "")
    found = store.list(wanted, limit=200, scope=who.scope(Right.LIST))
    return ConversationPage.of(found)
