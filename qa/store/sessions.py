"""Sessions of browsers and tokens of programs: secrets come in, principals go out."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, Select, bindparam, delete
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from qa.access import Grant, Principal, Right, UserRole, secrets
from qa.errors import NotFound, UsageError
from qa.records import Record
from qa.store import database, journal
from qa.store.accounts import Account, principal
from qa.store.people_tables import AccountRow, SessionRow, TokenRow

#: A use is written down when the last one is older: not with every request.
_TOUCH = timedelta(minutes=1)


def _whose(kept: str, *wanted: str) -> Select[Any]:
    """Return the query for whoever is behind a secret: a row for each of their roles.

    All at once and built once, since every request asks it.

    Parameters
    ----------
    kept : the table of such secrets.
    wanted : what of it is asked besides.
    """
    tables = AccountRow.metadata.tables
    secret, account, member = tables[kept], tables["account"].c, tables["membership"].c
    return (
        columns(
            account.id, account.name, account.agent_id, account.disabled_at,
            member.role, member.team, member.project, *(secret.c[name] for name in wanted),
        )
        .select_from(secret)
        .join(tables["account"], account.id == secret.c.account)
        .outerjoin(tables["membership"], member.account == account.id)
        .where(secret.c.digest == bindparam("digest"))
        .order_by(member.role, member.team, member.project)
    )  # fmt: skip


_OF_SESSION = _whose("session", "made_at", "seen_at")
_OF_TOKEN = _whose("token", "scopes", "expires_at", "used_at", "revoked_at")


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
            found = session.execute(_OF_SESSION, {"digest": secrets.digest(secret)}).all()
        if not found or found[0].disabled_at is not None:
            return None
        made, seen = found[0].made_at, found[0].seen_at
        if made <= now - self._longest or seen <= now - self._idle:
            return None
        if seen <= now - _TOUCH:
            with database.writing(self._engine) as session:
                again = session.get(SessionRow, secrets.digest(secret))
                if again is not None:
                    again.seen_at = now
        return _principal(found)

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
            digest = secrets.digest(secret)
            found = session.execute(_OF_TOKEN, {"digest": digest}).all()
        if not found or found[0].disabled_at is not None:
            return None
        row = found[0]
        if row.revoked_at is not None or row.expires_at <= now:
            return None
        if row.used_at is None or row.used_at <= now - _TOUCH:
            with database.writing(self._engine) as session:
                again = session.exec(select(TokenRow).where(TokenRow.digest == digest)).first()
                if again is not None:
                    again.used_at = now
        return _principal(found, frozenset(Right(s) for s in row.scopes))

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


def _principal(found: Sequence[Row[Any]], scopes: frozenset[Right] | None = None) -> Principal:
    """Return who asks, with the roles of this moment."""
    who = found[0]
    # Who has no role has one row all the same, without one.
    grants = tuple(
        Grant(UserRole(row.role), team=row.team, project=row.project) for row in found if row.role
    )
    return Principal(id=who.id, name=who.name, grants=grants, agent_id=who.agent_id, scopes=scopes)


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
