"""How long what is kept, what would go now, what is held, and what went: for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.access import Principal, Right
from qa.api import words
from qa.api.deps import SettingsDep, StoreDep
from qa.api.i18n import N_, Texts, gettext
from qa.api.identity import requires
from qa.api.pages import going
from qa.api.pages.fates import KINDS
from qa.api.schemas import Number
from qa.api.templating import page
from qa.jobs import retention
from qa.setting_parts import Days, Retention
from qa.store import Store
from qa.store.acts import Act, Entry, Kind
from qa.store.audit import Asked
from qa.store.erasing.holding import LONGEST

router = APIRouter(include_in_schema=False)

#: Rows of what went that are shown; all of them are in the audit log.
_PAST = 20
#: What a rule may ask of conversations.
_CONDITIONS: Mapping[str, str] = Texts(
    {
        "channel": N_("Channel"),
        "queue": N_("Queue"),
        "project": N_("Project"),
        "language": N_("Language"),
        "tag": N_("Tag"),
        "outcome": N_("Outcome"),
        "result": N_("Result"),
        "min_score": N_("Score from"),
        "max_score": N_("Score to"),
    }
)
_COUNTED: Mapping[str, str] = Texts(
    {
        "begin": N_("the conversation"),
        "scored": N_("its first score"),
        "reviewed": N_("the end of its review"),
    }
)


class _Hold(BaseModel):
    conversation: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=LONGEST)


@router.get("/retention", dependencies=[requires(Right.RETENTION)])
def show_retention(
    request: Request,
    store: StoreDep,
    settings: SettingsDep,
    *,
    look: Annotated[bool, Query()] = False,
) -> Response:
    """Show rules, holds and what went; what would go now only when asked: all are looked at."""
    context = {
        "title": gettext("Retention"),
        "here": "retention",
        "rules": [_rule(rule) for rule in settings.retention],
        "kinds": list(KINDS.values()),
        "would": _would(store) if look else None,
        "holds": [_hold_row(one) for one in store.erasing.holds()],
        "longest": LONGEST,
        "past": _past(store),
        "twin": "/api/v1/retention",
    }
    return page(request, "retention.html", context)


@router.post("/retention/holds")
def hold(
    form: Annotated[_Hold, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.RETENTION)],
) -> Response:
    """Hold a conversation: nothing of it is erased."""
    store.erasing.hold([store.resolve(form.conversation)], reason=form.reason, who=who.name)
    return going.to("/retention", "holds")


@router.post("/retention/holds/{hold}/end")
def end(
    hold: Number, store: StoreDep, who: Annotated[Principal, requires(Right.RETENTION)]
) -> Response:
    """Take a hold off."""
    store.erasing.unhold([hold], who=who.name)
    return going.to("/retention", "holds")


def _rule(rule: Retention) -> dict[str, Any]:
    asked = [
        f"{label}: {value}"
        for name, label in _CONDITIONS.items()
        if (value := getattr(rule, name)) not in {"", None}
    ]
    days = (rule.audio_days, rule.unredacted_days, rule.text_days, rule.scores_days)
    return {
        "name": rule.name,
        "of": "; ".join(asked) or gettext("All conversations"),
        "counted": _COUNTED[rule.counted_from],
        "days": [_days(one) for one in days],
    }


def _days(value: Days | None) -> str:
    if value is None:
        return words.DASH
    return gettext("for ever") if value == "forever" else str(value)


def _would(store: Store) -> dict[str, Any]:
    found = retention.run(store, who="", dry_run=True)
    return {
        "rules": [(one.rule, KINDS[one.what], one.conversations) for one in found.rules],
        "erased": found.erased,
        "whole": found.whole,
        "held": len(found.held),
        "busy": len(found.busy),
        "outside": len(found.outside),
    }


def _hold_row(one: Any) -> dict[str, Any]:
    return {
        "number": one.number,
        "conversation": one.conversation,
        "reason": one.reason,
        "who": one.who,
        "at": words.moment(one.at),
    }


def _past(store: Store) -> list[dict[str, str]]:
    """Return runs and erasures, newest first."""
    found: list[Entry] = []
    for act in (Act.RETENTION, Act.ERASED):
        found += store.audit.page(Asked(act=act), limit=_PAST).items
    newest = sorted(found, key=lambda one: -one.seq)[:_PAST]
    return [
        {
            "at": words.moment(one.at),
            "who": one.who,
            # A customer's is a keyed hash, which tells people nothing.
            "object": one.object if one.kind is not Kind.CALLER else "",
            "detail": "; ".join(f"{key}: {value}" for key, value in sorted(one.detail.items())),
        }
        for one in newest
    ]
