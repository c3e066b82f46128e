"""Dialogue in JSON of no tool in particular: turns with a speaker and a text, or one text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from qa.importers.base import About, Item, Rejected
from qa.importers.cast import Cast
from qa.importers.head import Head
from qa.importers.making import Happened, Sent, call, written
from qa.importers.one_file import JsonFormat
from qa.importers.plain_text import said_in
from qa.importers.roles import role_named
from qa.importers.times import moment
from qa.records import Channel, Conversation, Event, EventKind, Metadata, Party, Role, Utterance

#: Names that turns, their speakers, texts and times go by; the first that is there counts.
_TURNS = (
    "messages", "turns", "dialogue", "dialog", "conversation", "utterances", "Events", "original",
    "log",
)  # fmt: skip
_SPEAKER = ("speaker", "role", "author", "sender", "from", "Agent")
_TEXT = ("text", "content", "message", "utterance", "body", "Text")
_TIME = ("timestamp", "time", "created_at", "sent_at", "date", "UnixTime")
_IDS = ("ConversationId", "conversation_id", "convo_id", "DialogueID", "original dialog id", "id")
#: One text that holds the whole dialogue.
_WHOLE = ("Content", "content", "transcript", "text")
#: Where a log says what each turn did: those in which somebody says something.
_SAYING = frozenset({"utter", "pick_suggestion", "say", "message"})
#: Speakers who say what a program did.
_PROGRAM = frozenset({"action", "tool", "function", "system", "knowledgebase"})
#: A label in bold within a line.
_BOLD = re.compile(r"\s*\*\*([^*\n:]{1,40}):\*\*\s*")


class DialogueJson(JsonFormat):
    """Reads dialogue in JSON."""

    about: ClassVar = About(
        title="Dialogue in JSON",
        channels=(Channel.CHAT, Channel.CALL),
        times="turns",
        roles="told by the speakers' names; of two, who is not the customer is the agent",
        metadata="id, and the start where it has a zone",
        suffixes=(".json", ".jsonl"),
        note="Turns with speaker (role, author, sender) and text (content, message, body) under"
        " messages, turns, dialogue or log; pairs of them; or a text 'Agent: ...' under Content.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has turns with a speaker and a text, or one text with an id."""
        if head.json.get("vcon") or head.has("Participants") or head.has("type", "id"):
            return False
        if head.has("Content", "ConversationId"):
            return True
        if head.has("convo_id", "original") or _of_logs(head):
            return True
        return any(
            head.has(f"{turns}.{speaker}", f"{turns}.{text}")
            for turns in _TURNS
            for speaker in _SPEAKER
            for text in _TEXT
        )

    def items(self, file: Path) -> Iterator[Item | Rejected]:
        """Yield the dialogues of a file; where they lie under their names, each of them."""
        for item in super().items(file):
            value = item.value if isinstance(item, Item) else None
            if isinstance(value, dict) and value and all(map(_is_log, value.values())):
                for name, one in value.items():
                    yield Item(file, one, f"dialogue {name}")
            else:
                yield item

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of an object."""
        value = item.value
        turns = next((value[k] for k in _TURNS if isinstance(value.get(k), list)), None)
        if turns is None:
            return self._of_text(item)
        made = _Made(self.settings.time_zone)
        messages = [m for turn in turns for m in made.messages(turn)]
        ids, parties = made.speakers()
        return written(
            item,
            channel=Channel.CHAT,
            messages=[m.model_copy(update={"party": ids[m.party]}) for m in messages],
            parties=parties,
            events=made.events,
            external_id=_id(value),
        )

    def _of_text(self, item: Item) -> Conversation:
        text = next((item.value[k] for k in _WHOLE if isinstance(item.value.get(k), str)), "")
        said = said_in(_BOLD.sub(r"\n\1: ", text))
        if not said:
            raise item.wrong("Content: no labels such as 'Agent:' say who speaks.")
        channel = Channel(self.settings.text_channel)
        if channel is not Channel.CALL:
            messages = [Sent(party=s.label, text="\n".join(s.lines)) for s in said]
            return written(item, channel=channel, messages=messages, external_id=_id(item.value))
        start = item.value.get("StartTime")
        return call(
            item,
            engine="text",
            utterances=[
                Utterance(party=s.label, text=" ".join(s.lines), start=s.start, end=s.end)
                for s in said
            ],
            metadata=Metadata(
                started_at=moment(start, zone=self.settings.time_zone) if start else None
            ),
            external_id=_id(item.value),
        )


def _of_logs(head: Head) -> bool:
    return any(key.endswith(".log.user utterance") for key in head.json)


def _is_log(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("log"), list)


def _id(value: Mapping[str, Any]) -> str | None:
    return next((str(value[k]) for k in _IDS if isinstance(value.get(k), (str, int))), None)


class _Made:
    """One dialogue, on its way to a conversation."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._cast = Cast()
        self._labels: dict[str, Role] = {}
        self.events: list[Happened] = []

    def messages(self, turn: Any) -> Iterator[Sent]:
        """Yield what is said in a turn, of a pair of question and answer both."""
        if isinstance(turn, Mapping) and "user utterance" in turn:
            yield self._sent("user", turn["user utterance"])
            yield self._sent("agent", turn.get("system response") or "")
        elif isinstance(turn, Mapping):
            speaker, text = _first(turn, _SPEAKER), _first(turn, _TEXT)
            time = _first(turn, _TIME)
            when = None if time is None else moment(time, zone=self._zone)
            if turn.get("Action", "utter") in _SAYING:
                yield self._sent(_name(speaker), str(text or ""), when)
            elif not text:  # else a draft, that nobody was shown
                event = Event(kind=EventKind.ACTION, note=str(turn["Action"])[:100])
                self.events.append(Happened(event=event, time=when))
        elif isinstance(turn, Sequence) and len(turn) == len(("speaker", "text")):
            yield self._sent(str(turn[0]), str(turn[1]))
        else:
            raise ValueError("a turn that is neither an object nor a pair")

    def _sent(self, label: str, text: str, time: datetime | None = None) -> Sent:
        role = Role.SYSTEM if label.casefold() in _PROGRAM else role_named(label)
        self._labels[label] = role
        return Sent(party=label, text=text, time=time)

    def speakers(self) -> tuple[Mapping[str, str], Sequence[Party]]:
        """Return label -> id, and the parties; of two, who is not the customer is the agent."""
        people = {n: r for n, r in self._labels.items() if r not in {Role.SYSTEM, Role.BOT}}
        if len(people) == 2 and set(people.values()) == {Role.CUSTOMER, Role.UNKNOWN}:  # noqa: PLR2004
            self._labels |= {n: Role.AGENT for n, r in people.items() if r is Role.UNKNOWN}
        named = {n: None if role_named(n) is not Role.UNKNOWN else n for n in self._labels}
        ids = {n: self._cast.id(n, role, name=named[n]) for n, role in self._labels.items()}
        return ids, self._cast.parties


def _first(turn: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((turn[name] for name in names if turn.get(name) is not None), None)


def _name(speaker: Any) -> str:
    """Return whom a turn belongs to, of an object its name, type or role."""
    if isinstance(speaker, Mapping):
        speaker = _first(speaker, ("role", "type", "name", "id"))
    if not isinstance(speaker, (str, int)):
        raise ValueError("a turn without a speaker")  # noqa: TRY004 - like every other defect
    return str(speaker)
