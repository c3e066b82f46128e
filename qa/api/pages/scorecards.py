"""The pages of scorecards: read one, try a draft, publish it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.access import Principal, Right
from qa.api import card_reading, drafting, words
from qa.api.deps import SettingsDep, StoreDep
from qa.api.i18n import gettext
from qa.api.identity import requires
from qa.api.pages import going
from qa.api.schemas import LARGEST
from qa.api.templating import page
from qa.errors import UsageError
from qa.scoring import find_card, load_scorecard
from qa.scoring.comparing import Change, count_for_humans
from qa.store.acts import Act

router = APIRouter(include_in_schema=False)

Publisher = Annotated[Principal, requires(Right.PUBLISH)]


@router.get("/scorecards/{scorecard}", dependencies=[requires(Right.CARDS)])
def show_scorecard(
    request: Request,
    scorecard: str,
    store: StoreDep,
    settings: SettingsDep,
    version: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> Response:
    """Show a card as people read it: as its file has it, or as a version was frozen."""
    if version is None:
        card = find_card(scorecard, settings)
    else:
        card = load_scorecard(store.frozen(scorecard, version), name=f"{scorecard}@{version}")
    context = {
        "title": card.title or card.id,
        "here": "cards",
        "card": card,
        "frozen": version,
        "sections": card_reading.sections(card),
        "versions": [
            (p.card.version, words.moment(p.at), p.who) for p in store.published(scorecard)
        ],
        "twin": f"/api/v1/scorecards/{card.id}",
    }
    return page(request, "scorecards/card.html", context)


@router.get("/drafts")
def show_draft(
    request: Request,
    settings: SettingsDep,
    who: Publisher,  # noqa: ARG001 - declares the right
    scorecard: str = "",
) -> Response:
    """Show where a draft is written, its text that of a card to begin with."""
    text = find_card(scorecard, settings).source if scorecard else ""
    return _draft(request, text)


class _Draft(BaseModel):
    """A draft, and what to do with it."""

    yaml: str = Field(max_length=500_000)
    act: Literal["check", "preview", "compare", "publish"] = "check"
    sure: bool = False


@router.post("/drafts")
def try_draft(
    request: Request,
    form: Annotated[_Draft, Form()],
    store: StoreDep,
    settings: SettingsDep,
    who: Annotated[Principal, requires(Right.PUBLISH, Act.SEEN)],
) -> Response:
    """Check a draft, try it on stored conversations, or publish it."""
    text = form.yaml.replace("\r\n", "\n")
    read = drafting.read(text, settings)
    if read.card is None:
        return _draft(request, text, mistakes=read.mistakes, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.act == "publish":
        if not form.sure:
            raise UsageError(
                "Publishing was not confirmed.", "Tick the box: a version never changes again."
            )
        kept = store.publish(read.card, who=who.name)
        address = f"/scorecards/{kept.card.id}?version={kept.card.version}"
        return going.to(address)
    tried = None
    if form.act in {"preview", "compare"}:
        most = drafting.FEW if form.act == "preview" else drafting.MANY
        scope = who.scope(Right.READ)
        tried = drafting.attempt(store, settings, read.card, most=most, scope=scope)
    return _draft(
        request,
        text,
        warnings=read.warnings,
        ref=read.card.ref,
        tried=_worded(tried, every=form.act == "preview") if tried else None,
    )


def _draft(request: Request, text: str, *, status: int = HTTPStatus.OK, **more: Any) -> Response:
    context = {
        "title": gettext("Draft of a scorecard"),
        "here": "cards",
        "text": text,
        "mistakes": (),
        "warnings": (),
        "ref": None,
        "tried": None,
        "few": drafting.FEW,
        "many": drafting.MANY,
        **more,
    }
    return page(request, "scorecards/draft.html", context, status=status)


def _worded(tried: drafting.Tried, *, every: bool) -> dict[str, Any]:
    """Word what a draft changes: of a few all, of many what differs."""
    before, after = count_for_humans(tried.changes)
    return {
        "old": tried.old.ref if tried.old else None,
        "count": tried.count,
        "changed": len({c.conversation for c in tried.changes if c.is_one}),
        "before": before,
        "after": after,
        "rows": [_row(c) for c in tried.changes if every or c.is_one],
    }


def _row(change: Change) -> dict[str, Any]:
    def said(verdict: Any) -> str:
        return words.VERDICTS[verdict] if verdict is not None else words.DASH

    return {
        "conversation": change.conversation,
        "party": change.party or "",
        "old": words.score(change.old) if change.old else words.DASH,
        "new": words.score(change.new) if change.new else words.DASH,
        "verdicts": [
            f"{item.replace('_', ' ')}: {said(old)} → {said(new)}"
            for item, (old, new) in change.verdicts.items()
        ],
    }
