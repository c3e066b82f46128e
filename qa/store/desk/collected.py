"""What collections are made of: records for whoever reads them, and the rows behind.

What a moment is an example of is looked up whenever it is shown: a verdict that a human
changed since must not go on as a good example, nor be heard as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from qa.errors import NotFound, UsageError
from qa.records import Evidence, Record, Verdict
from qa.store.desk.excerpts import Asked, Core, Excerpts, Moment, core_of
from qa.store.desk.tables import CollectionRow, MomentRow, ShareRow
from qa.store.tables import AssessmentRow, ConversationRow, FindingRow, OverrideRow

#: Characters of a name, and of a note.
LONGEST_NAME, LONGEST_NOTE = 200, 4000


class Collected(Record):
    """A moment of a collection."""

    id: int
    note: str
    moment: Moment


class Listed(Record):
    """A collection in a list."""

    id: str
    name: str
    note: str
    owner: str
    made_at: datetime
    changed_at: datetime
    moments: int


class Collection(Record):
    """A collection with what somebody may see of it."""

    id: str
    name: str
    note: str
    owner: str
    made_at: datetime
    changed_at: datetime
    #: In their order.
    moments: tuple[Collected, ...]
    #: So many more are of conversations that this person may not look into.
    hidden: int = 0


class Share(Record):
    """A link to a collection. What it leads by was shown once and is not kept."""

    #: Names it to whoever withdraws it; opens nothing.
    id: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None


# --- rows --------------------------------------------------------------------------------


def own_row(session: Session, id: str, owner: str | None) -> CollectionRow:
    """Return somebody's collection; None = whoever owns it.

    Raises
    ------
    NotFound : there is none of that owner.
    """
    row = session.get(CollectionRow, id)
    if row is None or owner not in {None, row.owner}:
        raise NotFound("There is no such collection.", "It may have been deleted.")
    return row


def moment_rows(session: Session, id: str) -> list[MomentRow]:
    """Return the rows of a collection in their order."""
    query = select(MomentRow).where(MomentRow.collection == id)
    return list(session.exec(query.order_by(col(MomentRow.place), col(MomentRow.id))))


def moment_row(session: Session, id: str, moment: int) -> MomentRow:
    """Return a moment of a collection.

    Raises
    ------
    NotFound : it has none of that number.
    """
    row = session.get(MomentRow, moment)
    if row is None or row.collection != id:
        raise NotFound("There is no such moment in the collection.", "Load the page again.")
    return row


def moments_of(
    session: Session, excerpts: Excerpts, wanted: Sequence[tuple[MomentRow, ConversationRow]]
) -> list[Moment | None]:
    """Make the moments of rows with the verdicts that stand now: they may be other ones.

    None stands for one that is none any more.
    """
    excerpts.read({row.id for _, row in wanted})
    asked: dict[int, Asked] = {}
    about: list[dict[str, Any]] = []
    for n, (kept, row) in enumerate(wanted):
        found = _finding(session, kept) if kept.item else None
        verdict = Verdict(found[0].standing) if found else _verdict(kept)
        core = core_of(Evidence.model_validate(e) for e in found[0].evidence) if found else None
        if core is None or core.first < kept.first or core.last > kept.last:
            core = Core(kept.first, kept.last, {})
        before, after = core.first - kept.first, kept.last - core.last
        window = excerpts.window(row, core, before=before, after=after)
        if window is not None:
            asked[n] = Asked(row, core, window, verdict)
        about.append(
            {
                "card": kept.card,
                "item": kept.item,
                "ask": found[0].ask if found else "",
                "confirmed": found[1] if found else False,
            }
        )
    made = dict(zip(asked, excerpts.make(list(asked.values())), strict=True))
    return [made[n].model_copy(update=more) if n in made else None for n, more in enumerate(about)]


def _finding(session: Session, kept: MomentRow) -> tuple[FindingRow, bool] | None:
    """Return what counts of an item now, the worst of several agents', and whether a human's."""
    made, over = AssessmentRow, OverrideRow
    query = (
        select(FindingRow)
        .join(made, col(made.id) == FindingRow.assessment)
        .where(
            made.conversation == kept.conversation,
            made.card == kept.card,
            col(made.current).is_(True),
            FindingRow.item == kept.item,
        )
    )
    found = session.exec(query).all()
    if not found:
        return None
    worst = min(found, key=lambda f: _GOOD.get(Verdict(f.standing), 0))
    human = select(over.id).where(
        over.conversation == kept.conversation,
        over.card == kept.card,
        over.item == kept.item,
        over.verdict == worst.standing,
        col(over.standing).is_(True),
    )
    return worst, session.exec(human.limit(1)).first() is not None


#: Verdicts from bad to good, as far as they are either.
_GOOD = {Verdict.FAIL: -2, Verdict.PARTIAL: -1, Verdict.PASS: 1}


def _verdict(kept: MomentRow) -> Verdict | None:
    return Verdict(kept.verdict) if kept.verdict else None


def head(row: CollectionRow) -> dict[str, str | datetime]:
    """Return what is told of a collection besides its moments."""
    names = ("id", "name", "note", "owner", "made_at", "changed_at")
    return {name: getattr(row, name) for name in names}


def share_of(row: ShareRow) -> Share:
    """Return a link as it may be shown: the beginning of its digest names it."""
    return Share(
        id=row.digest[:16],
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
        withdrawn_at=row.withdrawn_at,
    )


def checked_name(text: str) -> str:
    """Return a name on one line.

    Raises
    ------
    UsageError : there is none, or it is too long.
    """
    name = " ".join(text.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise UsageError(
            "A collection needs a name.", f"Give one of at most {LONGEST_NAME} characters."
        )
    return name


def checked_note(text: str) -> str:
    """Return a note without blanks around it.

    Raises
    ------
    UsageError : it is too long.
    """
    note = text.strip()
    if len(note) > LONGEST_NOTE:
        raise UsageError("That note is too long.", f"Write at most {LONGEST_NOTE} characters.")
    return note
