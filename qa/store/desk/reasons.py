"""Why conversations need a human: what their scores left open, and who asked for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum

from sqlmodel import Session, col, select

from qa.records import A_PERSON_ANSWERS, Record, Role, Score, ScoreStatus, Verdict
from qa.store.desk.asked import awaits
from qa.store.desk.tables import SecondLookRow
from qa.store.queue import among
from qa.store.tables import AssessmentRow, FindingRow, OverrideRow, PartyRow, State
from qa.store.views import ConversationSummary


class Reason(StrEnum):
    """Why, in the order in which they are told."""

    #: A critical fail is suspected.
    SUSPECTED = "suspected"
    #: The agent asked for a second look.
    SECOND_LOOK = "second_look"
    #: It could not be taken in, heard or judged.
    FAILED = "failed"
    #: It is not clear who the agent is.
    ROLES = "roles"
    #: A human's verdict rests on what is said otherwise now.
    AGAIN = "again"
    #: Questions that only a person can answer.
    PERSON = "person"
    #: Something was not heard well enough to decide.
    UNHEARD = "unheard"


class Why(Record):
    """One reason, and the items it is about."""

    reason: Reason
    items: tuple[str, ...] = ()


#: The items of each reason, by conversation.
_Found = dict[str, dict[Reason, list[str]]]


def reasons(
    session: Session, summaries: Sequence[ConversationSummary], *, me: str
) -> dict[str, tuple[Why, ...]]:
    """Return why each conversation needs a human, by id; nothing of hidden scores is told."""
    found: _Found = defaultdict(lambda: defaultdict(list))
    shown = [s.id for s in summaries if not s.blind]
    for conversation, item in session.exec(
        select(SecondLookRow.conversation, SecondLookRow.item)
        .where(among(session, SecondLookRow.conversation, shown), awaits(me))
        .order_by(col(SecondLookRow.id))
    ):
        found[conversation][Reason.SECOND_LOOK].append(item)
    _again(session, shown, found)
    _scores(session, shown, found)
    _roles(session, [s for s in summaries if not s.blind], found)
    for s in summaries:
        if s.state is State.FAILED:
            found[s.id][Reason.FAILED] = []
    return {
        name: tuple(
            Why(reason=reason, items=tuple(dict.fromkeys(why[reason])))
            for reason in Reason
            if reason in why
        )
        for name, why in found.items()
    }


def _again(session: Session, ids: Sequence[str], found: _Found) -> None:
    for conversation, item in session.exec(
        select(OverrideRow.conversation, OverrideRow.item)
        .where(
            among(session, OverrideRow.conversation, ids),
            col(OverrideRow.standing).is_(True),
            col(OverrideRow.confirm_again).is_(True),
        )
        .order_by(col(OverrideRow.id))
    ):
        found[conversation][Reason.AGAIN].append(item)


def _scores(session: Session, ids: Sequence[str], found: _Found) -> None:
    """Tell what current scores suspect and leave open, and why each item was left."""
    row = AssessmentRow
    made = session.exec(
        select(row.id, row.conversation, row.standing).where(
            among(session, row.conversation, ids),
            col(row.current).is_(True),
        )
    ).all()
    # By status they are told apart here: SQLite would look up all that have it.
    open_ = {ScoreStatus.CRITICAL_SUSPECTED, ScoreStatus.PROVISIONAL}
    open_made = [one for one in made if one[2]["status"] in open_]
    said = {
        (number, item): reason
        for number, item, reason in session.exec(
            select(FindingRow.assessment, FindingRow.item, FindingRow.reason).where(
                col(FindingRow.assessment).in_([number for number, _, _ in open_made]),
                col(FindingRow.standing) == Verdict.REVIEW,
            )
        )
    }
    for number, conversation, standing in open_made:
        score, why = Score.model_validate(standing), found[conversation]
        if score.suspected:
            why[Reason.SUSPECTED] += score.suspected
        for item in score.open_items:
            if item not in score.suspected:
                asked = said.get((number or 0, item), "").startswith(A_PERSON_ANSWERS)
                why[Reason.PERSON if asked else Reason.UNHEARD].append(item)


def _roles(session: Session, shown: Sequence[ConversationSummary], found: _Found) -> None:
    unscored = [
        s.id
        for s in shown
        if s.triage is None and any(x.status is ScoreStatus.NOT_SCORABLE for x in s.scores)
    ]
    if not unscored:
        return
    known = set(
        session.exec(
            select(PartyRow.conversation).where(
                among(session, PartyRow.conversation, unscored), PartyRow.role == Role.AGENT
            )
        )
    )
    for name in set(unscored) - known:
        found[name][Reason.ROLES] = []
