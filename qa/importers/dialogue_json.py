"""Dialogue in JSON of no tool in particular: turns with a speaker and a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from qa.importers.base import About, Item, Rejected
from qa.importers.cast import Cast
from qa.importers.head import Head
from qa.importers.making import Sent, written
from qa.importers.one_file import JsonFormat
from qa.importers.roles import role_named
from qa.importers.times import moment
from qa.records import Channel, Conversation, Party, Role

#: Names that turns, their speakers, texts and times go by; the first that is there counts.
_TURNS = ("messages", "turns", "dialogue", "dialog", "conversation", "log")
_SPEAKER = ("speaker", "role", "author", "sender", "from")
_TEXT = ("text", "content", "message", "utterance", "body")
_TIME = ("timestamp", "time", "created_at", "sent_at", "date")
_IDS = ("conversation_id", "dialogue_id", "original dialog id", "id")
#: Speakers who say what a program did.
_PROGRAM = frozenset({"action", "tool", "function", "system"})


class DialogueJson(JsonFormat):
    """Reads dialogue in JSON."""

    about: ClassVar = About(
        title="Dialogue in JSON",
        channels=(Channel.CHAT,),
        times="turns",
        roles="told by the speakers' names; of two, who is not the customer is the agent",
        metadata="id, start",
        suffixes=(".json", ".jsonl"),
        note="Turns with a speaker (role, author, sender, from) and a text (content, message,"
        " body) under messages, turns, dialogue or log.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has turns with a speaker and a text."""
        if head.json.get("vcon") or head.has("Participants") or head.has("type", "id"):
            return False
        if any(key.endswith(".log.user utterance") for key in head.json):
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
            raise item.wrong(f"no list of turns under {', '.join(_TURNS)}.")
        made = [m for turn in turns for m in _messages(turn, self.settings.time_zone)]
        ids, parties = _speakers(dict.fromkeys(m.party for m in made))
        return written(
            item,
            channel=Channel.CHAT,
            messages=[m.model_copy(update={"party": ids[m.party]}) for m in made],
            parties=parties,
            external_id=next((str(value[k]) for k in _IDS if value.get(k) is not None), None),
        )


def _is_log(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("log"), list)


def _messages(turn: Any, zone: str) -> Iterator[Sent]:
    """Yield what is said in a turn; of a question and its answer, both."""
    if "user utterance" in turn:
        yield Sent(party="user", text=turn["user utterance"])
        yield Sent(party="agent", text=turn.get("system response") or "")
        return
    time = _first(turn, _TIME)
    when: datetime | None = None if time is None else moment(time, zone=zone)
    text = _first(turn, _TEXT)
    yield Sent(party=_name(_first(turn, _SPEAKER)), text="" if text is None else text, time=when)


def _speakers(labels: Mapping[str, object]) -> tuple[Mapping[str, str], Sequence[Party]]:
    """Return label -> id, and the parties; of two, who is not the customer is the agent."""
    roles = {n: Role.SYSTEM if n.casefold() in _PROGRAM else role_named(n) for n in labels}
    people = {n: r for n, r in roles.items() if r not in {Role.SYSTEM, Role.BOT}}
    if len(people) == 2 and set(people.values()) == {Role.CUSTOMER, Role.UNKNOWN}:  # noqa: PLR2004
        roles |= {n: Role.AGENT for n, r in people.items() if r is Role.UNKNOWN}
    cast = Cast()
    names = {n: n if role_named(n) is Role.UNKNOWN else None for n in roles}
    return {n: cast.id(n, role, name=names[n]) for n, role in roles.items()}, cast.parties


def _first(turn: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((turn[name] for name in names if turn.get(name) is not None), None)


def _name(speaker: Any) -> str:
    """Return whom a turn belongs to, of an object its role, type or name."""
    if isinstance(speaker, Mapping):
        speaker = _first(speaker, ("role", "type", "name", "id"))
    if not isinstance(speaker, (str, int)):
        raise ValueError("a turn without a speaker")  # noqa: TRY004 - like every other defect
    return str(speaker)
