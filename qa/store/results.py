"""What was heard and what was judged: written whole, read back as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from qa.access import EVERYTHING, Scope
from qa.errors import InputError, NotFound
from qa.records import Assessment, Heard, Party, Provenance, Role, SafeConversation, SafeTurn
from qa.store import queue, reviews, rows, scopes
from qa.store.tables import (
    AssessmentRow,
    ConversationRow,
    FindingRow,
    HeardRow,
    PartyRow,
    RedactedRow,
    ScorecardRow,
    TurnRow,
    WantRow,
)
from qa.store.views import Card


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


def save_heard(session: Session, id: str, heard: Heard, *, now: datetime) -> None:
    """Keep what was heard, in place of what was heard before. Only its safe half.

    Raises
    ------
    InputError : a text holds a character that no database keeps.
    """
    row, safe = existing(session, id), heard.safe
    if any("\x00" in turn.text for turn in safe.turns):
        raise InputError(
            f"{row.source}: its text holds NUL characters.",
            "Export the conversation again as UTF-8.",
        )
    session.execute(delete(HeardRow).where(col(HeardRow.conversation) == id))
    session.execute(
        insert(HeardRow).values(
            conversation=id, heard_at=now, **rows.heard_values(safe, heard.provenance)
        )
    )
    _replace(session, id, safe.parties, safe.turns)
    session.execute(delete(RedactedRow).where(col(RedactedRow.conversation) == id))
    if safe.redacted:
        session.execute(insert(RedactedRow), rows.redacted_values(id, safe.redacted))
    row.duration = safe.duration
    row.layout = safe.audio.layout if safe.audio else None
    row.triage, row.triage_reason = safe.triage, safe.triage_reason
    row.updated_at = now
    queue.set_heard(row)
    _describe(row, safe)


def _replace(
    session: Session, id: str, parties: Sequence[Party], turns: Sequence[SafeTurn]
) -> None:
    session.execute(delete(PartyRow).where(col(PartyRow.conversation) == id))
    session.execute(delete(TurnRow).where(col(TurnRow.conversation) == id))
    if parties:
        session.execute(insert(PartyRow), rows.party_values(id, parties))
    if turns:
        session.execute(insert(TurnRow), rows.turn_values(id, turns))


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
    query = select(TurnRow).where(TurnRow.conversation == id, col(TurnRow.place) >= first)
    if last is not None:
        query = query.where(col(TurnRow.place) <= last)
    if not words:
        # Most of what a turn weighs.
        query = query.options(defer(TurnRow.words))  # type: ignore[arg-type]  # it is a column
    for row in session.exec(query.order_by(col(TurnRow.place))):
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
        session.exec(
            select(PartyRow).where(PartyRow.conversation == id).order_by(col(PartyRow.place))
        ),
        turns(session, id, words=words),
        session.exec(
            select(RedactedRow)
            .where(RedactedRow.conversation == id)
            .order_by(col(RedactedRow.place))
        ),
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
    _replace(session, id, safe.parties, safe.turns)
    row.triage, row.triage_reason, row.updated_at = safe.triage, safe.triage_reason, now
    _describe(row, safe)
    session.flush()


def freeze(session: Session, card: Card, *, now: datetime) -> None:
    """Keep the card's text as the score was made with it."""
    if session.get(ScorecardRow, card.ref.hash) is None:
        session.add(
            ScorecardRow(
                hash=card.ref.hash,
                card=card.ref.id,
                version=card.ref.version,
                source=card.source,
                saved_at=now,
            )
        )
        session.flush()


def save_assessments(
    session: Session,
    id: str,
    card: Card,
    assessments: Sequence[Assessment],
    *,
    now: datetime,
    total: reviews.Total,
) -> None:
    """Keep what a card says of a conversation; what it said before stays as history."""
    existing(session, id)
    freeze(session, card, now=now)
    session.execute(
        update(AssessmentRow)
        .where(
            col(AssessmentRow.conversation) == id,
            col(AssessmentRow.card) == card.ref.id,
            col(AssessmentRow.current).is_(True),
        )
        .values(current=False)
    )
    for made in assessments:
        machine = made.score.model_dump(mode="json")
        row = AssessmentRow(
            conversation=id,
            card=card.ref.id,
            card_version=card.ref.version,
            card_hash=card.ref.hash,
            party=made.party,
            machine=machine,
            provenance=made.provenance.model_dump(mode="json"),
            made_at=now,
            **rows.score_columns(made.score),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        if made.findings:
            session.execute(insert(FindingRow), rows.finding_values(row.id, made.findings))
        reviews.carry_over(session, row, total=total)
    session.execute(
        update(WantRow)
        .where(col(WantRow.conversation) == id, col(WantRow.card) == card.ref.id)
        .values(done_version=card.ref.version, done_hash=card.ref.hash, done_at=now)
    )
