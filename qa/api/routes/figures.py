"""Figures: agents, teams and projects by week, and the conversations behind every number."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from qa.access import Principal, Right
from qa.api.deps import StoreDep
from qa.api.discreet import check_people, sees_people, told
from qa.api.figure_schemas import (
    BehindQuery,
    FairnessOut,
    FairQuery,
    FigureOut,
    FiguresOut,
    FiguresQuery,
    SheetQuery,
)
from qa.api.identity import requires
from qa.api.schemas import ConversationPage
from qa.store import Store
from qa.store.desk.fair import Fairness
from qa.store.desk.figured import By, Sheet
from qa.store.views import Page

router = APIRouter(tags=["figures"])

Reader = Annotated[Principal, requires(Right.FIGURES)]


@router.get("/figures")
def read_figures(store: StoreDep, query: Annotated[SheetQuery, Query()], who: Reader) -> FiguresOut:
    """Read figures by agent, team or project, ordered by name."""
    return FiguresOut(figures=many(store, query, who))


@router.get("/figures/fairness")
def read_fairness(
    store: StoreDep, query: Annotated[FairQuery, Query()], who: Reader
) -> FairnessOut:
    """Read fail rates by how well agents were understood, by language, or by agent."""
    return FairnessOut(fairness=fairness(store, query, who))


@router.get("/figures/agents/{agent}")
def read_agent_figures(
    agent: str, store: StoreDep, query: Annotated[FiguresQuery, Query()], who: Reader
) -> FigureOut:
    """Read the figures of one person of the roster."""
    return one(store, query, who, agent=agent)


@router.get("/figures/teams/{team}")
def read_team_figures(
    team: str, store: StoreDep, query: Annotated[FiguresQuery, Query()], who: Reader
) -> FigureOut:
    """Read the figures of a team, a line for each agent, items by agent."""
    return one(store, query, who, by="agent", team=team)


@router.get("/figures/projects/{project}")
def read_project_figures(
    project: str, store: StoreDep, query: Annotated[FiguresQuery, Query()], who: Reader
) -> FigureOut:
    """Read the figures of a project, a line for each team, items by week."""
    return one(store, query, who, by="team", project=project)


@router.get("/figures/conversations")
def list_behind_figures(
    store: StoreDep, query: Annotated[BehindQuery, Query()], who: Reader
) -> ConversationPage:
    """List the conversations behind a figure, newest first: as many as it says."""
    return ConversationPage.of(behind(store, query, who))


def many(store: Store, query: SheetQuery, who: Principal) -> Sheet:
    """Return figures by agent, team or project (Forbidden: of agents whom one may not know of)."""
    if query.by == "agent":
        check_people(who)
    question = told(query.question(), who, store)
    return store.figures.sheet(question, by=query.by, scope=who.scope(Right.FIGURES))


def one(
    store: Store, query: FiguresQuery, who: Principal, *, by: By | None = None, **about: str
) -> FigureOut:
    """Return the figures of one agent, team or project, with its items.

    Without lines and columns of agents for whom may not know of them.
    """
    scope, question = who.scope(Right.FIGURES), told(query.question(**about), who, store)
    if by == "agent" and not sees_people(who):
        by = None
    sheet = store.figures.sheet(question, by=by, scope=scope)
    items = store.figures.items(sheet.question, by_agent=by == "agent", scope=scope)
    return FigureOut(figures=sheet, items=items)


def fairness(store: Store, query: FairQuery, who: Principal) -> Fairness:
    """Return fail rates by a trait: of groups as small as they are, so not to everybody."""
    check_people(who)
    return store.fairness.report(query.question(), by=query.by, scope=who.scope(Right.FIGURES))


def behind(store: Store, query: BehindQuery, who: Principal) -> Page:
    """Return a page of the conversations behind a figure, as far as they are listed for them."""
    return store.figures.conversations(
        query.question(),
        show=query.show,
        item=query.item,
        after=query.after,
        limit=query.limit,
        scope=who.scope(Right.FIGURES),
        listed=who.scope(Right.LIST),
    )
