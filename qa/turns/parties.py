"""Roles -> parties: their names, their people, their speech; and the correction of both."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from qa.errors import UsageError
from qa.records import Metadata, Party, Role, SafeTurn, SpeechSpan, Turn

AnyTurn = TypeVar("AnyTurn", Turn, SafeTurn)


@dataclass(frozen=True)
class Known:
    """The role of a speaker, how sure it is (0..1) and what it rests on."""

    role: Role
    confidence: float
    source: str


def named(
    turns: Sequence[Turn],
    voices: Sequence[str],
    roles: Mapping[str, Known],
    declared: Sequence[Party],
    metadata: Metadata,
) -> tuple[tuple[Party, ...], tuple[Turn, ...]]:
    """Name the parties after their roles; see `qa.turns.roles.assign_roles`.

    Parameters
    ----------
    voices : whose voice each turn is.
    """
    names: dict[str, str] = {}
    count = Counter[Role]()
    for voice in dict.fromkeys(voices):
        role = roles[voice].role
        count[role] += 1
        if role is Role.UNKNOWN:
            names[voice] = voice
        else:
            names[voice] = str(role) if count[role] == 1 else f"{role}-{count[role]}"
    people = _described(declared, count, metadata)
    several = count[Role.AGENT] > 1
    parties = []
    for voice, name in names.items():
        known = roles[voice]
        party = people.get(name) or Party(id=name)
        update: dict[str, object] = {
            "id": name,
            "role": known.role,
            "role_confidence": known.confidence,
            "role_source": known.source,
        }
        if known.role is Role.BOT or (several and known.role is Role.AGENT):
            own = [turn for turn, v in zip(turns, voices, strict=True) if v == voice]
            update |= {"start": own[0].start, "end": own[-1].end}
        parties.append(party.model_copy(update=update))
    return tuple(parties), tuple(
        turn.model_copy(update={"party": names[voice], "role": roles[voice].role})
        for turn, voice in zip(turns, voices, strict=True)
    )


def _described(
    declared: Sequence[Party], count: Mapping[Role, int], metadata: Metadata
) -> dict[str, Party]:
    """Return what is known of the people, by the name that they get here.

    Descriptions are taken over only where there are as many of a role as were
    heard: which of two agents is meant, nothing says.
    """
    found: dict[str, Party] = {}
    for role in (Role.AGENT, Role.CUSTOMER):
        people = sorted(
            (p for p in declared if p.role is role), key=lambda p: (p.start or 0.0, p.id)
        )
        if not people and role is Role.AGENT and (metadata.agent_id or metadata.agent_name):
            people = [Party(id="agent", name=metadata.agent_name, agent_id=metadata.agent_id)]
        if len(people) == count[role]:
            found |= {
                str(role) if i == 0 else f"{role}-{i + 1}": party for i, party in enumerate(people)
            }
    return found


def speech_by_party(
    spans: Iterable[SpeechSpan], before: Sequence[Turn], after: Sequence[Turn]
) -> tuple[SpeechSpan, ...]:
    """Return spans of speakers as spans of parties, in order of start.

    A speaker who became two parties (a menu and an agent on one channel) is
    divided by the turn that each span shares most time with. Who says no word
    keeps the speaker's name.

    Parameters
    ----------
    before, after : the same turns, before and after `assign_roles`.
    """
    pairs: dict[str, list[Turn]] = defaultdict(list)
    for old, new in zip(before, after, strict=True):
        pairs[old.party].append(new)
    renamed = []
    for span in spans:
        turns = pairs.get(span.speaker, [])
        best = max(turns, key=lambda turn: _shared(span, turn), default=None)
        name = best.party if best is not None else span.speaker
        renamed.append(span.model_copy(update={"speaker": name}))
    return tuple(sorted(renamed, key=lambda span: (span.start, span.end)))


def _shared(span: SpeechSpan, turn: Turn) -> float:
    """Return the shared seconds; negative = the distance, so that the nearest turn wins."""
    return min(span.end, turn.end or 0.0) - max(span.start, turn.start or 0.0)


# --- correction -----------------------------------------------------------------------------


def swap_roles(
    parties: Sequence[Party], turns: Sequence[AnyTurn], who: str
) -> tuple[tuple[Party, ...], tuple[AnyTurn, ...]]:
    """Turn agent and customer round: what one said, the other did.

    Names and ids of people stay with their role. Of several agents the one who
    speaks most is swapped. Where no role is known, the first of the two speakers
    becomes the agent; a second swap turns that round.

    Raises
    ------
    UsageError : there are no two parties to swap.
    """
    one, other = swapped(parties, turns)
    source = f"swapped by {who}"
    names = {one: other, other: one}
    by_id = {party.id: party for party in parties}
    if by_id[one].role is Role.UNKNOWN:
        names = {one: "agent", other: "customer"}
        roles = {"agent": Role.AGENT, "customer": Role.CUSTOMER}
    else:
        roles = {one: by_id[one].role, other: by_id[other].role}
    changed = []
    for party in parties:
        name = names.get(party.id)
        if name is None:
            changed.append(party)
            continue
        person = by_id.get(name, party)  # who carries that name keeps their own description
        changed.append(
            person.model_copy(
                update={
                    "id": name,
                    "role": roles[name],
                    "role_confidence": 1.0,
                    "role_source": source,
                    "start": party.start,
                    "end": party.end,
                }
            )
        )
    moved = []
    for turn in turns:
        name = names.get(turn.party, turn.party)
        role = roles.get(name, turn.role) if turn.party in names else turn.role
        moved.append(turn.model_copy(update={"party": name, "role": role}))
    return tuple(changed), tuple(moved)


def swapped(parties: Sequence[Party], turns: Sequence[Turn | SafeTurn]) -> tuple[str, str]:
    """Return the ids of the two parties that `swap_roles` swaps, the agent's first.

    Raises
    ------
    UsageError : there are no two such parties.
    """
    words = Counter[str]()
    for turn in turns:
        words[turn.party] += len(turn.text.split())
    by_role: dict[Role, list[str]] = defaultdict(list)
    for party in parties:
        by_role[party.role].append(party.id)
    agents, customers = by_role[Role.AGENT], by_role[Role.CUSTOMER]
    if agents and customers:
        return max(agents, key=lambda n: words[n]), max(customers, key=lambda n: words[n])
    unknown = by_role[Role.UNKNOWN]
    if not agents and not customers and len(unknown) == 2:  # noqa: PLR2004
        return unknown[0], unknown[1]
    raise UsageError(
        "There is no pair of agent and customer to swap.",
        "'qa show' lists the parties; a conversation of one voice has nothing to swap.",
    )
