"""Who is the agent, who the customer, what a recorded voice.

By what is known first: parties that have a role, one file per side, a channel
map for the platform. Else by what is said: every speaker gets log-odds from the
cues of the language (`qa.turns.cues`), and the difference between two speakers
becomes a confidence. Below `Settings.role_threshold` a role stays unknown.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from qa.records import (
    Direction,
    Layout,
    Metadata,
    Party,
    Role,
    Turn,
)
from qa.settings import ChannelMap, Settings
from qa.turns.cues import Said, cues_for, leaning, plain, recorded
from qa.turns.parties import Known, named

#: Log-odds for the one who speaks first, by direction: who picks up speaks first.
FIRST = {Direction.INBOUND: 0.8, Direction.OUTBOUND: -0.8}
#: Log-odds for naming the own company (settings).
COMPANY = 2.0
#: The sum of many cues is surer than it should be, since they hang together: softened.
SOFTENING = 0.45
#: What is said never makes a role surer than 1 - DOUBT.
DOUBT = 0.01
#: Somebody who says fewer words than this, beside two others, is no party of weight.
FEW_WORDS = 4
#: Turns at the beginning in which a menu may speak with the agent's voice or channel.
MENU_TURNS = 6


def assign_roles(
    turns: Sequence[Turn],
    *,
    parties: Sequence[Party],
    metadata: Metadata,
    layout: Layout | None,
    settings: Settings,
    sides: Sequence[Role | None] = (),
) -> tuple[tuple[Party, ...], tuple[Turn, ...]]:
    """Say what each party is, and name the parties after it.

    Parameters
    ----------
    parties : what is known beforehand; the names of agents are taken over.
    layout : how the sides lie in the recording; None for written channels.
    sides : whose side each channel is, for recordings of one file per side.

    Returns
    -------
    parties, turns : parties in order of appearance, named "agent", "agent-2",
        "customer", "bot"; who stays unknown keeps the speaker's name. Order,
        number, words and times of the turns are untouched.
    """
    declared = {party.id: party for party in parties}
    if turns and all(_settled(declared.get(turn.party)) for turn in turns):
        return _present(parties, turns), tuple(
            turn
            if turn.role is (role := declared[turn.party].role)
            else turn.model_copy(update={"role": role})
            for turn in turns
        )
    if layout is None:
        return _chat(turns, declared, metadata, settings)
    voices = _voices(turns)
    speakers = [name for name in dict.fromkeys(voices) if name != _BOT]
    known = _by_channel(speakers, layout, metadata, settings, sides)
    guessed = _by_words(
        [name for name in speakers if name not in known], turns, voices, metadata, settings, known
    )
    roles = {**known, **guessed, _BOT: Known(Role.BOT, 1.0, "what was said")}
    return named(turns, voices, roles, parties, metadata)


# --- what is known ------------------------------------------------------------------------


def _settled(party: Party | None) -> bool:
    return party is not None and party.role is not Role.UNKNOWN


def _present(parties: Sequence[Party], turns: Sequence[Turn]) -> tuple[Party, ...]:
    """Return the parties, those who take part first, in order of appearance."""
    order = {name: i for i, name in enumerate(dict.fromkeys(turn.party for turn in turns))}
    return tuple(sorted(parties, key=lambda party: order.get(party.id, len(order))))


def _chat(
    turns: Sequence[Turn],
    declared: Mapping[str, Party],
    metadata: Metadata,
    settings: Settings,
) -> tuple[tuple[Party, ...], tuple[Turn, ...]]:
    """Settle the parties of a chat that nothing describes; the names stay as they are."""
    known = {
        name: Known(party.role, party.role_confidence, party.role_source or "metadata")
        for name, party in declared.items()
        if _settled(party)
    }
    names = list(dict.fromkeys(turn.party for turn in turns))
    open_names = [name for name in names if name not in known]
    voices = [turn.party for turn in turns]
    roles = {
        **known,
        **_by_words(open_names, turns, voices, metadata, settings, known),
    }
    everybody = dict.fromkeys([*names, *declared])
    return tuple(
        declared.get(name, Party(id=name)).model_copy(
            update={
                "role": roles[name].role,
                "role_confidence": roles[name].confidence,
                "role_source": roles[name].source,
            }
        )
        if name in roles
        else declared[name]
        for name in everybody
    ), tuple(turn.model_copy(update={"role": roles[turn.party].role}) for turn in turns)


def _by_channel(
    speakers: Sequence[str],
    layout: Layout,
    metadata: Metadata,
    settings: Settings,
    sides: Sequence[Role | None],
) -> dict[str, Known]:
    """Return the roles that files or the platform's channel map settle."""
    if layout is not Layout.STEREO:
        return {}
    by_map = _channel_map(metadata, settings)
    found = {}
    for name in speakers:
        channel = int(name.rpartition("-")[2]) if name.rpartition("-")[2].isdigit() else -1
        side = sides[channel] if 0 <= channel < len(sides) else None
        mapped = by_map.roles[channel] if by_map and 0 <= channel < len(by_map.roles) else "unknown"
        if side not in {None, Role.UNKNOWN}:
            found[name] = Known(Role(str(side)), 1.0, "one file per side")
        elif mapped != "unknown":
            found[name] = Known(Role(mapped), 1.0, "channel map")
    return found


def _channel_map(metadata: Metadata, settings: Settings) -> ChannelMap | None:
    platform = (metadata.platform or "").casefold()
    for entry in settings.channel_maps:
        if entry.platform != "*" and entry.platform.casefold() != platform:
            continue
        if entry.direction in {"*", str(metadata.direction)}:
            return entry
    return None


# --- what is said --------------------------------------------------------------------------

#: Voice of recorded announcements, which may share a channel or a speaker with an agent.
_BOT = "recorded voice"


def _said(turn: Turn, fallback: str = "") -> Said:
    return Said(text=plain(turn.text), cues=cues_for(turn.language or fallback))


def _voices(turns: Sequence[Turn]) -> list[str]:
    """Return whose voice each turn is: the speaker's, or the recorded one's.

    A menu plays on the agent's channel before the agent is there, and a mono
    recording may hold it as the same speaker; so it is told by what it says.
    """
    voices: list[str] = []
    alone: dict[str, bool] = defaultdict(lambda: True)
    for turn in turns:
        score = recorded(_said(turn))
        menu = len(voices) < MENU_TURNS or alone[turn.party]
        voices.append(_BOT if score >= 1 and menu else turn.party)
        if score == 0 and voices[-1] != _BOT:
            alone[turn.party] = False
    # a notice ("this call may be recorded") belongs to the menu that it stands beside
    for i, turn in enumerate(turns):
        if voices[i] != _BOT and 0 < recorded(_said(turn)) < 1 and leaning([_said(turn)]) <= 0:
            beside = [j for j in (i - 1, i + 1) if 0 <= j < len(turns)]
            if any(voices[j] == _BOT and turns[j].party == turn.party for j in beside):
                voices[i] = _BOT
    return voices


def _by_words(
    speakers: Sequence[str],
    turns: Sequence[Turn],
    voices: Sequence[str],
    metadata: Metadata,
    settings: Settings,
    known: Mapping[str, Known],
) -> dict[str, Known]:
    """Return the roles of speakers whom nothing but their words tells apart."""
    if not speakers:
        return {}
    scores = _scores(speakers, turns, voices, metadata, settings)
    sure = _sure(scores, turns, voices, known)
    decided = {}
    for name in speakers:
        chance = sure[name]
        role = Role.AGENT if chance >= 0.5 else Role.CUSTOMER  # noqa: PLR2004 - even odds
        confidence = max(chance, 1 - chance)
        if confidence < settings.role_threshold:
            role = Role.UNKNOWN
        decided[name] = Known(role, confidence, "what was said")
    return decided


def _scores(
    speakers: Sequence[str],
    turns: Sequence[Turn],
    voices: Sequence[str],
    metadata: Metadata,
    settings: Settings,
) -> dict[str, float]:
    language = metadata.language or ""
    company = [plain(name) for name in settings.company if plain(name)]
    human = [i for i, voice in enumerate(voices) if voice != _BOT]
    scores = {}
    for name in speakers:
        said = [_said(turns[i], language) for i in human if voices[i] == name]
        score = leaning(said)
        opening = " ".join(s.text for s in said[:2])
        score += COMPANY if any(f" {c} " in f" {opening} " for c in company) else 0.0
        if human and voices[human[0]] == name:
            score += FIRST.get(metadata.direction, FIRST[Direction.INBOUND] / 2)
        scores[name] = score
    return scores


def _sure(
    scores: Mapping[str, float],
    turns: Sequence[Turn],
    voices: Sequence[str],
    known: Mapping[str, Known],
) -> dict[str, float]:
    """Return how likely each speaker is an agent, 0..1, compared with the others."""
    if len(scores) == 1:
        ((name, score),) = scores.items()
        settled = {k.role for k in known.values()} & {Role.AGENT, Role.CUSTOMER}
        # beside somebody who is known to be one side, the other is most likely the other
        lean = {Role.AGENT: -4.0, Role.CUSTOMER: 4.0}.get(
            next(iter(settled)) if len(settled) == 1 else Role.UNKNOWN, 0.0
        )
        return {name: _chance(score + lean)}
    words = Counter[str]()
    for turn, voice in zip(turns, voices, strict=True):
        words[voice] += len(turn.text.split())
    talkers = [n for n in scores if words[n] >= FEW_WORDS] if len(scores) > 2 else list(scores)  # noqa: PLR2004
    talkers = talkers if len(talkers) > 1 else list(scores)
    customer = min(talkers, key=lambda name: scores[name])
    agent = max(talkers, key=lambda name: scores[name])
    between = (scores[customer] + scores[agent]) / 2
    chances = {}
    for name, score in scores.items():
        other = between if name not in {customer, agent} else None
        if name == customer:
            other = scores[agent]
        elif name == agent:
            other = scores[customer]
        # a third voice must itself lean clearly to one side
        gap = score - (other if other is not None else between)
        chances[name] = _chance(gap if name in {customer, agent} else 0.7 * gap)
    return chances


def _chance(odds: float) -> float:
    """Return the probability; never certain, as only metadata and maps are."""
    chance = 1 / (1 + math.exp(-SOFTENING * max(-40.0, min(40.0, odds))))
    return min(1 - DOUBT, max(DOUBT, chance))
