"""vCon (draft-ietf-vcon-vcon-core-04): the conversation with our assessment as its analysis."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from qa import __version__
from qa.exports.base import Chunk, Depth, Exported, What, month
from qa.exports.json_lines import assessment, moment
from qa.records import Channel, EventKind, Party, Role, SafeConversation, SafeTurn, as_json

VENDOR = "callcenter-qa"
#: Published as docs/reference/schemas/report-1.json and transcript-1.json.
REPORT = "urn:callcenter-qa:report:1"
TRANSCRIPT = "urn:callcenter-qa:transcript:1"


class VconExport:
    """A file a conversation that was heard; no recording, and nothing that was redacted."""

    suffix = ".vcon.json"
    media_type = "application/vcon+json"
    many = True
    reads: Mapping[What, Depth] = {"conversations": "all"}

    def chunks(self, found: Iterable[Exported], *, what: What) -> Iterator[Chunk]:  # noqa: ARG002
        """Yield the files."""
        for each in found:
            if each.conversation is not None:
                text = json.dumps(document(each, each.conversation), ensure_ascii=False, indent=1)
                data = text.encode("utf-8", "replace") + b"\n"
                yield Chunk(f"{month(each)}/{each.id}{self.suffix}", data)


def document(each: Exported, conversation: SafeConversation) -> dict[str, Any]:
    """Return the vCon of a conversation; the same one gives the same vCon."""
    begin = each.metadata.started_at or each.at
    places = {party.id: place for place, party in enumerate(conversation.parties)}
    spoken = conversation.channel is Channel.CALL
    if spoken:
        dialog = [_recording(conversation, begin, places)]
    else:
        dialog = [_message(turn, begin, places) for turn in conversation.turns]
    analysis = [_transcript(conversation, begin, places)] if spoken else []
    return {
        "vcon": "0.4.0",
        "uuid": str(uuid8(each.id)),
        "extensions": ["CC"],  # contact centre: the parties' roles
        "created_at": moment(each.updated_at),
        "redacted": {"type": "personal data"},
        "parties": [_party(party) for party in conversation.parties],
        "dialog": dialog,
        "analysis": [*analysis, _report(each, conversation, len(dialog))],
        "attachments": [],
    }


def uuid8(id: str) -> UUID:
    """Return a UUID of version 8 that is made from an id alone."""
    value = int.from_bytes(hashlib.sha256(f"{VENDOR}:{id}".encode()).digest()[:16])
    value = value & ~(0xF << 76) | 8 << 76  # the version
    return UUID(int=value & ~(0x3 << 62) | 2 << 62)  # and the variant


def _party(party: Party) -> dict[str, Any]:
    if party.role is Role.UNKNOWN:
        return {"name": party.name or party.id}
    name = {"name": party.name} if party.name else {}
    return {**name, "role": str(party.role)}


def _at(begin: datetime, seconds: float | None) -> str:
    return moment(begin + timedelta(seconds=round(seconds or 0.0, 3)))


def _recording(
    conversation: SafeConversation, begin: datetime, places: Mapping[str, int]
) -> dict[str, Any]:
    """Return the call without its sound, which stays where it is."""
    made: dict[str, Any] = {
        "type": "recording",
        "start": moment(begin),
        "parties": list(places.values()),
    }
    if conversation.duration is not None:
        made["duration"] = round(conversation.duration, 3)
    if history := _history(conversation, begin, places):
        made["party_history"] = history
    return made


def _history(
    conversation: SafeConversation, begin: datetime, places: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return who came in, was put on hold and left, in order of time."""
    moments: list[tuple[float, str, str]] = []
    for party in conversation.parties:
        moments += [
            (at, party.id, what)
            for at, what in ((party.start, "join"), (party.end, "drop"))
            if at is not None
        ]
    for event in conversation.events:
        if event.kind is EventKind.HOLD and event.party in places:
            moments += [
                (at, event.party or "", what)
                for at, what in ((event.start, "hold"), (event.end, "unhold"))
                if at is not None
            ]
    return [
        {"party": places[who], "time": _at(begin, at), "event": what}
        for at, who, what in sorted(moments)
    ]


def _message(turn: SafeTurn, begin: datetime, places: Mapping[str, int]) -> dict[str, Any]:
    return {
        "type": "text",
        "start": _at(begin, turn.start),
        "duration": 0,
        "parties": [places[turn.party]] if turn.party in places else [],
        "mediatype": "text/plain",
        "encoding": "none",
        "body": turn.text,
    }


def _transcript(
    conversation: SafeConversation, begin: datetime, places: Mapping[str, int]
) -> dict[str, Any]:
    body = []
    for turn in conversation.turns:
        line: dict[str, Any] = {"parties": places.get(turn.party), "text": turn.text}
        if turn.start is not None:
            line["start"] = _at(begin, turn.start)
            line["duration"] = round((turn.end or turn.start) - turn.start, 3)
        if turn.language:
            line["language"] = turn.language
        if turn.words:
            line["words"] = [as_json(word) for word in turn.words]
        body.append(line)
    return {
        "type": "transcript",
        "dialog": 0,
        "vendor": VENDOR,
        "product": f"{VENDOR} {__version__}",
        "schema": TRANSCRIPT,
        "mediatype": "application/json",
        "encoding": "json",
        "body": body,
    }


def _report(each: Exported, conversation: SafeConversation, dialogs: int) -> dict[str, Any]:
    return {
        "type": "report",
        "dialog": list(range(dialogs)),
        "vendor": VENDOR,
        "product": f"{VENDOR} {__version__}",
        "schema": REPORT,
        "mediatype": "application/json",
        "encoding": "json",
        "body": {
            "conversation": each.id,
            "external_id": each.external_id,
            "channel": str(each.channel),
            "language": each.language,
            "parties": [party.id for party in conversation.parties],
            "metadata": as_json(each.metadata),
            "triage": str(each.triage) if each.triage else None,
            "triage_reason": each.triage_reason,
            "assessments": [assessment(score) for score in each.scores],
        },
    }
