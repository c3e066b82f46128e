"""Which person of the agents' roster a recording is about. Pure; never a guess.

A score on the wrong person ends trust in one day. So two entries that could both be
meant are nobody, and so is an id that says one person and a name that says another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from itertools import combinations, groupby

from pydantic import Field

from qa.records import Record


class Joined(StrEnum):
    """How a recording was joined to a person, or why it was not."""

    #: By the id that the recording names.
    AGENT_ID = "agent_id"
    #: By the telephone extension that it names in place of an id.
    EXTENSION = "extension"
    #: By the name, where it names no id that is known.
    NAME = "name"
    #: It names nobody.
    UNNAMED = "unnamed"
    #: Nobody in the roster is meant by it on that day.
    UNKNOWN = "unknown"
    #: Several could be meant.
    AMBIGUOUS = "ambiguous"


#: The recording is this person's.
KNOWN = frozenset({Joined.AGENT_ID, Joined.EXTENSION, Joined.NAME})


class Agent(Record):
    """A person for a time, as the roster has them."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    extension: str = ""
    team: str = ""
    project: str = ""
    #: First and last day, both included; None = open.
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Say whether it speaks of that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def overlaps(self, other: Agent) -> bool:
        """Say whether both speak of some day."""
        first = max(self.valid_from or date.min, other.valid_from or date.min)
        return first <= min(self.valid_to or date.max, other.valid_to or date.max)


class Join(Record):
    """What came of joining a recording."""

    how: Joined
    #: The entry; None where nobody is known.
    agent: Agent | None = None


def name_key(name: str) -> str:
    """Return a name as it is compared: case and blanks do not count."""
    return " ".join(name.split()).casefold()


def join(
    roster: Iterable[Agent], *, agent_id: str | None, agent_name: str | None, day: date
) -> Join:
    """Return which person a recording of a day is about.

    Parameters
    ----------
    agent_id : what the recording has for one: an id, else an extension.
    """
    if not agent_id and not agent_name:
        return Join(how=Joined.UNNAMED)
    there = [agent for agent in roster if agent.holds(day)]
    meant = {
        Joined.AGENT_ID: [a for a in there if agent_id and a.id == agent_id],
        Joined.EXTENSION: [a for a in there if agent_id and a.extension == agent_id],
        Joined.NAME: [a for a in there if agent_name and name_key(a.name) == name_key(agent_name)],
    }
    people = {agent.id for agent in (*meant[Joined.AGENT_ID], *meant[Joined.EXTENSION])}
    namesakes = {agent.id for agent in meant[Joined.NAME]}
    if people and namesakes:
        # The name may tell which; it may also say that the id is somebody else's.
        people &= namesakes
        if not people:
            return Join(how=Joined.AMBIGUOUS)
    people = people or namesakes
    if not people:
        return Join(how=Joined.UNKNOWN)
    entries = {a for found in meant.values() for a in found if a.id in people}
    if len(entries) > 1:
        return Join(how=Joined.AMBIGUOUS)
    (agent,) = entries
    how = next(how for how, found in meant.items() if agent in found)
    return Join(how=how, agent=agent)


def overlaps(roster: Sequence[Agent]) -> tuple[str, ...]:
    """Name the entries that speak of the same day and could both be meant by a recording."""
    found = []
    for what, key in (("id", _id), ("extension", _extension)):
        ordered = sorted((a for a in roster if key(a)), key=key)
        for value, same in groupby(ordered, key):
            for one, other in combinations(same, 2):
                twice = what == "extension" and one.id == other.id
                if one.overlaps(other) and not twice:
                    found.append(f"{what} {value}: {worded(one)} and {worded(other)}")
    return tuple(found)


def worded(agent: Agent) -> str:
    """Return an entry as a sentence names it."""
    begin = agent.valid_from.isoformat() if agent.valid_from else "..."
    end = agent.valid_to.isoformat() if agent.valid_to else "..."
    return f"{agent.name} ({agent.id}), {agent.team or 'no team'}, {begin} to {end}"


def _id(agent: Agent) -> str:
    return agent.id


def _extension(agent: Agent) -> str:
    return agent.extension
