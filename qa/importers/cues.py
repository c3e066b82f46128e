"""What subtitles have in common: cues with times, and who speaks in them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.records import Utterance

#: A speaker before the text: "Agent: ...", "- Agent: ...", "[Agent] ...".
_PREFIX = re.compile(
    r"[-–—]?\s*(?:\[(?P<squared>[^\W\d_][^\[\]\n:]{0,39})\]|(?P<named>[^\W\d_][^:\n\[\]<>]{0,39}?))\s*"
    r"(?(squared):?|:)\s+(?P<text>\S.*)",
    re.DOTALL,
)
_TAG = re.compile(r"</?[^<>]*>")
#: Whom a cue is given where nothing names the speaker.
NOBODY = "speaker"


@dataclass(frozen=True)
class Cue:
    """A cue as it stands in the file."""

    start: float
    end: float
    #: Its text with its tags, line ends kept.
    text: str


def plain(text: str) -> str:
    """Return the text of a cue without tags and character references."""
    return " ".join(html.unescape(_TAG.sub("", text)).split())


def by_prefix(cues: Iterable[Cue]) -> Iterator[Utterance]:
    """Yield what is said, the speaker taken from a prefix of each line.

    A cue without one goes on with the speaker before where any cue has one.
    """
    speaker = NOBODY
    for cue in cues:
        parts: list[tuple[str, str]] = []
        for line in cue.text.split("\n"):
            text = plain(line)
            match = _PREFIX.fullmatch(text)
            if match:
                speaker = (match["squared"] or match["named"]).strip()
                text = match["text"]
            if parts and parts[-1][0] == speaker:
                parts[-1] = (speaker, f"{parts[-1][1]} {text}".strip())
            else:
                parts.append((speaker, text))
        yield from shared(cue, parts)


def shared(cue: Cue, parts: list[tuple[str, str]]) -> Iterator[Utterance]:
    """Yield the parts of a cue; several share its time by the length of their texts."""
    parts = [(who, text) for who, text in parts if text]
    total = sum(len(text) for _, text in parts) or 1
    at, length = cue.start, cue.end - cue.start
    for number, (who, text) in enumerate(parts, 1):
        end = cue.end if number == len(parts) else at + length * len(text) / total
        yield Utterance(party=who, text=text, start=at, end=end)
        at = end
