"""Chats of the Action-Based Conversations Dataset: https://github.com/asappresearch/abcd."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import Sent, written
from qa.importers.one_file import JsonFormat
from qa.records import Channel, Conversation


class _Chat(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    convo_id: int | str
    #: Who and what; "action" is what the agent's tool says.
    original: list[tuple[str, str]]


class Abcd(JsonFormat):
    """Reads chats of the dataset."""

    about: ClassVar = About(
        title="Action-Based Conversations Dataset",
        channels=(Channel.CHAT,),
        roles="agent, customer, and the agent's tool as the system",
        suffixes=(".json",),
        note="No times. The scenario and the labels of turns are left where they are.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether the first object is a chat with its original words."""
        return head.has("convo_id", "original")

    def conversation(self, item: Item) -> Conversation:
        """Make the chat of an object."""
        chat = _Chat.model_validate(item.value)
        messages = [
            Sent(party="system" if who == "action" else who, text=text)
            for who, text in chat.original
        ]
        return written(
            item, channel=Channel.CHAT, messages=messages, external_id=str(chat.convo_id)
        )
