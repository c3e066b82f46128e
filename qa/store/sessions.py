"""Sessions of browsers and tokens of programs: secrets come in, principals go out."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from qa.access import Principal, Right, secrets
from qa.errors import NotFound, UsageError
from qa.records import Record
from qa.store import database, journal
from qa.store.accounts import Account, principal
from qa.store.people_tables import AccountRow, SessionRow, TokenRow

#: A use is written down when the last one is older: not with every request.
_TOUCH = timedelta(minutes=1)


class Token(Record):
    """What is known of an API token; the token itself is shown once and never again."""

    id: str
    account: str
    label: str
    scopes: tuple[Right, ...]
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class Sessions:
    """The part of the store that knows who is behind a session or a token.

    Parameters
    ----------
    idle : a session ends when it was not used for so long.
    longest : and at the latest so long after it began.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], datetime],
        idle: timedelta,
        longest: timedelta,
    ) -> None:
        self._engine = engine
        self._now = clock
        self._idle = idle
        self._longest = longest

    def begin(self, account: Account, *, instead: str = "", by: str = "password") -> str:
        """Log somebody in; return the session's id, which only their browser keeps.

        Parameters
        ----------
        instead : the id that the browser had before; it ends.
        by : how they proved who they are.
        """
        made, now = secrets.new_session(), self._now()
        with database.writing(self._engine) as session:
            ended = col(SessionRow.made_at) <= now - self._longest
            unused = col(SessionRow.seen_at) <= now - self._idle
            session.execute(delete(SessionRow).where(ended | unused))
            if instead:
                _end(session, instead)
            session.add(
                SessionRow(
                    digest=secrets.digest(made), account=account.id, made_at=now, seen_at=now
                )
            )
            journal.write(
                session, "logged in", who=account.name, conversation=None,
                detail={"by": by}, now=now,
            )  # fmt: skip
        return made

    def who(self, secret: str) -> Principal | None:
        """Return who is behind a session; None when it ended or never was."""
        now = self._now()
        with database.reading(self._engine) as session:
            row = session.get(SessionRow, secrets.digest(secret))
            if row is None or row.made_at <= now - self._longest or row.seen_at <= now - self._idle:
                return None
            account = session.get(AccountRow, row.account)
            if account is None or account.disabled_at is not None:
                return None
            found, stale = principal(session, account), row.seen_at <= now - _TOUCH
        if stale:
            with database.writing(self._engine) as session:
                again = session.get(SessionRow, secrets.digest(secret))
                if again is not None:
                    again.seen_at = now
        return found

    def end(self, secret: str, *, who: str) -> None:
        """Log a browser out."""
        with database.writing(self._engine) as session:
            _end(session, secret)
            journal.write(
                session, "logged out", who=who, conversation=None, detail={}, now=self._now()
            )

    def end_all(self, account: str, *, who: str) -> int:
        """Log all browsers of an account out, by its id; return how many."""
        with database.writing(self._engine) as session:
            ended = session.execute(delete(SessionRow).where(col(SessionRow.account) == account))
            number = int(ended.rowcount)  # type: ignore[attr-defined]
            journal.write(
                session, "logged out everywhere", who=who, conversation=None,
                detail={"sessions": str(number)}, now=self._now(),
            )  # fmt: skip
        return number

    def count(self, account: str) -> int:
        """Return with how many browsers an account is logged in."""
        now = self._now()
        with database.reading(self._engine) as session:
            found = session.exec(
                select(SessionRow.digest).where(
                    SessionRow.account == account,
                    col(SessionRow.made_at) > now - self._longest,
                    col(SessionRow.seen_at) > now - self._idle,
                )
            )
            return len(found.all())

    # --- tokens ------------------------------------------------------------------------

    def add_token(
        self,
        account: Account,
        *,
        label: str,
        scopes: Collection[Right],
        lasts: timedelta,
        who: str,
    ) -> tuple[str, Token]:
        """Make an API token; return it, this once, and what is known of it.

        Raises
        ------
        UsageError : no scope, no time to last, or a right that the account lacks.
        """
        if not scopes or lasts <= timedelta(0):
            raise UsageError(
                "A token needs a scope, and time to last.", "Name the rights it is for, and days."
            )
        made, now = secrets.new_token(), self._now()
        with database.writing(self._engine) as session:
            owner = session.get(AccountRow, account.id)
            has = principal(session, owner).rights if owner is not None else frozenset()
            if lacking := sorted(set(scopes) - has):
                raise UsageError(
                    f"'{account.name}' lacks itself: {', '.join(lacking)}.",
                    f"A token can have: {', '.join(sorted(has)) or 'nothing'}.",
                )
            row = TokenRow(
                id=uuid.uuid4().hex[:12], digest=secrets.digest(made), account=account.id,
                label=label, scopes=sorted(scopes), made_at=now, expires_at=now + lasts,
            )  # fmt: skip
            session.add(row)
            self._log_token(session, "token made", row, who)
            return made, _token(row, account.name)

    def bearer(self, secret: str) -> Principal | None:
        """Return who is behind an API token; None when it is not taken (any more)."""
        now = self._now()
        with database.reading(self._engine) as session:
            row = session.exec(
                select(TokenRow).where(TokenRow.digest == secrets.digest(secret))
            ).first()
            if row is None or row.revoked_at is not None or row.expires_at <= now:
                return None
            account = session.get(AccountRow, row.account)
            if account is None or account.disabled_at is not None:
                return None
            found = principal(session, account, frozenset(Right(s) for s in row.scopes))
            stale, number = row.used_at is None or row.used_at <= now - _TOUCH, row.id
        if stale:
            with database.writing(self._engine) as session:
                again = session.get(TokenRow, number)
                if again is not None:
                    again.used_at = now
        return found

    def tokens(self, account: str | None = None) -> tuple[Token, ...]:
        """Return the tokens of an account (by its id), or of all, the newest first."""
        query = select(TokenRow, AccountRow.name).join(
            AccountRow, col(AccountRow.id) == TokenRow.account
        )
        if account is not None:
            query = query.where(TokenRow.account == account)
        with database.reading(self._engine) as session:
            found = session.exec(query.order_by(col(TokenRow.made_at).desc()))
            return tuple(_token(row, name) for row, name in found)

    def revoke(self, id: str, *, who: str, account: str | None = None) -> None:
        """Take a token back; with `account`, only one of that account (by its id).

        Raises
        ------
        NotFound : there is none of that id.
        """
        with database.writing(self._engine) as session:
            row = session.get(TokenRow, id)
            if row is None or account not in {None, row.account}:
                raise NotFound(f"No token has the id '{id}'.", "See: qa token list")
            row.revoked_at = row.revoked_at or self._now()
            self._log_token(session, "token revoked", row, who)

    def _log_token(self, session: Session, kind: str, row: TokenRow, who: str) -> None:
        journal.write(
            session, kind, who=who, conversation=None,
            detail={"token": row.id, "scopes": ", ".join(map(str, row.scopes))}, now=self._now(),
        )  # fmt: skip


def _end(session: Session, secret: str) -> None:
    session.execute(delete(SessionRow).where(col(SessionRow.digest) == secrets.digest(secret)))


def _token(row: TokenRow, account: str) -> Token:
    return Token(
        id=row.id,
        account=account,
        label=row.label,
        scopes=tuple(Right(s) for s in row.scopes),
        made_at=row.made_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
