"""WebVTT and SRT: a conversation as subtitles with its speakers, for players and editors."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from qa.exports.base import Chunk, Depth, Exported, What, month
from qa.exports.json_lines import moment
from qa.records import Party, SafeConversation, SafeTurn

#: Seconds that a written message is shown: until the next one, but within these.
_SHORTEST, _LONGEST = 0.5, 5.0
_CLASS = re.compile(r"[\w-]+", re.ASCII)


class _Subtitles(ABC):
    """A file a conversation; one without times has none."""

    suffix: str
    media_type: str
    many = True
    reads: Mapping[What, Depth] = {"conversations": "all"}

    def chunks(self, found: Iterable[Exported], *, what: What) -> Iterator[Chunk]:  # noqa: ARG002
        """Yield the files."""
        for each in found:
            if each.conversation is None:
                continue
            shown = cues(each.conversation)
            if shown:
                text = self.text(each, each.conversation, shown)
                yield Chunk(
                    f"{month(each)}/{each.id}{self.suffix}", text.encode("utf-8", "replace")
                )

    @abstractmethod
    def text(self, each: Exported, conversation: SafeConversation, shown: Sequence[Cue]) -> str:
        """Return the file."""
        ...


#: A turn, when it is shown and until when.
Cue = tuple[SafeTurn, float, float]


def cues(conversation: SafeConversation) -> list[Cue]:
    """Return what is shown when, in order of start; what has no time is left out."""
    timed = [(turn.start, turn) for turn in conversation.turns if turn.start is not None]
    timed.sort(key=lambda pair: pair[0])
    shown = []
    for (start, turn), following in zip(timed, [*timed, None][1:], strict=True):
        end = turn.end if turn.end is not None else start
        if round(end, 3) <= round(start, 3):  # written: there at once, and to be read
            until = following[0] if following else start + _LONGEST
            end = min(max(until, start + _SHORTEST), start + _LONGEST)
        shown.append((turn, start, end))
    return shown


def _clock(seconds: float, comma: str) -> str:
    ms = round(max(seconds, 0.0) * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{comma}{ms % 1000:03}"


def _lines(text: str) -> str:
    """Return text without blank lines, which would end the cue."""
    return "\n".join(line for line in re.split(r"\r\n|\r|\n", text) if line.strip())


def webvtt(cues: Iterable[tuple[float, float, str, str, str]], note: str = "") -> str:
    """Return WebVTT.

    Parameters
    ----------
    cues : start and end in seconds, classes of the voice ("agent.dana"), who, and the text.
    note : lines of a comment at the top.
    """
    blocks = ["WEBVTT"]
    if note:
        blocks.append(f"NOTE\n{note}".replace("-->", "->"))
    for start, end, classes, who, text in cues:
        voice = f"<v.{classes} {escape(' '.join(who.split()), quote=False)}>"
        said = escape(_lines(text), quote=False)
        blocks.append(f"{_clock(start, '.')} --> {_clock(end, '.')}\n{voice}{said}")
    return "\n\n".join(blocks) + "\n"


class VttExport(_Subtitles):
    """WebVTT: the voice tag names the speaker, its classes say the role and the party's id."""

    suffix = ".vtt"
    media_type = "text/vtt; charset=utf-8"

    def text(self, each: Exported, conversation: SafeConversation, shown: Sequence[Cue]) -> str:
        """Return the file."""
        parties = {p.id: p for p in conversation.parties}
        note = [f"conversation: {each.id}", f"channel: {each.channel}"]
        if each.metadata.started_at:
            note.append(f"started_at: {moment(each.metadata.started_at)}")
        if each.language:
            note.append(f"language: {each.language}")
        cues = [
            (start, end, *_voice(turn, parties.get(turn.party)), turn.text)
            for turn, start, end in shown
        ]
        return webvtt(cues, "\n".join(note))


def _voice(turn: SafeTurn, party: Party | None) -> tuple[str, str]:
    """Return the classes of a voice, and whose it is."""
    classes = [c for c in (str(turn.role), turn.party) if _CLASS.fullmatch(c)]
    return ".".join(dict.fromkeys(classes)), (party and party.name) or turn.party


class SrtExport(_Subtitles):
    """SRT: each text begins with the party's id."""

    suffix = ".srt"
    media_type = "application/x-subrip; charset=utf-8"

    def text(
        self,
        each: Exported,  # noqa: ARG002  the protocol's
        conversation: SafeConversation,  # noqa: ARG002  the protocol's
        shown: Sequence[Cue],
    ) -> str:
        """Return the file."""
        return "\n".join(
            f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n"
            f"{turn.party}: {_lines(turn.text).replace('-->', '->')}\n"
            for number, (turn, start, end) in enumerate(shown, 1)
        )
