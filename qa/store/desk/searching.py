"""Search in what was said, redacted: by words in all their forms, phrases and beginnings.

SQLite answers by FTS5, PostgreSQL by tsvector; what a word is and which forms it has is
decided here (`qa.store.desk.wording`), so both find the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    bindparam,
    cast,
    column,
    delete,
    insert,
    literal,
    table,
    text,
)
from sqlalchemy import select as columns
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlmodel import Session, col, select

from qa.access import EVERYTHING, Scope
from qa.errors import UsageError
from qa.records import Record, Role, SafeTurn
from qa.store import database, lines, listing
from qa.store.desk.tables import SearchableRow
from qa.store.queue import among, is_postgres
from qa.store.scopes import concerns
from qa.store.tables import AssessmentRow, FindingRow, HeardRow, TurnRow
from qa.store.views import ConversationSummary, Filter

if TYPE_CHECKING:
    from qa.store.desk.wording import Term

#: Turns that are shown of one conversation.
_SHOWN = 3
#: Characters shown around what was found.
_AROUND = 90
#: Conversations that are indexed in one transaction.
_AT_ONCE = 200


class Piece(Record):
    """Some text of a turn, and whether it is what was searched for."""

    text: str
    marked: bool = False


class Hit(Record):
    """A turn in which it was said."""

    turn: int
    role: Role
    #: Seconds from the start; None where no times are known.
    start: float | None
    pieces: tuple[Piece, ...]
    #: Items whose verdict rests on this turn.
    items: tuple[str, ...]


class Found(Record):
    """A conversation in which everything that was searched for was said."""

    summary: ConversationSummary
    #: The turns that hold most of it, in their order.
    hits: tuple[Hit, ...]
    #: How many more turns hold some of it.
    more: int


class FoundPage(Record):
    """Some conversations, newest first."""

    items: tuple[Found, ...]
    #: Give it as `after` for the next page; None at the end.
    next: str | None = None


class Searching:
    """The part of the store that finds what was said."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(
        self,
        typed: str,
        filter: Filter | None = None,
        *,
        after: str | None = None,
        limit: int = 20,
        scope: Scope = EVERYTHING,
    ) -> FoundPage:
        """Return conversations in which all of it was said, newest first.

        Raises
        ------
        UsageError : nothing to search for, too much, or `after` is not what a page gave.
        """
        from qa.store.desk import wording  # noqa: PLC0415 - language data is loaded on first use

        if not 1 <= limit <= listing.LONGEST_PAGE:
            raise UsageError(
                f"A page of {limit} was asked for.", f"Ask for 1 to {listing.LONGEST_PAGE}."
            )
        wanted = wording.terms(typed)
        with database.reading(self._engine) as session:
            asked = filter or Filter()
            rows, place = listing.newest_first(
                session,
                list(listing.conditions(session, asked, scope)),
                lambda ids: [
                    *listing.conditions(session, asked, scope, ids=ids),
                    _said(session, wanted, ids),
                ],
                after=after,
                limit=limit,
            )
            found = lines.summaries(session, rows, scope)
            hits = _hits(session, found, wanted, scope)
        items = tuple(Found(summary=s, hits=hits[s.id][0], more=hits[s.id][1]) for s in found)
        return FoundPage(items=items, next=place)

    def fill(self) -> int:
        """Index what an older program heard; return how many conversations that were."""
        done, after = 0, ""
        while True:
            with database.writing(self._engine) as session:
                missing = session.exec(
                    select(HeardRow.conversation)
                    .where(
                        col(HeardRow.conversation) > after,
                        col(HeardRow.conversation).not_in(select(SearchableRow.conversation)),
                    )
                    .order_by(col(HeardRow.conversation))
                    .limit(_AT_ONCE)
                ).all()
                if not missing:
                    return done
                done += _put(session, _spoken(session, missing))
                after = missing[-1]


def put(session: Session, turns: Mapping[str, Iterable[SafeTurn]]) -> None:
    """Index what was said in conversations, by id, in place of what was indexed before."""
    session.execute(
        delete(SearchableRow)
        .where(among(session, SearchableRow.conversation, turns))
        .execution_options(synchronize_session=False)
    )
    _put(session, {name: [(t.text, t.language) for t in some] for name, some in turns.items()})


def _put(session: Session, spoken: Mapping[str, Sequence[tuple[str, str]]]) -> int:
    """Index texts with their languages; return how many conversations held words."""
    from qa.store.desk import wording  # noqa: PLC0415 - language data is loaded on first use

    postgres = is_postgres(session)
    values = [
        {
            "conversation": name,
            "part": part,
            "said": _placed(said) if postgres else " ".join(said),
            "forms": _placed(forms, places=False) if postgres else " ".join(forms),
        }
        for name, turns in spoken.items()
        for part, (said, forms) in enumerate(wording.index(turns))
    ]
    if not values:
        return 0
    into: Any = insert(SearchableRow.__table__)  # type: ignore[attr-defined]
    if postgres:
        into = into.values(
            conversation=bindparam("conversation"),
            part=bindparam("part"),
            said=cast(bindparam("said"), TSVECTOR),
            forms=cast(bindparam("forms"), TSVECTOR),
        )
    session.connection().execute(into, values)
    return len({value["conversation"] for value in values})


def _placed(words: Sequence[str], *, places: bool = True) -> str:
    """Write words as PostgreSQL reads a tsvector: its own parser would tell them otherwise."""
    if not places:
        return " ".join(f"'{word}'" for word in words)
    return " ".join(f"'{word}':{place}" for place, word in enumerate(words, start=1))


def _spoken(session: Session, ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in ids}
    row = TurnRow
    for name, said, language in session.exec(
        select(row.conversation, row.text, row.language)
        .where(among(session, row.conversation, ids))
        .order_by(col(row.conversation), col(row.place))
    ):
        found[name].append((said, language))
    return found


# --- finding ----------------------------------------------------------------------------------


def _said(
    session: Session, wanted: Sequence[Term], ids: Sequence[str] | None
) -> ColumnElement[bool]:
    """Return the condition that all of it was said in one part of a conversation.

    Parameters
    ----------
    ids : only these conversations are looked at; None = all.
    """
    row = SearchableRow
    found = select(row.conversation)
    if is_postgres(session):
        for term in wanted:
            column_ = col(row.forms) if term.forms else col(row.said)
            query = literal(_tsquery(term)).cast(TSQUERY)
            found = found.where(column_.op("@@")(query))
    else:
        words = table("spoken", column("rowid"))
        match = text("spoken MATCH :match").bindparams(match=" AND ".join(map(_fts, wanted)))
        spoken: Any = columns(words.c.rowid).where(match)
        if ids is None:
            found = found.where(col(row.id).in_(spoken))
        else:  # a few are looked up one by one, instead of all that match
            here = spoken.where(words.c.rowid == row.id).correlate(row)
            found = found.where(here.exists())
    return listing.one_of(row.conversation, found, one_by_one=ids is not None)


def _fts(term: Term) -> str:
    """Word a term for FTS5. Words are letters and digits alone, so nothing is to be escaped."""
    if term.forms:
        forms = " OR ".join(f'"{form}"' for form in sorted(term.forms))
        return f"forms : ({forms})"
    said = " ".join(term.words)
    return f'said : "{said}"' + (" *" if term.begins else "")


def _tsquery(term: Term) -> str:
    if term.forms:
        return " | ".join(f"'{form}'" for form in sorted(term.forms))
    said = [f"'{word}'" for word in term.words]
    return " <-> ".join(said) + (":*" if term.begins else "")


_Hits = tuple[tuple[Hit, ...], int]


def _hits(
    session: Session,
    found: Sequence[ConversationSummary],
    wanted: Sequence[Term],
    scope: Scope,
) -> dict[str, _Hits]:
    from qa.store.desk import wording  # noqa: PLC0415 - language data is loaded on first use

    ids = [s.id for s in found]
    items = _quoted(session, [s.id for s in found if not s.blind], scope)
    row = TurnRow
    held: dict[str, list[tuple[int, int, Hit]]] = {name: [] for name in ids}
    for name, place, role, said, start, language in session.execute(
        columns(
            col(row.conversation), col(row.place), col(row.role), col(row.text), col(row.starts),
            col(row.language),
        )
        .where(among(session, row.conversation, ids))
        .order_by(col(row.conversation), col(row.place))
    ):  # fmt: skip
        languages = [language.partition("-")[0].lower()] if language else []
        marks = wording.marks(list(wording.words(said, languages)), wanted)
        if marks:
            hit = Hit(
                turn=place,
                role=Role(role),
                start=start,
                pieces=pieces(said, [span for spans in marks.values() for span in spans]),
                items=tuple(items[name, place]),
            )
            held[name].append((len(marks), -place, hit))
    return {name: _best(some) for name, some in held.items()}


def _best(held: list[tuple[int, int, Hit]]) -> _Hits:
    """Return the turns that hold most of what was searched for, in their order."""
    best = sorted(held, key=lambda one: one[:2], reverse=True)[:_SHOWN]
    shown = tuple(sorted((hit for _, _, hit in best), key=lambda hit: hit.turn))
    return shown, len(held) - len(shown)


def _quoted(
    session: Session, ids: Sequence[str], scope: Scope
) -> Mapping[tuple[str, int], list[str]]:
    """Return the items whose verdicts rest on a turn, by conversation and turn.

    Parameters
    ----------
    ids : conversations that the scope hides none of.
    """
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    made, row = AssessmentRow, FindingRow
    query = (
        select(made.conversation, row.item, row.evidence)
        .join(row, col(row.assessment) == made.id)
        .where(among(session, made.conversation, ids), col(made.current).is_(True))
        .order_by(col(made.id), col(row.place))
    )
    if scope.agents or scope.nothing:  # else the conversations of a scope are whole
        query = query.where(concerns(scope, conversation=made.conversation, party=made.party))
    for name, item, evidence in session.exec(query):
        for one in evidence:
            turn = (name, one.get("turn", -1))
            if one.get("quote") and item not in found[turn]:
                found[turn].append(item)
    return found


def pieces(said: str, spans: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    """Cut a text to what surrounds what was found, and that apart from the rest."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    first = max(apart[0][0] - _AROUND, 0)
    last = min(apart[0][1] + 2 * _AROUND, len(said))
    shown, at = [Piece(text="…")] if first else [], first
    for start, end in apart:
        if start >= last:
            break
        if start > at:
            shown.append(Piece(text=said[at:start]))
        shown.append(Piece(text=said[start:end], marked=True))
        at = end
    if at < last:
        shown.append(Piece(text=said[at:last]))
    if max(at, last) < len(said):
        shown.append(Piece(text="…"))
    return tuple(shown)
