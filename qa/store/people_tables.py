"""The tables of accounts, sessions, tokens and the agents' roster.

No secret lies here in the clear: passwords are Argon2id, session ids and tokens SHA-256
of 256 random bits (`qa.access.secrets`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from qa.store.tables import Table, UtcDateTime


class AccountRow(Table, table=True):
    """Somebody who may log in, or a program that works by tokens."""

    __tablename__ = "account"
    __table_args__ = (Index("uq_account_subject", "issuer", "subject", unique=True),)

    id: str = Field(primary_key=True)
    #: What is typed to log in; case does not count.
    name: str = Field(unique=True)
    #: Argon2id; "" = no log-in by password.
    password: str = ""
    #: Of single sign-on: who vouches, and its name for this person.
    issuer: str | None = None
    subject: str | None = None
    #: Whose conversations are this account's own.
    agent_id: str | None = None
    made_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MembershipRow(Table, table=True):
    """A role that an account holds, and where: "*" = everywhere."""

    __tablename__ = "membership"

    account: str = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE")
    role: str = Field(primary_key=True)
    team: str = Field(primary_key=True)
    project: str = Field(primary_key=True)


class SessionRow(Table, table=True):
    """A browser that somebody logged in with."""

    __tablename__ = "session"

    digest: str = Field(primary_key=True)
    account: str = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    #: Last use, to the minute.
    seen_at: datetime = Field(sa_type=UtcDateTime)


class TokenRow(Table, table=True):
    """An API token. Kept once revoked, so that the journal stays readable."""

    __tablename__ = "token"

    id: str = Field(primary_key=True)
    digest: str = Field(unique=True)
    account: str = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    label: str
    #: Values of `Right`.
    scopes: list[Any] = Field(sa_type=JSON)
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    #: Last use, to the minute.
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ThrottleRow(Table, table=True):
    """Attempts to log in that failed, by account and by address."""

    __tablename__ = "throttle"

    #: Digest of what was tried: a password may have been typed in place of a name.
    key: str = Field(primary_key=True)
    failures: int
    last_at: datetime = Field(sa_type=UtcDateTime)


class AgentRow(Table, table=True):
    """An agent for a time, as the roster has it."""

    __tablename__ = "agent"

    id: int | None = Field(default=None, primary_key=True)
    agent_id: str = Field(index=True)
    name: str
    #: The name as it is compared.
    name_key: str = Field(index=True, sa_column_kwargs={"server_default": ""})
    extension: str = Field(default="", index=True)
    team: str = ""
    project: str = ""
    #: First and last day, both included; None = open.
    valid_from: date | None = None
    valid_to: date | None = None
