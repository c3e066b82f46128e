"""vCon, of all versions so far: draft-ietf-vcon-vcon-core, 0.0.1 to 0.4.

A call's words come from an analysis of type transcript, in whichever of the known formats
its vendor writes; its recording from the file itself, from beside it, or from an address
that the settings allow. Content hashes are checked. What is encrypted is refused, as is
what is signed: nothing here knows whose signatures to trust.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import Sent, call, written
from qa.importers.one_file import JsonFormat
from qa.importers.recordings import recorded as recorded_call
from qa.importers.roles import role_named
from qa.importers.segments import Loose
from qa.importers.times import between, moment
from qa.importers.vcon_analysis import Found, transcript_of
from qa.importers.vcon_media import message_of, recordings_of
from qa.records import (
    Channel,
    Conversation,
    Direction,
    Event,
    EventKind,
    Metadata,
    Party,
    Role,
)


class PartyIn(Loose):
    """A party; addresses and numbers of people are left where they are."""

    name: str | None = None
    role: str | None = None
    meta: dict[str, Any] = Field(default_factory=dict)


class DialogIn(Loose):
    """A part of the dialog."""

    type: str
    start: str | float | None = None
    duration: float | None = None
    parties: int | list[int | list[int]] | None = None
    originator: int | None = None
    mediatype: str | None = None
    mimetype: str | None = None
    filename: str | None = None
    encoding: str | None = None
    body: Any = None
    url: str | None = None
    content_hash: str | list[str] | None = None
    #: Version 0.0.1's.
    alg: str | None = None
    signature: str | None = None
    disposition: str | None = None
    message_id: str | None = None
    meta: dict[str, Any] = Field(default_factory=dict)

    @property
    def media(self) -> str:
        """The kind of content."""
        return (self.mediatype or self.mimetype or "").casefold()

    def people(self) -> list[int]:
        """Return the places of its parties, the one who speaks or writes first."""
        given = [self.parties] if isinstance(self.parties, int) else self.parties or []
        flat = [p for one in given for p in (one if isinstance(one, list) else [one])]
        first = [] if self.originator is None else [self.originator]
        return list(dict.fromkeys([*first, *flat]))


class File(Loose):
    """A vCon."""

    uuid: str | None = None
    subject: str | None = None
    parties: list[PartyIn]
    dialog: list[DialogIn] = Field(default_factory=list)
    analysis: list[dict[str, Any]] = Field(default_factory=list)
    #: Transcripts among them, in the first draft of the World Transcription Format.
    attachments: list[dict[str, Any]] = Field(default_factory=list)


class Vcon(JsonFormat):
    """Reads vCons."""

    about: ClassVar = About(
        title="vCon",
        channels=tuple(Channel),
        times="words",
        confidence=True,
        roles="the parties' roles, else told by what is said",
        metadata="direction, disposition, start, language",
        audio=True,
        suffixes=(".json", ".vcon"),
        note="Versions 0.0.1 to 0.4. Recordings inside, beside, or at an address of"
        " QA_FETCH_FROM; hashes are checked. The transcripts of several recordings come one"
        " after another. Encrypted and signed ones are refused.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has parties and a dialog, or is such a thing in an envelope."""
        if head.has("messages") or head.has("transcript"):
            return False
        plain = head.has("vcon") or (head.has("dialog") and head.has("uuid"))
        plain |= head.has("parties", "dialog") and not head.has("dialog.text")
        signed = head.has("payload", "signatures") or head.has("payload", "signature", "protected")
        encrypted = head.has("ciphertext") and head.has("protected")
        schema = head.has("$schema")
        return (plain or signed or encrypted) and not schema

    def brings(self, head: Head) -> tuple[str, ...]:
        """Return the names of the files beside it that belong to it."""
        name = head.json.get("dialog.filename")
        return (name,) if name else ()

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of an object."""
        value = item.value
        if "ciphertext" in value:
            raise item.wrong("encrypted (JWE).", "Decrypt it with its key, and import the result.")
        if "payload" in value and "signatures" in value | {"signatures": None}:
            raise item.wrong(
                "signed (JWS), by somebody whom nothing here can vouch for.",
                "Verify the signature with your own tools, and import the vCon inside.",
            )
        given = File.model_validate(value)
        return _Reading(item, given, self).conversation()


class _Reading:
    """One vCon being read."""

    def __init__(self, item: Item, given: File, format: Vcon) -> None:
        self._item = item
        self._given = given
        self._settings = format.settings
        self._parties = _parties(given.parties)
        for dialog in given.dialog:
            strange = [p for p in dialog.people() if not 0 <= p < len(self._parties)]
            if strange:
                raise item.wrong(f"a dialog names party {strange[0]}, which is not in 'parties'.")
            if dialog.duration is not None and dialog.duration < 0:
                raise item.wrong("a dialog of negative duration.")

    def conversation(self) -> Conversation:
        """Make the conversation: a call where anything was recorded, else a chat or mail."""
        dialogs = self._given.dialog
        recorded = [d for d in dialogs if d.type == "recording"]
        texts = [d for d in dialogs if d.type == "text" and d.body not in {None, ""}]
        if not recorded and texts:
            return self._written(texts)
        analyses = [*self._given.analysis, *self._given.attachments]
        begins = self._begins(recorded)
        found, unread = transcript_of(self._item, analyses, self._settings, begins=begins)
        if not recorded and found is None and unread:
            raise self._item.wrong(f"its transcript ({unread}) is in no known format.")
        if not recorded and found is None:
            kinds = {d.type for d in dialogs}
            what = "incomplete dialogs only" if kinds == {"incomplete"} else "no dialog"
            raise self._item.wrong(f"{what}: nothing was said.")
        notes = {"left_out": f"{len(texts)} text messages beside the recording"} if texts else {}
        if unread:
            notes["transcript"] = f"in no known format ({unread}); transcribed here"
        return self._call(recorded or list(dialogs), found, notes)

    def _begins(self, recorded: Sequence[DialogIn]) -> list[float | None]:
        """Return when each dialog begins, in seconds from the beginning of the first."""
        times = {
            id(d): moment(d.start, zone=self._settings.time_zone)
            for d in recorded
            if d.start is not None
        }
        if len(recorded) < 2 or not times:  # noqa: PLR2004
            return [0.0 for _ in self._given.dialog]
        first = min(times.values(), key=datetime.timestamp)
        return [between(first, times.get(id(d))) for d in self._given.dialog]

    def _metadata(self, first: DialogIn | None, **more: Any) -> Metadata:
        meta = first.meta if first else {}
        direction = {"in": Direction.INBOUND, "out": Direction.OUTBOUND}.get(
            str(meta.get("direction", ""))[:3].rstrip("b"), Direction.UNKNOWN
        )
        disposition = meta.get("disposition") or (first.disposition if first else None)
        start = first.start if first else None
        return Metadata(
            direction=direction,
            disposition=str(disposition)[:100] if disposition else None,
            started_at=None if start is None else moment(start, zone=self._settings.time_zone),
            **more,
        )

    def _call(
        self, recorded: Sequence[DialogIn], found: Found | None, notes: Mapping[str, str]
    ) -> Conversation:
        first = min(recorded, key=lambda d: str(d.start or ""), default=None)
        audio, more = recordings_of(self._item, recorded, self._settings, needed=found is None)
        metadata = self._metadata(
            first, extra={**notes, **more}, language=found.language if found else None
        )
        begin = metadata.started_at
        if found is None:
            return recorded_call(
                self._item,
                audio,
                metadata=metadata,
                parties=self._parties,
                external_id=self._given.uuid or None,
            )
        return call(
            self._item,
            engine=found.engine,
            model=found.model,
            utterances=found.utterances(self._speakers(found), begin),
            parties=self._parties,
            metadata=metadata,
            external_id=self._given.uuid or None,
            events=tuple(self._events(begin)),
            audio=audio,
        )

    def _speakers(self, found: Found) -> dict[int | str, str]:
        """Return the ids of the speakers who are among the parties.

        By their place, or as the only party of the role that a label ("Customer") says.
        """
        known: dict[int | str, str] = {i: p.id for i, p in enumerate(self._parties)}
        for label in found.labels():
            role = role_named(label)
            people = [p for p in self._parties if p.role is role is not Role.UNKNOWN]
            if len(people) == 1:
                known[label] = people[0].id
        return known

    def _events(self, begin: Any) -> Iterator[Event]:
        for dialog in self._given.dialog:
            if dialog.type == "transfer":
                at = moment(dialog.start, zone=self._settings.time_zone) if dialog.start else None
                same = (
                    at is not None
                    and begin is not None
                    and (at.tzinfo is None) == (begin.tzinfo is None)
                )
                start = (at - begin).total_seconds() if same and at is not None else None
                yield Event(kind=EventKind.TRANSFER, start=start)

    def _written(self, texts: Sequence[DialogIn]) -> Conversation:
        mail = any(d.message_id or d.media.startswith("multipart/") for d in texts)
        sent: list[Sent] = []
        for dialog in texts:
            text, attachments = message_of(self._item, dialog)
            who = dialog.people()[:1]
            sent.append(
                Sent(
                    party=self._parties[who[0]].id if who else "speaker",
                    text=text,
                    html=False if dialog.media.startswith(("text/", "multipart/")) else None,
                    time=moment(dialog.start, zone=self._settings.time_zone)
                    if dialog.start
                    else None,
                    attachments=attachments,
                )
            )
        if self._given.subject and mail:
            sent[0] = sent[0].model_copy(
                update={"text": f"{self._given.subject}\n\n{sent[0].text}"}
            )
        metadata = self._metadata(texts[0]).model_copy(update={"started_at": None})
        return written(
            self._item,
            channel=Channel.MAIL if mail else Channel.CHAT,
            messages=sent,
            parties=self._parties,
            metadata=metadata,
            external_id=self._given.uuid or None,
        )


def _parties(given: Sequence[PartyIn]) -> tuple[Party, ...]:
    """Return the parties under ids that hold no address and no name."""
    found: list[Party] = []
    for place, one in enumerate(given):
        role = _role(one)
        taken = [p for p in found if p.role is role]
        name = f"speaker-{place}" if role is Role.UNKNOWN else str(role)
        if taken and role is not Role.UNKNOWN:
            name = f"{role}-{len(taken) + 1}"
        known = role is not Role.UNKNOWN
        found.append(
            Party(
                id=name,
                role=role,
                role_confidence=float(known),
                role_source="metadata" if known else "",
                name=one.name,
            )
        )
    return tuple(found)


def _role(one: PartyIn) -> Role:
    said: Mapping[str, Any] = one.meta
    label = str(one.role or said.get("role") or "")
    return Role.BOT if label.casefold() == "ai" else role_named(label)
