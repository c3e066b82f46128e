"""Turning the roles of a heard conversation round."""

from __future__ import annotations

from collections.abc import Sequence

from qa.records import SafeConversation, SafeTurn, Turn
from qa.turns import swap_roles, triage


def swapped(safe: SafeConversation, *, who: str, min_seconds: float) -> SafeConversation:
    """Return the conversation with agent and customer turned round.

    Speech and events follow their speakers; whether it is to be scored at all is
    asked again.

    Raises
    ------
    UsageError : there are no two parties to swap.
    """
    parties, turns = swap_roles(safe.parties, safe.turns, who)
    # Both keep the order of the parties, so their places tell who is called what now.
    names = {old.id: new.id for old, new in zip(safe.parties, parties, strict=True)}
    changed = safe.model_copy(
        update={
            "parties": parties,
            "turns": turns,
            "speech": tuple(
                s.model_copy(update={"speaker": names.get(s.speaker, s.speaker)})
                for s in safe.speech
            ),
            "events": tuple(
                e.model_copy(update={"party": names.get(e.party, e.party)})
                if e.party is not None
                else e
                for e in safe.events
            ),
            "triage": None,
            "triage_reason": "",
        }
    )
    kind, reason = triage(changed, min_seconds=min_seconds) or (None, "")
    return changed.model_copy(update={"triage": kind, "triage_reason": reason})


def follow(raw: Sequence[Turn], safe: Sequence[SafeTurn]) -> tuple[Turn, ...]:
    """Return raw turns with the parties and roles of their redacted halves."""
    return tuple(
        turn.model_copy(update={"party": like.party, "role": like.role})
        for turn, like in zip(raw, safe, strict=True)
    )
