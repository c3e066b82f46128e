"""The pages: read with GET, decide with POST, which leads back to where one was."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from qa.access import Principal, Right
from qa.api import actions
from qa.api.deps import IdDep, SettingsDep, StoreDep
from qa.api.i18n import OFFERED, gettext
from qa.api.identity import any_account, open_to_all, requires, secure
from qa.api.language import COOKIE
from qa.api.pages import going, listing
from qa.api.pages.conversation import conversation_page, part_of, scores_of
from qa.api.routes.scorecards import public_cards
from qa.api.schemas import ListQuery, Number
from qa.api.templating import page, partial
from qa.records import Verdict
from qa.store import Store

router = APIRouter(include_in_schema=False)

_YEAR_S = 365 * 24 * 3600


@router.get("/")
def show_home(who: Annotated[Principal, any_account()]) -> Response:
    """Lead everybody to where their work begins."""
    homes = (
        (Right.OVERRIDE, "/inbox"),
        (Right.SECOND_LOOK, "/mine"),
        (Right.LIST, "/conversations"),
        (Right.EXAMPLES, "/examples"),
    )
    return going.to(next((path for right, path in homes if who.may(right)), "/account"))


@router.get("/conversations")
def show_list(
    request: Request,
    store: StoreDep,
    query: Annotated[ListQuery, Query()],
    who: Annotated[Principal, requires(Right.LIST)],
) -> Response:
    """Show the conversations that fit, newest first."""
    mine = who.scope(Right.LIST)
    found = store.list(query.filter(), after=query.after, limit=query.limit, scope=mine)
    counted = store.numbers(listing.COUNTED, most=listing.MOST_COUNTED, scope=mine)
    context = {
        "title": gettext("Conversations"),
        "here": "list",
        "rows": tuple(listing.row(s) for s in found.items),
        "tabs": listing.tabs(counted, query),
        "filtered": bool(listing.shown(query)),
        "q": query,
        "days": {"since": listing.day(query.since), "until": listing.day(query.until)},
        **listing.addresses(query, found.next),
    }
    return page(request, "list.html", context)


@router.get("/conversations/{id}")
def show_conversation(
    request: Request,
    id: IdDep,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.READ)],
    part: Number = 0,
) -> Response:
    """Show a conversation beside its scorecards."""
    if id != request.path_params["id"]:
        return going.to_conversation(id)
    return page(request, "conversation.html", conversation_page(store, id, who, part=part))


@router.get("/conversations/{id}/parts/{number}")
def show_part(
    request: Request,
    id: IdDep,
    number: Number,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.READ)],
) -> Response:
    """Show a part of a long transcript, for a page that has the others."""
    return page(request, "conversation/part.html", part_of(store, id, who, number))


@router.get("/scorecards", dependencies=[requires(Right.CARDS)])
def show_scorecards(request: Request, settings: SettingsDep) -> Response:
    """Show what conversations are scored with."""
    context = {"title": gettext("Scorecards"), "here": "cards", "cards": public_cards(settings)}
    return page(request, "cards.html", context)


class _Item(BaseModel):
    """Which item of which assessment a form is about."""

    scorecard: str
    item: str
    #: Empty for a team outcome.
    party: str = ""
    #: Where on the page to come back to.
    at: str = ""
    #: Which version they had before their eyes; "" = whatever it is.
    seen: str = ""


class _Decision(_Item):
    verdict: Verdict
    #: Percent; counts with a partial verdict.
    share: float | None = None
    comment: str = ""


@router.post("/conversations/{id}/override")
def decide(
    request: Request,
    id: IdDep,
    form: Annotated[_Decision, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
) -> Response:
    """Take a human's verdict."""
    actions.decide(
        store,
        id,
        form.scorecard,
        form.item,
        verdict=form.verdict,
        value=actions.value_of(form.verdict, form.share),
        comment=form.comment.strip(),
        who=who,
        party=form.party or None,
        seen=form.seen or None,
    )
    return _scores(request, store, id, who, form.at)


class _Rest(BaseModel):
    """Whose assessment a form agrees with."""

    scorecard: str
    party: str = ""
    seen: str = ""


@router.post("/conversations/{id}/agree")
def agree(
    request: Request,
    id: IdDep,
    form: Annotated[_Rest, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
) -> Response:
    """Agree with all of the machine's verdicts that no human has looked at."""
    actions.agree(
        store, id, form.scorecard, who=who, party=form.party or None, seen=form.seen or None
    )
    return _scores(request, store, id, who)


@router.post("/conversations/{id}/undo")
def undo(
    request: Request,
    id: IdDep,
    form: Annotated[_Item, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
) -> Response:
    """Take a human's verdict back."""
    actions.take_back(
        store,
        id,
        form.scorecard,
        form.item,
        who=who,
        party=form.party or None,
        seen=form.seen or None,
    )
    return _scores(request, store, id, who, form.at)


@router.post("/conversations/{id}/roles/swap")
def swap(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.CORRECT)]
) -> Response:
    """Let agent and customer change places."""
    store.swap_roles(id, who=who.name)
    return going.to_conversation(id)


@router.post("/conversations/{id}/release")
def release(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.RELEASE)]
) -> Response:
    """Show a conversation to its agents."""
    store.release_to_agents(id, who=who.name)
    return going.to_conversation(id)


class _Language(BaseModel):
    """What somebody wants to read, and where they were."""

    language: str
    next: str = "/"


@router.post("/language", dependencies=[open_to_all()])
def speak(form: Annotated[_Language, Form()], settings: SettingsDep) -> Response:
    """Remember in which language a browser is answered."""
    answer = going.to(going.local_path(form.next))
    if form.language in OFFERED:
        answer.set_cookie(
            COOKIE,
            form.language,
            max_age=_YEAR_S,
            httponly=True,
            samesite="lax",
            secure=secure(settings),
        )
    return answer


def _scores(request: Request, store: Store, id: str, who: Principal, anchor: str = "") -> Response:
    """Answer a verdict: with the scores to a script, else lead back to where one was."""
    if partial(request):
        return page(request, "conversation/scores.html", scores_of(store, id, who))
    return going.to_conversation(id, anchor)
