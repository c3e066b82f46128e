"""Figures of agents, teams and projects: how they are, not who is best.

They rest on everything, or on what was drawn by chance, never on conversations that were
picked for how they went. Team outcomes and test calls (tag `mystery`) are nobody's, and
only whom the roster knows is an agent. Lines are ordered by name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from qa.access import EVERYTHING, Scope
from qa.store import database, listing
from qa.store.desk import figuring
from qa.store.desk.estimates import Sums, share
from qa.store.desk.figured import (
    By,
    CardCount,
    ItemCell,
    ItemLine,
    Items,
    Least,
    LeftOut,
    Line,
    Question,
    Sheet,
    Show,
    Tally,
    line,
)
from qa.store.lines import summaries
from qa.store.people_tables import AgentRow
from qa.store.scopes import within
from qa.store.tables import AssessmentRow, ConversationRow, FindingRow
from qa.store.views import Page

#: Items are looked at over as many whole weeks, the newest, as hold so many conversations:
#: each has dozens of verdicts.
MOST_FOR_ITEMS = 2_000

_Rows = dict[str | None, dict[int, Tally]]


class Figures:
    """The part of the store that adds up."""

    def __init__(self, engine: Engine, *, least: Least) -> None:
        self._engine = engine
        #: What is told to whom may not know how a single agent is.
        self.least = least

    def sheet(
        self, question: Question, *, by: By | None = None, scope: Scope = EVERYTHING
    ) -> Sheet:
        """Return figures by agent, team or project, and of all together, each by week.

        Together is more than the sum where a conversation had several agents, which count
        for each of them: of all together it is one.
        """
        with database.reading(self._engine) as session:
            cards, left_out = cards_of(session, question, scope)
            question = with_card(question, cards)
            found = _tallies(session, question, scope, by=by)
            if by == "agent":  # a conversation may have had several
                together = _tallies(session, question, scope, by=None)
            else:
                together = _together(found)
            lines = _lines(session, question, found, by=by) if by else ()
            (whole,) = _lines(session, question, together, by=None)
        without = left_out.get(question.card, LeftOut())
        if question.least is not None:
            n = next((c.conversations for c in cards if c.card == question.card), 0)
            without = without.model_copy(update={"small": n - whole.whole.conversations})
        return Sheet(
            question=question, by=by, cards=cards, lines=lines, whole=whole, left_out=without
        )

    def items(
        self, question: Question, *, by_agent: bool = False, scope: Scope = EVERYTHING
    ) -> Items:
        """Return how often each item of the card failed, by week or by agent.

        Its span is cut to the newest whole weeks that hold `MOST_FOR_ITEMS` conversations, at
        least to one week; the answer's question says to which.
        """
        with database.reading(self._engine) as session:
            question = _resolved(session, question, scope)
            question, n = cut(session, question, scope)
            return _items(session, question, scope, by_agent=by_agent, n=n)

    def conversations(
        self,
        question: Question,
        *,
        show: Show = Show.ALL,
        item: str = "",
        after: str | None = None,
        limit: int = 50,
        scope: Scope = EVERYTHING,
        listed: Scope = EVERYTHING,
    ) -> Page:
        """Return the conversations behind a figure, newest first.

        Parameters
        ----------
        item : of the shows "item" and "item_failed".
        scope, listed : of whose figures are seen, and of who is seen in lists.

        Raises
        ------
        UsageError : `after` is not what a page gave.
        """
        with database.reading(self._engine) as session:
            question = _resolved(session, question, scope)
            if show in {Show.ITEM, Show.ITEM_FAILED}:
                rows = figuring.items(question, scope)
                fits = rows.c.item == item
                if show is Show.ITEM_FAILED:
                    fits &= rows.c.failed == 1
            else:
                rows = figuring.each(question, scope)
                fits = figuring.shown(rows, show)
            lane = (
                col(ConversationRow.id).in_(select(rows.c.id).where(fits)),
                within(listed),
            )
            found, place = listing.page_of_lanes(session, [lane], after=after, limit=limit)
            shown = summaries(session, found, listed)
        return Page(items=tuple(shown), next=place)

    def name(self, agent: str) -> str:
        """Return an agent's name by the roster, their id where it has none."""
        with database.reading(self._engine) as session:
            return names_of(session).get(agent, agent)


def cards_of(
    session: Session, question: Question, scope: Scope
) -> tuple[tuple[CardCount, ...], dict[str, LeftOut]]:
    """Return the cards of the span, the most used first, and what each leaves out."""
    found = session.execute(figuring.census(question, scope)).all()
    cards = [CardCount(card=card, conversations=n) for card, n, _, _ in found if n]
    left_out = {c: LeftOut(mystery=ours, together=both) for c, _, ours, both in found}
    return tuple(sorted(cards, key=lambda c: (-c.conversations, c.card))), left_out


def with_card(question: Question, cards: tuple[CardCount, ...]) -> Question:
    """Return the question with the card most used where it names none."""
    if question.card or not cards:
        return question
    return question.model_copy(update={"card": cards[0].card})


def _resolved(session: Session, question: Question, scope: Scope) -> Question:
    if question.card:
        return question
    cards, _ = cards_of(session, question, scope)
    return with_card(question, cards)


def _tallies(session: Session, question: Question, scope: Scope, *, by: By | None) -> _Rows:
    """Add up by key and week; the span before is asked for at once, as week 0."""
    whole = question.model_copy(update={"since": question.before.since})
    edges = [week[0] for week in question.weeks]
    found: _Rows = {} if by else {"": {}}
    for key, week, n, scored, total, squares, passed, critical, open_ in session.execute(
        figuring.sums(figuring.each(whole, scope, by=by, edges=edges))
    ):
        found.setdefault(key or (None if by else ""), {})[week] = Tally(
            conversations=n,
            scored=Sums(n=scored, total=float(total or 0), squares=float(squares or 0)),
            passed=passed,
            critical=critical,
            open=open_,
            not_scorable=n - scored - open_,
        )
    return found


def _together(found: _Rows) -> _Rows:
    """Add up all lines: each conversation is of one of them."""
    weeks: dict[int, Tally] = {}
    for line_ in found.values():
        for week, tally in line_.items():
            weeks[week] = weeks.get(week, Tally()) + tally
    return {"": weeks}


def _lines(
    session: Session, question: Question, found: _Rows, *, by: By | None
) -> tuple[Line, ...]:
    """Make the lines of what was added up, by name."""
    names = names_of(session) if by == "agent" else {}
    made = [
        line(
            key,
            names.get(key or "", key or ""),
            question,
            [weeks.get(n, Tally()) for n in range(1, len(question.weeks) + 1)],
            weeks.get(0, Tally()),
        )
        for key, weeks in found.items()
        if not by or any(weeks.keys() - {0})
    ]
    return tuple(sorted(made, key=lambda x: (x.key is None, x.name.casefold(), x.key or "")))


def names_of(session: Session) -> Mapping[str, str]:
    """Return agents' names by id: those of the newest entry."""
    query = select(AgentRow.agent_id, AgentRow.name).order_by(
        col(AgentRow.valid_from).is_not(None), col(AgentRow.valid_from), col(AgentRow.id)
    )
    return dict(session.execute(query).all())


def cut(session: Session, question: Question, scope: Scope) -> tuple[Question, int]:
    """Return the question over as many of its newest weeks as can be looked at item by item."""
    edges = [week[0] for week in question.weeks[1:]]
    rows = figuring.sums(figuring.each(question, scope, edges=edges))
    by_week = {week: n for _, week, n, *_ in session.execute(rows)}
    since, n = question.weeks[-1][0], by_week.get(len(edges), 0)
    for number in range(len(edges) - 1, -1, -1):
        if n + by_week.get(number, 0) > MOST_FOR_ITEMS:
            break
        since, n = question.weeks[number][0], n + by_week.get(number, 0)
    return question.model_copy(update={"since": since}), n


def _items(session: Session, question: Question, scope: Scope, *, by_agent: bool, n: int) -> Items:
    weeks = question.weeks
    rows = figuring.items(question, scope, edges=[w[0] for w in weeks[1:]], by_agent=by_agent)
    c = rows.c
    query = select(c.item, c.column, func.count(), func.sum(c.failed)).group_by(c.item, c.column)
    found = {(item, column): (k, n) for item, column, n, k in session.execute(query)}
    names = names_of(session) if by_agent else {}
    columns: list[tuple[int | str, str]] = (
        sorted(
            {(key, names.get(key, key)) for _, key in found if key is not None},
            key=lambda c: (c[1].casefold(), c[0]),
        )
        if by_agent
        else [(number, week[0].isoformat()) for number, week in enumerate(weeks)]
    )

    def cell(item: str, column: int | str) -> ItemCell:
        since, until = (question.since, question.until) if by_agent else weeks[int(column)]
        agent = str(column) if by_agent else None
        k, n = found.get((item, column), (0, 0))
        return ItemCell(since=since, until=until, failed=share(k, n), agent=agent)

    def whole(item: str) -> ItemCell:
        pairs = [pair for (name, _), pair in found.items() if name == item]
        failed = share(sum(k for k, _ in pairs), sum(n for _, n in pairs))
        return ItemCell(since=question.since, until=question.until, failed=failed)

    return Items(
        question=question,
        by="agent" if by_agent else "week",
        heads=tuple(head for _, head in columns),
        items=tuple(
            ItemLine(
                item=item, section=section, ask=ask, whole=whole(item),
                cells=tuple(cell(item, column) for column, _ in columns),
            )
            for item, section, ask in texts(session, question.card, {item for item, _ in found})
        ),
        n=n,
    )  # fmt: skip


def texts(session: Session, card: str, items: Collection[str]) -> list[tuple[str, str, str]]:
    """Return items (id, section, ask) in the card's order, as the newest assessment words them."""
    newest = (
        select(AssessmentRow.id)
        .where(AssessmentRow.card == card, col(AssessmentRow.current).is_(True))
        .order_by(col(AssessmentRow.id).desc())
        .limit(1)
    )
    rows = session.execute(
        select(FindingRow.item, FindingRow.section, FindingRow.ask)
        .where(col(FindingRow.assessment).in_(newest))
        .order_by(col(FindingRow.place))
    ).all()
    known = [(item, section, ask) for item, section, ask in rows if item in items]
    # What only older versions of the card asked.
    gone = sorted(set(items) - {item for item, _, _ in known})
    return [*known, *((item, "", item.replace("_", " ")) for item in gone)]
