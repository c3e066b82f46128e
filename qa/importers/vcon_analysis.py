"""What a vCon's analyses say that was said, in whichever format their vendors write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from qa import plugins
from qa.errors import InputError
from qa.importers.base import FORMATS, GROUP, Item, convert
from qa.importers.head import head_of
from qa.importers.json_items import parse
from qa.importers.making import seconds, word
from qa.importers.one_file import JsonFormat
from qa.importers.plain_text import said_in
from qa.importers.recordings import decoded
from qa.importers.roles import names_nobody
from qa.importers.times import between, moment
from qa.records import Utterance, Word
from qa.settings import Settings

#: Types of analyses that say what was said: transcript, transcription, wtf_transcription.
_KINDS = re.compile(r"(?:^|_)transcript|^diarized$")
#: Formats that no analysis is in: they are whole conversations.
_WHOLE = frozenset({"vcon", "json", "rejects"})


@dataclass(frozen=True)
class Line:
    """A piece of a transcript: who (place among the parties, or label), what and when."""

    who: int | str
    text: str
    #: Seconds, or a point in time.
    start: float | datetime | None = None
    duration: float | None = None
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    language: str = ""


@dataclass(frozen=True)
class Found:
    """A transcript."""

    lines: tuple[Line, ...]
    engine: str
    model: str = ""
    language: str | None = None

    def labels(self) -> list[str]:
        """Return the speakers' labels, in order of appearance."""
        return list(dict.fromkeys(str(line.who) for line in self.lines))

    def utterances(
        self, known: Mapping[int | str, str], begin: datetime | None
    ) -> Iterator[Utterance]:
        """Yield what is said; points in time are counted from the recording's beginning.

        Parameters
        ----------
        known : the ids of speakers that are among the vCon's parties.
        """
        taken = frozenset(known.values())
        for line in self.lines:
            start = line.start
            who = known.get(line.who, "speaker" if isinstance(line.who, int) else line.who)
            if line.who not in known and who in taken and names_nobody(who):
                who = f"voice {who.rpartition('-')[2]}"  # the first need not be the first party
            if isinstance(start, datetime):
                start = between(begin, start)
            yield Utterance(
                party=who,
                text=line.text,
                start=start,
                end=None if start is None or line.duration is None else start + line.duration,
                words=line.words,
                confidence=line.confidence,
                language=line.language,
            )


def transcript_of(
    item: Item,
    analyses: Sequence[Mapping[str, Any]],
    settings: Settings,
    *,
    begins: Sequence[float | None],
) -> tuple[Found | None, str]:
    """Return the transcript that tells most, and who wrote those that cannot be read.

    None where there is none, or none in a format that is known. Of several recordings with
    a transcript each, one after another.

    Parameters
    ----------
    begins : when each dialog begins, in seconds of the conversation; None where nobody knows.
    """
    given = [a for a in analyses if _KINDS.search(str(a.get("type") or a.get("purpose") or ""))]
    found = [(a, f) for a in given if (f := _read(item, a, settings)) is not None]
    vendors = dict.fromkeys(str(a.get("vendor", "unknown"))[:40] for a in given)
    parts: dict[int, list[Found]] = {}
    whole: list[Found] = []
    for analysis, one in found:
        place = _dialog_of(analysis)
        known = place is not None and 0 <= place < len(begins)
        (parts.setdefault(place, []) if known and place is not None else whole).append(one)
    best = {place: max(of_it, key=_worth) for place, of_it in sorted(parts.items())}
    whole += [_joined(best, begins)] if len(best) > 1 else list(best.values())
    return max(whole, key=_worth, default=None), "" if found else ", ".join(vendors)


def _dialog_of(analysis: Mapping[str, Any]) -> int | None:
    """Return the place of the only dialog that an analysis is of."""
    given = analysis.get("dialog")
    given = given[0] if isinstance(given, list) and len(given) == 1 else given
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _joined(parts: Mapping[int, Found], begins: Sequence[float | None]) -> Found:
    """Return the transcripts of several dialogs as one.

    A label that names nobody ("speaker-0") is somebody of its own in each of them.
    """
    voices: dict[tuple[int, str], str] = {}
    lines: list[Line] = []
    for place, part in parts.items():
        for line in part.lines:
            who = line.who
            if isinstance(who, str) and names_nobody(who):
                who = voices.setdefault((place, who), f"voice {len(voices)}")
            lines.append(replace(_moved(line, begins[place]), who=who))
    first = next(iter(parts.values()))
    return replace(first, lines=tuple(lines))


def _moved(line: Line, begin: float | None) -> Line:
    """Return a line of a dialog on the conversation's clock."""
    if isinstance(line.start, datetime) or begin == 0:
        return line
    if begin is None:
        return replace(line, start=None, duration=None, words=())
    words = tuple(
        w.model_copy(update={"start": w.start + begin, "end": w.end + begin}) for w in line.words
    )
    return replace(line, start=None if line.start is None else line.start + begin, words=words)


def _worth(found: Found) -> tuple[bool, bool, bool]:
    """Return how much a transcript tells: who speaks, when, and the words' times."""
    return (
        len(found.labels()) > 1,
        any(line.start is not None for line in found.lines),
        any(line.words for line in found.lines),
    )


def _read(item: Item, analysis: Mapping[str, Any], settings: Settings) -> Found | None:
    body = analysis.get("body")
    if isinstance(body, str) and analysis.get("encoding") in {"base64url", "base64"}:
        try:
            body = decoded(item, body, str(analysis["encoding"])).decode("utf-8", "replace")
        except InputError:
            return None
    if isinstance(body, str) and body.lstrip().startswith(("{", "[")):
        try:
            body = parse(body)
        except (ValueError, RecursionError):
            return None
    engine = str(analysis.get("vendor") or "unknown")[:100]
    schema = analysis.get("vendor_schema")
    model = str(schema.get("model", "")) if isinstance(schema, dict) else ""
    model = model or str(analysis.get("product") or "")[:100]
    if isinstance(body, list) and body and all(isinstance(one, dict) for one in body):
        lines = [_line(one, settings) for one in body]
        if all(line is not None for line in lines):
            return Found(tuple(x for x in lines if x is not None), engine, model)
    other = _by_format(item, body, settings)
    if other is not None:
        return other
    language = None
    if isinstance(body, dict) and isinstance(body.get("transcript"), str):
        language = str(body.get("detected_language") or body.get("language") or "") or None
        body = body["transcript"]
    if not isinstance(body, str) or not body.strip():
        return None
    said = [Line(s.label, " ".join(s.lines), s.start) for s in said_in(body)]
    said = said or [Line("speaker", part) for part in body.split("\n\n") if part.strip()]
    return Found(tuple(said), engine, model, language)


def _line(one: Mapping[str, Any], settings: Settings) -> Line | None:
    """Return a piece of a list of who says what; None where it is none."""
    text = next((one[k] for k in ("text", "message", "body") if isinstance(one.get(k), str)), None)
    who = one.get("parties", one.get("party", one.get("speaker")))
    if isinstance(who, list):
        who = who[0] if who else None
    if text is None or isinstance(who, bool) or not isinstance(who, (int, str)):
        return None
    start = one.get("start")
    at = start if start is None or isinstance(start, (int, float)) else None
    duration = one.get("duration")
    if duration is None and at is not None and isinstance(one.get("end"), (int, float)):
        duration = one["end"] - at
    words = one.get("words") or ()
    return Line(
        who=who,
        text=text,
        start=moment(start, zone=settings.time_zone) if isinstance(start, str) else at,
        duration=None if duration is None else seconds(duration),
        words=tuple(word(w["text"], w["start"], w["end"], w.get("confidence")) for w in words),
        confidence=one.get("confidence") if isinstance(one.get("confidence"), float) else None,
        language=str(one.get("language") or ""),
    )


def _by_format(item: Item, body: Any, settings: Settings) -> Found | None:
    """Return what the importer of the body's own format reads in it."""
    if not isinstance(body, (dict, list)):
        return None
    if isinstance(body, dict) and {"transcript", "words"} <= body.keys():
        # Deepgram's best alternative, as vcon-server keeps it.
        channel = {"alternatives": [body], "detected_language": body.get("detected_language")}
        body = {"results": {"channels": [channel]}}
    text = json.dumps(body).encode()
    head = head_of(Path("analysis.json"), text, len(text))
    for name in plugins.names(FORMATS, GROUP):
        if name in _WHOLE:
            continue
        part = plugins.load("format", name, FORMATS, GROUP)(settings)
        if not isinstance(part, JsonFormat) or not part.fits(head):
            continue
        try:
            made = convert(part, Item(item.file, body, item.place))
        except InputError:
            continue
        if made.transcript is not None:
            lines = [
                Line(
                    who=u.party,
                    text=u.text,
                    start=u.start,
                    duration=None if u.start is None or u.end is None else u.end - u.start,
                    words=u.words,
                    confidence=u.confidence,
                    language=u.language,
                )
                for u in made.transcript.utterances
            ]
            given = made.transcript
            return Found(tuple(lines), given.engine, given.model, made.metadata.language)
    return None
