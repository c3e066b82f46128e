"""The lines of a list: what is shown of conversations beside what they themselves hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Row, Select, select
from sqlmodel import Session

from qa.access import Scope
from qa.records import CardRef, ItemKind, Role, Verdict
from qa.store.queue import among_given, given, is_postgres
from qa.store.scopes import blind, concerns, names_main_agent
from qa.store.tables import AssessmentRow, ConversationRow
from qa.store.views import ConversationSummary, ScoreLine

_TABLES = ConversationRow.metadata.tables
_NAMELESS = {"agent_id": None, "agent_name": None}
#: What a line copies.
_COPIED = tuple(set(ConversationSummary.model_fields) - {"wanted", "scores", "blind"})


class _Queries(NamedTuple):
    """The queries of the lines of a list, whichever those are."""

    #: By conversation:
    wanted: Select[Any]
    scores: Select[Any]
    agents: Select[Any]
    overrides: Select[Any]
    #: By assessment.
    failed: Select[Any]


def summaries(
    session: Session, found: Sequence[ConversationRow], scope: Scope
) -> list[ConversationSummary]:
    """Make the lines of a list, with a handful of queries however long it is."""
    ids = [row.id for row in found]
    covered = blind(session, ids, scope)
    scores = _score_lines(session, [one for one in ids if one not in covered], scope)
    wanted: dict[str, list[str]] = {}
    for conversation, card in _ask(session, _queries(is_postgres(session)).wanted, ids):
        wanted.setdefault(conversation, []).append(card)
    return [
        ConversationSummary.model_validate(
            {
                **_copied(row),
                "wanted": tuple(wanted.get(row.id, ())),
                "scores": tuple(scores.get(row.id, ())),
                "blind": row.id in covered,
                **({} if names_main_agent(row, scope) else _NAMELESS),
            }
        )
        for row in found
    ]


def _copied(row: ConversationRow) -> dict[str, Any]:
    """Return what a line copies: what was loaded as it is, since a row looks up each attribute."""
    held = vars(row)
    return {name: held[name] if name in held else getattr(row, name) for name in _COPIED}


def _score_lines(session: Session, ids: Sequence[str], scope: Scope) -> dict[str, list[ScoreLine]]:
    """Return the scores that a scope lets one see of conversations that it does not hide."""
    ask = _queries(is_postgres(session))
    scores = ask.scores
    if scope.agents or scope.nothing:  # else the conversations of a scope are whole
        made = AssessmentRow
        scores = scores.where(concerns(scope, conversation=made.conversation, party=made.party))
    found = _ask(session, scores, ids)
    failed: dict[int, list[str]] = {}
    for number, item in _ask(session, ask.failed, [row.id for row in found]):
        failed.setdefault(number, []).append(item)
    names = {
        (row.conversation, row.party): row.name or row.agent_id
        for row in _ask(session, ask.agents, ids)
    }
    overrides: dict[tuple[str, str, str], list[bool]] = {}
    for conversation, card, party, again in _ask(session, ask.overrides, ids):
        overrides.setdefault((conversation, card, party), []).append(again)
    lines: dict[str, list[ScoreLine]] = {}
    for row in found:
        marks = overrides.get((row.conversation, row.card, row.party or ""), [])
        agent = names.get((row.conversation, row.party or ""))
        lines.setdefault(row.conversation, []).append(
            _line(row, agent=agent, failed=failed.get(row.id, ()), marks=marks)
        )
    return lines


def _line(
    row: Row[Any], *, agent: str | None, failed: Collection[str], marks: Collection[bool]
) -> ScoreLine:
    # What is not copied into columns is read as it was stored, which took a check then.
    score = row.standing
    return ScoreLine(
        card=CardRef(id=row.card, version=row.card_version, hash=row.card_hash),
        party=row.party,
        agent=agent,
        status=row.status,
        total=row.total,
        raw=row.raw,
        low=row.low,
        high=row.high,
        passed=row.passed,
        failed=tuple(failed),
        review=tuple(dict.fromkeys((*score["suspected"], *score["open_items"]))),
        overrides=len(marks),
        confirm_again=sum(marks),
    )


def _ask(session: Session, query: Select[Any], of: Collection[Any]) -> Sequence[Any]:
    return session.execute(query, given(session, of)).all() if of else ()


@cache
def _queries(postgres: bool) -> _Queries:  # noqa: FBT001 - the one thing they depend on
    """Return the queries, built once: to build them takes longer than to answer them."""
    want, made, finding = (_TABLES[name].c for name in ("want", "assessment", "finding"))
    party, override = _TABLES["party"].c, _TABLES["override"].c
    return _Queries(
        wanted=select(want.conversation, want.card)
        .where(among_given(want.conversation, postgres=postgres), want.open.is_(True))
        .order_by(want.card),
        # Not the machine's score and how it was made: half of what a score weighs.
        scores=select(*(c for c in made if c.name not in {"machine", "provenance", "made_at"}))
        .where(among_given(made.conversation, postgres=postgres), made.current.is_(True))
        .order_by(made.card, made.id),
        agents=select(party.conversation, party.party, party.name, party.agent_id).where(
            among_given(party.conversation, postgres=postgres), party.role == Role.AGENT
        ),
        overrides=select(
            override.conversation, override.card, override.party, override.confirm_again
        ).where(among_given(override.conversation, postgres=postgres), override.standing.is_(True)),
        failed=select(finding.assessment, finding.item)
        .where(
            among_given(finding.assessment, Integer, postgres=postgres),
            finding.standing == Verdict.FAIL,
            # A missed bonus or piece of advice costs nothing: it is no failed item.
            finding.kind.in_([ItemKind.EARNS, ItemKind.DEDUCTS]),
        )
        .order_by(finding.assessment, finding.place),
    )
