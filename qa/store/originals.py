"""Reading what was said before redaction: with a reason, for a while, and written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import col, select

from qa.errors import NotFound, UsageError
from qa.records import Turn
from qa.store import database
from qa.store.acts import Act, Kind
from qa.store.audit import Audit
from qa.store.audit_tables import AuditRow
from qa.store.finishing import TURNS
from qa.store.vault import Vault

#: How long one reason opens one conversation.
LASTS = timedelta(minutes=15)
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
        until = self.until(id, who=who)
        if until is None:
            raise UsageError(
                "What was redacted is shown for 15 minutes after a reason was given.",
                "Give a reason first.",
            )
        found = TURNS.validate_json(self._vault.read("turns", id))
        self._audit.record(who, Act.ORIGINAL, Kind.CONVERSATION, id)
        return found, until
