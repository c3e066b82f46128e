"""JSON of openai-whisper (``--output_format json``) and of OpenAI's service.

Of the service: verbose_json, whose words lie beside the segments or are all there is, and
diarized_json. https://platform.openai.com/docs/api-reference/audio
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

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
    text: str
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
        " with its speakers, of OpenAI's service.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has a text, and segments with Whisper's own figures, or words alone."""
        if not head.has("text") or head.has("info"):
            return False
        if head.has("segments.start"):
            diarized = head.json.get("segments.type") == _DIARIZED
            return diarized or head.has("segments.avg_logprob")
        if head.has("segments"):  # of silence
            return not head.json["text"] and head.has("language") and not head.has("words")
        return head.has("words.word", "words.start", "words.end") and not head.has("start")

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _File.model_validate(item.value)
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
