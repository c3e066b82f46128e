"""Zendesk: tickets with their comments, and chats.

https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/ and
https://developer.zendesk.com/api-reference/live-chat/chat-api/chats/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar

from qa.importers.base import About, Item
from qa.importers.cast import Cast
from qa.importers.head import Head
from qa.importers.making import Happened, Sent, written
from qa.importers.one_file import JsonFormat
from qa.importers.roles import role_named
from qa.importers.segments import Loose
from qa.importers.times import moment
from qa.importers.zendesk_chat import ChatIn, History, chat, from_messaging
from qa.records import Channel, Conversation, Event, EventKind, Metadata, Role

#: Who writes what nobody wrote.
_NOBODY = {"-1", "0", ""}
_CHATS = frozenset(
    [
        "chat",
        "native_messaging",
        "messaging",
        "whatsapp",
        "line",
        "wechat",
        "twitter",
        "twitter_dm",
        "facebook_message",
        "sms",
        "instagram_dm",
        "apple_business_chat",
        "telegram",
        "viber",
        "web_messenger",
        "mobile_sdk",
    ]
)
_COMMENTS = frozenset({"Comment", "VoiceComment", "FacebookComment"})
_OF_CHATS = frozenset({"ChatStartedEvent", "ChatEndedEvent"})
_DONE = frozenset({"solved", "closed"})


class _Source(Loose):
    rel: str | None = None


class _Via(Loose):
    channel: str | int | None = None
    source: _Source | None = None


class _User(Loose):
    id: int | str | None = None
    name: str | None = None
    role: str | None = None


class _Attachment(Loose):
    file_name: str | None = None


class _Comment(Loose):
    id: int | str | None = None
    body: str | None = None
    plain_body: str | None = None
    html_body: str | None = None
    public: bool = True
    author_id: int | str | None = None
    author: _User | None = None
    created_at: str | None = None
    via: _Via | None = None
    attachments: tuple[_Attachment, ...] | None = None
    redacted: bool = False


class _Change(Loose):
    """An event of an audit."""

    type: str
    id: int | str | None = None
    #: Of a comment that was taken back, or hidden from the customer.
    comment_id: int | str | None = None
    field_name: str | None = None
    value: Any = None
    previous_value: Any = None
    body: str | None = None
    html_body: str | None = None
    public: bool = True
    author_id: int | str | None = None
    attachments: tuple[_Attachment, ...] | None = None


class _Audit(Loose):
    ticket_id: int | str | None = None
    created_at: str | None = None
    author_id: int | str | None = None
    via: _Via | None = None
    events: tuple[_Change, ...] = ()


class _Rating(Loose):
    score: str | None = None


class _Named(Loose):
    name: str | None = None


class _Metrics(Loose):
    initially_assigned_at: str | None = None
    solved_at: str | None = None


class _Ticket(Loose):
    id: int | str | None = None
    subject: str | None = None
    description: str | None = None
    status: str | None = None
    created_at: str | None = None
    requester_id: int | str | None = None
    requester: _User | None = None
    submitter: _User | None = None
    assignee_id: int | str | None = None
    assignee: _User | None = None
    group_id: int | str | None = None
    group: _Named | None = None
    brand: _Named | None = None
    tags: tuple[str, ...] | None = None
    via: _Via | None = None
    satisfaction_rating: _Rating | None = None
    metric_set: _Metrics | None = None
    comments: tuple[_Comment, ...] | None = None
    audits: tuple[_Audit, ...] | None = None
    users: tuple[_User, ...] | None = None


class Zendesk(JsonFormat):
    """Reads tickets and chats of Zendesk."""

    about: ClassVar = About(
        title="Zendesk tickets and chats",
        channels=(Channel.MAIL, Channel.CHAT),
        times="turns",
        roles="the users' roles, else the requester and everybody else; rules and bots apart",
        metadata="ticket, agent, queue, customer reference, start, tags, status, rating",
        suffixes=(".json", ".jsonl"),
        note="Comments that are not public stay between colleagues. Assignments, reopenings and"
        " the chats of messaging come with audits.",
    )
    under: ClassVar = ("tickets", "chats")

    def fits(self, head: Head) -> bool:
        """Say whether it has comments or audits of a ticket, or the history of a chat."""
        for root in ("", "tickets.", "chats.", "ticket."):
            if head.has(f"{root}comments.author_id") or head.has(f"{root}comments.public"):
                return True
            if head.has(f"{root}audits.events"):
                return True
            if head.has(f"{root}requester_id", f"{root}description", f"{root}subject"):
                return True
            if head.has(f"{root}history.type", f"{root}visitor") or (
                head.json.get(f"{root}type") == "offline_msg"
            ):
                return True
        return False

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of a ticket or chat."""
        zone = self.settings.time_zone
        value = item.value
        if isinstance(value, dict) and ("history" in value or value.get("type") == "offline_msg"):
            return chat(item, zone)
        if isinstance(value, dict) and isinstance(value.get("ticket"), dict):
            value = {**value, **value["ticket"]}
        given = _Ticket.model_validate(value)
        made = _Made(given, zone)
        channel = str(given.via.channel) if given.via else ""
        return written(
            item,
            channel=Channel.CHAT if made.chats or channel in _CHATS else Channel.MAIL,
            messages=list(made.messages()),
            parties=made.cast.parties,
            metadata=made.metadata(),
            external_id=_id(given),
            events=list(made.events()),
        )


class _Made:
    """One ticket, on its way to a conversation."""

    def __init__(self, given: _Ticket, zone: str) -> None:
        self._given = given
        self._zone = zone
        self.cast = Cast()
        requester = given.requester_id
        if requester is None and given.requester is not None:
            requester = given.requester.id
        audits = given.audits or ()
        if requester is None:
            requester = next((r for a in audits if (r := _requester(a)) is not None), None)
        self._requester = None if requester is None else str(requester)
        people = [*(given.users or ()), given.requester, given.submitter, given.assignee]
        self._people = {str(p.id): p for p in reversed(people) if p is not None}
        #: What became of a comment later, and its id.
        changes = (e for audit in audits for e in audit.events if e.comment_id)
        self._later = {(e.type, str(e.comment_id)) for e in changes}
        #: What was said in messaging, which the ticket's audits hold.
        self.chats = [self._chat(h) for audit in audits if (h := _history(audit))]

    def _chat(self, history: Sequence[Any]) -> History:
        entries = [from_messaging(one) for one in history]
        given = ChatIn.model_validate({"history": entries})
        return History(given, self._zone, cast=self.cast, customer=self._requester or "visitor")

    def messages(self) -> Iterator[Sent]:
        """Yield the comments; of a ticket without them, its description."""
        for one in self.chats:
            yield from one.messages()
        comments = () if self.chats else self._given.comments or ()
        comments = comments or tuple(self._audited())
        if comments or self.chats:
            yield from (self._sent(one) for one in comments)
        else:
            text = "\n\n".join(t for t in (self._given.subject, self._given.description) if t)
            yield Sent(
                party=self._who(self._requester, None),
                text=text,
                time=self._time(self._given.created_at),
            )

    def _audited(self) -> Iterator[_Comment]:
        """Yield the comments of the audits, without those that tell a chat once more."""
        for audit in self._given.audits or ():
            if self.chats and any(event.type in _OF_CHATS for event in audit.events):
                continue
            for event in audit.events:
                if event.type in _COMMENTS:
                    yield _Comment(
                        id=event.id,
                        body=event.body,
                        html_body=event.html_body,
                        public=event.public,
                        author_id=audit.author_id if event.author_id is None else event.author_id,
                        created_at=audit.created_at,
                        via=audit.via,
                        attachments=event.attachments,
                    )

    def _sent(self, one: _Comment) -> Sent:
        plain = one.plain_body or one.body
        author = one.author_id
        if one.author is not None:
            self._people.setdefault(str(one.author.id), one.author)
            author = one.author.id if author is None else author
        return Sent(
            party=self._who(author, one.via),
            text=plain or one.html_body or "",
            html=not plain,
            time=self._time(one.created_at),
            deleted=one.redacted or self._changed(one, "CommentRedactionEvent"),
            internal=not one.public or self._changed(one, "CommentPrivacyChange"),
            attachments=tuple(a.file_name or "attachment" for a in one.attachments or ()),
        )

    def _changed(self, one: _Comment, kind: str) -> bool:
        return (kind, str(one.id)) in self._later

    def _time(self, text: str | None) -> datetime | None:
        return moment(text, zone=self._zone) if text else None

    def _who(self, author: object, via: _Via | None) -> str:
        """Return the id of who wrote a comment: a user, or a rule."""
        key = "" if author is None else str(author)
        channel = str(via.channel) if via else ""
        if key in _NOBODY or channel == "rule":
            return self.cast.id("system", Role.SYSTEM)
        known = self._people.get(key)
        role = role_named(known.role or "") if known else Role.UNKNOWN
        if channel == "bot" or channel.startswith("answer_bot"):
            role = Role.BOT
        elif role is Role.UNKNOWN and self._requester is not None:
            role = Role.CUSTOMER if key == self._requester else Role.AGENT
        return self.cast.id(key, role, name=known.name if known else None, agent_id=key)

    def events(self) -> Iterator[Happened]:
        """Yield assignments, closings and reopenings, from audits or what is measured."""
        for audit in self._given.audits or ():
            time = self._time(audit.created_at)
            for change in audit.events:
                event = self._event(change)
                if event is not None:
                    yield Happened(event=event, time=time)
        for one in self.chats:
            yield from one.events()
        metrics = self._given.metric_set
        if metrics is not None and not self._given.audits:
            begun, done = map(self._time, (metrics.initially_assigned_at, metrics.solved_at))
            if begun:
                yield Happened(event=Event(kind=EventKind.ASSIGNED), time=begun)
            if done:
                yield Happened(event=Event(kind=EventKind.CLOSED), time=done)

    def _event(self, change: _Change) -> Event | None:
        if change.type not in {"Change", "Create"} or not change.value:
            return None
        value, before = str(change.value), str(change.previous_value or "")
        if change.field_name == "assignee_id":
            return Event(kind=EventKind.ASSIGNED, party=self._agent(value))
        if change.field_name == "group_id":
            return Event(kind=EventKind.QUEUED)
        if change.field_name == "status" and value in _DONE and before not in _DONE:
            return Event(kind=EventKind.CLOSED)
        if change.field_name == "status" and before in _DONE and value not in _DONE:
            return Event(kind=EventKind.REOPENED)
        return None

    def _agent(self, id: str) -> str:
        known = self._people.get(id)
        return self.cast.id(id, Role.AGENT, name=known.name if known else None, agent_id=id)

    def metadata(self) -> Metadata:
        """Return what is known besides what was said."""
        given = self._given
        assignee = given.assignee.id if given.assignee else given.assignee_id
        group = given.group.name if given.group else given.group_id
        rating = given.satisfaction_rating.score if given.satisfaction_rating else None
        known = self._people.get(str(assignee))
        extra = {"satisfaction": rating} if rating and rating != "unoffered" else {}
        return Metadata(
            platform="zendesk",
            ticket=_id(given),
            agent_id=_text(assignee),
            agent_name=known.name if known else None,
            queue=_text(group),
            project=given.brand.name if given.brand else None,
            customer_ref=self._requester,
            disposition=given.status,
            started_at=self._time(given.created_at),
            transferred=len(self._assignees()) > 1,
            tags=given.tags or (),
            extra=extra,
        )

    def _assignees(self) -> set[str]:
        changes: Sequence[_Change] = [c for audit in self._given.audits or () for c in audit.events]
        return {str(c.value) for c in changes if c.field_name == "assignee_id" and c.value}


def _id(given: _Ticket) -> str | None:
    """Return the ticket's id; audits that come by themselves name it."""
    return _text(given.id) or next((_text(a.ticket_id) for a in given.audits or ()), None)


def _requester(audit: _Audit) -> str | None:
    """Return whom an audit says the ticket is from."""
    return next((_text(c.value) for c in audit.events if c.field_name == "requester_id"), None)


def _history(audit: _Audit) -> Sequence[Any]:
    """Return what was said in a chat that began with an audit."""
    started = (c.value for c in audit.events if c.type == "ChatStartedEvent")
    found = (value.get("history") for value in started if isinstance(value, dict))
    return [one for history in found for one in history or () if isinstance(one, dict)]


def _text(value: object) -> str | None:
    return None if value in {None, ""} else str(value)
