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
from qa.store.desk.excerpts import CONTEXT, Asked, Core, Excerpts, Moment, Window, core_of
from qa.store.desk.material import starred_turns
from qa.store.scopes import within
from qa.store.tables import AssessmentRow, ConversationRow, FindingRow, ScorecardRow

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
            looked = _looked_at(session, excerpts, wanted, scope, place, at_first=limit)
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
            moment = found and _made(excerpts, [found], wanted)[0]
        if moment is None:
            raise NotFound(
                "There is no such example any more.",
                "It may have been scored again or decided otherwise: search again.",
            )
        return moment

    def items(self, *, scope: Scope = EVERYTHING) -> tuple[tuple[str, str, str], ...]:
        """Return the items that have been judged: card, item and its question, by card."""
        card, made, finding, row = ScorecardRow, AssessmentRow, FindingRow, ConversationRow
        # Of each card the newest score names its items.
        newest = (
            select(made.id)
            .join(row, col(row.id) == made.conversation)
            .where(
                made.card == card.card,
                col(made.current).is_(True),
                col(made.status) != ScoreStatus.NOT_SCORABLE,
                within(scope),
            )
            .order_by(col(made.id).desc())
            .limit(1)
            .correlate(card)
        )
        with database.reading(self._engine) as session:
            named = session.exec(select(card.card, newest.scalar_subquery()).distinct()).all()
            cards = {number: name for name, number in named if number is not None}
            query = (
                select(finding.assessment, finding.item, func.max(finding.ask))
                .where(col(finding.assessment).in_(list(cards)))
                .group_by(col(finding.assessment), col(finding.item))
                .order_by(func.min(finding.place))
            )
            found = [(cards[number], item, ask) for number, item, ask in session.exec(query)]
        return tuple(sorted(found, key=lambda one: one[0]))


# --- moments -----------------------------------------------------------------------------


def _best(session: Session, excerpts: Excerpts, wanted: Wanted, scope: Scope) -> Moment | None:
    """Return the first moment in which nothing else goes wrong, else the first one."""
    looked = islice(_looked_at(session, excerpts, wanted, scope, None, at_first=_FEW), _FEW)
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
    *,
    at_first: int,
) -> Iterator[tuple[Candidate, Moment | None]]:
    """Yield verdicts one by one, each with the moment that it makes where it is wanted.

    Parameters
    ----------
    at_first : as many are made at once; when they are not enough, all that are read at once.
    """
    for chunk in candidates(session, wanted, scope, place):
        for part in (chunk[:at_first], chunk[at_first:]):
            moments = _moments(session, excerpts, part, wanted) if part else []
            for c, moment in zip(part, moments, strict=True):
                yield c, moment if moment is not None and _shows(moment, wanted) else None
        at_first = len(chunk)


def _moments(
    session: Session, excerpts: Excerpts, some: Sequence[Candidate], wanted: Wanted
) -> list[Moment | None]:
    """Make moments of verdicts; None where one shows none, or belongs into another tier."""
    stars = starred_turns(session, {c.row.id for c in some})

    def here(c: Candidate) -> bool:
        core = _core(c)
        if core is None:
            return False
        around = range(core.first - wanted.before, core.last + wanted.after + 1)
        return (c.tier == 0) == (not stars.get(c.row.id, frozenset()).isdisjoint(around))

    places = [n for n, c in enumerate(some) if here(c)]
    made = dict(zip(places, _made(excerpts, [some[n] for n in places], wanted), strict=True))
    return [made.get(n) for n in range(len(some))]


def _made(excerpts: Excerpts, some: Sequence[Candidate], wanted: Wanted) -> list[Moment | None]:
    """Make moments of verdicts, whatever their tier; None where one shows none."""
    excerpts.read({c.row.id for c in some})
    asked: dict[int, Asked] = {}
    for n, c in enumerate(some):
        core = _core(c)
        window = core and excerpts.window(c.row, core, before=wanted.before, after=wanted.after)
        if core and window and _fits(window, wanted):
            asked[n] = Asked(c.row, core, window, Verdict(c.finding.standing))
    made = dict(zip(asked, excerpts.make(list(asked.values())), strict=True))
    return [_named(made[n], c) if n in made else None for n, c in enumerate(some)]


def _core(c: Candidate) -> Core | None:
    return core_of(Evidence.model_validate(e) for e in c.finding.evidence)


def _named(moment: Moment, c: Candidate) -> Moment:
    return moment.model_copy(
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
