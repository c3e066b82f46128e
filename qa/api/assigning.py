"""Giving conversations to reviewers, for both doors."""

from __future__ import annotations

from collections.abc import Sequence

from qa.access import Principal, Right, machine_user
from qa.errors import NotFound, UsageError
from qa.store import Store
from qa.store.accounts import Account

#: Conversations that are given at once.
MOST = 500


def reviewers(store: Store) -> tuple[str, ...]:
    """Return the names of all who may review something."""
    there = [a.name for a in store.accounts.all() if _principal(a).may(Right.OVERRIDE)]
    # While nobody has an account, whoever sits at the machine reviews.
    return tuple(there) or (machine_user().name,)


def give(store: Store, ids: Sequence[str], reviewer: str, *, who: Principal) -> int:
    """Give conversations to a reviewer, or to nobody (""); return how many that changed.

    Raises
    ------
    NotFound : a conversation that does not exist, as far as whoever asks may know.
    Forbidden : one that they may not give.
    UnknownName : nobody has that name.
    UsageError : the reviewer may not review one of them, or too many at once.
    """
    if len(ids) > MOST:
        raise UsageError(f"{len(ids)} at once are too many.", f"Give up to {MOST}.")
    for one in ids:
        _check(store, one, who)
    if not reviewer:
        return store.assignments.take_back(ids, by=who.name)
    for one in ids:
        if not _meant(store, reviewer).may(Right.OVERRIDE, store.facts(one)):
            raise UsageError(
                f"{reviewer} may not review conversation {one}.",
                "Give it to somebody with a role for its team and project.",
            )
    return store.assignments.give(ids, reviewer, by=who.name)


def _check(store: Store, one: str, who: Principal) -> None:
    facts = store.facts(one)
    if not who.may(Right.LIST, facts) and not who.may(Right.ASSIGN, facts):
        raise NotFound(f"There is no conversation {one}.", "'qa list' shows those that there are.")
    who.check(Right.ASSIGN, facts)


def _meant(store: Store, reviewer: str) -> Principal:
    if not store.accounts.any() and reviewer == machine_user().name:
        return machine_user()
    return _principal(store.accounts.get(reviewer))


def _principal(account: Account) -> Principal:
    if account.disabled_at is not None:
        return Principal(id=account.id, name=account.name)
    return Principal(
        id=account.id, name=account.name, grants=account.grants, agent_id=account.agent_id
    )
