"""Intercom: conversations and tickets, as its API and exports write them.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from pydantic import AliasChoices, Field, model_validator

from qa.importers.base import About, Item
from qa.importers.cast import Cast
from qa.importers.head import Head
from qa.importers.making import Happened, Sent, written
from qa.importers.one_file import JsonFormat
from qa.importers.segments import Loose
from qa.importers.times import moment
from qa.records import Channel, Conversation, Event, EventKind, Metadata, Role

_ROLES = {
    "admin": Role.AGENT,
    "teammate": Role.AGENT,
    "team": Role.AGENT,
    "bot": Role.BOT,
    "workflow": Role.BOT,
    "campaign": Role.BOT,
    "user": Role.CUSTOMER,
    "lead": Role.CUSTOMER,
    "contact": Role.CUSTOMER,
    "visitor": Role.CUSTOMER,
}
#: Parts whose text the customer sees; that of all others stays between colleagues.
_SHOWN = frozenset({"comment", "open", "close", "quick_reply", "message", "ticket_reply"})
_CLOSING = frozenset({"close", "resolved", "closed"})
_TYPES = frozenset({"conversation", "conversation.list", "ticket", "ticket.list"})


class _Author(Loose):
    id: str | int | None = None
    type: str | None = None
    name: str | None = None
    from_ai_agent: bool | None = None


class _Attachment(Loose):
    name: str | None = None


class _Reference(Loose):
    id: str | int | None = None
    type: str | None = None


class _State(Loose):
    category: str | None = None


class _Part(Loose):
    part_type: str | None = None
    type: str | None = None
    body: str | None = None
    subject: str | None = None
    created_at: int | str | None = None
    author: _Author | None = None
    assigned_to: _Reference | str | int | None = None
    attachments: tuple[_Attachment, ...] | None = None
    redacted: bool | None = None
    #: Since version 2.12 an object with a category.
    ticket_state: str | _State | None = None


class _Parts(Loose):
    conversation_parts: tuple[_Part, ...] = ()
    ticket_parts: tuple[_Part, ...] = ()
    total_count: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: object) -> object:
        """Take a list for the object that it lies in."""
        return {"conversation_parts": given} if isinstance(given, list) else given


class _Contact(Loose):
    id: str | int | None = None
    external_id: str | None = None


class _Contacts(Loose):
    contacts: tuple[_Contact, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: object) -> object:
        return {"contacts": given} if isinstance(given, list) else given


class _Tag(Loose):
    name: str | None = None


class _Tags(Loose):
    tags: tuple[_Tag, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: object) -> object:
        return {"tags": given} if isinstance(given, list) else given


class _Rating(Loose):
    rating: float | None = None


class _Attributes(Loose):
    title: object = Field(default=None, alias="_default_title_")
    description: object = Field(default=None, alias="_default_description_")


class _File(Loose):
    type: str
    id: str | int
    ticket_id: str | int | None = None
    created_at: int | str | None = None
    #: Versions 1 say "conversation_message", and "user" and "assignee" for who takes part.
    source: _Part | None = Field(
        default=None, validation_alias=AliasChoices("source", "conversation_message")
    )
    user: _Contact | None = None
    assignee: _Reference | None = None
    contacts: _Contacts | None = None
    conversation_parts: _Parts | None = None
    ticket_parts: _Parts | None = None
    ticket_attributes: _Attributes | None = None
    admin_assignee_id: str | int | None = None
    team_assignee_id: str | int | None = None
    tags: _Tags | None = None
    conversation_rating: _Rating | None = None


class Intercom(JsonFormat):
    """Reads conversations and tickets of Intercom."""

    about: ClassVar = About(
        title="Intercom conversations and tickets",
        channels=(Channel.CHAT, Channel.MAIL),
        times="turns",
        roles="the authors' types; bots and Fin apart from the agents",
        metadata="id, ticket, agent, team, customer reference, start, tags, rating",
        suffixes=(".json", ".jsonl"),
        note="Notes, and texts of assignments, stay between colleagues. A list of conversations"
        " has their first messages alone; fetch each to have them whole.",
    )
    under: ClassVar = ("conversations", "tickets", "data")

    def fits(self, head: Head) -> bool:
        """Say whether it is a conversation or ticket by its type and parts."""
        kinds = {head.json.get(f"{root}type") for root in ("", "data.", "data.item.")}
        if not kinds & _TYPES:
            return False
        return any(
            head.has(f"{root}{key}")
            for root in ("", "conversations.", "tickets.", "data.", "data.item.")
            for key in ("source.author", "conversation_parts", "ticket_parts", "ticket_attributes")
        )

    def conversation(self, item: Item) -> Conversation:
        """Make the chat or mail thread of an object."""
        value = item.value
        if value.get("type") == "notification_event":  # as a webhook was sent it
            value = value["data"]["item"]
        given = _File.model_validate(value)
        made = _Made(given, self.settings.time_zone)
        mail = given.source is not None and given.source.type == "email"
        messages = [m for part in made.parts() if (m := made.message(part)) is not None]
        return written(
            item,
            channel=Channel.MAIL if mail else Channel.CHAT,
            messages=messages,
            parties=made.cast.parties,
            metadata=made.metadata(),
            external_id=str(given.id),
            events=list(made.events()),
        )


class _Made:
    """One conversation or ticket, on its way."""

    def __init__(self, given: _File, zone: str) -> None:
        self._given = given
        self._zone = zone
        self.cast = Cast()

    def parts(self) -> Iterator[_Part]:
        """Yield the first message, then what followed."""
        given = self._given
        if given.source is not None:
            source = given.source
            time = given.created_at if source.created_at is None else source.created_at
            yield source.model_copy(update={"created_at": time, "part_type": "message"})
        if given.ticket_attributes is not None:
            asked = [given.ticket_attributes.title, given.ticket_attributes.description]
            text = "\n\n".join(t for t in asked if isinstance(t, str))
            if given.ticket_attributes.description:
                author = _Author(type="contact", id=self._contact())
                yield _Part(
                    part_type="message", body=text, created_at=given.created_at, author=author
                )
        yield from self._followed()

    def _followed(self) -> Iterator[_Part]:
        for parts in (self._given.conversation_parts, self._given.ticket_parts):
            if parts is not None:
                yield from (*parts.conversation_parts, *parts.ticket_parts)

    def _contact(self) -> str | None:
        given = self._given
        contacts = given.contacts.contacts if given.contacts else ()
        contacts = contacts or ((given.user,) if given.user else ())
        found = next((c.external_id or c.id for c in contacts if c.external_id or c.id), None)
        return None if found is None else str(found)

    def _assignee(self) -> str | None:
        """Return the agent whom versions 1 name."""
        one = self._given.assignee
        return _some(one.id) if one is not None and one.type == "admin" else None

    def message(self, part: _Part) -> Sent | None:
        """Return what a part says; None where it says nothing."""
        files = tuple(a.name or "attachment" for a in part.attachments or ())
        text = "\n\n".join(t for t in (part.subject, part.body) if t)
        if not text and not files:
            return None
        role = self._role(part.author)
        shown = part.part_type in _SHOWN or role is Role.CUSTOMER
        return Sent(
            party=self._who(part.author),
            text="" if part.redacted else text,
            html=True,
            time=self._time(part),
            deleted=bool(part.redacted),
            internal=not shown,
            attachments=files,
        )

    def _time(self, part: _Part) -> datetime | None:
        return None if part.created_at is None else moment(part.created_at, zone=self._zone)

    def _role(self, author: _Author | None) -> Role:
        if author is None:
            return Role.SYSTEM
        if author.from_ai_agent:
            return Role.BOT
        return _ROLES.get(author.type or "", Role.UNKNOWN)

    def _who(self, author: _Author | None) -> str:
        role = self._role(author)
        if author is None:
            return self.cast.id("system", role)
        key = "customer" if role is Role.CUSTOMER and author.id is None else f"{role} {author.id}"
        return self.cast.id(key, role, name=author.name, agent_id=author.id)

    def events(self) -> Iterator[Happened]:
        """Yield assignments, closings and reopenings."""
        closed = False
        for part in self._followed():
            time, kind = self._time(part), part.part_type or ""
            to = part.assigned_to
            if isinstance(to, (str, int)):
                to = _Reference(id=to, type="admin")
            if "reopen" in kind or (kind == "open" and closed):
                closed = False
                yield Happened(event=Event(kind=EventKind.REOPENED), time=time)
            if to is not None and to.type == "team":
                yield Happened(event=Event(kind=EventKind.QUEUED), time=time)
            elif to is not None and to.type == "admin" and to.id:
                who = self.cast.id(f"{Role.AGENT} {to.id}", Role.AGENT, agent_id=to.id)
                yield Happened(event=Event(kind=EventKind.ASSIGNED, party=who), time=time)
            if kind in _CLOSING or _state(part) in _CLOSING:
                closed = True
                yield Happened(event=Event(kind=EventKind.CLOSED), time=time)
            elif kind == "snoozed":
                yield Happened(event=Event(kind=EventKind.SYSTEM, note="snoozed"), time=time)

    def metadata(self) -> Metadata:
        """Return what is known besides what was said."""
        given = self._given
        tags = given.tags.tags if given.tags else ()
        agents = {
            part.assigned_to.id
            for part in self._followed()
            if isinstance(part.assigned_to, _Reference) and part.assigned_to.type == "admin"
        }
        started = given.created_at
        return Metadata(
            platform="intercom",
            ticket=None if given.ticket_id is None else str(given.ticket_id),
            agent_id=_some(given.admin_assignee_id) or self._assignee(),
            team=_some(given.team_assignee_id),
            customer_ref=self._contact(),
            started_at=None if started is None else moment(started, zone=self._zone),
            transferred=len(agents) > 1,
            tags=tuple(t.name for t in tags if t.name),
            survey=given.conversation_rating.rating if given.conversation_rating else None,
        )


def _state(part: _Part) -> str | None:
    state = part.ticket_state
    return state.category if isinstance(state, _State) else state


def _some(value: str | int | None) -> str | None:
    """Return an id as text; Intercom writes 0 for nobody."""
    return str(value) if value not in {None, "", 0, "0"} else None
