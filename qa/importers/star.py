"""Chats of the STAR dataset: https://github.com/RasaHQ/STAR."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import Sent, written
from qa.importers.one_file import JsonFormat
from qa.importers.times import moment
from qa.records import Channel, Conversation

#: What is said, by whom and how; all else is how it came about.
_SAID = {
    ("User", "utter"): "customer",
    ("Wizard", "utter"): "agent",
    ("Wizard", "pick_suggestion"): "agent",
}


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    by: str = Field(alias="Agent")
    action: str = Field(alias="Action")
    text: str = Field(default="", alias="Text")
    time: float | None = Field(default=None, alias="UnixTime")


class _Chat(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int | str = Field(alias="DialogueID")
    events: list[_Event] = Field(alias="Events")


class Star(JsonFormat):
    """Reads chats of the dataset."""

    about: ClassVar = About(
        title="STAR dialogues",
        channels=(Channel.CHAT,),
        times="turns",
        roles="the user is the customer, the wizard the agent",
        suffixes=(".json",),
        note="Queries, suggestions and labels of steps are left where they are.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it is a dialogue with its events."""
        return head.has("DialogueID", "Events.Action", "Events.Agent")

    def conversation(self, item: Item) -> Conversation:
        """Make the chat of an object."""
        chat = _Chat.model_validate(item.value)
        return written(
            item, channel=Channel.CHAT, messages=_sent(chat.events), external_id=str(chat.id)
        )


def _sent(events: list[_Event]) -> Iterator[Sent]:
    for event in events:
        who = _SAID.get((event.by, event.action))
        if who is not None:
            time = None if event.time is None else moment(event.time)
            yield Sent(party=who, text=event.text, time=time)
