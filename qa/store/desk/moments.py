"""Search for moments worth hearing: by item and verdict, the surest and best first.

A moment is where a verdict's evidence lies, with what is said around it. Left out is what
nobody may take for an example yet: a critical fail that no human confirmed, and verdicts
that somebody is to give without having seen the machine's.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Engine, and_, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from qa.access import EVERYTHING, Scope
from qa.errors import NotFound, UsageError
from qa.records import Channel, Evidence, Record, Verdict
from qa.store import database
from qa.store.desk.excerpts import (
    CONTEXT,
    MOST_CONTEXT,
    Excerpts,
    Moment,
    core_of,
    starred_turns,
)
from qa.store.desk.tables import DrawnRow, DrawRow, StarRow
from qa.store.scopes import within
from qa.store.tables import AssessmentRow, ConversationRow, FindingRow, OverrideRow, TurnRow

#: What a human or the machine says of an item that can be an example.
EXAMPLES = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)
LONGEST_PAGE = 100
#: Verdicts looked at for one page: a rare wish is answered with fewer, and where to go on.
_LOOKED_AT = 2000
_AT_ONCE = 100
#: Starred, confirmed by a human, and all others.
_TIERS = (0, 1, 2)
_PLACE: TypeAdapter[tuple[int, int, int]] = TypeAdapter(tuple[int, int, int])
_REF = re.compile(r"(\d{1,15})-(\d{1,5})")


class Wanted(Record):
    """Which moments; every condition must hold, None or empty fits all."""

    item: str = ""
    card: str = ""
    verdict: Verdict | None = None
    #: Only those that somebody starred.
    starred: bool = False
    language: str = ""
    team: str = ""
    project: str = ""
    channel: Channel | None = None
    #: Of the moment with its context.
    min_seconds: float | None = Field(default=None, ge=0)
    max_seconds: float | None = Field(default=None, ge=0)
    max_turns: int | None = Field(default=None, ge=1)
    #: Words that are said in it.
    text: str = ""
    #: Turns of context.
    before: int = Field(default=CONTEXT, ge=0, le=MOST_CONTEXT)
    after: int = Field(default=CONTEXT, ge=0, le=MOST_CONTEXT)


class MomentPage(Record):
    """Some moments: starred ones first, then those that a human confirmed, the newest first."""

    items: tuple[Moment, ...]
    #: Give it as `after` for more; None = that was all.
    next: str | None = None


class _Candidate(NamedTuple):
    tier: int
    finding: FindingRow
    made: AssessmentRow
    row: ConversationRow
    confirmed: bool


class Moments:
    """The part of the store that looks for examples.

    Parameters
    ----------
    keep : names of the company and its products, which stay in the text.
    """

    def __init__(self, engine: Engine, *, keep: Sequence[str]) -> None:
        self._engine = engine
        self._keep = tuple(keep)

    def search(
        self,
        wanted: Wanted | None = None,
        *,
        after: str | None = None,
        limit: int = 20,
        scope: Scope = EVERYTHING,
    ) -> MomentPage:
        """Return a page of moments; a page may hold few, and still say where to go on.

        Raises
        ------
        UsageError : `after` is not what a page gave, or `limit` is not 1 to 100.
        """
        if not 1 <= limit <= LONGEST_PAGE:
            raise UsageError(
                f"A page of {limit} was asked for.", f"Ask for 1 to {LONGEST_PAGE} moments."
            )
        wanted = wanted or Wanted()
        place = _read_cursor(after)
        found: list[Moment] = []
        with database.reading(self._engine) as session:
            excerpts = Excerpts(session, keep=self._keep)
            looked_at = 0
            for chunk in _chunks(session, wanted, scope, place):
                stars = starred_turns(session, {c.row.id for c in chunk})
                for c in chunk:
                    looked_at += 1
                    moment = _moment(excerpts, c, wanted, stars.get(c.row.id, frozenset()))
                    if moment is not None and _fits(moment, wanted):
                        found.append(moment)
                    if len(found) == limit or looked_at == _LOOKED_AT:
                        return MomentPage(items=tuple(found), next=_cursor(c))
        return MomentPage(items=tuple(found))

    def one(
        self,
        ref: str,
        *,
        before: int = CONTEXT,
        after: int = CONTEXT,
        scope: Scope = EVERYTHING,
    ) -> Moment:
        """Return the moment that a search named.

        Raises
        ------
        NotFound : there is none by now, or none that may be seen.
        UsageError : more context than there may be.
        """
        try:
            wanted = Wanted(before=before, after=after)
        except ValidationError as err:
            raise UsageError(
                "A moment has 0 to 5 turns before and after it.", "Ask for as many."
            ) from err
        named = _REF.fullmatch(ref)
        with database.reading(self._engine) as session:
            query = _query(wanted, scope).where(
                col(FindingRow.assessment) == int(named[1] if named else -1),
                col(FindingRow.place) == int(named[2] if named else -1),
            )
            found = session.exec(query).first()
            moment = None
            if found is not None:
                excerpts = Excerpts(session, keep=self._keep)
                moment = _moment(excerpts, _Candidate(2, *found), wanted, None)
        if moment is None:
            raise NotFound(
                "There is no such example any more.",
                "It may have been scored again or decided otherwise: search again.",
            )
        return moment

    def items(self, *, scope: Scope = EVERYTHING) -> tuple[tuple[str, str, str], ...]:
        """Return the items that have been judged: card, item and its question, by card."""
        made, finding, row = AssessmentRow, FindingRow, ConversationRow
        query = (
            select(made.card, finding.item, func.max(finding.ask))
            .join(made, col(made.id) == finding.assessment)
            .join(row, col(row.id) == made.conversation)
            .where(
                col(made.id).in_(
                    # Of each card the newest score names its items.
                    select(func.max(made.id))
                    .join(row, col(row.id) == made.conversation)
                    .where(col(made.current).is_(True), within(scope))
                    .group_by(col(made.card))
                )
            )
            .group_by(col(made.card), col(finding.item))
            .order_by(col(made.card), func.min(finding.place))
        )
        with database.reading(self._engine) as session:
            return tuple((card, item, ask) for card, item, ask in session.exec(query))


# --- candidates --------------------------------------------------------------------------


def _chunks(
    session: Session, wanted: Wanted, scope: Scope, place: tuple[int, int, int] | None
) -> Iterator[list[_Candidate]]:
    """Yield verdicts that may be examples, in the order in which they are shown."""
    for tier in _TIERS:
        if (wanted.starred and tier > 0) or (place and tier < place[0]):
            continue
        at = place[1:] if place and place[0] == tier else None
        while True:
            query = _query(wanted, scope).where(_in_tier(tier))
            if at is not None:
                query = query.where(_behind(*at))
            query = query.order_by(col(FindingRow.assessment).desc(), col(FindingRow.place)).limit(
                _AT_ONCE
            )
            found = [_Candidate(tier, *row) for row in session.exec(query)]
            if not found:
                break
            yield found
            if len(found) < _AT_ONCE:
                break
            at = (found[-1].finding.assessment, found[-1].finding.place)


def _query(wanted: Wanted, scope: Scope) -> Any:
    made, finding, row = AssessmentRow, FindingRow, ConversationRow
    query = (
        select(finding, made, row, _confirmed().label("confirmed"))
        .join(made, col(made.id) == finding.assessment)
        .join(row, col(row.id) == made.conversation)
        .where(col(made.current).is_(True), within(scope), *_ripe())
    )
    verdicts = (wanted.verdict,) if wanted.verdict else EXAMPLES
    query = query.where(col(finding.standing).in_([v for v in verdicts if v in EXAMPLES]))
    for column, value in (
        (finding.item, wanted.item),
        (made.card, wanted.card),
        (row.language, wanted.language),
        (row.team, wanted.team),
        (row.project, wanted.project),
        (row.channel, wanted.channel),
    ):
        if value:
            query = query.where(col(column) == value)
    if wanted.text:
        query = query.where(_says(wanted.text))
    return query


def _ripe() -> tuple[ColumnElement[bool], ...]:
    """Leave out suspicions, and what is to be judged blind still."""
    made, finding, row = AssessmentRow, FindingRow, ConversationRow
    suspected = and_(
        col(finding.critical).is_not(None), col(finding.standing) == Verdict.FAIL, ~_confirmed()
    )
    blind = exists().where(
        col(DrawnRow.conversation) == made.conversation,
        col(DrawnRow.draw) == DrawRow.id,
        col(DrawRow.blind).is_(True),
    )
    return ~suspected, or_(col(row.reviewed_at).is_not(None), ~blind)


def _confirmed() -> ColumnElement[bool]:
    """Whether a human gave the verdict that stands, and nothing it rests on has changed."""
    over = aliased(OverrideRow)
    return exists().where(
        col(over.conversation) == AssessmentRow.conversation,
        col(over.card) == AssessmentRow.card,
        col(over.item) == FindingRow.item,
        col(over.party) == func.coalesce(AssessmentRow.party, ""),
        col(over.standing).is_(True),
        col(over.confirm_again).is_(False),
    )


def _in_tier(tier: int) -> ColumnElement[bool]:
    # Whether the star is on this very moment is seen once its turns are known.
    if tier == 0:
        return col(ConversationRow.id).in_(select(StarRow.conversation))
    return _confirmed() if tier == 1 else ~_confirmed()


def _behind(assessment: int, place: int) -> ColumnElement[bool]:
    return or_(
        col(FindingRow.assessment) < assessment,
        and_(col(FindingRow.assessment) == assessment, col(FindingRow.place) > place),
    )


def _says(text: str) -> ColumnElement[bool]:
    """Say that a conversation has words; that they stand in the moment is seen later.

    SQLite folds the case of ASCII alone, so the usual ways to write a word are tried.
    """
    ways = dict.fromkeys((text, text.lower(), text.upper(), text.capitalize()))
    said = [col(TurnRow.text).icontains(way, autoescape=True) for way in ways]
    return exists().where(col(TurnRow.conversation) == ConversationRow.id, or_(*said))


# --- moments -----------------------------------------------------------------------------


def _moment(
    excerpts: Excerpts, c: _Candidate, wanted: Wanted, stars: frozenset[int] | None
) -> Moment | None:
    """Make a moment of a verdict; None where it shows none, or belongs into another tier."""
    core = core_of(Evidence.model_validate(e) for e in c.finding.evidence)
    if core is None:
        return None
    if stars is not None:
        around = range(core.first - wanted.before, core.last + wanted.after + 1)
        if (c.tier == 0) != (not stars.isdisjoint(around)):
            return None
    made = excerpts.make(
        c.row,
        core,
        before=wanted.before,
        after=wanted.after,
        verdict=Verdict(c.finding.standing),
    )
    return made and made.model_copy(
        update={
            "ref": f"{c.finding.assessment}-{c.finding.place}",
            "card": c.made.card,
            "item": c.finding.item,
            "ask": c.finding.ask,
            "confirmed": c.confirmed,
        }
    )


def _fits(moment: Moment, wanted: Wanted) -> bool:
    seconds = moment.seconds
    if wanted.starred and not moment.starred:
        return False
    if wanted.max_turns is not None and len(moment.said) > wanted.max_turns:
        return False
    if wanted.min_seconds is not None and (seconds is None or seconds < wanted.min_seconds):
        return False
    if wanted.max_seconds is not None and (seconds is None or seconds > wanted.max_seconds):
        return False
    # What was left out cannot be searched for either.
    sought = wanted.text.casefold()
    return not sought or any(sought in line.text.casefold() for line in moment.said)


def _cursor(c: _Candidate) -> str:
    text = json.dumps([c.tier, c.finding.assessment, c.finding.place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> tuple[int, int, int] | None:
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return _PLACE.validate_json(text)
    except (ValueError, binascii.Error) as err:
        raise UsageError(
            "That is no place in a list of examples.",
            "Use the 'next' that the last page gave, unchanged.",
        ) from err
