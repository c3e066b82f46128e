"""Keeping accounts, API tokens and the agents' roster, for pages and API."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from qa.access import Grant, Principal, Right, UserRole
from qa.access.passwords import Passwords, check_new, made_up
from qa.errors import NotFound, UsageError
from qa.store import Store
from qa.store.accounts import Account
from qa.store.joining import KNOWN, overlaps
from qa.store.roster_csv import parse_roster
from qa.store.sessions import Token

#: Bytes of a roster: some ten thousand people.
LARGEST_ROSTER = 5_000_000
#: Days that a token may last.
LONGEST_DAYS = 366


def add_account(
    store: Store,
    passwords: Passwords,
    name: str,
    grants: Sequence[Grant],
    *,
    who: Principal,
    agent_id: str | None = None,
    password: str = "",
    by_password: bool = True,
) -> tuple[Account, str]:
    """Make an account; return it and the password that was made up for it, if one was.

    Parameters
    ----------
    password : "" = made up here. A program has none.
    by_password : False = they log in by single sign-on alone.

    Raises
    ------
    UsageError : the name, the password or the roles cannot be used.
    """
    program = {grant.role for grant in grants} == {UserRole.SERVICE}
    given = "" if program or not by_password else password or made_up()
    if password:
        check_new(password, about=[name])
    account = store.accounts.add(
        name,
        grants=grants,
        who=who.name,
        password=passwords.hash(given) if given else "",
        agent_id=agent_id,
    )
    return account, "" if password else given


def renew_password(
    store: Store, passwords: Passwords, name: str, *, who: Principal, password: str = ""
) -> str:
    """Give an account another password, and log it out everywhere; return a made up one.

    Raises
    ------
    UnknownName : nobody has that name.
    UsageError : the password cannot be used, or a program has none.
    """
    store.accounts.get(name)
    if password:
        check_new(password, about=[name])
    given = password or made_up()
    store.accounts.set_password(name, passwords.hash(given), who=who.name)
    return "" if password else given


def make_token(
    store: Store,
    scopes: Collection[Right],
    *,
    who: Principal,
    account: str = "",
    days: int,
    label: str = "",
) -> tuple[str, Token]:
    """Make an API token for oneself, or as administrator for somebody; it is given this once.

    Raises
    ------
    Forbidden : it is for somebody else, and whoever asks keeps no accounts.
    UnknownName, NotFound : nobody has that name.
    UsageError : a right that the account, or the token that is asked with, lacks itself.
    """
    owner = _owner(store, account, who)
    if owner.id == who.id and (lacking := sorted(set(scopes) - who.rights)):
        # A token makes no token that may do more than itself.
        raise UsageError(
            f"You lack here: {', '.join(lacking)}.",
            f"A token can have: {', '.join(sorted(who.rights))}.",
        )
    return store.sessions.add_token(
        owner, label=label.strip(), scopes=scopes, lasts=timedelta(days=days), who=who.name
    )


def tokens_of(store: Store, who: Principal, account: str = "") -> tuple[Token, ...]:
    """Return one's own tokens, or as administrator somebody's, the newest first.

    Raises
    ------
    Forbidden, UnknownName : as for `make_token`.
    """
    if not who.id and not account:
        return ()
    return store.sessions.tokens(_owner(store, account, who).id)


def revoke_token(store: Store, id: str, *, who: Principal) -> None:
    """Take back a token of one's own, or as administrator anybody's.

    Raises
    ------
    NotFound : there is none of that id, as far as whoever asks may know.
    """
    store.sessions.revoke(id, who=who.name, account=None if who.may(Right.USERS) else who.id)


def _owner(store: Store, account: str, who: Principal) -> Account:
    if not who.id and not account:
        raise NotFound("Nobody has an account yet.", "Make one; a token belongs to an account.")
    if account and account.strip().casefold() != who.name:
        who.check(Right.USERS)
    return store.accounts.get(account or who.name)


@dataclass(frozen=True)
class Taken:
    """What came of a roster that was taken in."""

    entries: int
    #: Conversations that are joined to a person, and that are not.
    joined: int
    left: int
    #: Entries that could both be meant on some day.
    overlapping: tuple[str, ...]


def take_roster(store: Store, content: bytes, name: str, *, who: Principal) -> Taken:
    """Take a roster in place of the one before, and join all recordings to its people.

    Raises
    ------
    FormatError : names every line that cannot be used; nothing was taken.
    """
    agents = parse_roster(content, name=name)
    store.roster.replace(agents, who=who.name)
    counted = store.roster.join()
    joined = sum(number for how, number in counted.items() if how in KNOWN)
    return Taken(len(agents), joined, sum(counted.values()) - joined, overlaps(agents))
