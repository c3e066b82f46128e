"""Humans' verdicts beside the machine's.

A verdict belongs to a conversation, an item, a card's id and a party, not to one
assessment: it outlives a re-score. It was made on what the machine said and
quoted then; a digest of that is its basis. When a re-score says or quotes
something else, the verdict still stands, marked "confirm again".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Integer, String, bindparam, update
from sqlmodel import Session, col, select

from qa.access import EVERYTHING, Scope
from qa.errors import NotFound, UnknownName, UsageError
from qa.records import Evidence, EvidenceKind, Finding, Override, Score, Verdict
from qa.store import rows
from qa.store.desk import waiting
from qa.store.scopes import seen, settled
from qa.store.tables import AssessmentRow, FindingRow, OverrideRow, ScorecardRow
from qa.store.views import Reviewed, ReviewEvent

#: (the card's text, findings, overrides) -> the score that stands.
Total = Callable[[str, Sequence[Finding], Sequence[Override]], Score]

# Built once: to build a query takes longer than to answer one of these.
_ID = bindparam("conversation", type_=String)
_CURRENT = (
    select(AssessmentRow)
    .where(AssessmentRow.conversation == _ID, col(AssessmentRow.current).is_(True))
    .order_by(col(AssessmentRow.card), col(AssessmentRow.id))
)
_FINDINGS = (
    select(FindingRow)
    .where(FindingRow.assessment == bindparam("assessment", type_=Integer))
    .order_by(col(FindingRow.place))
)
_OVERRIDES = (
    select(OverrideRow)
    .where(
        OverrideRow.conversation == _ID,
        OverrideRow.card == bindparam("card", type_=String),
        OverrideRow.party == bindparam("party", type_=String),
    )
    .order_by(col(OverrideRow.id))
)
_FULL = {Verdict.PASS: 1.0, Verdict.FAIL: 0.0, Verdict.NOT_APPLICABLE: None}


def add_up(source: str, findings: Sequence[Finding], overrides: Sequence[Override]) -> Score:
    """Add findings and overrides up by a card's text."""
    from qa import scoring  # noqa: PLC0415 - a list needs no arithmetic

    card = scoring.load_scorecard(source, name="the score's own scorecard")
    return scoring.total(card, findings, overrides)


def basis(finding: Finding) -> str:
    """Return the digest of what a human's verdict on a finding rests on.

    The machine's verdict and the words it shows: those it found, else the nearest
    it came to, and measured stretches. Windows and match scores are left out, so
    that a verdict survives a change of neither words nor answer.
    """
    hits = [e for e in finding.evidence if e.kind is EvidenceKind.HIT]
    shown = hits or [e for e in finding.evidence if e.kind is EvidenceKind.NEAR_MISS]
    shown += [e for e in finding.evidence if e.kind is EvidenceKind.METRIC]
    content = json.dumps([finding.verdict, [_shown(e) for e in shown]], ensure_ascii=False)
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()


def _shown(evidence: Evidence) -> list[object]:
    if evidence.kind is EvidenceKind.METRIC:
        return [
            evidence.rule,
            *(None if t is None else round(t, 1) for t in (evidence.start, evidence.end)),
        ]
    return [evidence.turn, evidence.quote]


def checked_value(verdict: Verdict, value: float | None) -> float | None:
    """Return the value a verdict counts with.

    Raises
    ------
    UsageError : no verdict a human gives, or a value that does not fit it.
    """
    if verdict is Verdict.PARTIAL:
        if value is None or not 0 < value < 1:
            raise UsageError(
                "A partial verdict needs a value between 0 and 1.", "Give one, such as 0.5."
            )
        return value
    if verdict not in _FULL:
        raise UsageError(
            f"'{verdict}' is no verdict of a human.",
            "Known: pass, partial, fail, not_applicable.",
        )
    if value is not None and value != _FULL[verdict]:
        raise UsageError(
            f"A value of {value} does not fit the verdict '{verdict}'.", "Leave the value out."
        )
    return _FULL[verdict]


def override(
    session: Session,
    row: AssessmentRow,
    item: str,
    verdict: Verdict,
    *,
    value: float | None,
    comment: str,
    who: str,
    now: datetime,
    total: Total,
) -> None:
    """Put a human's verdict on an item of an assessment, in place of an earlier one.

    Raises
    ------
    UnknownName, UsageError : see `put`.
    """
    put(session, row, item, verdict, value=value, comment=comment, who=who, now=now)
    settle(session, row, total=total)


def put(
    session: Session,
    row: AssessmentRow,
    item: str,
    verdict: Verdict,
    *,
    value: float | None,
    comment: str,
    who: str,
    now: datetime,
) -> None:
    """Put a human's verdict on an item; what it comes to is worked out by `settle`.

    Raises
    ------
    UnknownName : the assessment has no such item.
    UsageError : no verdict a human gives, or a value that does not fit it.
    """
    findings = findings_of(session, row)
    found = next((f for f in findings if f.item == item), None)
    if found is None:
        raise UnknownName("item", item, [f.item for f in findings])
    counted = checked_value(verdict, value)
    _set_aside(session, row, item)
    session.add(
        OverrideRow(
            conversation=row.conversation,
            card=row.card,
            item=item,
            party=row.party or "",
            verdict=verdict,
            value=counted,
            comment=comment,
            who=who,
            at=now,
            basis=basis(rows.finding(found)),
        )
    )
    session.flush()


def undo(
    session: Session, row: AssessmentRow, item: str, *, who: str, now: datetime, total: Total
) -> None:
    """Take the human's verdict on an item back: the machine's stands again.

    Raises
    ------
    NotFound : no human's verdict stands on it.
    """
    standing = next((o for o in standing_of(session, row) if o.item == item), None)
    if standing is None:
        raise NotFound(
            f"No human's verdict stands on '{item}' of {row.conversation}.",
            "There is nothing to undo.",
        )
    standing.standing, standing.undone_at, standing.undone_by = False, now, who
    session.flush()
    settle(session, row, total=total)


def _set_aside(session: Session, row: AssessmentRow, item: str) -> None:
    session.execute(
        update(OverrideRow)
        .where(
            col(OverrideRow.conversation) == row.conversation,
            col(OverrideRow.card) == row.card,
            col(OverrideRow.party) == (row.party or ""),
            col(OverrideRow.item) == item,
            col(OverrideRow.standing).is_(True),
        )
        .values(standing=False)
    )


def carry_over(session: Session, row: AssessmentRow, *, total: Total) -> None:
    """Let the humans' verdicts on earlier assessments stand on a new one."""
    standing = standing_of(session, row)
    if not standing:
        return
    now_said = {f.item: basis(rows.finding(f)) for f in findings_of(session, row)}
    for over in standing:
        if over.item in now_said:
            over.confirm_again = over.basis != now_said[over.item]
    session.flush()
    settle(session, row, total=total)


def settle(session: Session, row: AssessmentRow, *, total: Total) -> None:
    """Work out the score that stands and the verdicts that stand.

    An item that the card no longer has keeps its verdict, without effect.
    """
    findings = findings_of(session, row)
    over = {o.item: o for o in standing_of(session, row)}
    for finding in findings:
        mine = over.get(finding.item)
        finding.standing = mine.verdict if mine else finding.verdict
    used = [rows.override(over[f.item]) for f in findings if f.item in over]
    source = card_source(session, row.card_hash)
    score = total(source, [rows.finding(f) for f in findings], used) if used else _machine(row)
    for name, value in rows.score_columns(score).items():
        setattr(row, name, value)
    waiting.settle(session, [row.conversation])


def _machine(row: AssessmentRow) -> Score:
    return Score.model_validate(row.machine)


def card_source(session: Session, hash: str) -> str:
    """Return the text of the card that a score was made with.

    Raises
    ------
    NotFound : no score was ever made with it.
    """
    row = session.get(ScorecardRow, hash)
    if row is None:
        raise NotFound(f"No score was made with a scorecard {hash}.", "See: qa scorecard list")
    return row.source


def findings_of(session: Session, row: AssessmentRow) -> list[FindingRow]:
    """Return an assessment's findings in the card's order."""
    return list(session.exec(_FINDINGS, params={"assessment": row.id}))


def standing_of(session: Session, row: AssessmentRow) -> list[OverrideRow]:
    """Return the human verdicts that stand for an assessment's card and party."""
    return [o for o in _all_of(session, row) if o.standing]


def _all_of(session: Session, row: AssessmentRow) -> list[OverrideRow]:
    of = {"conversation": row.conversation, "card": row.card, "party": row.party or ""}
    return list(session.exec(_OVERRIDES, params=of))


def current(
    session: Session,
    id: str,
    card: str | None = None,
    *,
    party: str | None = None,
    scope: Scope = EVERYTHING,
) -> list[AssessmentRow]:
    """Return a conversation's assessments that count and are seen, by card and agent."""
    scope, query = settled(session, id, scope), _CURRENT
    if scope.reviewer or scope.agents or scope.nothing:  # else all of it is seen
        made = AssessmentRow
        query = query.where(seen(scope, conversation=made.conversation, party=made.party))
    if card is not None:
        query = query.where(AssessmentRow.card == card)
    if party is not None:
        query = query.where(AssessmentRow.party == party)
    return list(session.exec(query, params={"conversation": id}))


def the_one(
    session: Session, id: str, card: str, party: str | None, *, scope: Scope = EVERYTHING
) -> AssessmentRow:
    """Return the one assessment that is meant, of those that are seen.

    Raises
    ------
    NotFound : the card has not judged this conversation.
    UsageError : it judged several agents, and none was named.
    """
    found = current(session, id, card, party=party, scope=scope)
    if not found:
        about = f" of {party}" if party else ""
        raise NotFound(f"Conversation {id} has no score by '{card}'{about}.", f"Run: qa score {id}")
    if len(found) > 1:
        raise UsageError(
            f"'{card}' judged several agents of conversation {id}.",
            f"Name one: {', '.join(row.party or '-' for row in found)}.",
        )
    return found[0]


def reviewed(session: Session, row: AssessmentRow) -> Reviewed:
    """Put an assessment, the humans' verdicts and their history side by side."""
    assert row.id is not None
    findings = findings_of(session, row)
    items = {f.item for f in findings}
    overrides = [o for o in _all_of(session, row) if o.item in items]
    return Reviewed(
        number=row.id,
        assessment=rows.assessment(row, findings),
        overrides=tuple(rows.override(o) for o in overrides if o.standing),
        score=Score.model_validate(row.standing),
        history=tuple(_history(session, row, overrides)),
        made_at=row.made_at,
    )


def _history(
    session: Session, row: AssessmentRow, overrides: Sequence[OverrideRow]
) -> list[ReviewEvent]:
    touched = {o.item for o in overrides}
    if not touched:
        return []
    scored = session.exec(
        select(AssessmentRow, FindingRow)
        .where(
            AssessmentRow.conversation == row.conversation,
            AssessmentRow.card == row.card,
            AssessmentRow.party == row.party,
            FindingRow.assessment == AssessmentRow.id,
            col(FindingRow.item).in_(touched),
        )
        .order_by(col(AssessmentRow.id), col(FindingRow.place))
    )
    events = [
        ReviewEvent.model_validate(
            {
                "at": a.made_at,
                "who": "",
                "action": "scored",
                "item": f.item,
                "verdict": f.verdict,
                "value": f.value,
                "version": a.card_version,
            }
        )
        for a, f in scored
    ]
    events += [
        ReviewEvent.model_validate(
            {
                "at": o.at,
                "who": o.who,
                "action": "override",
                "item": o.item,
                "verdict": o.verdict,
                "value": o.value,
                "comment": o.comment,
            }
        )
        for o in overrides
    ]
    events += [
        ReviewEvent.model_validate(
            {
                "at": o.undone_at,
                "who": o.undone_by,
                "action": "undo",
                "item": o.item,
                "verdict": o.verdict,
                "value": o.value,
            }
        )
        for o in overrides
        if o.undone_at is not None
    ]
    return sorted(events, key=lambda e: e.at)
