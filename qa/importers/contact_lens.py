"""Amazon Connect: calls as Contact Lens wrote them down, and chats with or without it.

https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from qa.importers.base import About, Item
from qa.importers.cast import Cast
from qa.importers.head import Head
from qa.importers.making import Happened, Sent, call, written
from qa.importers.one_file import JsonFormat
from qa.importers.roles import role_named
from qa.importers.segments import Pascal
from qa.importers.times import moment
from qa.records import Channel, Conversation, Event, EventKind, Metadata, Role, Utterance

_EVENT = "application/vnd.amazonaws.connect.event."
_INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"
_KINDS = {
    "transfer.succeeded": EventKind.TRANSFER,
    "transfer.failed": EventKind.SYSTEM,
    "chat.ended": EventKind.CLOSED,
}


#: What a segment holds, besides what an analysis says of others.
_SEGMENTS = ("Transcript", "Event", "Attachments")


class _Participant(Pascal):
    participant_id: str
    participant_role: str = ""
    display_name: str | None = None


class _Attachment(Pascal):
    attachment_name: str = ""


class _Line(Pascal):
    """A turn of a call, or a message or event of a chat."""

    participant_id: str | None = None
    participant_role: str | None = None
    display_name: str | None = None
    content: str | None = None
    content_type: str = ""
    type: str = "MESSAGE"
    begin_offset_millis: float | None = None
    end_offset_millis: float | None = None
    absolute_time: str | None = None
    attachments: list[_Attachment] | None = None


class _Categories(Pascal):
    matched_categories: tuple[str, ...] = ()


class _Contact(Pascal):
    contact_id: str | None = None


class _File(Pascal):
    transcript: list[_Line]
    participants: tuple[_Participant, ...] = ()
    channel: str | None = None
    job_status: str | None = None
    language_code: str | None = None
    categories: _Categories | None = None
    customer_metadata: _Contact | None = None
    #: Where no analysis was made.
    contact_id: str | None = None
    initial_contact_id: str | None = None


class ContactLens(JsonFormat):
    """Reads calls and chats of Amazon Connect."""

    about: ClassVar = About(
        title="Amazon Connect: Contact Lens calls and chats",
        channels=(Channel.CALL, Channel.CHAT),
        times="turns",
        roles="the participants' roles",
        metadata="contact id, language, categories; of chats the start, joins, transfers and end",
        suffixes=(".json",),
        note="Calls have no words' times. Sentiment, issues and summaries are lost. Chats may"
        " come as Connect keeps them, without an analysis; calls as the segments that came while"
        " they went on.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has a transcript of participants by their ids, or segments of one."""
        if head.has("Segments.Transcript.ParticipantId"):
            return True
        return head.has("Transcript.ParticipantId") and (
            head.has("Transcript.BeginOffsetMillis") or head.has("Transcript.AbsoluteTime")
        )

    def conversation(self, item: Item) -> Conversation:
        """Make the call or chat of an object."""
        value = item.value
        if "Segments" in value and "Transcript" not in value:  # as they came during the call
            value = {**value, "Transcript": [*map(_segment, value["Segments"])]}
        given = _File.model_validate(value)
        if given.job_status not in {None, "COMPLETED"}:
            raise item.wrong("JobStatus: not COMPLETED, so there is no transcript.")
        cast = Cast()
        people = {p.participant_id: p for p in given.participants}
        if any(line.begin_offset_millis is not None for line in given.transcript):
            return self._call(item, given, cast, people)
        return self._chat(item, given, cast, people)

    def _call(
        self, item: Item, given: _File, cast: Cast, people: dict[str, _Participant]
    ) -> Conversation:
        language = given.language_code or ""
        return call(
            item,
            engine="amazon-contact-lens",
            utterances=[
                Utterance(
                    party=_who(line, cast, people),
                    text=line.content or "",
                    start=_seconds(line.begin_offset_millis),
                    end=_seconds(line.end_offset_millis),
                    language=language,
                )
                for line in given.transcript
                if line.content
            ],
            parties=cast.parties,
            metadata=_metadata(given),
            external_id=_contact_id(given),
        )

    def _chat(
        self, item: Item, given: _File, cast: Cast, people: dict[str, _Participant]
    ) -> Conversation:
        zone = self.settings.time_zone
        messages: list[Sent] = []
        events: list[Happened] = []
        for line in given.transcript:
            time = moment(line.absolute_time, zone=zone) if line.absolute_time else None
            if line.type == "EVENT" or line.content_type.startswith(_EVENT):
                events += _event(line, time, cast, people)
                continue
            files = tuple(a.attachment_name or "attachment" for a in line.attachments or ())
            if line.content or files:
                party = _who(line, cast, people)
                messages.append(Sent(party=party, text=_text(line), time=time, attachments=files))
        return written(
            item,
            channel=Channel.CHAT,
            messages=messages,
            parties=cast.parties,
            metadata=_metadata(given),
            external_id=_contact_id(given),
            events=events,
        )


def _segment(given: Any) -> Any:
    """Return a segment as a line: a turn, or of a chat a message, a file or an event."""
    line: dict[str, Any] = next((given[kind] for kind in _SEGMENTS if kind in given), {})
    return {
        **line,
        **(line.get("Time") or {}),
        "Type": "EVENT" if "EventType" in line else "MESSAGE",
        "ContentType": line.get("EventType") or line.get("ContentType"),
    }


def _who(line: _Line, cast: Cast, people: dict[str, _Participant]) -> str:
    """Return the id of who says a line."""
    listed = people.get(line.participant_id or "")
    said = (
        line.participant_role or (listed.participant_role if listed else line.participant_id) or ""
    )
    role = Role.AGENT if said == "SUPERVISOR" else role_named(said)
    name = line.display_name or (listed.display_name if listed else None)
    if role in {Role.SYSTEM, Role.BOT} or (name or "").startswith("["):
        name = None  # "SYSTEM_MESSAGE", "BOT", or redacted
    # A participant's id is new with each contact, so it names no agent.
    return cast.id(line.participant_id or said, role, name=name)


def _event(
    line: _Line, time: datetime | None, cast: Cast, people: dict[str, _Participant]
) -> Iterator[Happened]:
    """Yield what an event is: an agent who joins was given the chat."""
    what = line.content_type.removeprefix(_EVENT)
    who = _who(line, cast, people) if line.participant_id else None
    kind = _KINDS.get(what, EventKind.SYSTEM)
    if what == "participant.joined" and who and who.startswith("agent"):
        kind = EventKind.ASSIGNED
    if what in {"typing", "message.read", "message.delivered"}:
        return
    party = who if kind is not EventKind.CLOSED else None
    yield Happened(event=Event(kind=kind, party=party, note=what[:100]), time=time)


def _text(line: _Line) -> str:
    """Return what a message shows; of a list or panel its title."""
    text = line.content or ""
    if not line.content_type.startswith(_INTERACTIVE):
        return text
    try:
        shown = json.loads(text)["data"]["content"]
    except (ValueError, LookupError, TypeError):
        return text
    parts = [shown.get("title"), shown.get("subtitle")]
    parts += [e.get("title") for e in shown.get("elements") or () if isinstance(e, dict)]
    return "\n".join(p for p in parts if isinstance(p, str)) or text


def _seconds(millis: float | None) -> float | None:
    return None if millis is None else millis / 1000


def _contact_id(given: _File) -> str | None:
    analysed = given.customer_metadata.contact_id if given.customer_metadata else None
    return analysed or given.contact_id or given.initial_contact_id


def _metadata(given: _File) -> Metadata:
    found = given.categories.matched_categories if given.categories else ()
    return Metadata(
        platform="amazon-connect",
        language=given.language_code or None,
        extra={"categories": ", ".join(found)} if found else {},
    )
