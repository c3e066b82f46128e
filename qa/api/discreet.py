"""What is told of teams to whom may not know how a single agent is.

Who may list conversations sees whose they are, so figures by agent tell nothing new there. A
program that has the right `figures` and not `list`, a wallboard for instance, is told of teams
and projects: of whole weeks that are over, without the parts that too few agents stand behind
(`qa.store.desk.figured.Least`). All that it can ask for is a sum of parts that are large
enough, so no two answers differ by a small one.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from qa.access import Principal, Right
from qa.errors import Forbidden, UsageError
from qa.store import Store
from qa.store.desk.figured import Basis, Question


def sees_people(who: Principal) -> bool:
    """Say whether somebody may know how each agent is whose figures they see."""
    return set(who.scope(Right.FIGURES).parts) <= set(who.scope(Right.LIST).parts)


def check_people(who: Principal) -> None:
    """Refuse figures of single agents.

    Raises
    ------
    Forbidden : they may see figures, and not whose conversations those are.
    """
    if not sees_people(who):
        raise Forbidden(
            f"{who.name} lacks the right 'list' for figures of single agents.",
            "Ask for figures by team or project, or an administrator for that right.",
        )


def told(question: Question, who: Principal, store: Store) -> Question:
    """Return the question as it is answered to somebody.

    Raises
    ------
    Forbidden : it is about single agents, whom they may not know of.
    UsageError : about samples alone: beside everything they would tell of what is small.
    """
    if sees_people(who):
        return question
    if question.agent is not None or question.joined is not None:
        check_people(who)
    if question.basis is not Basis.EVERYTHING:
        raise UsageError(
            "Figures of samples alone are for those who may list conversations.",
            "Leave `basis` out.",
        )
    since, until = _monday(question.since), _monday(min(question.until, datetime.now(UTC)))
    if until <= since:
        raise UsageError("No week of that time is over.", "Ask for weeks from Monday to Sunday.")
    return question.model_copy(
        update={"since": since, "until": until, "least": store.figures.least}
    )


def _monday(at: datetime) -> datetime:
    """Return when the week of a moment began, on this machine."""
    day = at.astimezone().date()
    return datetime.combine(day - timedelta(days=day.weekday()), time.min).astimezone()
