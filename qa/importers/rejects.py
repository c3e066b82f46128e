"""A file of rejects, mended: what could not be read goes to its format once more."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from qa import plugins
from qa.errors import UnknownName
from qa.importers.base import FORMATS, GROUP, About, Format, Item, convert
from qa.importers.head import Head
from qa.importers.json_items import parse
from qa.importers.one_file import JsonFormat
from qa.records import Channel, Conversation

#: What a line of such a file holds.
KEYS = ("source", "place", "format", "reason", "mend", "raw")


class Rejects(JsonFormat):
    """Reads the files of rejects that 'qa import' writes."""

    about: ClassVar = About(
        title="Rejects of an earlier import",
        channels=tuple(Channel),
        times="words",
        confidence=True,
        roles="as the format of each says",
        metadata="as the format of each says",
        suffixes=(".jsonl",),
        note="Mend what stands under 'raw' in each line, then import the file.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether the first object is a reject."""
        return head.has(*KEYS)

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of what was mended."""
        value = item.value
        if not isinstance(value, dict) or value.get("raw") is None or not value.get("format"):
            raise item.wrong(
                "nothing to mend here: the whole file could not be read.",
                "Mend the file that 'source' names, and import that.",
            )
        name = str(value["format"])
        try:
            known = plugins.load("format", name, FORMATS, GROUP)(self.settings)
        except UnknownName as err:
            raise item.wrong("'format' names none that is known.") from err
        if not isinstance(known, Format) or name == "rejects":
            raise item.wrong("'format' names one that has no items to mend.")
        before = Item(Path(str(value["source"]).split("#")[0]), value["raw"], str(value["place"]))
        raw = before.value
        if isinstance(raw, str) and isinstance(known, JsonFormat):
            before = Item(before.file, parse(raw), before.place)
        made = convert(known, before)
        return made.model_copy(update={"source": item.source})
