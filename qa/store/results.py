"""What was heard and what was judged: written whole, read back as records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from qa.access import EVERYTHING, Scope
from qa.errors import InputError, NotFound
from qa.records import Assessment, Heard, Provenance, Role, SafeConversation, SafeTurn
from qa.store import queue, reviews, rows, scopes
from qa.store.desk import searching, waiting
from qa.store.queue import among, is_postgres
from qa.store.tables import (
    AssessmentRow,
    ConversationRow,
    FindingRow,
    HeardRow,
    OverrideRow,
    PartyRow,
    RedactedRow,
    ScorecardRow,
    State,
    Table,
    TurnRow,
    WantRow,
)
from qa.store.views import Card, Judged

#: After the last turn of all.
LAST = 2**31 - 1
# Built once: to build a query takes longer than to answer one of these.
_ID = bindparam("conversation", type_=String)
_PARTIES = select(PartyRow).where(PartyRow.conversation == _ID).order_by(col(PartyRow.place))
_REDACTED = (
    select(RedactedRow).where(RedactedRow.conversation == _ID).order_by(col(RedactedRow.place))
)
_TURNS = (
    select(TurnRow)
    .where(
        TurnRow.conversation == _ID,
        col(TurnRow.place).between(bindparam("first"), bindparam("last")),
    )
    .order_by(col(TurnRow.place))
)
#: Words are most of what a turn weighs.
_WORDLESS = _TURNS.options(defer(TurnRow.words))  # type: ignore[arg-type]  # it is a column


def existing(session: Session, id: str) -> ConversationRow:
    """Return a conversation's row.

    Raises
    ------
    NotFound : there is none.
    """
    row = session.get(ConversationRow, id)
    if row is None:
        raise NotFound(f"There is no conversation {id}.", "'qa list' shows those that there are.")
    return row


def writable(session: Session, id: str) -> ConversationRow:
    """Return a conversation's row for whoever adds to it: a worker may come after its erasing.

    Raises
    ------
    NotFound : there is none, or what belongs to it was erased.
    """
    row = existing(session, id)
    if row.state == State.ERASED:
        raise NotFound(f"Conversation {id} was erased.", "Nothing more can be made of it.")
    return row


def save_heard(session: Session, heard: Mapping[str, Heard], *, now: datetime) -> None:
    """Keep what was heard, by id, in place of what was heard before. Only the safe half.

    Raises
    ------
    InputError : a text holds a character that no database keeps.
    NotFound : it was erased meanwhile.
    """
    for name, one in heard.items():
        row, safe = writable(session, name), one.safe
        if any("\x00" in turn.text for turn in safe.turns):
            raise InputError(
                f"{row.source}: its text holds NUL characters.",
                "Export the conversation again as UTF-8.",
            )
        row.duration = safe.duration
        row.layout = safe.audio.layout if safe.audio else None
        row.triage, row.triage_reason = safe.triage, safe.triage_reason
        row.updated_at = now
        queue.set_heard(row)
        _describe(row, safe)
    before = _heard_before(session, heard)
    _forget(session, before, HeardRow, RedactedRow)
    values = [
        {"conversation": name, "heard_at": now, **rows.heard_values(one.safe, one.provenance)}
        for name, one in heard.items()
    ]
    insert_all(session, HeardRow, values)
    _replace(session, {name: one.safe for name, one in heard.items()}, before=before)
    hidden = [
        v for name, one in heard.items() for v in rows.redacted_values(name, one.safe.redacted)
    ]
    insert_all(session, RedactedRow, hidden)


def _heard_before(session: Session, ids: Collection[str]) -> list[str]:
    """Return which of them have rows of an earlier time: most are heard once."""
    found = select(HeardRow.conversation).where(among(session, HeardRow.conversation, ids))
    return list(session.exec(found))


def _replace(
    session: Session, safe: Mapping[str, SafeConversation], *, before: Collection[str]
) -> None:
    """Put parties and turns in place of those that conversations of `before` had."""
    _forget(session, before, PartyRow, TurnRow)
    parties = [v for name, one in safe.items() for v in rows.party_values(name, one)]
    insert_all(session, PartyRow, parties)
    turns = [v for name, one in safe.items() for v in rows.turn_values(name, one.turns)]
    insert_all(session, TurnRow, turns)
    searching.put(session, {name: one.turns for name, one in safe.items()})


def _forget(
    session: Session,
    ids: Collection[str],
    *tables: type[HeardRow | PartyRow | TurnRow | RedactedRow],
) -> None:
    for table in tables if ids else ():
        session.execute(
            delete(table)
            .where(among(session, table.conversation, ids))
            .execution_options(synchronize_session=False)
        )


def insert_all(session: Session, table: type[Table], values: Sequence[Mapping[str, Any]]) -> None:
    """Add rows, past the mapper: it takes longer over one than the database does."""
    if values:
        session.connection().execute(insert(table.__table__), values)  # type: ignore[attr-defined]


def _describe(row: ConversationRow, safe: SafeConversation) -> None:
    """Fill what the metadata left open with what was heard, for lists."""
    agent = next((p for p in safe.parties if p.role is Role.AGENT), None)
    row.agent_id = safe.metadata.agent_id or (agent.agent_id if agent else None)
    row.agent_name = safe.metadata.agent_name or (agent.name if agent else None)
    if safe.metadata.language is None:
        row.language = _main_language(safe.turns)


def _main_language(turns: Iterable[SafeTurn]) -> str | None:
    letters: dict[str, int] = {}
    for turn in turns:
        if turn.language:
            letters[turn.language] = letters.get(turn.language, 0) + len(turn.text)
    return max(sorted(letters), key=letters.__getitem__, default=None)


def turns(
    session: Session, id: str, *, first: int = 0, last: int | None = None, words: bool = True
) -> Iterator[SafeTurn]:
    """Read redacted turns back, from one place to another, both included."""
    some = {"conversation": id, "first": first, "last": LAST if last is None else last}
    for row in session.exec(_TURNS if words else _WORDLESS, params=some):
        yield rows.safe_turn(row, words=words)


def safe(
    session: Session, id: str, scope: Scope = EVERYTHING, *, words: bool = True
) -> SafeConversation:
    """Put the redacted conversation together, with or without each word's times.

    Raises
    ------
    NotFound : there is no such conversation, or it has not been heard.
    """
    row, heard = existing(session, id), session.get(HeardRow, id)
    if heard is None:
        raise NotFound(
            f"Conversation {id} has not been heard yet (it is {row.state}).",
            row.error_mend or "Run: qa work",
        )
    whole = rows.safe_conversation(
        row,
        heard,
        session.exec(_PARTIES, params={"conversation": id}),
        turns(session, id, words=words),
        session.exec(_REDACTED, params={"conversation": id}),
    )
    return scopes.unnamed(whole, row, scope, scopes.agents_seen(session, [id], scope))


def provenance(session: Session, id: str) -> tuple[Provenance, ...]:
    """Return how a conversation was heard; empty where it was not heard."""
    heard = session.get(HeardRow, id)
    return tuple(Provenance.model_validate(p) for p in heard.provenance) if heard else ()


def save_roles(session: Session, id: str, safe: SafeConversation, *, now: datetime) -> None:
    """Keep other parties and roles of a heard conversation; what was said stays."""
    row, heard = existing(session, id), session.get_one(HeardRow, id)
    for name, value in rows.heard_values(safe, ()).items():
        if name != "provenance":
            setattr(heard, name, value)
    _replace(session, {id: safe}, before=[id])
    row.triage, row.triage_reason, row.updated_at = safe.triage, safe.triage_reason, now
    _describe(row, safe)
    session.flush()


def freeze(session: Session, card: Card, *, now: datetime) -> None:
    """Keep the card's text as the score was made with it."""
    if session.get(ScorecardRow, card.ref.hash) is not None:
        return
    adding = postgresql.insert if is_postgres(session) else sqlite.insert
    # Another process may use it for the first time just now: whoever comes second waits, and
    # adds nothing.
    session.execute(
        adding(ScorecardRow)
        .values(
            hash=card.ref.hash,
            card=card.ref.id,
            version=card.ref.version,
            source=card.source,
            saved_at=now,
        )
        .on_conflict_do_nothing()
    )


def by_card(judged: Iterable[Judged]) -> list[tuple[Card, dict[str, Sequence[Assessment]]]]:
    """Return what was judged card by card, each by the ids of conversations."""
    found: dict[str, tuple[Card, dict[str, Sequence[Assessment]]]] = {}
    for one in judged:
        for card, made in one.made:
            found.setdefault(card.ref.hash, (card, {}))[1][one.job.id] = made
    return list(found.values())


def save_assessments(
    session: Session,
    card: Card,
    made: Mapping[str, Sequence[Assessment]],
    *,
    now: datetime,
    total: reviews.Total,
) -> None:
    """Keep what a card says of conversations, by id; what it said before stays as history."""
    for name in made:
        writable(session, name)
    freeze(session, card, now=now)
    session.execute(
        update(AssessmentRow)
        .where(
            among(session, AssessmentRow.conversation, made),
            col(AssessmentRow.card) == card.ref.id,
            col(AssessmentRow.current).is_(True),
        )
        .values(current=False)
        .execution_options(synchronize_session=False)
    )
    judged = [(_assessment_row(a, name, card, now), a) for name, some in made.items() for a in some]
    session.add_all(row for row, _ in judged)
    session.flush()  # which numbers them
    insert_all(
        session,
        FindingRow,
        [v for row, a in judged for v in rows.finding_values(row.id or 0, a.findings)],
    )
    reviewed = set(
        session.exec(
            select(OverrideRow.conversation).where(
                among(session, OverrideRow.conversation, made), col(OverrideRow.standing).is_(True)
            )
        )
    )
    for row, _ in judged:
        if row.conversation in reviewed:
            reviews.carry_over(session, row, total=total)
    waiting.settle(session, made)
    session.execute(
        update(WantRow)
        .where(among(session, WantRow.conversation, made), col(WantRow.card) == card.ref.id)
        .values(done_version=card.ref.version, done_hash=card.ref.hash, done_at=now)
        .execution_options(synchronize_session=False)
    )


def _assessment_row(made: Assessment, id: str, card: Card, now: datetime) -> AssessmentRow:
    return AssessmentRow(
        conversation=id,
        card=card.ref.id,
        card_version=card.ref.version,
        card_hash=card.ref.hash,
        party=made.party,
        machine=made.score.model_dump(mode="json"),
        provenance=made.provenance.model_dump(mode="json"),
        made_at=now,
        **rows.score_columns(made.score),
    )
