"""Chats of Zendesk Chat, by their history; `zendesk` reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from qa.importers.base import Item
from qa.importers.cast import Cast
from qa.importers.making import Happened, Sent, written
from qa.importers.segments import Loose
from qa.importers.times import moment
from qa.records import Channel, Conversation, Event, EventKind, Metadata, Role

#: Who sends, as the history names it; triggers and bots have no agent behind them.
_SENDERS = {
    "visitor": Role.CUSTOMER,
    "agent": Role.AGENT,
    "trigger": Role.SYSTEM,
    "system": Role.SYSTEM,
    "answerbot": Role.BOT,
    "bot": Role.BOT,
}


#: Kinds of entries of messaging, and of the chat tables -> those of the chat API.
KINDS = {
    "ChatMessage": "chat.msg",
    "ChatFileAttachment": "chat.file",
    "ChatJoin": "chat.memberjoin",
    "ChatLeave": "chat.memberleave",
    "ChatDepartmentTransfer": "chat.transfer.department",
    "ChatAgentTransfer": "chat.transfer.agent",
}
_ACTORS = {"end-user": "Visitor", "agent": "Agent", "system": "System", "trigger": "Trigger"}


class _Entry(Loose):
    type: str
    timestamp: str | float | None = None
    name: str | None = None
    nick: str | None = None
    sender_type: str | None = None
    agent_id: int | str | None = None
    msg: str | None = None
    attachment: Mapping[str, Any] | None = None
    department_name: str | None = None
    new_rating: str | None = None


class _Visitor(Loose):
    id: str | int | None = None
    name: str | None = None


class ChatIn(Loose):
    """A chat, or a message left while nobody was there."""

    id: str | int | None = None
    type: str = "chat"
    timestamp: str | float | None = None
    end_timestamp: str | float | None = None
    message: str | None = None
    history: tuple[_Entry, ...] = ()
    visitor: _Visitor | None = None
    agent_ids: tuple[int | str, ...] | None = None
    department_name: str | None = None
    tags: tuple[str, ...] | None = None
    rating: str | None = None
    zendesk_ticket_id: int | str | None = None


def chat(item: Item, zone: str) -> Conversation:
    """Make the chat of an object with a history, or of a message left while nobody was there."""
    given = ChatIn.model_validate(item.value)
    made = History(given, zone)
    agents = given.agent_ids or ()
    return written(
        item,
        channel=Channel.CHAT,
        messages=list(made.messages()),
        parties=made.cast.parties,
        metadata=Metadata(
            platform="zendesk",
            ticket=_text(given.zendesk_ticket_id),
            queue=given.department_name,
            agent_id=str(agents[0]) if agents else None,
            customer_ref=_text(given.visitor.id) if given.visitor else None,
            started_at=made.time(given.timestamp),
            transferred=len(agents) > 1,
            tags=given.tags or (),
            extra={"satisfaction": given.rating} if given.rating else {},
        ),
        external_id=_text(given.id),
        events=list(made.events()),
    )


def _text(id: str | int | None) -> str | None:
    return None if id is None else str(id)


class History:
    """A chat on its way to a conversation.

    Parameters
    ----------
    cast : who takes part in what the chat is a part of.
    customer : how the visitor is known there.
    """

    def __init__(
        self, given: ChatIn, zone: str, *, cast: Cast | None = None, customer: str = "visitor"
    ) -> None:
        self._given = given
        self._zone = zone
        self._customer = customer
        self.cast = Cast() if cast is None else cast

    def time(self, value: str | float | None) -> datetime | None:
        """Return a point in time of the file."""
        return None if value is None else moment(value, zone=self._zone)

    def messages(self) -> Iterator[Sent]:
        """Yield what was written and sent."""
        if self._given.message:
            visitor = self._given.visitor or _Visitor()
            who = self.cast.id(self._customer, Role.CUSTOMER, name=visitor.name)
            time = self.time(self._given.timestamp)
            yield Sent(party=who, text=self._given.message, time=time)
        for one in self._given.history:
            if one.type in {"chat.msg", "chat.file", "chat.triggered"}:
                yield self._sent(one)

    def _sent(self, one: _Entry) -> Sent:
        files: Sequence[str] = ()
        if one.attachment is not None:
            files = (str(one.attachment.get("name") or "attachment"),)
        return Sent(
            party=self._who(one),
            text=one.msg or "",
            time=self.time(one.timestamp),
            attachments=tuple(files),
        )

    def _who(self, one: _Entry) -> str:
        role = _SENDERS.get((one.sender_type or "").casefold().replace(" ", ""), Role.UNKNOWN)
        nick = (one.nick or "").casefold()
        if role is Role.UNKNOWN:
            role = _SENDERS.get(nick.partition(":")[0], Role.UNKNOWN)
        if one.type == "chat.triggered" or nick == "agent:trigger":
            role = Role.SYSTEM
        if role is Role.CUSTOMER:
            name = one.name or (self._given.visitor.name if self._given.visitor else None)
            return self.cast.id(self._customer, role, name=name)
        if role in {Role.SYSTEM, Role.BOT}:
            return self.cast.id(str(role), role)
        key = one.agent_id if one.agent_id is not None else one.name or nick or "agent"
        return self.cast.id(key, role, name=one.name, agent_id=one.agent_id)

    def events(self) -> Iterator[Happened]:
        """Yield who came and left, transfers, and the end."""
        for one in self._given.history:
            time = self.time(one.timestamp)
            if one.type == "chat.memberjoin":
                who = self._who(one)
                kind = EventKind.ASSIGNED if who.startswith("agent") else EventKind.SYSTEM
                yield Happened(event=Event(kind=kind, party=who, note="joined"), time=time)
            elif one.type == "chat.memberleave":
                event = Event(kind=EventKind.SYSTEM, party=self._who(one), note="left")
                yield Happened(event=event, time=time)
            elif one.type.startswith("chat.transfer"):
                yield Happened(event=Event(kind=EventKind.TRANSFER), time=time)
        end = self.time(self._given.end_timestamp)
        if end is not None:
            yield Happened(event=Event(kind=EventKind.CLOSED), time=end)


def from_messaging(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry of messaging, as a ticket's audits hold them, as one of a history."""
    actor = str(entry.get("actor_id") or "")
    sender = _ACTORS.get(str(entry.get("actor_type")), "")
    if from_bot(entry.get("original_message")):
        sender = "Bot"
    elif actor.startswith("__"):
        sender = "System"
    filename = entry.get("filename")
    return {
        "type": KINDS.get(str(entry.get("type")), str(entry.get("type"))),
        "timestamp": entry.get("timestamp"),
        "sender_type": sender or None,
        "name": entry.get("actor_name"),
        "agent_id": actor or None,
        "msg": entry.get("message"),
        "attachment": {"name": filename} if filename else None,
    }


def from_bot(message: object) -> bool:
    """Say whether a message as the messenger sent it names the answering machine."""
    source = message.get("source") if isinstance(message, Mapping) else None
    return isinstance(source, Mapping) and "bot" in str(source.get("type", "")).casefold()
