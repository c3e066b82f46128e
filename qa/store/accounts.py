"""Accounts: who may log in, and which roles they hold where."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from qa.access import Grant, Principal, UserRole
from qa.errors import NotFound, UnknownName, UsageError
from qa.records import Record
from qa.store import database, journal
from qa.store.people_tables import AccountRow, MembershipRow, SessionRow

_NAME = re.compile(r"[\w.@+-]{1,100}")


class Account(Record):
    """Somebody who may log in, or a program that works by tokens."""

    id: str
    name: str
    grants: tuple[Grant, ...]
    agent_id: str | None
    made_at: datetime
    disabled_at: datetime | None
    #: Whether it logs in by a password of ours.
    has_password: bool
    #: Of single sign-on.
    issuer: str | None


class Accounts:
    """The part of the store that knows accounts.

    Passwords come and go as what is kept of them (`qa.access.passwords`).
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    def any(self) -> bool:
        """Say whether anybody has an account."""
        with database.reading(self._engine) as session:
            return session.exec(select(AccountRow.id).limit(1)).first() is not None

    def all(self) -> tuple[Account, ...]:
        """Return all accounts by name."""
        with database.reading(self._engine) as session:
            held: dict[str, list[Grant]] = {}
            for one in session.exec(_memberships()):
                held.setdefault(one.account, []).append(_grant(one))
            found = session.exec(select(AccountRow).order_by(col(AccountRow.name)))
            return tuple(_account(row, tuple(held.get(row.id, ()))) for row in found)

    def get(self, name: str) -> Account:
        """Return an account.

        Raises
        ------
        UnknownName : nobody has that name.
        """
        with database.reading(self._engine) as session:
            return _with_grants(session, _row(session, name))

    def password_of(self, name: str) -> tuple[Account, str] | None:
        """Return an account that may log in, and what is kept of its password."""
        with database.reading(self._engine) as session:
            row = _find(session, name)
            if row is None or row.disabled_at is not None:
                return None
            return _with_grants(session, row), row.password

    def by_subject(self, issuer: str, subject: str) -> Account | None:
        """Return the account that a provider of single sign-on vouches for."""
        with database.reading(self._engine) as session:
            row = session.exec(
                select(AccountRow).where(AccountRow.issuer == issuer, AccountRow.subject == subject)
            ).first()
            return _with_grants(session, row) if row is not None else None

    def add(
        self,
        name: str,
        *,
        grants: Sequence[Grant],
        who: str,
        password: str = "",
        agent_id: str | None = None,
    ) -> Account:
        """Make an account.

        Raises
        ------
        UsageError : the name is taken or cannot be used, or the roles do not fit together.
        """
        key = _key(name)
        if not _NAME.fullmatch(key):
            raise UsageError(
                f"'{name}' cannot be a name to log in with.",
                "Use letters, digits and . @ + - _, as in dana or dana@example.org.",
            )
        _check_grants(grants, agent_id, password=bool(password))
        with database.writing(self._engine) as session:
            if _find(session, key) is not None:
                raise UsageError(f"'{key}' has an account.", "See: qa user list")
            row = AccountRow(
                id=uuid.uuid4().hex, name=key, password=password, agent_id=agent_id,
                made_at=self._now(),
            )  # fmt: skip
            session.add(row)
            session.flush()
            _put_grants(session, row.id, grants)
            # The first account closes the door to whoever sits at the machine.
            _check_administrated(session)
            self._log(session, "account added", row, who, {"roles": _worded(grants)})
            return _with_grants(session, row)

    def set_grants(
        self, name: str, grants: Sequence[Grant], *, who: str, agent_id: str | None = None
    ) -> Account:
        """Give an account other roles; they count from its next request.

        Parameters
        ----------
        agent_id : whose conversations are its own from now on; None = as before.

        Raises
        ------
        UnknownName : nobody has that name.
        UsageError : the roles do not fit together, or nobody would be administrator any more.
        """
        with database.writing(self._engine) as session:
            row = _row(session, name)
            row.agent_id = agent_id or row.agent_id
            _check_grants(grants, row.agent_id, password=bool(row.password))
            _put_grants(session, row.id, grants)
            _check_administrated(session)
            self._log(session, "roles changed", row, who, {"roles": _worded(grants)})
            return _with_grants(session, row)

    def set_password(self, name: str, password: str, *, who: str) -> None:
        """Give an account another password; all its sessions end.

        Raises
        ------
        UnknownName : nobody has that name.
        UsageError : a program's account has no password.
        """
        with database.writing(self._engine) as session:
            row = _row(session, name)
            _check_grants(_grants(session, row.id), row.agent_id, password=True)
            row.password = password
            session.execute(delete(SessionRow).where(col(SessionRow.account) == row.id))
            self._log(session, "password changed", row, who, {})

    def rehash(self, id: str, password: str) -> None:
        """Keep the same password at another cost; nothing else changes."""
        with database.writing(self._engine) as session:
            row = session.get(AccountRow, id)
            if row is not None:
                row.password = password

    def link(self, name: str, *, issuer: str, subject: str, who: str) -> None:
        """Let a provider of single sign-on vouch for an account.

        Raises
        ------
        UnknownName : nobody has that name.
        UsageError : the provider vouches for another account by that subject.
        """
        other = self.by_subject(issuer, subject)
        with database.writing(self._engine) as session:
            row = _row(session, name)
            if other is not None and other.id != row.id:
                raise UsageError(
                    f"{issuer} vouches for '{other.name}' by that subject.", "Unlink it first."
                )
            row.issuer, row.subject = issuer, subject
            self._log(session, "account linked", row, who, {"issuer": issuer})

    def disable(self, name: str, *, who: str) -> None:
        """Close an account: its sessions end, its tokens are taken no more.

        Raises
        ------
        UnknownName : nobody has that name.
        UsageError : nobody would be administrator any more.
        """
        with database.writing(self._engine) as session:
            row = _row(session, name)
            row.disabled_at = row.disabled_at or self._now()
            session.flush()
            _check_administrated(session)
            session.execute(delete(SessionRow).where(col(SessionRow.account) == row.id))
            self._log(session, "account disabled", row, who, {})

    def enable(self, name: str, *, who: str) -> None:
        """Open a closed account again.

        Raises
        ------
        UnknownName : nobody has that name.
        """
        with database.writing(self._engine) as session:
            row = _row(session, name)
            row.disabled_at = None
            self._log(session, "account enabled", row, who, {})

    def note(self, kind: str, *, who: str, detail: Mapping[str, str]) -> None:
        """Write into the journal what happened at the door."""
        with database.writing(self._engine) as session:
            journal.write(session, kind, who=who, conversation=None, detail=detail, now=self._now())

    def _log(
        self, session: Session, kind: str, row: AccountRow, who: str, detail: Mapping[str, str]
    ) -> None:
        journal.write(
            session, kind, who=who, conversation=None,
            detail={"account": row.name, **detail}, now=self._now(),
        )  # fmt: skip


def principal(session: Session, row: AccountRow) -> Principal:
    """Return who asks, with the roles of this moment."""
    return Principal(
        id=row.id, name=row.name, grants=_grants(session, row.id), agent_id=row.agent_id
    )


def _key(name: str) -> str:
    return name.strip().casefold()


def _find(session: Session, name: str) -> AccountRow | None:
    return session.exec(select(AccountRow).where(AccountRow.name == _key(name))).first()


def _row(session: Session, name: str) -> AccountRow:
    row = _find(session, name)
    if row is None:
        known = session.exec(select(AccountRow.name)).all()
        if not known:
            raise NotFound("Nobody has an account.", "Run: qa user add NAME --role administrator")
        raise UnknownName("account", name, known)
    return row


def _grants(session: Session, id: str) -> tuple[Grant, ...]:
    found = session.exec(_memberships().where(MembershipRow.account == id))
    return tuple(_grant(one) for one in found)


def _memberships() -> SelectOfScalar[MembershipRow]:
    row = MembershipRow
    return select(row).order_by(col(row.role), col(row.team), col(row.project))


def _grant(row: MembershipRow) -> Grant:
    return Grant(UserRole(row.role), team=row.team, project=row.project)


def _put_grants(session: Session, id: str, grants: Sequence[Grant]) -> None:
    session.execute(delete(MembershipRow).where(col(MembershipRow.account) == id))
    for grant in dict.fromkeys(grants):
        session.add(
            MembershipRow(account=id, role=grant.role, team=grant.team, project=grant.project)
        )
    session.flush()


def _check_grants(grants: Sequence[Grant], agent_id: str | None, *, password: bool) -> None:
    roles = {grant.role for grant in grants}
    if not roles:
        raise UsageError(
            "An account needs a role.",
            f"Known: {', '.join(sorted(role.value for role in UserRole))}.",
        )
    if UserRole.AGENT in roles and not agent_id:
        raise UsageError(
            "It is not said which agent this is.", "Name the agent's id as recordings have it."
        )
    if UserRole.SERVICE in roles and (password or len(roles) > 1):
        raise UsageError(
            "A service is a program: it has no password and no other role.",
            "Make an account of its own for it, then: qa token create",
        )


def _check_administrated(session: Session) -> None:
    left = session.exec(
        select(AccountRow.id)
        .join(MembershipRow, col(MembershipRow.account) == AccountRow.id)
        .where(MembershipRow.role == UserRole.ADMINISTRATOR, col(AccountRow.disabled_at).is_(None))
        .limit(1)
    ).first()
    if left is None:
        raise UsageError(
            "Nobody would be administrator.", "Make somebody else administrator first."
        )


def _worded(grants: Sequence[Grant]) -> str:
    return ", ".join(str(grant) for grant in grants)


def _with_grants(session: Session, row: AccountRow) -> Account:
    return _account(row, _grants(session, row.id))


def _account(row: AccountRow, grants: tuple[Grant, ...]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        grants=grants,
        agent_id=row.agent_id,
        made_at=row.made_at,
        disabled_at=row.disabled_at,
        has_password=bool(row.password),
        issuer=row.issuer,
    )
