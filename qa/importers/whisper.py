"""JSON of openai-whisper (``--output_format json``), and of others that run Whisper.

Of OpenAI's service: verbose_json, whose words lie beside the segments or are all there is,
and diarized_json. https://platform.openai.com/docs/api-reference/audio

Of whisper.cpp (``--output-json``, with or without the tokens of ``--output-json-full``), and
of the pipeline of transformers: chunks, and the speakers that tools around it add.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.segments import NOBODY, Loose, SegmentIn, WordIn, utterances, words_of
from qa.importers.tokens import Token, as_shown, said
from qa.records import Channel, Conversation, Metadata, Utterance

#: What verbose_json says in place of a code.
_LANGUAGES = (
    "arabic ar, bulgarian bg, catalan ca, chinese zh, croatian hr, czech cs, danish da,"
    " dutch nl, english en, estonian et, finnish fi, french fr, german de, greek el, hebrew he,"
    " hindi hi, hungarian hu, indonesian id, italian it, japanese ja, korean ko, latvian lv,"
    " lithuanian lt, malay ms, moldavian ro, moldovan ro, norwegian no, persian fa, polish pl,"
    " portuguese pt, romanian ro, russian ru, serbian sr, slovak sk, slovenian sl, spanish es,"
    " swedish sv, thai th, turkish tr, ukrainian uk, urdu ur, vietnamese vi"
)
_NAMES = dict(pair.split() for pair in _LANGUAGES.split(", "))
_DIARIZED = "transcript.text.segment"


class _File(Loose):
    text: str = ""
    segments: tuple[SegmentIn, ...] = ()
    #: Of the service, which says them beside the segments.
    words: tuple[WordIn, ...] = ()
    language: str | None = None


class Whisper(JsonFormat):
    """Reads the JSON of openai-whisper."""

    about: ClassVar = About(
        title="openai-whisper JSON",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="",
        metadata="language",
        suffixes=(".json",),
        note="Words' times with --word_timestamps. No speakers: one party says everything,"
        " so with its recording --transcribe is better. Also verbose_json, and diarized_json"
        " with its speakers, of OpenAI's service; whisper.cpp; chunks of transformers.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has a text, and segments with Whisper's own figures, or words alone."""
        if head.has("transcription.offsets.from", "transcription.text"):
            return True
        if not head.has("text") or head.has("info"):
            return False
        if head.has("chunks.timestamp", "chunks.text"):
            return True
        if head.has("segments.start"):
            diarized = head.json.get("segments.type") == _DIARIZED
            return diarized or head.has("segments.avg_logprob")
        if head.has("segments"):  # of silence
            return not head.json["text"] and head.has("language") and not head.has("words")
        return head.has("words.word", "words.start", "words.end") and not head.has("start")

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _File.model_validate(_named_as_whisper(item.value))
        language = _NAMES.get((given.language or "").casefold(), given.language or "")
        apart = bool(given.words) and not any(s.words for s in given.segments)
        return call(
            item,
            engine="whisper",
            utterances=_with_words(given, language)
            if apart
            else utterances(given.segments, language=language),
            metadata=Metadata(language=language or None),
        )


def _named_as_whisper(value: Any) -> Any:
    """Return a file of whisper.cpp or transformers under openai-whisper's names."""
    if "transcription" in value:
        segments = [_of_cpp(one) for one in value["transcription"]]
        return {"segments": segments, "language": (value.get("result") or {}).get("language")}
    if "chunks" not in value:
        return value
    parts = [_of_chunk(one) for one in value.get("speakers") or value["chunks"]]
    single = len(parts) > 1 and all(len(part["text"].split()) < 2 for part in parts)  # noqa: PLR2004
    return {"text": value["text"], "words" if single else "segments": parts}


def _of_cpp(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a segment, or a token of one; milliseconds."""
    times = given["offsets"]
    tokens = [one for one in given.get("tokens") or () if not one["text"].startswith("[_")]
    speaker = str(given.get("speaker", "?"))
    return {
        "text": given["text"],
        "start": times["from"] / 1000,
        "end": times["to"] / 1000,
        "probability": given.get("p"),
        "speaker": None if speaker == "?" else speaker,
        "words": [_of_cpp(one) for one in tokens] or None,
    }


def _of_chunk(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a chunk; the end of the last may be missing."""
    start, end = given["timestamp"]
    ends = start if end is None else end
    return {"text": given["text"], "start": start, "end": ends, "speaker": given.get("speaker")}


def _with_words(given: _File, language: str) -> Iterator[Utterance]:
    """Yield what is said where the words, which have no marks, lie apart from the text."""
    end = max((w.end for w in given.words if w.end is not None), default=0.0)
    heard = words_of(given.words, 0.0, end)
    if not given.segments:
        shown = given.text.split()
        texts: Sequence[str] = shown if len(shown) == len(heard) else [w.text for w in heard]
        tokens = [
            Token(text=text, start=w.start, end=w.end) for text, w in zip(texts, heard, strict=True)
        ]
        yield from said(tokens, nobody=NOBODY, language=language)
    for segment in given.segments:
        own = [w for w in heard if segment.start <= (w.start + w.end) / 2 < segment.end]
        yield Utterance(
            party=segment.speaker or NOBODY,
            text=segment.text,
            start=segment.start,
            end=segment.end,
            words=as_shown(own, segment.text),
            language=language,
        )
