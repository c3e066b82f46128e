"""Assessments: the machine's verdicts, the humans' beside them, and what both come to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from qa.access import Principal, Right
from qa.api.actions import agree, decide, take_back
from qa.api.deps import IdDep, SeenDep, StoreDep, etag
from qa.api.identity import requires
from qa.api.schemas import AgreedOut, AssessmentOut, AssessmentsOut, OverrideIn

router = APIRouter(tags=["assessments"])

_ITEM = "/conversations/{id}/assessments/{scorecard}/items/{item}/override"


@router.get("/conversations/{id}/assessments")
def read_assessments(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.READ)], answer: Response
) -> AssessmentsOut:
    """Read every verdict with its evidence, overrides, history and recomputed score.

    An agent reads those on their own part alone; who is to judge it blind, none.
    """
    answer.headers["etag"] = etag(store.reviewing.version(id))
    return AssessmentsOut(items=store.assessments(id, scope=who.scope(Right.READ)))


@router.put(_ITEM)
def override(
    id: IdDep,
    scorecard: str,
    item: str,
    given: Annotated[OverrideIn, Body()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
    seen: SeenDep,
    answer: Response,
) -> AssessmentOut:
    """Give a human's verdict on an item; the same one twice changes nothing."""
    reviewed = decide(
        store,
        id,
        scorecard,
        item,
        verdict=given.verdict,
        value=given.value,
        comment=given.comment.strip(),
        who=who,
        party=given.party,
        seen=seen,
    )
    answer.headers["etag"] = etag(store.reviewing.version(id))
    return AssessmentOut(assessment=reviewed)


@router.delete(_ITEM)
def undo(
    id: IdDep,
    scorecard: str,
    item: str,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
    seen: SeenDep,
    answer: Response,
    party: Annotated[str | None, Query()] = None,
) -> AssessmentOut:
    """Take a human's verdict back: the machine's stands again; history keeps both."""
    reviewed = take_back(store, id, scorecard, item, who=who, party=party, seen=seen)
    answer.headers["etag"] = etag(store.reviewing.version(id))
    return AssessmentOut(assessment=reviewed)


@router.post("/conversations/{id}/assessments/{scorecard}/agree")
def agree_with_machine(
    id: IdDep,
    scorecard: str,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
    seen: SeenDep,
    answer: Response,
    party: Annotated[str | None, Query()] = None,
) -> AgreedOut:
    """Agree with every verdict of the machine that no human has looked at."""
    items = agree(store, id, scorecard, who=who, party=party, seen=seen)
    answer.headers["etag"] = etag(store.reviewing.version(id))
    return AgreedOut(items=items)
