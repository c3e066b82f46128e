"""Written messages -> turns."""

from __future__ import annotations

from collections.abc import Sequence

from qa.records import Conversation, Message, Party, Role, Turn

#: Shown for a message that holds nothing but a file.
ATTACHMENT = "[ATTACHMENT]"
#: What chat tools call the sides where no party is described.
NAMES = {
    "operator": Role.AGENT,
    "support": Role.AGENT,
    "admin": Role.AGENT,
    "client": Role.CUSTOMER,
    "user": Role.CUSTOMER,
    "visitor": Role.CUSTOMER,
    "guest": Role.CUSTOMER,
    "caller": Role.CUSTOMER,
    "assistant": Role.BOT,
    "chatbot": Role.BOT,
}


def message_turns(conversation: Conversation) -> tuple[tuple[Party, ...], tuple[Turn, ...]]:
    """Return the parties of a chat or mail thread and its turns, one a message.

    Nobody is judged by what they took back: a deleted message is no turn, and an
    edited one counts as it stands in the end. A note between colleagues is none either.
    Messages are put in order of their times where all have one; else they keep the
    order they came in. A message has a moment, not a length: start and end are the same.
    """
    messages = [
        m
        for m in conversation.messages
        if not m.deleted and not m.internal and (m.text or m.attachments)
    ]
    if all(message.at is not None for message in messages):
        messages.sort(key=lambda message: message.at or 0.0)
    known = {party.id: party for party in conversation.parties}
    for message in messages:
        if message.party not in known:
            known[message.party] = _described(message.party)
    turns = tuple(
        Turn(
            index=index,
            party=message.party,
            role=known[message.party].role,
            text=message.text or ATTACHMENT,
            start=message.at,
            end=message.at,
            language=conversation.metadata.language or "",
        )
        for index, message in enumerate(messages)
    )
    return _over_time(tuple(known.values()), messages), turns


def _described(name: str) -> Party:
    word = name.casefold().split("-")[0]
    role = Role(word) if word in {*Role} else NAMES.get(word, Role.UNKNOWN)
    sure = 0.0 if role is Role.UNKNOWN else 1.0
    return Party(id=name, role=role, role_confidence=sure, role_source="metadata")


def _over_time(parties: tuple[Party, ...], messages: Sequence[Message]) -> tuple[Party, ...]:
    """Say when each agent came in and left, where there are several and nothing says so."""
    if sum(party.role is Role.AGENT for party in parties) < 2:  # noqa: PLR2004
        return parties
    described = []
    for party in parties:
        times = [m.at for m in messages if m.party == party.id and m.at is not None]
        if party.role is Role.AGENT and times and party.start is None and party.end is None:
            described.append(party.model_copy(update={"start": min(times), "end": max(times)}))
        else:
            described.append(party)
    return tuple(described)
