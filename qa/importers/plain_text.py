"""Dialogue as people write it down: ``Agent: ...``, ``[00:12] Customer: ...``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import ClassVar

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import Sent, call, written
from qa.importers.one_file import TextFormat
from qa.importers.roles import role_named
from qa.importers.times import clock
from qa.records import Channel, Conversation, Role, Utterance

_TIME = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
#: A line that begins what somebody says: [time] label [(time)]: text.
_LINE = re.compile(
    rf"(?:[\[(]?(?P<before>{_TIME})(?:\s*(?:-->|-|–)\s*(?P<until>{_TIME}))?[\])]?\s*[-–]?\s*)?"
    rf"(?P<label>[^\W\d_][^:\n\[\]<>{{}}\"=/]{{0,39}}?)\s*(?:[\[(](?P<after>{_TIME})[\])])?\s*:(?:\s+|$)"
    r"(?P<text>.*)"
)
#: A line of its own that names who speaks from when: "Agent 00:12".
_NAMED = re.compile(rf"(?P<label>[^\W\d_][^:\n]{{0,39}}?)\s+[\[(]?(?P<before>{_TIME})[\])]?")
#: A line that names who speaks from now on, as Speechmatics writes it: "SPEAKER: S1".
_SPEAKER = re.compile(r"SPEAKER:\s+(?P<label>\w{1,20})")
#: A label as Markdown writes it; several may stand in one line.
_BOLD = re.compile(r"\*\*([^*:\n]{1,40}):\*\*")
#: Labels that a dialogue has at most; share of lines that must begin with one.
_LABELS, _SHARE = 12, 0.3


@dataclass
class Said:
    """What one label says, and when; seconds."""

    label: str
    start: float | None
    end: float | None
    lines: list[str] = field(default_factory=list)


class PlainText(TextFormat):
    """Reads dialogue with a label before what each party says."""

    about: ClassVar = About(
        title="Dialogue as text",
        channels=(Channel.CALL, Channel.CHAT),
        times="turns",
        roles="told by the labels (Agent, Customer, Клиент, ...), else by what is said",
        suffixes=(".txt", ".text", ".log", ".md"),
        note="A call, or what QA_TEXT_CHANNEL says. No words' times, no metadata.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether lines begin with labels that come again, or that name a role."""
        if head.json or head.suffix in {".csv", ".tsv", ".vtt", ".srt", ".eml", ".mbox", ".toml"}:
            return False
        if not head.text or head.text.lstrip("\ufeff").startswith(("WEBVTT", "<", "From ")):
            return False
        return is_dialogue(head.lines)

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of a text."""
        said = list(_read([line.strip() for line in item.value.split("\n")]))
        channel = Channel(self.settings.text_channel)
        if channel is Channel.CALL:
            return call(item, engine="text", utterances=_utterances(said))
        messages = [Sent(party=s.label, text="\n".join(s.lines), at=s.start) for s in said]
        return written(item, channel=channel, messages=messages)


def said_in(text: str) -> list[Said]:
    """Return who says what in a text that is a dialogue; empty where it is none."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return list(_read(lines)) if is_dialogue(lines) else []


def is_dialogue(lines: Sequence[str]) -> bool:
    """Say whether lines begin with labels that come again, or that name a role."""
    if any(map(_SPEAKER.fullmatch, lines)):
        return True
    labels = Counter(said.label for said in _read(lines))
    begun = sum(labels.values())
    if begun <= 1 or begun < _SHARE * len(lines) or len(labels) > _LABELS:
        return False
    roles = {role_named(label) for label in labels} - {Role.UNKNOWN}
    again = sum(count > 1 for count in labels.values())
    return bool(roles) or (again > 1 and again >= len(labels) / 2)


def _utterances(said: Sequence[Said]) -> Iterator[Utterance]:
    """Yield what was said; where every one has a start, it lasts until the next begins at most."""
    timed = all(s.start is not None for s in said)
    for s, after in zip(said, [*said[1:], None], strict=True):
        text = " ".join(s.lines)
        end = s.end
        if timed and end is None and s.start is not None:
            # Nobody says more than three words a second for long.
            end = s.start + max(1.0, len(text.split()) / 3)
            if after is not None and after.start is not None and after.start > s.start:
                end = min(end, after.start)
        yield Utterance(party=s.label, text=text, start=s.start, end=end)


def _read(lines: Sequence[str]) -> Iterator[Said]:
    """Yield who says what; lines before the first label are a heading, and left out."""
    now: Said | None = None
    for marked in chain.from_iterable(map(_apart, lines)):
        line = marked.replace("**", "") if marked.startswith("**") else marked
        named = _SPEAKER.fullmatch(line)
        if named is not None:
            if now is not None:
                yield now
            now = Said(_numbered(named["label"]), None, None)
            continue
        match = _LINE.fullmatch(line)
        alone = None if match else _NAMED.fullmatch(line)
        if match is None and alone is None:
            if now is not None and line:
                now.lines.append(line)
            continue
        if now is not None:
            yield now
        found = match or alone
        assert found is not None
        at = found["before"] or (match["after"] if match else None)
        until = match["until"] if match else None
        now = Said(
            " ".join(found["label"].split()),
            clock(at) if at else None,
            clock(until) if until else None,
            [match["text"]] if match and match["text"] else [],
        )
    if now is not None:
        yield now


def _apart(line: str) -> Sequence[str]:
    """Return a line as several where more than one label in bold stands in it.

    Labels are those that come again in it, or that name a role: "**Note:**" may be said.
    """
    labels = Counter(_BOLD.findall(line)) if line.startswith("**") else Counter[str]()
    known = {label for label, n in labels.items() if n > 1 or role_named(label) is not Role.UNKNOWN}
    starts = [match.start() for match in _BOLD.finditer(line) if match[1] in known] if known else []
    if len(starts) <= 1:
        return (line,)
    return [part for a, b in pairwise([0, *starts, len(line)]) if (part := line[a:b].strip())]


def _numbered(label: str) -> str:
    """Return the number of "S1", or a label of another kind."""
    return label[1:] if label[:1] == "S" and label[1:].isdigit() else label
