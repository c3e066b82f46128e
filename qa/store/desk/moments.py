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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from qa.access import EVERYTHING, Scope
from qa.errors import NotFound, UsageError
from qa.records import Evidence, Record, ScoreStatus, Verdict
from qa.store import database
from qa.store.desk.candidates import Candidate, Wanted, candidates, the_one
from qa.store.desk.excerpts import (
    CONTEXT,
    Excerpts,
    Moment,
    Window,
    core_of,
    starred_turns,
)
from qa.store.scopes import within
from qa.store.tables import AssessmentRow, ConversationRow, FindingRow

LONGEST_PAGE = 100
#: Verdicts looked at for one page: a rare wish is answered with fewer, and where to go on.
_LOOKED_AT = 1000
#: Verdicts looked at for one good example: many of an item whose passing shows nothing.
_FEW = 30
_PLACE: TypeAdapter[tuple[int, int, int]] = TypeAdapter(tuple[int, int, int])
_REF = re.compile(r"(\d{1,15})-(\d{1,5})")


class MomentPage(Record):
    """Some moments: starred ones first, then those that a human confirmed, the newest first."""

    items: tuple[Moment, ...]
    #: Give it as `after` for more; None = that was all.
    next: str | None = None


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
            looked = _looked_at(session, excerpts, wanted, scope, place)
            for number, (c, moment) in enumerate(looked, 1):
                if moment is not None:
                    found.append(moment)
                if len(found) == limit or number == _LOOKED_AT:
                    return MomentPage(items=tuple(found), next=_cursor(c))
        return MomentPage(items=tuple(found))

    def good(
        self, card: str, items: Sequence[str], *, language: str = "", scope: Scope = EVERYTHING
    ) -> Mapping[str, Moment]:
        """Return one moment for each of some items that passed, where there is one.

        The best by the order of a search, in a language if there is one in it; one in which
        something else goes wrong only where there is no other.
        """
        with database.reading(self._engine) as session:
            excerpts = Excerpts(session, keep=self._keep)
            found = {}
            for item in items:
                for spoken in dict.fromkeys((language, "")):
                    wanted = Wanted(
                        card=card, item=item, verdict=Verdict.PASS, language=spoken,
                        before=1, after=1,
                    )  # fmt: skip
                    moment = _best(session, excerpts, wanted, scope)
                    if moment is not None:
                        found[item] = moment
                        break
        return found

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
        numbers = (int(named[1]), int(named[2])) if named else (-1, -1)
        with database.reading(self._engine) as session:
            found = the_one(session, *numbers, scope)
            excerpts = Excerpts(session, keep=self._keep)
            moment = found and _moment(excerpts, found, wanted, None)
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
                    .where(
                        col(made.current).is_(True),
                        col(made.status) != ScoreStatus.NOT_SCORABLE,
                        within(scope),
                    )
                    .group_by(col(made.card))
                )
            )
            .group_by(col(made.card), col(finding.item))
            .order_by(col(made.card), func.min(finding.place))
        )
        with database.reading(self._engine) as session:
            return tuple((card, item, ask) for card, item, ask in session.exec(query))


# --- moments -----------------------------------------------------------------------------


def _best(session: Session, excerpts: Excerpts, wanted: Wanted, scope: Scope) -> Moment | None:
    """Return the first moment in which nothing else goes wrong, else the first one."""
    looked = islice(_looked_at(session, excerpts, wanted, scope, None), _FEW)
    first = None
    for _, moment in looked:
        if moment is None:
            continue
        if not excerpts.bad_within(moment.conversation, moment.first, moment.last):
            return moment
        first = first or moment
    return first


def _looked_at(
    session: Session,
    excerpts: Excerpts,
    wanted: Wanted,
    scope: Scope,
    place: tuple[int, int, int] | None,
) -> Iterator[tuple[Candidate, Moment | None]]:
    """Yield verdicts one by one, each with the moment that it makes where it is wanted."""
    for chunk in candidates(session, wanted, scope, place):
        stars = starred_turns(session, {c.row.id for c in chunk})
        for c in chunk:
            moment = _moment(excerpts, c, wanted, stars.get(c.row.id, frozenset()))
            yield c, moment if moment is not None and _shows(moment, wanted) else None


def _moment(
    excerpts: Excerpts, c: Candidate, wanted: Wanted, stars: frozenset[int] | None
) -> Moment | None:
    """Make a moment of a verdict; None where it shows none, or belongs into another tier."""
    core = core_of(Evidence.model_validate(e) for e in c.finding.evidence)
    if core is None:
        return None
    if stars is not None:
        around = range(core.first - wanted.before, core.last + wanted.after + 1)
        if (c.tier == 0) != (not stars.isdisjoint(around)):
            return None
    window = excerpts.window(c.row, core, before=wanted.before, after=wanted.after)
    if window is None or not _fits(window, wanted):
        return None
    made = excerpts.make(c.row, core, window, verdict=Verdict(c.finding.standing))
    return made.model_copy(
        update={
            "ref": f"{c.finding.assessment}-{c.finding.place}",
            "card": c.made.card,
            "item": c.finding.item,
            "ask": c.finding.ask,
            "confirmed": c.confirmed,
        }
    )


def _fits(window: Window, wanted: Wanted) -> bool:
    """Say whether turns may be what is wanted, before more is read of them."""
    seconds = window.seconds
    if wanted.max_turns is not None and len(window.texts) > wanted.max_turns:
        return False
    if wanted.min_seconds is not None and (seconds is None or seconds < wanted.min_seconds):
        return False
    if wanted.max_seconds is not None and (seconds is None or seconds > wanted.max_seconds):
        return False
    return _said_in(window.texts, wanted.text)


def _shows(moment: Moment, wanted: Wanted) -> bool:
    """Say whether a moment is what is wanted: names are out, so they are not found either."""
    if wanted.starred and not moment.starred:
        return False
    return _said_in((line.text for line in moment.said), wanted.text)


def _said_in(texts: Iterable[str], sought: str) -> bool:
    folded = " ".join(sought.split()).casefold()
    return not folded or any(folded in text.casefold() for text in texts)


def _cursor(c: Candidate) -> str:
    text = json.dumps(c.place, separators=(",", ":"))
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
