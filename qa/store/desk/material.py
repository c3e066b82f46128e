"""What moments are made of, read for many conversations at once: a handful of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from qa.records import Evidence, EvidenceKind, Role, SafeTurn, Verdict
from qa.store import rows
from qa.store.desk.tables import SoundConsentRow, StarRow
from qa.store.queue import among
from qa.store.tables import AssessmentRow, FindingRow, PartyRow, TurnRow


class Spoken(NamedTuple):
    """A turn without its words' times, which are most of what it weighs."""

    place: int
    party: str
    role: Role
    text: str
    start: float | None
    end: float | None
    language: str


@dataclass
class Material:
    """What is known of one conversation."""

    turns: list[Spoken] = field(default_factory=list)
    parties: list[PartyRow] = field(default_factory=list)
    #: Turns that somebody starred.
    stars: set[int] = field(default_factory=set)
    #: Evidence of verdicts that say that something went wrong, found or measured, by verdict.
    wrong: list[list[Evidence]] = field(default_factory=list)
    #: Agents who let their sound be used.
    consents: set[str] = field(default_factory=set)


def read(session: Session, ids: Collection[str]) -> dict[str, Material]:
    """Read what is known of conversations."""
    found = {name: Material() for name in ids}
    if not found:
        return found
    turn, made = TurnRow, AssessmentRow
    for name, *about in session.execute(
        columns(
            col(turn.conversation), col(turn.place), col(turn.party), col(turn.role),
            col(turn.text), col(turn.starts), col(turn.ends), col(turn.language),
        )
        .where(among(session, turn.conversation, ids))
        .order_by(col(turn.conversation), col(turn.place))
    ):  # fmt: skip
        place, party, role, *rest = about
        found[name].turns.append(Spoken(place, party, Role(role), *rest))
    for one in session.exec(select(PartyRow).where(among(session, PartyRow.conversation, ids))):
        found[one.conversation].parties.append(one)
    for name, stars in starred_turns(session, ids).items():
        found[name].stars.update(stars)
    for name, agent in session.exec(
        select(SoundConsentRow.conversation, SoundConsentRow.agent).where(
            among(session, SoundConsentRow.conversation, ids)
        )
    ):
        found[name].consents.add(agent)
    for name, evidence in session.exec(
        select(made.conversation, FindingRow.evidence)
        .join(made, col(made.id) == FindingRow.assessment)
        .where(
            among(session, made.conversation, ids),
            col(made.current).is_(True),
            col(FindingRow.standing).in_((Verdict.PARTIAL, Verdict.FAIL)),
        )
    ):
        all_of_it = map(Evidence.model_validate, evidence)
        # What was not said is not heard.
        heard = {EvidenceKind.HIT, EvidenceKind.METRIC}
        found[name].wrong.append([one for one in all_of_it if one.kind in heard])
    return found


def turns_of(
    session: Session, wanted: Collection[tuple[str, int]]
) -> dict[tuple[str, int], SafeTurn]:
    """Read turns of any conversations with their words, by conversation and place."""
    # Pairs would be looked for among all turns on SQLite; so a few are read that nobody wants.
    found = session.exec(
        select(TurnRow).where(
            among(session, TurnRow.conversation, {name for name, _ in wanted}),
            col(TurnRow.place).in_(sorted({place for _, place in wanted})),
        )
    )
    turns = (((row.conversation, row.place), row) for row in found)
    return {place: rows.safe_turn(row) for place, row in turns if place in wanted}


def starred_turns(session: Session, ids: Iterable[str]) -> dict[str, frozenset[int]]:
    """Return which turns of conversations somebody starred."""
    found: dict[str, set[int]] = {}
    query = columns(col(StarRow.conversation), col(StarRow.turn)).where(
        among(session, StarRow.conversation, list(ids))
    )
    for conversation, turn in session.execute(query):
        found.setdefault(conversation, set()).add(turn)
    return {name: frozenset(turns) for name, turns in found.items()}
