"""API tokens as pages list them, and the rights that a new one can have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from qa.access import Right
from qa.api import people_words, words
from qa.api.i18n import day_of, gettext
from qa.store.sessions import Token


@dataclass(frozen=True)
class TokenLine:
    """A token as a page lists it."""

    id: str
    label: str
    scopes: str
    until: str
    used: str
    #: Taken no more.
    over: bool


def token_lines(found: Iterable[Token]) -> tuple[TokenLine, ...]:
    """Return tokens as pages list them."""
    return tuple(
        TokenLine(
            id=one.id,
            label=one.label,
            scopes=", ".join(people_words.RIGHTS[right] for right in one.scopes),
            until=gettext("revoked") if one.revoked_at else day_of(one.expires_at),
            used=words.moment(one.used_at) if one.used_at else gettext("never"),
            over=one.revoked_at is not None,
        )
        for one in found
    )


def rights_to_choose(has: Collection[Right]) -> Mapping[Right, str]:
    """Return the rights that a token of somebody can have, as they are worded."""
    return {right: people_words.RIGHTS[right] for right in Right if right in has}
