"""Blind verdicts: given before the machine's were seen, and kept beside them.

A conversation that was drawn to be judged blind shows a reviewer neither what the machine
said nor what others said, until their own verdict stands on every item (`qa.store.scopes.hidden`).
Agreement is measured on those verdicts alone: who has seen an answer tends to agree with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from qa.access import Scope
from qa.errors import UsageError
from qa.records import CardRef, ItemKind, Record, Verdict
from qa.store import changes, database, reviews, rows
from qa.store.desk.keeping import hidden_from, hidden_in, save_review
from qa.store.desk.tables import BlindRow
from qa.store.tables import AssessmentRow, FindingRow


class Asked(Record):
    """One item as a card asks it, before anybody has answered."""

    item: str
    section: str
    ask: str
    kind: ItemKind
    weight: float
    critical: str | None


class Sheet(Record):
    """A card to be filled in, for one agent's part of a conversation."""

    card: CardRef
    party: str | None
    items: tuple[Asked, ...]


class Given(Record):
    """A human's own verdict on an item."""

    card: str
    party: str | None = None
    item: str
    verdict: Verdict
    #: Of a partial verdict, between 0 and 1.
    value: float | None = None
    comment: str = ""


class Blind:
    """The part of the store that knows blind verdicts.

    Parameters
    ----------
    total : adds findings and overrides up by a card's text.
    """

    def __init__(
        self, engine: Engine, *, clock: Callable[[], datetime], total: reviews.Total
    ) -> None:
        self._engine = engine
        self._now = clock
        self._total = total

    def hides(self, id: str, scope: Scope) -> bool:
        """Say whether somebody is to judge a conversation before they see what others said."""
        with database.reading(self._engine) as session:
            return bool(hidden_in(session, [id], scope))

    def sheets(self, id: str) -> tuple[Sheet, ...]:
        """Return the cards of a conversation as they are asked, without any answer."""
        with database.reading(self._engine) as session:
            return tuple(
                _sheet(row, reviews.findings_of(session, row))
                for row in reviews.current(session, id)
            )

    def save(self, id: str, given: Sequence[Given], *, who: str, seen: str | None = None) -> None:
        """Keep a reviewer's own verdicts, and what the machine had said; then both are shown.

        They stand beside the machine's like any human's, where no other human's does.

        Raises
        ------
        NotFound : there is no such conversation.
        Stale : it is another version by now.
        UsageError : nothing hides it from them, an item is missing, or a verdict cannot be used.
        """
        mine = {(g.card, g.party or "", g.item): g for g in given}
        now = self._now()
        with database.writing(self._engine) as session:
            changes.note(session, id, "reviewed", who=who, detail={}, now=now, seen=seen)
            if not hidden_from(session, [id], who):
                raise UsageError(
                    f"Conversation {id} is not to be judged blind by {who}.",
                    "Their verdicts were saved before, or nobody drew it for that.",
                )
            judged = reviews.current(session, id)
            _check_whole(session, judged, mine)
            numbers = save_review(session, id, who=who, now=now, blind=True)
            for row in judged:
                self._keep_blind(session, row, numbers, mine, who=who, now=now)

    def _keep_blind(
        self,
        session: Session,
        row: AssessmentRow,
        numbers: Mapping[tuple[str, str], int],
        given: Mapping[tuple[str, str, str], Given],
        *,
        who: str,
        now: datetime,
    ) -> None:
        party = row.party or ""
        taken = {o.item for o in reviews.standing_of(session, row)}
        for finding in reviews.findings_of(session, row):
            mine = given[row.card, party, finding.item]
            session.add(
                BlindRow(
                    review=numbers[row.card, party],
                    item=finding.item,
                    verdict=mine.verdict,
                    value=reviews.checked_value(mine.verdict, mine.value),
                    comment=mine.comment,
                    machine=finding.verdict,
                    card_hash=row.card_hash,
                )
            )
            if finding.item not in taken:
                detail = {"card": row.card, "item": finding.item, "verdict": mine.verdict.value}
                changes.note(session, row.conversation, "override", who=who, detail=detail, now=now)
                reviews.put(
                    session, row, finding.item, mine.verdict, value=mine.value,
                    comment=mine.comment, who=who, now=now,
                )  # fmt: skip
        reviews.settle(session, row, total=self._total)


def _check_whole(
    session: Session,
    judged: Sequence[AssessmentRow],
    given: Mapping[tuple[str, str, str], Given],
) -> None:
    asked = {
        (row.card, row.party or "", finding.item)
        for row in judged
        for finding in reviews.findings_of(session, row)
    }
    missing = sorted({item for _, _, item in asked - given.keys()})
    if missing:
        raise UsageError(
            f"A verdict is missing on: {', '.join(missing)}.",
            "Give one on every item; not_applicable where it does not apply.",
        )
    unknown = sorted({item for _, _, item in given.keys() - asked})
    if unknown:
        raise UsageError(
            f"Nothing asks for: {', '.join(unknown)}.",
            "The conversation may have been scored again meanwhile: load it again.",
        )
    for each in given.values():
        reviews.checked_value(each.verdict, each.value)


def _sheet(row: AssessmentRow, findings: Sequence[FindingRow]) -> Sheet:
    return Sheet(
        card=rows.card_ref(row),
        party=row.party,
        items=tuple(
            Asked(
                item=f.item,
                section=f.section,
                ask=f.ask,
                kind=ItemKind(f.kind),
                weight=f.weight,
                critical=f.critical,
            )
            for f in findings
        ),
    )
