"""The journal: who did what. Ids and counts only, never what was said.

It is a conversation's history, and goes with it. All that people do is in the audit log as
well, which stays: what is written here is written there, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from qa.store import chain
from qa.store.acts import Act, Done, Kind
from qa.store.tables import EventRow
from qa.store.views import Logged

#: What imports note of recordings that no call has; nobody did that.
RECORDINGS_MISSING = "recordings-missing"
#: What is an act of its own; all the rest changes something.
_ACTS = {
    "logged in": Act.LOGGED_IN,
    "logged out": Act.LOGGED_OUT,
    "logged out everywhere": Act.LOGGED_OUT,
    "log-in refused": Act.REFUSED,
    "vault opened": Act.ORIGINAL,
}
#: Details that say which thing it was, where it was no conversation.
_THINGS = (Kind.ACCOUNT, Kind.TOKEN, Kind.CARD, Kind.COLLECTION, Kind.DRAW)


def write(
    session: Session,
    kind: str,
    *,
    who: str,
    conversation: str | None,
    detail: Mapping[str, str],
    now: datetime,
) -> None:
    """Add an entry, here and in the audit log."""
    session.add(
        EventRow(conversation=conversation, at=now, kind=kind, who=who, detail=dict(detail))
    )
    if kind != RECORDINGS_MISSING:
        chain.note(session, _done(kind, who, conversation, detail, now))


def _done(
    kind: str, who: str, conversation: str | None, detail: Mapping[str, str], now: datetime
) -> Done:
    act = _ACTS.get(kind, Act.CHANGED)
    thing, named = _thing(conversation, detail)
    left = {key: value for key, value in detail.items() if key != thing}
    if act is Act.CHANGED:
        left["what"] = kind
    return Done(at=now, who=who, act=act, kind=thing, object=named, detail=left)


def _thing(conversation: str | None, detail: Mapping[str, str]) -> tuple[Kind, str]:
    if conversation is not None:
        return Kind.CONVERSATION, conversation
    for kind in _THINGS:
        if kind in detail:
            return kind, detail[kind]
    return Kind.NONE, ""


def read(session: Session, conversation: str) -> tuple[Logged, ...]:
    """Return a conversation's entries, oldest first."""
    found = session.exec(
        select(EventRow).where(EventRow.conversation == conversation).order_by(col(EventRow.id))
    )
    return tuple(
        Logged(
            at=row.at,
            kind=row.kind,
            who=row.who,
            conversation=row.conversation,
            detail={str(k): str(v) for k, v in row.detail.items()},
        )
        for row in found
    )
