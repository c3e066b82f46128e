"""The pages of figures: many, one, and the conversations behind a number."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from qa.access import Principal, Right
from qa.api import words
from qa.api.deps import SettingsDep, StoreDep
from qa.api.figure_schemas import BehindQuery, FigureOut, FiguresQuery, PageQuery
from qa.api.i18n import day_of, gettext
from qa.api.identity import requires
from qa.api.pages import figure_views as views
from qa.api.pages.listing import name_of
from qa.api.routes.figures import behind, many, one
from qa.api.templating import page
from qa.store.desk.figured import By, Show

router = APIRouter(include_in_schema=False)

#: Of which conversations: what the page of fairness is asked, too.
_KEPT = ("card", "basis", "since", "until", "team", "project")

Reader = Annotated[Principal, requires(Right.FIGURES)]


@router.get("/figures")
def show_figures(
    request: Request,
    store: StoreDep,
    settings: SettingsDep,
    query: Annotated[PageQuery, Query()],
    who: Reader,
) -> Response:
    """Show teams, projects or agents, by name."""
    sheet = many(store, query, who)
    if settings.rankings and query.sort == "score":
        ranked = sorted(sheet.lines, key=lambda x: -(x.whole.score.mean or -1))
        sheet = sheet.model_copy(update={"lines": tuple(ranked)})
    where = {k: v for k, v in _given(request).items() if k != "sort"}
    context = {
        **_about(request, query, sheet),
        "title": gettext("Figures"),
        "whole": views.row(
            sheet.whole, sheet.whole.whole, sheet.question, name=gettext("Together"), href=None
        ),
        "line": sheet.whole,
        "tabs": [
            (label, f"/figures?{urlencode(where | {'by': by})}", by == query.by)
            for by, label in views.BYS.items()
        ],
        "by": query.by,
        "rows": views.lines(sheet),
        "chart": views.chart(sheet.whole),
        "weeks": views.weeks(sheet.whole, sheet.question),
        "fairness": f"/figures/fairness?{urlencode({k: where[k] for k in _KEPT if k in where})}",
        "rankings": settings.rankings,
        "by_name": f"/figures?{urlencode(where | {'sort': 'name'})}",
        "by_score": f"/figures?{urlencode(where | {'sort': 'score'})}",
        "twin": _twin(request, drop="sort"),
    }
    return page(request, "figures/many.html", context)


@router.get("/figures/agents/{agent}")
def show_agent(
    request: Request,
    agent: str,
    store: StoreDep,
    query: Annotated[FiguresQuery, Query()],
    who: Reader,
) -> Response:
    """Show one agent: trend, own past, items by week."""
    found = one(store, query, who, agent=agent)
    known = found.figures.whole.whole.conversations or found.figures.whole.before.conversations
    # Whom somebody may not see is not named to them.
    name = store.figures.name(agent) if known else agent
    return _one(request, query, found, name=name, kind=gettext("Agent"), agent=agent)


@router.get("/figures/teams/{team}")
def show_team(
    request: Request,
    team: str,
    store: StoreDep,
    query: Annotated[FiguresQuery, Query()],
    who: Reader,
) -> Response:
    """Show one team: trend, own past, its agents by name, items by agent."""
    found = one(store, query, who, by="agent", team=team)
    return _one(request, query, found, name=team, kind=gettext("Team"))


@router.get("/figures/projects/{project}")
def show_project(
    request: Request,
    project: str,
    store: StoreDep,
    query: Annotated[FiguresQuery, Query()],
    who: Reader,
) -> Response:
    """Show one project: trend, own past, its teams by name, items by week."""
    found = one(store, query, who, by="team", project=project)
    return _one(request, query, found, name=project, kind=gettext("Project"))


@router.get("/figures/conversations")
def show_behind(
    request: Request, store: StoreDep, query: Annotated[BehindQuery, Query()], who: Reader
) -> Response:
    """Show the conversations behind a number."""
    found = behind(store, query, who)
    where = {k: v for k, v in _given(request).items() if k != "after"}
    context = {
        "title": gettext("Conversations behind a figure"),
        "here": "figures",
        "q": query,
        "shows": views.SHOWS[query.show],
        "said": _said(query),
        "rows": [
            {
                "id": s.id,
                "name": name_of(s),
                "agent": s.agent_name or s.agent_id or "",
                "at": words.moment(s.at),
                "scores": [(words.score(x), words.tone(x)) for x in s.scores],
                "state": words.standing(s),
            }
            for s in found.items
        ],
        "next": _href(where | {"after": found.next}) if found.next else None,
        "first": _href(where) if query.after else None,
        "twin": _twin(request),
    }
    return page(request, "figures/list.html", context)


def _one(
    request: Request,
    query: FiguresQuery,
    found: FigureOut,
    *,
    name: str,
    kind: str,
    agent: str = "",
) -> Response:
    sheet, items = found.figures, found.items
    context = {
        **_about(request, query, sheet),
        "title": name,
        "kind": kind,
        "agent": agent,
        "line": sheet.whole,
        "whole": views.row(sheet.whole, sheet.whole.whole, sheet.question, name=name, href=None),
        "by": sheet.by,
        "rows": views.lines(sheet),
        "chart": views.chart(sheet.whole),
        "weeks": views.weeks(sheet.whole, sheet.question),
        "heat": views.heat(items),
        "heads": views.heads(items),
        "items": items,
        "shortened": items.question.since > sheet.question.since,
        "since": day_of(items.question.since),
        "twin": _twin(request),
    }
    return page(request, "figures/one.html", context)


def _about(request: Request, query: FiguresQuery, sheet: Any) -> dict[str, Any]:
    question = sheet.question
    return {
        "here": "figures",
        "q": query,
        "action": request.url.path,
        "question": question,
        "cards": sheet.cards,
        "bases": views.BASES,
        "few": views.FEW,
        "left_out": views.left_out(sheet.left_out),
        "before": views.mean(sheet.whole.before.score),
        "change": views.change(sheet.whole),
        "days": views.days(question),
        "last_day": views.last_day(question),
    }


def _said(query: BehindQuery) -> list[str]:
    """Name the conditions of a list, as people read them."""
    question = query.question()
    by: dict[By, str | None] = {
        "agent": query.agent, "team": query.team, "project": query.project,
    }  # fmt: skip
    found = [f"{views.ONES[kind]}: {value}" for kind, value in by.items() if value is not None]
    if query.joined is False:
        found.append(views.nameless("agent"))
    if query.show in {Show.ITEM, Show.ITEM_FAILED}:
        found.append(query.item.replace("_", " "))
    first, last = views.days(question)
    return [*found, f"{first} {words.DASH} {last}", views.BASES[query.basis]]


def _given(request: Request) -> dict[str, str]:
    return {k: v for k, v in request.query_params.items() if v}


def _href(where: dict[str, str]) -> str:
    return f"/figures/conversations?{urlencode(where)}"


def _twin(request: Request, *, drop: str = "") -> str:
    where = {k: v for k, v in _given(request).items() if k != drop}
    return f"/api/v1{request.url.path}" + (f"?{urlencode(where)}" if where else "")
