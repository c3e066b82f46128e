"""The decision: who asks, what the thing is, and whether the one may do it to the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from qa.access.rights import ABOUT_CONVERSATIONS, EVERYWHERE, RIGHTS, Right, UserRole
from qa.errors import Forbidden, UsageError

#: In place of a team's or a project's name: all of them, and what belongs to none.
ALL = "*"


@dataclass(frozen=True)
class Facts:
    """What decides who may see a conversation."""

    team: str | None = None
    project: str | None = None
    #: Ids of the agents who take part.
    agents: frozenset[str] = frozenset()
    #: Shown to its agents.
    released: bool = False


@dataclass(frozen=True)
class Part:
    """A part of all conversations; None = whatever it is."""

    team: str | None = None
    project: str | None = None
    agent: str | None = None
    #: Only what was released to its agents.
    released: bool = False

    def holds(self, facts: Facts) -> bool:
        """Say whether a conversation belongs to it."""
        return (
            self.team in {None, facts.team}
            and self.project in {None, facts.project}
            and (self.agent is None or self.agent in facts.agents)
            and (facts.released or not self.released)
        )


@dataclass(frozen=True)
class Scope:
    """Which conversations somebody may do a thing to: those in any of its parts."""

    parts: tuple[Part, ...] = ()
    #: Whose own verdict is awaited on what was drawn for them to judge blind, and where they
    #: judge: what the machine and others said of that is left out until it is given.
    reviewer: str = ""
    reviews: tuple[Part, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether no conversation is left out."""
        return Part() in self.parts

    @property
    def nothing(self) -> bool:
        """Whether every conversation is left out."""
        return not self.parts

    @cached_property
    def agents(self) -> frozenset[str]:
        """As which agents somebody sees what they took part in."""
        return frozenset(part.agent for part in self.parts if part.agent is not None)

    def holds(self, facts: Facts) -> bool:
        """Say whether a conversation is among them."""
        return any(part.holds(facts) for part in self.parts)

    def holds_whole(self, facts: Facts) -> bool:
        """Say whether it is, with what concerns every agent in it: not for having taken part."""
        return any(part.agent is None and part.holds(facts) for part in self.parts)


EVERYTHING = Scope((Part(),))
NOTHING = Scope()


@dataclass(frozen=True)
class Grant:
    """A role that somebody holds, and where: both team and project must fit."""

    role: UserRole
    team: str = ALL
    project: str = ALL

    def __post_init__(self) -> None:
        if self.role in EVERYWHERE and (self.team, self.project) != (ALL, ALL):
            raise UsageError(
                f"The role '{self.role}' is held everywhere.",
                "Leave team and project out, or give another role.",
            )

    def __str__(self) -> str:
        where = [
            f"{what} {name}"
            for what, name in (("team", self.team), ("project", self.project))
            if name != ALL
        ]
        return f"{self.role} of {' in '.join(where)}" if where else str(self.role)


@dataclass(frozen=True)
class Principal:
    """Who asks: a person who logged in, a program with a token, or the machine's own user.

    Parameters
    ----------
    id : of the account; "" for the machine's own user, while no account exists.
    name : as the journal and the history of verdicts have it.
    agent_id : whose conversations are "own"; None = nobody's.
    scopes : of a token: the rights it is limited to. None = all that the roles give.
    """

    id: str
    name: str
    grants: tuple[Grant, ...] = ()
    agent_id: str | None = None
    scopes: frozenset[Right] | None = None

    @property
    def roles(self) -> frozenset[UserRole]:
        """All roles that are held anywhere."""
        return frozenset(grant.role for grant in self.grants)

    def may(self, right: Right, facts: Facts | None = None) -> bool:
        """Say whether this may be done: to that conversation; without one, to any at all."""
        if right not in ABOUT_CONVERSATIONS:
            return self._has(right)
        scope = self.scope(right)
        return scope.holds(facts) if facts is not None else not scope.nothing

    def check(self, right: Right, facts: Facts | None = None) -> None:
        """Refuse what may not be done.

        Raises
        ------
        Forbidden : the right for it is missing.
        """
        if not self.may(right, facts):
            raise Forbidden(
                f"{self.name} lacks the right '{right}'{' here' if facts is not None else ''}.",
                "Ask an administrator for a role that has it.",
            )

    def scope(self, right: Right) -> Scope:
        """Return to which conversations this may be done; lists are narrowed by it."""
        if (known := self._scopes.get(right)) is None:
            # A page asks dozens of times.
            known = self._scopes[right] = self._scope(right)
        return known

    @cached_property
    def _scopes(self) -> dict[Right, Scope]:
        return {}

    def _scope(self, right: Right) -> Scope:
        if not self._in_scopes(right):
            return NOTHING
        parts = self._parts(g for g in self.grants if right in RIGHTS[g.role])
        # Sums tell nothing of one conversation, and must be the same for everybody.
        reviews = () if right is Right.FIGURES else self._reviews
        return Scope(parts, self.name if reviews else "", reviews)

    @property
    def _reviews(self) -> tuple[Part, ...]:
        """Where a person gives verdicts: by their roles, however little a token of theirs may."""
        judging = (g for g in self.grants if g.role is not UserRole.SERVICE)
        return self._parts(g for g in judging if Right.OVERRIDE in RIGHTS[g.role])

    def _parts(self, grants: Iterable[Grant]) -> tuple[Part, ...]:
        found = (self._part(grant) for grant in grants)
        return tuple(dict.fromkeys(part for part in found if part is not None))

    def _part(self, grant: Grant) -> Part | None:
        team = None if grant.team == ALL else grant.team
        project = None if grant.project == ALL else grant.project
        if grant.role is not UserRole.AGENT:
            return Part(team=team, project=project)
        if not self.agent_id:
            return None
        return Part(team=team, project=project, agent=self.agent_id, released=True)

    def _has(self, right: Right) -> bool:
        return self._in_scopes(right) and any(right in RIGHTS[role] for role in self.roles)

    def _in_scopes(self, right: Right) -> bool:
        return self.scopes is None or right in self.scopes

    @property
    def rights(self) -> frozenset[Right]:
        """All that may be done anywhere."""
        return frozenset(right for right in Right if self.may(right))
