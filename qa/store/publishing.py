"""The store's published scorecards: versions that nothing changes any more."""

from __future__ import annotations

from sqlmodel import Session, col, select

from qa.errors import NotFound, UsageError
from qa.records import CardRef
from qa.store import database, journal
from qa.store.claims import Claims
from qa.store.tables import PublishedRow, ScorecardRow
from qa.store.views import Card, Published


class Publishing(Claims):
    """The part of the `Store` that freezes scorecards."""

    def publish(self, card: Card, *, who: str) -> Published:
        """Freeze a version of a card; the same content again changes nothing.

        Raises
        ------
        UsageError : that version was published with other content.
        """
        ref = card.ref
        with database.writing(self._engine) as session:
            row = session.get(PublishedRow, (ref.id, ref.version))
            if row is not None and row.hash != ref.hash:
                raise UsageError(
                    f"{ref.id} version {ref.version} was published on {row.at:%Y-%m-%d} "
                    f"by {row.who} and says something else.",
                    f"Raise the version: write 'version: {_next(session, ref.id)}' in the card.",
                )
            if row is None:
                row = PublishedRow(
                    card=ref.id, version=ref.version, hash=ref.hash, source=card.source,
                    who=who, at=self._now(),
                )  # fmt: skip
                session.add(row)
                journal.write(
                    session, "card published", who=who, conversation=None, now=row.at,
                    detail={"card": ref.id, "version": str(ref.version), "hash": ref.hash},
                )  # fmt: skip
            return _record(row)

    def published(self, id: str | None = None) -> tuple[Published, ...]:
        """Return what was published, of one card or of all, by id and version."""
        query = select(PublishedRow).order_by(col(PublishedRow.card), col(PublishedRow.version))
        if id is not None:
            query = query.where(PublishedRow.card == id)
        with database.reading(self._engine) as session:
            return tuple(_record(row) for row in session.exec(query))

    def frozen(self, id: str, version: int) -> str:
        """Return the text of a version that was published, else that scores were made with.

        Raises
        ------
        NotFound : neither.
        """
        with database.reading(self._engine) as session:
            row = session.get(PublishedRow, (id, version))
            if row is not None:
                return row.source
            used = session.exec(
                select(ScorecardRow)
                .where(ScorecardRow.card == id, ScorecardRow.version == version)
                .order_by(col(ScorecardRow.saved_at).desc())
            ).first()
        if used is None:
            raise NotFound(
                f"Version {version} of '{id}' was neither published nor used for a score.",
                "Name a file, or a version that was: qa scorecard list --published",
            )
        return used.source


def _next(session: Session, id: str) -> int:
    versions = session.exec(select(PublishedRow.version).where(PublishedRow.card == id))
    return max(versions, default=0) + 1


def _record(row: PublishedRow) -> Published:
    return Published(
        card=CardRef(id=row.card, version=row.version, hash=row.hash),
        source=row.source,
        who=row.who,
        at=row.at,
    )
