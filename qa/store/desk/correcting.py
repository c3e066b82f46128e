"""Correcting what the machine took a conversation for: its language; and scoring it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine, update
from sqlmodel import col

from qa.errors import UsageError
from qa.store import changes, database, queue, results
from qa.store.tables import TurnRow

#: A language and, where it matters, a country: "ru", "pt-BR".
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Correcting:
    """The part of the store that takes corrections; each asks for another judgement."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    def language(self, id: str, language: str, *, who: str, seen: str | None = None) -> None:
        """Say in which language a conversation is; it is judged in that, not heard again.

        Raises
        ------
        NotFound : no such conversation, or not heard yet.
        Stale : it is another version by now.
        UsageError : that is no language.
        """
        if not _LANGUAGE.fullmatch(language):
            raise UsageError(f"'{language}' is no language.", "Give its code: en, ru, ro, hu.")
        now = self._now()
        with database.writing(self._engine) as session:
            before = results.safe(session, id, words=False)
            detail = {"from": before.metadata.language or "", "to": language}
            changes.note(
                session, id, "language corrected", who=who, detail=detail, now=now, seen=seen
            )
            row = results.existing(session, id)
            row.details = {**row.details, "language": language}
            row.language, row.updated_at = language, now
            # A person is sure: what single turns were taken for counts no more.
            session.execute(
                update(TurnRow)
                .where(col(TurnRow.conversation) == id)
                .values(language=language, language_confidence=1.0)
            )
            session.flush()
            queue.want(session, [id], None, now=now)

    def again(
        self, id: str, cards: Sequence[str] | None, *, who: str, seen: str | None = None
    ) -> None:
        """Ask for another score, by other cards or (None) by those of before.

        Raises
        ------
        NotFound : there is no such conversation, or it was erased.
        Stale : it is another version by now.
        """
        detail = {"cards": ", ".join(cards)} if cards else {}
        with database.writing(self._engine) as session:
            results.writable(session, id)
            changes.note(
                session, id, "scored again", who=who, detail=detail, now=self._now(), seen=seen
            )
            queue.want(session, [id], cards, now=self._now())
