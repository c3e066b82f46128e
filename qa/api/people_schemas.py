"""What the API takes and answers about accounts, tokens and the roster."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from qa.access import Grant, Right, UserRole, grants_of
from qa.access.passwords import LONGEST
from qa.api.people import LONGEST_DAYS
from qa.api.schemas import Public
from qa.store.accounts import Account
from qa.store.joining import Agent
from qa.store.roster import Unjoined
from qa.store.sessions import Token

_NAME = Field(min_length=1, max_length=100)


class RolesIn(BaseModel):
    """Roles, and for which conversations: each for each team in each project."""

    model_config = ConfigDict(extra="forbid")

    roles: list[UserRole] = Field(min_length=1)
    teams: list[str] = Field(default=[], max_length=100)
    projects: list[str] = Field(default=[], max_length=100)
    everywhere: bool = Field(
        default=False, description="For all teams and projects; roles that know none need it not."
    )
    agent_id: str | None = Field(
        default=None, max_length=200, description="Of an agent: their id, as recordings have it."
    )

    def grants(self) -> tuple[Grant, ...]:
        """Return the grants that are meant."""
        return grants_of(
            self.roles, teams=self.teams, projects=self.projects, everywhere=self.everywhere
        )


class RolesChange(RolesIn):
    """Other roles."""

    more: bool = Field(default=False, description="Beside those that they have.")


class AccountIn(RolesIn):
    """An account to be made."""

    name: str = _NAME
    password: str = Field(
        default="", max_length=LONGEST * 4, description="Empty = one is made up and answered."
    )
    by_password: bool = Field(default=True, description="False = by single sign-on alone.")


class PasswordIn(BaseModel):
    """Another password."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(
        default="", max_length=LONGEST * 4, description="Empty = one is made up and answered."
    )


class AccountOut(Public):
    """Somebody who may log in, or a program that works by tokens."""

    name: str
    roles: tuple[str, ...] = Field(examples=[["supervisor of team north"]])
    agent_id: str | None
    made_at: datetime
    disabled_at: datetime | None
    has_password: bool
    issuer: str | None = Field(description="Who vouches for them by single sign-on.")

    @classmethod
    def of(cls, account: Account) -> AccountOut:
        """Return an account as the API tells it."""
        return cls(
            **account.model_dump(exclude={"id", "grants"}),
            roles=tuple(str(grant) for grant in account.grants),
        )


class AccountsOut(Public):
    """All accounts by name."""

    items: tuple[AccountOut, ...]


class AccountMadeOut(Public):
    """A new account."""

    account: AccountOut
    password: str | None = Field(description="Made up; told this once. Null where none was.")


class PasswordOut(Public):
    """That a password was changed."""

    password: str | None = Field(description="Made up; told this once. Null where none was.")


class TokenIn(BaseModel):
    """A token to be made."""

    model_config = ConfigDict(extra="forbid")

    scopes: list[Right] = Field(min_length=1)
    days: int = Field(default=90, ge=1, le=LONGEST_DAYS)
    label: str = Field(default="", max_length=200, description="What it is for.")
    account: str = Field(default="", max_length=100, description="Whose; empty = one's own.")


class TokenMadeOut(Public):
    """A new token."""

    secret: str = Field(description="The token itself; told this once.")
    token: Token


class TokensOut(Public):
    """Tokens, the newest first; what they are is not kept."""

    items: tuple[Token, ...]


class RosterOut(Public):
    """Who the recordings' agents are."""

    items: tuple[Agent, ...]


class RosterTakenOut(Public):
    """What came of a roster that was taken in."""

    entries: int
    joined: int = Field(description="Conversations that are joined to a person.")
    unjoined: int = Field(description="Conversations that are not.")
    overlapping: tuple[str, ...] = Field(
        description="Entries that could both be meant on some day; that day's are nobody's."
    )


class RosterCheckOut(Public):
    """What could not be joined, the most frequent first, and entries that overlap."""

    unjoined: tuple[Unjoined, ...]
    overlapping: tuple[str, ...]
