"""The audit log as auditors read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from qa.access import Right
from qa.api import words
from qa.api.audit_schemas import AuditQuery
from qa.api.audit_words import ACTS, KINDS
from qa.api.deps import StoreDep
from qa.api.i18n import gettext
from qa.api.identity import requires
from qa.api.pages.listing import day
from qa.api.templating import page
from qa.store.acts import Entry, Kind

router = APIRouter(include_in_schema=False)

#: Where a thing can be looked at.
_PLACES = {
    Kind.CONVERSATION: "/conversations/",
    Kind.ACCOUNT: "/people/accounts/",
    Kind.AGENT: "/figures/agents/",
    Kind.TEAM: "/figures/teams/",
    Kind.PROJECT: "/figures/projects/",
    Kind.CARD: "/scorecards/",
}


@router.get("/audit", dependencies=[requires(Right.AUDIT)])
def show_audit(
    request: Request, store: StoreDep, query: Annotated[AuditQuery, Query()]
) -> Response:
    """Show who did what to what, newest first."""
    found = store.audit.page(query.asked(), before=query.before, limit=query.limit)
    given = {k: v for k, v in request.query_params.items() if v}
    where = {k: v for k, v in given.items() if k != "before"}
    context = {
        "title": gettext("Audit log"),
        "here": "audit",
        "q": query,
        "days": {"since": day(query.since), "until": day(query.until)},
        "acts": ACTS,
        "kinds": {kind: name for kind, name in KINDS.items() if kind},
        "rows": [_row(entry) for entry in found.items],
        "head": store.audit.head(),
        "next": _href("/audit", where | {"before": str(found.next)}) if found.next else None,
        "first": _href("/audit", where) if query.before else None,
        "twin": _href("/api/v1/audit", given),
    }
    return page(request, "audit.html", context)


def _row(entry: Entry) -> dict[str, Any]:
    place = _PLACES.get(entry.kind)
    detail = dict(entry.detail)
    return {
        "seq": entry.seq,
        "at": words.moment(entry.at),
        "moment": entry.at.isoformat(),
        "who": entry.who,
        "act": ACTS[entry.act],
        "what": detail.pop("what", ""),
        "kind": KINDS[entry.kind] if entry.kind else "",
        "object": entry.object,
        "href": f"{place}{entry.object}" if place and entry.object else None,
        "detail": "; ".join(f"{key}: {value}" for key, value in sorted(detail.items())),
    }


def _href(path: str, given: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(given)}" if given else path
