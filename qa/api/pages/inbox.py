"""The inbox: where reviewers begin their day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from qa.access import Principal, Right
from qa.api import assigning, desk_words
from qa.api.deps import SettingsDep, StoreDep
from qa.api.desk_schemas import GroupOut, InboxQuery
from qa.api.i18n import gettext
from qa.api.identity import requires
from qa.api.pages import going, listing
from qa.api.routes.desk import inbox_of
from qa.api.routes.scorecards import public_cards
from qa.api.templating import page
from qa.store.desk.inbox import Group, Task
from qa.store.desk.reasons import Reason

router = APIRouter(include_in_schema=False)

#: Conversations of each group on the first page; a group by itself shows more.
_FEW, _MANY = 8, 50


@dataclass(frozen=True)
class Line:
    """One conversation in the inbox."""

    row: listing.Row
    why: tuple[str, ...]
    reviewer: str
    drawn: str


@dataclass(frozen=True)
class Section:
    """One group of the inbox."""

    group: Group
    title: str
    count: int
    lines: tuple[Line, ...]
    #: Where all of it stands; None when it does already.
    all: str | None
    next: str | None


@router.get("/inbox")
def show_inbox(
    request: Request,
    query: Annotated[InboxQuery, Query()],
    store: StoreDep,
    settings: SettingsDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
) -> Response:
    """Show what there is to do, the most urgent first."""
    few = _FEW if query.group is None else _MANY
    asked = query.model_copy(update={"limit": few})
    found = inbox_of(store, asked, who)
    gives = who.may(Right.ASSIGN)
    where = _where(query)
    context = {
        "title": gettext("Inbox"),
        "here": "inbox",
        # Who may not confirm a critical fail is not asked to.
        "sections": tuple(
            _section(group, query)
            for group in found.groups
            if group.group is not Group.CRITICAL or who.may(Right.CONFIRM_CRITICAL)
        ),
        "q": query,
        "filtered": bool(where),
        "new": not any(g.count for g in found.groups) and not store.list(limit=1).items,
        "cards": public_cards(settings),
        "reviewers": assigning.reviewers(store) if gives else (),
        "next": _href(where | ({"group": str(query.group)} if query.group else {})),
        "twin": _href(where | _place(query), path="/api/v1/inbox"),
    }
    return page(request, "inbox.html", context)


def _section(found: GroupOut, query: InboxQuery) -> Section:
    where = _where(query) | {"group": str(found.group)}
    more = query.group is None and found.count > len(found.items)
    goes_on = query.group is not None and found.next is not None
    return Section(
        group=found.group,
        title=desk_words.GROUPS[found.group],
        count=found.count,
        lines=tuple(_line(task) for task in found.items),
        all=_href(where) if more else None,
        next=_href(where | {"after": found.next or ""}) if goes_on else None,
    )


def _line(task: Task) -> Line:
    return Line(
        row=listing.row(task.summary),
        # What failed tells its own reason beside its state.
        why=tuple(desk_words.why(w) for w in task.why if w.reason is not Reason.FAILED),
        reviewer=task.reviewer or "",
        drawn=task.drawn or "",
    )


def _where(query: InboxQuery) -> dict[str, str]:
    given = query.model_dump(mode="json", include={"team", "project", "card", "given"})
    return {name: value for name, value in given.items() if value}


def _place(query: InboxQuery) -> dict[str, str]:
    given = query.model_dump(mode="json", include={"group", "after"})
    return {name: value for name, value in given.items() if value}


def _href(where: dict[str, str], *, path: str = "/inbox") -> str:
    return f"{path}?{urlencode(where)}" if where else path


class _Assign(BaseModel):
    """Which conversations are given to whom, and where one was."""

    conversation: list[str] = []
    #: Empty = nobody's any more.
    reviewer: str = ""
    next: str = "/inbox"


@router.post("/inbox/assign")
def assign(
    form: Annotated[_Assign, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.ASSIGN)],
) -> Response:
    """Give conversations to a reviewer."""
    assigning.give(store, form.conversation, form.reviewer, who=who)
    inside = form.next == "/inbox" or form.next.startswith("/inbox?")
    return going.to(form.next if inside else "/inbox")
