"""What the tables lose: begun in one transaction before any file goes, ended in another after.

While a kind of content is begun it is gone already for whoever reads: a crash between both
leaves a file that the next run removes, and never a row that points at half a thing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, inspect, text, update
from sqlmodel import Session, col, select

from qa.records import Channel
from qa.store.desk.draw_tables import ReviewRow
from qa.store.desk.tables import (
    BlindRow,
    CommentRow,
    MomentRow,
    SearchableRow,
    SecondLookRow,
    StarRow,
)
from qa.store.erasing import ageing
from qa.store.erasing.policies import What, kinds_of
from qa.store.erasing.tables import ErasedRow, TombstoneRow
from qa.store.queue import among
from qa.store.tables import (
    AssessmentRow,
    ConversationRow,
    FindingRow,
    HeardRow,
    OverrideRow,
    RedactedRow,
    State,
    TurnRow,
    WantRow,
)

#: Where a conversation came from, once that is not to be told any more.
NOWHERE = "erased"
#: What stays of the metadata where a customer asked: nothing that leads to them.
_KEPT = frozenset(
    {
        "direction",
        "platform",
        "queue",
        "project",
        "team",
        "agent_id",
        "agent_name",
        "disposition",
        "started_at",
        "ended_by",
        "transferred",
        "language",
        "speakers",
        "topics",
        "tags",
        "survey",
    }
)


@dataclass(frozen=True)
class Order:
    """What is to be erased of a conversation, and why."""

    #: Which kinds, and by which rule each; "" = a customer's request.
    kinds: Mapping[What, str]
    #: The journal's reference of the request; "" = rules ask for it.
    request: str = ""


@dataclass(frozen=True)
class Begun:
    """A conversation of which something is being erased."""

    id: str
    channel: Channel
    checksum: str
    external_id: str | None
    project: str | None
    #: Being erased now, by which rule.
    kinds: Mapping[What, str]
    request: str
    #: Nothing of it is left afterwards.
    whole: bool


@dataclass
class Beginning:
    """What could be begun of some conversations."""

    begun: list[Begun] = field(default_factory=list)
    #: They are held, or somebody works on them just now.
    held: list[str] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)


def of(session: Session, ids: Collection[str], *, hold: bool = False) -> Sequence[ConversationRow]:
    """Return rows of conversations, held until the end of the transaction where that is asked."""
    row = ConversationRow
    query = select(row).where(among(session, row.id, ids))
    # Locked in one order, whoever comes.
    query = query.order_by(col(row.id))
    return session.exec(query.with_for_update() if hold else query).all()


def begin(session: Session, orders: Mapping[str, Order], *, now: datetime) -> Beginning:
    """Begin to erase; the tables' share is done with it.

    What a run left unfinished is taken up in any case. Conversations that are held or being
    worked on are left alone.
    """
    made = Beginning()
    found = of(session, orders, hold=True)
    ids = [row.id for row in found]
    held, before = ageing.held(session, ids), ageing.erased(session, ids)
    for row in found:
        known, order = before[row.id], orders[row.id]
        left = {what: one for what, one in known.items() if one.done_at is None}
        if row.id in held and not left:
            made.held.append(row.id)
        elif row.state == State.WORKING:
            made.busy.append(row.id)
        else:
            wanted = {} if row.id in held else order.kinds
            begun = _begin(session, row, known, wanted, order.request, now)
            if begun is not None:
                made.begun.append(begun)
    _empty(session, made.begun)
    _forget_jobs(session, [one.id for one in made.begun])
    return made


def _begin(
    session: Session,
    row: ConversationRow,
    known: Mapping[What, ErasedRow],
    wanted: Mapping[What, str],
    request: str,
    now: datetime,
) -> Begun | None:
    possible = kinds_of(Channel(row.channel))
    kinds = {what: one.rule for what, one in known.items() if one.done_at is None}
    request = request or next((one.request for one in known.values() if one.request), "")
    for what in sorted(possible & set(wanted) - set(known)):
        kinds[what] = wanted[what]
        session.add(
            ErasedRow(
                conversation=row.id, what=what, rule=wanted[what], request=request, begun_at=now
            )
        )
    session.flush()
    begun = Begun(
        id=row.id,
        channel=Channel(row.channel),
        checksum=row.checksum,
        external_id=row.external_id,
        project=row.project,
        kinds=kinds,
        request=request,
        whole=not possible - set(known) - set(kinds),
    )
    if kinds:
        _close(row, set(kinds), now)
    if request and (kinds or row.source != NOWHERE):
        _unname(row)
        return begun
    return begun if kinds else None


def _close(row: ConversationRow, kinds: Collection[What], now: datetime) -> None:
    """Let nothing more be made of it where what that takes is gone, or is not to come back."""
    unheard = row.needs == "listen" and {What.AUDIO, What.UNREDACTED} & set(kinds)
    if What.TEXT in kinds:
        row.details = {**row.details, "extra": {}}
        row.error_reason = row.error_mend = ""
    if {What.TEXT, What.SCORES} & set(kinds) or unheard:
        row.state, row.retry_at, row.waits = State.ERASED, None, None
        row.claimed_by = row.lease_until = None
    row.updated_at = now


def _unname(row: ConversationRow) -> None:
    """Take away whatever leads to the customer."""
    row.source, row.external_id, row.ticket, row.caller_key = NOWHERE, None, None, None
    row.error_reason = row.error_mend = ""
    row.details = {k: v for k, v in row.details.items() if k in _KEPT}


def _empty(session: Session, begun: Sequence[Begun]) -> None:
    texts = [one.id for one in begun if What.TEXT in one.kinds]
    if texts:
        _empty_text(session, texts)
    scores = [one.id for one in begun if What.SCORES in one.kinds]
    if scores:
        _empty_scores(session, scores)


def _empty_text(session: Session, ids: Sequence[str]) -> None:
    for table in (SearchableRow, TurnRow, RedactedRow, HeardRow, CommentRow, MomentRow):
        _delete(session, table, table.conversation, ids)
    made = select(AssessmentRow.id).where(among(session, AssessmentRow.conversation, ids))
    looked = select(ReviewRow.id).where(among(session, ReviewRow.conversation, ids))
    _change(session, FindingRow, col(FindingRow.assessment).in_(made), evidence=[], reason="")
    _change(session, BlindRow, col(BlindRow.review).in_(looked), comment="")
    over, star, look = OverrideRow, StarRow, SecondLookRow
    _change(session, over, among(session, over.conversation, ids), comment="", basis="")
    _change(session, star, among(session, star.conversation, ids), thanks="")
    _change(session, look, among(session, look.conversation, ids), comment="", answer="")
    _change(session, WantRow, among(session, WantRow.conversation, ids), open=False)


def _empty_scores(session: Session, ids: Sequence[str]) -> None:
    # Findings and blind verdicts go with what they belong to.
    for table in (AssessmentRow, OverrideRow, ReviewRow, SecondLookRow, WantRow):
        _delete(session, table, table.conversation, ids)


def _delete(session: Session, table: Any, column: Any, ids: Sequence[str]) -> None:
    session.execute(
        delete(table)
        .where(among(session, column, ids))
        .execution_options(synchronize_session=False)
    )


def _change(session: Session, table: Any, which: Any, **values: Any) -> None:
    session.execute(
        update(table).where(which).values(**values).execution_options(synchronize_session=False)
    )


def _forget_jobs(session: Session, ids: Sequence[str]) -> None:
    """Throw away what waits for it in the engine of many machines."""
    connection = session.connection()
    if connection.dialect.name != "postgresql" or not ids:
        return
    if inspect(connection).has_table("procrastinate_jobs"):
        connection.execute(
            text(
                "DELETE FROM procrastinate_jobs j USING conversation c WHERE c.id = j.queueing_lock"
                " AND c.state = 'erased' AND j.status = 'todo' AND c.id = ANY(:ids)"
            ),
            {"ids": list(ids)},
        )


def end(
    session: Session, done: Sequence[Begun], digests: Mapping[str, Sequence[str]], *, now: datetime
) -> None:
    """Say that all files are gone; of what was erased whole a tombstone is all that stays.

    Parameters
    ----------
    digests : by id, of what is not to be taken in again.
    """
    for one in done:
        stones = digests[one.id] if one.whole or one.request else ()
        rule = "" if one.request else next(iter(one.kinds.values()), "")
        for digest in stones:
            if session.get(TombstoneRow, digest) is None:
                session.add(TombstoneRow(digest=digest, conversation=one.id, rule=rule, at=now))
    ids = [one.id for one in done]
    _change(
        session,
        ErasedRow,
        among(session, ErasedRow.conversation, ids) & col(ErasedRow.done_at).is_(None),
        done_at=now,
    )
    _delete(session, ConversationRow, ConversationRow.id, [one.id for one in done if one.whole])


def stones(session: Session, digests: Collection[str]) -> Sequence[TombstoneRow]:
    """Return what says that such content was erased here."""
    return session.exec(
        select(TombstoneRow).where(among(session, TombstoneRow.digest, digests))
    ).all()
