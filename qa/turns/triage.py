"""Which conversations are counted and not scored, and why."""

from __future__ import annotations

from collections.abc import Sequence

from qa.records import Channel, Direction, EndedBy, Role, SafeConversation, SafeTurn, Triage
from qa.turns.cues import Said, cues_for, means, plain

#: Words by which a side has said something at all.
FEW_WORDS = 2
#: A call that ends by itself with fewer turns a side than this was dropped.
FEW_TURNS = 2
#: Words a caller may say to a menu ("billing", "yes") without this being a conversation.
MENU_WORDS = 12
#: Tags that say a conversation is not a customer's.
TAGS = {"test": Triage.TEST, "internal": Triage.INTERNAL}


def triage(safe: SafeConversation, *, min_seconds: float = 3.0) -> tuple[Triage, str] | None:
    """Say why a conversation should not be scored; None where it should.

    Parameters
    ----------
    min_seconds : calls shorter than this are too short.

    Returns
    -------
    The kind, and what it rests on, which quotes nobody.
    """
    for tag in safe.metadata.tags:
        kind = TAGS.get(tag.strip().casefold())
        if kind is not None:
            return kind, f"The metadata carry the tag '{kind}'."
    if safe.metadata.direction is Direction.INTERNAL:
        return Triage.INTERNAL, "The metadata say that it was an internal conversation."
    return _call(safe, min_seconds) if safe.channel is Channel.CALL else _written(safe)


def _written(safe: SafeConversation) -> tuple[Triage, str] | None:
    roles = {turn.role for turn in safe.turns}
    if not roles - {Role.SYSTEM}:
        return Triage.SILENT, "It holds no message."
    if Role.UNKNOWN in roles:
        return None
    if Role.CUSTOMER not in roles:
        return Triage.NO_CUSTOMER, "The customer never wrote."
    if Role.AGENT not in roles:
        by_bot = " but a bot" if Role.BOT in roles else ""
        return Triage.UNANSWERED, f"The customer wrote, and nobody{by_bot} answered."
    return None


def _call(safe: SafeConversation, min_seconds: float) -> tuple[Triage, str] | None:
    if safe.audio is not None and safe.audio.all_silent:
        return Triage.SILENT, "The recording holds nothing above the noise floor."
    if safe.duration is not None and safe.duration < min_seconds:
        return (
            Triage.TOO_SHORT,
            f"It lasts {safe.duration:.1f} s, less than {min_seconds:.1f} s.",
        )
    words = {role: _words(safe.turns, role) for role in Role}
    if not sum(words.values()):
        return Triage.SILENT, "Nobody says a word."
    return _recorded(safe, words) or _sides(safe, words)


def _words(turns: Sequence[SafeTurn], role: Role) -> int:
    return sum(len(turn.text.split()) for turn in turns if turn.role is role)


def _recorded(safe: SafeConversation, words: dict[Role, int]) -> tuple[Triage, str] | None:
    """Find calls that reached a machine."""
    greeting = next((turn for turn in safe.turns if _is_voicemail(turn)), None)
    if greeting is not None:
        after = [t for t in safe.turns if t.index > greeting.index and t.role is not Role.BOT]
        others = {t.party for t in safe.turns if t.role is not Role.BOT} - {greeting.party}
        answered = len({t.party for t in after if len(t.text.split()) > FEW_WORDS}) > 1
        if len(others) <= 1 and not answered:
            return Triage.VOICEMAIL, "A voicemail greeting is heard, and at most one person."
    people = words[Role.AGENT] + words[Role.UNKNOWN]
    if words[Role.BOT] and people == 0 and words[Role.CUSTOMER] <= MENU_WORDS:
        return Triage.IVR_ONLY, "Only recorded announcements answer."
    return None


def _is_voicemail(turn: SafeTurn) -> bool:
    """Say whether a turn is a voicemail's greeting, by the cues of its language."""
    said = Said(text=plain(turn.text), cues=cues_for(turn.language))
    return turn.role is not Role.AGENT and means(said, "voicemail")


def _sides(safe: SafeConversation, words: dict[Role, int]) -> tuple[Triage, str] | None:
    """Find calls in which a side is missing, or that broke off."""
    turns = {role: sum(t.role is role for t in safe.turns) for role in Role}
    if turns[Role.UNKNOWN] == 0:
        if words[Role.CUSTOMER] == 0:
            return Triage.NO_CUSTOMER, "No customer is heard."
        if words[Role.AGENT] == 0:
            return Triage.NO_AGENT, "No agent is heard."
    cut = safe.metadata.ended_by is EndedBy.RECORDING_CUT or (
        safe.audio is not None and safe.audio.truncated
    )
    short = min(turns[Role.AGENT], turns[Role.CUSTOMER]) < FEW_TURNS
    if cut and short and turns[Role.UNKNOWN] == 0:
        return Triage.DROPPED, "The recording breaks off before both sides have spoken twice."
    if turns[Role.UNKNOWN] == 0 and words[Role.CUSTOMER] <= FEW_WORDS and turns[Role.AGENT] <= 1:
        return Triage.DROPPED, "The call ends after a greeting; the customer says hardly a word."
    return None
