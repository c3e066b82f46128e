"""Reading what was said before redaction: with a reason, for a while, and written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine
from sqlmodel import col, select

from qa.errors import NotFound, UsageError
from qa.records import AudioSource, Conversation, Turn
from qa.store import database
from qa.store.acts import Act, Kind
from qa.store.audit import Audit
from qa.store.audit_tables import AuditRow
from qa.store.erasing.policies import What
from qa.store.erasing.tables import ErasedRow
from qa.store.finishing import TURNS
from qa.store.vault import SCHEME, Vault, local_path

#: How long one reason opens one conversation.
LASTS = timedelta(minutes=15)
#: Pieces of a recording that are asked for within this time are one listening.
ONE_LISTENING = timedelta(minutes=1)
#: Characters of a reason.
SHORTEST, LONGEST = 3, 300


class Originals:
    """The part of the store that shows people what was said in the clear.

    Whoever gives a reason may read for a while. That they gave it stands in the audit log and
    nowhere else: the row is the permission.
    """

    def __init__(
        self, engine: Engine, vault: Vault, audit: Audit, *, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._audit = audit
        self._now = clock

    def open(self, id: str, *, who: str, reason: str) -> None:
        """Write down who wants to read a conversation's original, and why.

        Raises
        ------
        UsageError : the reason is too short or too long.
        NotFound : it was erased, or not heard yet.
        """
        said = " ".join(reason.split())
        if not SHORTEST <= len(said) <= LONGEST:
            raise UsageError(
                f"A reason has {SHORTEST} to {LONGEST} characters.",
                "Say why, with a ticket's number perhaps, and without a word about the customer.",
            )
        if not self._vault.has("turns", id):
            raise NotFound(
                f"Nothing of conversation {id} is kept in the clear.",
                "It waits to be heard, or was erased: its page says which.",
            )
        self._vault.open("turns", id, who=who, reason=said).close()

    def until(self, id: str, *, who: str) -> datetime | None:
        """Return until when somebody may read an original; None = they gave no reason lately."""
        row = AuditRow
        query = select(row.at, row.detail).where(
            row.object == id, row.who == who, row.act == Act.ORIGINAL,
            row.kind == Kind.CONVERSATION, col(row.at) > self._now() - LASTS,
        )  # fmt: skip
        with database.reading(self._engine) as session:
            found = session.exec(query.order_by(col(row.seq).desc()))
            given = (at for at, detail in found if json.loads(detail).get("reason"))
            newest = next(given, None)
        return newest + LASTS if newest is not None else None

    def turns(self, id: str, *, who: str) -> tuple[tuple[Turn, ...], datetime]:
        """Return what was said, word for word, and until when; each time is written down.

        Raises
        ------
        UsageError : they gave no reason, or it was too long ago.
        NotFound : it was erased.
        """
        until = self._permitted(id, who)
        found = TURNS.validate_json(self._vault.read("turns", id))
        self._audit.record(who, Act.ORIGINAL, Kind.CONVERSATION, id)
        return found, until

    def recordings(self, id: str) -> tuple[str, ...]:
        """Return the names of a call's recordings that can be played as they came.

        Not of what was erased, though it may lie where it was read in place, nor of what lies
        on another machine.
        """
        return tuple(self._places(id))

    def hear(self, id: str, name: str, *, who: str) -> BinaryIO:
        """Open a recording as it came; that they listen is written down, once a minute.

        Raises
        ------
        UsageError : they gave no reason, or it was too long ago.
        NotFound : there is none of that name.
        """
        self._permitted(id, who)
        places = self._places(id)
        if name not in places:
            raise NotFound(
                f"There is no recording '{name}' to play.",
                "It was erased, or lies on another machine.",
            )
        number, place = places[name]
        file = place.open("rb") if isinstance(place, Path) else self._vault.recording(place)
        if file is None:
            raise NotFound("This recording is not here.", "It lies on another machine.")
        if not self._hears(id, who):
            self._audit.record(who, Act.ORIGINAL, Kind.CONVERSATION, id, detail={"heard": number})
        return file

    def _places(self, id: str) -> dict[str, tuple[int, Path | str]]:
        """Return each recording's number and place, by its name."""
        with database.reading(self._engine) as session:
            erased = session.get(ErasedRow, (id, What.AUDIO)) is not None
        if erased or not self._vault.has("conversation", id):
            return {}
        found = Conversation.model_validate_json(self._vault.read("conversation", id))
        return {
            f"{id}-{number}{Path(source.uri).suffix}": (number, place)
            for number, source in enumerate(found.audio)
            if (place := self._place(id, number, source)) is not None
        }

    def _place(self, id: str, number: int, source: AudioSource) -> Path | str | None:
        """Return the file of a recording, or what the vault calls its own copy."""
        name = f"{id}-{number}"
        if self._vault.has("original", name):
            return f"{SCHEME}{name}.copy"
        path = local_path(source.uri) if not source.uri.startswith(SCHEME) else None
        return path if path is not None and path.is_file() else None

    def _permitted(self, id: str, who: str) -> datetime:
        until = self.until(id, who=who)
        if until is None:
            raise UsageError(
                "What was redacted is shown for 15 minutes after a reason was given.",
                "Give a reason first.",
            )
        return until

    def _hears(self, id: str, who: str) -> bool:
        """Say whether it was just written down that they listen: a player asks in pieces."""
        row = AuditRow
        query = select(row.seq).where(
            row.object == id, row.who == who, row.act == Act.ORIGINAL,
            row.kind == Kind.CONVERSATION, col(row.at) > self._now() - ONE_LISTENING,
            col(row.detail).contains('"heard"'),
        )  # fmt: skip
        with database.reading(self._engine) as session:
            return session.exec(query.limit(1)).first() is not None
