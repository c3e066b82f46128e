"""The pages of agreement: item by item, and the cases behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from qa.access import Principal, Right
from qa.api import words
from qa.api.agreement_schemas import AgreementQuery, DisagreementQuery
from qa.api.agreement_words import coefficient, share
from qa.api.deps import StoreDep
from qa.api.i18n import N_, Texts, gettext
from qa.api.identity import requires
from qa.api.pages.listing import name_of
from qa.api.routes.agreement import agreement_of, cases
from qa.api.templating import page
from qa.store.desk.agreeing import Between, Disagreement
from qa.store.desk.agreement import FEWEST, Agreement

router = APIRouter(include_in_schema=False)

Reader = Annotated[Principal, requires(Right.FIGURES)]

BETWEEN: Mapping[Between, str] = Texts(
    {
        Between.MACHINE: N_("A person and the machine"),
        Between.HUMANS: N_("Two people"),
    }
)


@router.get("/agreement")
def show_agreement(
    request: Request, store: StoreDep, query: Annotated[AgreementQuery, Query()], who: Reader
) -> Response:
    """Show how far verdicts agree, item by item."""
    found = agreement_of(store, query, who)
    sheet, looks = found.agreement, found.second_looks
    where = _given(request) | ({"card": sheet.compared.card} if sheet.compared.card else {})
    context = {
        "title": gettext("Agreement"),
        "here": "agreement",
        "q": query,
        "sheet": sheet,
        "looks": looks,
        "few": FEWEST,
        "items": [
            {
                "ask": item.ask,
                "left": item.left,
                "machine": _row(item.machine, where, Between.MACHINE, item.item),
                "humans": _row(item.humans, where, Between.HUMANS, item.item),
            }
            for item in sheet.items
        ],
        "twin": _twin(request),
    }
    return page(request, "agreement/items.html", context)


@router.get("/agreement/cases")
def show_disagreements(
    request: Request, store: StoreDep, query: Annotated[DisagreementQuery, Query()], who: Reader
) -> Response:
    """Show the cases in which verdicts differ."""
    found = cases(store, query, who)
    where = {k: v for k, v in _given(request).items() if k != "after"}
    over = {k: v for k, v in where.items() if k not in {"between", "item", "limit"}}
    context = {
        "title": gettext("Cases of disagreement"),
        "here": "agreement",
        "between": BETWEEN[query.between],
        "item": (query.item or "").replace("_", " "),
        "rows": [_case(d) for d in found.items],
        "up": _href("/agreement", over),
        "next": _href("/agreement/cases", where | {"after": found.next}) if found.next else None,
        "first": _href("/agreement/cases", where) if query.after else None,
        "twin": _twin(request),
    }
    return page(request, "agreement/cases.html", context)


def _row(found: Agreement, where: dict[str, str], between: Between, item: str) -> dict[str, Any]:
    """Word one line of figures; the number of cases leads to them."""
    apart = found.n - found.agreed.k
    about = where | {"between": str(between), "item": item}
    return {
        "n": found.n,
        "told": found.told,
        "apart": apart,
        "href": _href("/agreement/cases", about) if apart else None,
        "figures": [
            share(found.agreed),
            *(coefficient(e) for e in (found.kappa, found.ac1)),
            *(share(e) for e in (found.positive, found.negative)),
        ],
    }


def _case(d: Disagreement) -> dict[str, Any]:
    verdicts = (
        (d.who, d.one),
        (d.other_who or gettext("the machine"), d.other),
    )
    return {
        "id": d.conversation.id,
        "name": name_of(d.conversation),
        "item": d.item.replace("_", " "),
        "verdicts": [(who, v, f"{words.SIGNS[v]} {words.VERDICTS[v]}") for who, v in verdicts],
        "at": words.moment(d.at),
    }


def _given(request: Request) -> dict[str, str]:
    return {k: v for k, v in request.query_params.items() if v}


def _href(path: str, where: dict[str, str]) -> str:
    return f"{path}?{urlencode(where)}" if where else path


def _twin(request: Request) -> str:
    return _href(f"/api/v1{request.url.path}", _given(request))
