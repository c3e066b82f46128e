"""Engines that take no time: a pipeline whose answers were made before it is asked."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from qa.records import (
    Assessment,
    AudioSource,
    Channel,
    Conversation,
    Direction,
    Heard,
    Metadata,
    Opener,
    SafeConversation,
    Turn,
)
from qa.scoring import Scorecard, judge
from qa.settings import Settings
from qa.testing import fake_provenance, make_chat, make_safe

CARD = "support-standard"
#: Module and class, as processes that work are told.
PIPELINE = "benches._fakes:Pipeline"
#: The variable of the environment that tells those processes how many turns each has.
TURNS = "BENCH_TURNS"
#: What is said in each of them, over and over until there are turns enough.
SAID = (
    ("agent", "Good morning, Acme support, my name is Dana. How can I help you?"),
    ("customer", "Good morning. My order number four has not come; I wait since Monday."),
    ("agent", "I am sorry about that. May I have your name, please? I will check it right now."),
    ("customer", "It is Maria. Could you tell me when the parcel will be here?"),
    ("agent", "Thank you, Maria. It left the warehouse yesterday and will be with you tomorrow."),
    ("customer", "All right, that is fine. Thank you for the quick answer."),
    ("agent", "Is there anything else I can help you with? Have a nice day, goodbye."),
    ("customer", "No, that was all. Goodbye."),
)


class Pipeline:
    """Hears and judges at once what was made before; what it gives is kept as any other."""

    def __init__(self, _settings: Settings) -> None:
        self._turns = int(os.environ.get(TURNS, len(SAID)))

    def listen(
        self,
        conversation: Conversation,
        *,
        playback: Path | None = None,  # noqa: ARG002 - the protocol's
        opener: Opener | None = None,  # noqa: ARG002 - the protocol's
    ) -> Heard:
        """Return the conversation that all of them are, by this one's name."""
        made = _heard(conversation.channel, self._turns)
        changed = {"id": conversation.id, "metadata": conversation.metadata}
        return made.model_copy(update={"safe": made.safe.model_copy(update=changed)})

    def judge(self, safe: SafeConversation, cards: tuple[Scorecard, ...]) -> tuple[Assessment, ...]:
        """Return what the cards said of it once."""
        return tuple(one for card in cards for one in _judged(safe.channel, self._turns, card))


@cache
def _heard(channel: Channel, turns: int) -> Heard:
    told = [(*SAID[n % len(SAID)], 6.0 * n) for n in range(turns)]
    safe = make_safe(told, channel=channel, timed=channel is Channel.CALL, language="en")
    raw = tuple(Turn(**turn.model_dump()) for turn in safe.turns)
    return Heard(turns=raw, safe=safe, provenance=(fake_provenance("listen"),))


_made: dict[tuple[Channel, int, str], tuple[Assessment, ...]] = {}


def _judged(channel: Channel, turns: int, card: Scorecard) -> tuple[Assessment, ...]:
    key = channel, turns, card.ref.hash
    if key not in _made:
        _made[key] = tuple(judge(_heard(channel, turns).safe, card))
    return _made[key]


def conversation(number: int, channel: Channel) -> Conversation:
    """Return a conversation to register; its recording need not exist."""
    meta = Metadata(direction=Direction.INBOUND, agent_id=f"a-{number % 50}", agent_name="Dana")
    made = make_chat([("agent", f"Hello {number}.")], id=f"c{number}", metadata=meta)
    if channel is Channel.CHAT:
        return made
    sound = AudioSource(uri=f"c{number}.wav", checksum=made.checksum)
    return made.model_copy(update={"channel": channel, "messages": (), "audio": (sound,)})
