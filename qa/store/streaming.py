"""Reading very many conversations, a page of the database at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from sqlmodel import Session, col, select

from qa.access import EVERYTHING, Scope
from qa.records import Metadata, SafeConversation
from qa.store import database, lines, listing, rows, scopes
from qa.store.publishing import Publishing
from qa.store.queue import among
from qa.store.tables import (
    AssessmentRow,
    ConversationRow,
    FindingRow,
    HeardRow,
    OverrideRow,
    PartyRow,
    RedactedRow,
    TurnRow,
)
from qa.store.views import Depth, Filter, Kept, Standing

_Row = TypeVar("_Row", PartyRow, TurnRow, RedactedRow)

#: Conversations read at once: few enough to stay small with all their words, and enough that
#: the queries of a page do not count.
PAGE: dict[Depth, int] = {"summary": 500, "findings": 200, "all": 50}


class Streaming(Publishing):
    """The part of the `Store` that reads all there is, in constant memory."""

    def each(
        self,
        filter: Filter | None = None,
        *,
        depth: Depth = "summary",
        scope: Scope = EVERYTHING,
    ) -> Iterator[Kept]:
        """Yield conversations, newest first.

        Each page is read in a transaction of its own, so a reader that takes an hour holds
        nobody up. Pages follow one another by begin and id, which never change: nothing comes
        twice, and what is registered meanwhile may be missing.
        """
        wanted, after, more = filter or Filter(), None, True
        while more:
            with database.reading(self._engine) as session:
                found, after = listing.page_rows(
                    session, wanted, scope, after=after, limit=PAGE[depth], details=True
                )
                page = _page(session, found, depth, scope)
            yield from page
            more = after is not None


def _page(
    session: Session, found: Sequence[ConversationRow], depth: Depth, scope: Scope
) -> list[Kept]:
    ids = [row.id for row in found]
    judged = _standing(session, ids, scope) if depth != "summary" else {}
    heard = _heard(session, found, scope) if depth == "all" else {}
    return [
        Kept(
            summary=summary,
            metadata=scopes.main_unnamed(Metadata.model_validate(row.details), row, scope),
            assessments=tuple(judged.get(row.id, ())),
            conversation=heard.get(row.id),
        )
        for row, summary in zip(found, lines.summaries(session, found, scope), strict=True)
    ]


def _standing(session: Session, ids: Sequence[str], scope: Scope) -> dict[str, list[Standing]]:
    made = session.exec(
        select(AssessmentRow)
        .where(
            among(session, AssessmentRow.conversation, ids),
            col(AssessmentRow.current).is_(True),
            scopes.seen(scope, conversation=AssessmentRow.conversation, party=AssessmentRow.party),
        )
        .order_by(col(AssessmentRow.card), col(AssessmentRow.id))
    ).all()
    findings: dict[int, list[FindingRow]] = {}
    for finding in session.exec(
        select(FindingRow)
        .where(col(FindingRow.assessment).in_([row.id for row in made]))
        .order_by(col(FindingRow.assessment), col(FindingRow.place))
    ):
        findings.setdefault(finding.assessment, []).append(finding)
    overrides: dict[tuple[str, str, str], list[OverrideRow]] = {}
    for over in session.exec(
        select(OverrideRow)
        .where(among(session, OverrideRow.conversation, ids), col(OverrideRow.standing).is_(True))
        .order_by(col(OverrideRow.id))
    ):
        overrides.setdefault((over.conversation, over.card, over.party), []).append(over)
    standing: dict[str, list[Standing]] = {}
    for row in made:
        judged = findings.get(row.id or 0, [])
        items = {f.item for f in judged}
        marks = overrides.get((row.conversation, row.card, row.party or ""), [])
        one = Standing(
            assessment=rows.assessment(row, judged),
            overrides=tuple(rows.override(o) for o in marks if o.item in items),
            made_at=row.made_at,
        )
        standing.setdefault(row.conversation, []).append(one)
    return standing


def _heard(
    session: Session, found: Sequence[ConversationRow], scope: Scope
) -> dict[str, SafeConversation]:
    ids = [row.id for row in found]
    heard = {
        row.conversation: row
        for row in session.exec(select(HeardRow).where(among(session, HeardRow.conversation, ids)))
    }
    parties = _by_conversation(session, PartyRow, ids)
    turns = _by_conversation(session, TurnRow, ids)
    redacted = _by_conversation(session, RedactedRow, ids)
    known = scopes.agents_seen(session, ids, scope)
    return {
        row.id: scopes.unnamed(
            rows.safe_conversation(
                row,
                heard[row.id],
                parties.get(row.id, ()),
                map(rows.safe_turn, turns.get(row.id, ())),
                redacted.get(row.id, ()),
            ),
            row,
            scope,
            known,
        )
        for row in found
        if row.id in heard
    }


def _by_conversation(
    session: Session, table: type[_Row], ids: Sequence[str]
) -> dict[str, list[_Row]]:
    found: Iterable[_Row] = session.exec(
        select(table)
        .where(among(session, table.conversation, ids))
        .order_by(col(table.conversation), col(table.place))
    )
    return {name: list(rows) for name, rows in groupby(found, key=lambda row: row.conversation)}
