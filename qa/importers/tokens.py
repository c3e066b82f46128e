"""Words as speech services write them: one by one, punctuation on its own, a speaker each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from qa.importers.making import word
from qa.records import Record, Utterance, Word

#: A pause (seconds) after which the same speaker's words are a new utterance.
PAUSE = 2.0
#: Words of one sentence that are compared with the text that is shown for them.
_COMPARED = 500


class Token(Record):
    """A word or a mark."""

    text: str
    #: Seconds; None for marks that have no time.
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    #: A mark, or a part of a word, that belongs to the word before it.
    attached: bool = False
    #: Whom it belongs to, as the source says; "" = whoever speaks already.
    speaker: str = ""


def words(tokens: Iterable[Token]) -> tuple[Word, ...]:
    """Return the words of tokens, each with the marks after it."""
    made: list[Word] = []
    for one in tokens:
        if not one.text.strip():
            continue
        if one.attached and made:
            last = made[-1]
            end = one.end if one.end is not None and any(map(str.isalnum, one.text)) else last.end
            text = last.text + "".join(one.text.split())
            made[-1] = last.model_copy(update={"text": text, "end": max(last.end, end)})
            continue
        at = made[-1].end if made else 0.0
        start = at if one.start is None else one.start
        end = start if one.end is None else one.end
        made.append(word(one.text, start, end, one.confidence))
    return tuple(made)


def said(tokens: Iterable[Token], *, nobody: str, language: str = "") -> Iterator[Utterance]:
    """Yield what is said: new with each speaker, and after a pause.

    Parameters
    ----------
    nobody : whom words belong to that no speaker is named for.
    """
    run: list[Token] = []
    speaker = ""
    until: float | None = None
    for one in tokens:
        whose = speaker if one.attached else one.speaker or speaker
        paused = until is not None and one.start is not None and one.start - until > PAUSE
        if run and not one.attached and (whose != speaker or paused):
            yield from _utterance(run, speaker or nobody, language)
            run = []
        run.append(one)
        speaker = whose
        until = one.end if one.end is not None else until
    yield from _utterance(run, speaker or nobody, language)


def _utterance(run: list[Token], speaker: str, language: str) -> Iterator[Utterance]:
    made = words(run)
    if not made:
        return
    timed = any(one.start is not None for one in run)
    yield Utterance(
        party=speaker,
        text=" ".join(w.text for w in made),
        start=made[0].start if timed else None,
        end=max(w.end for w in made) if timed else None,
        words=made if timed else (),
        language=language,
    )


def as_shown(heard: Sequence[Word], text: str) -> tuple[Word, ...]:
    """Return the words of the text that is shown, with the times of those that were heard.

    Services hear "two hundred" and show "200.": a word that is shown has the time of the
    same word heard; where they differ, those shown share the time of those heard there.
    """
    shown = text.split()
    if not shown or not heard or max(len(shown), len(heard)) > _COMPARED:
        return tuple(heard)
    ours, theirs = [_bare(w.text) for w in heard], [_bare(w) for w in shown]
    made: list[Word] = []
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        if b - a == d - c:
            pairs = zip(heard[a:b], shown[c:d], strict=True)
            made += [w.model_copy(update={"text": new}) for w, new in pairs]
        elif d > c:
            made += _shared(heard[a:b], shown[c:d], made[-1].end if made else heard[0].start)
    return tuple(made)


def _shared(heard: Sequence[Word], shown: Sequence[str], at: float) -> Iterator[Word]:
    start = heard[0].start if heard else at
    each = (max(w.end for w in heard) - start) / len(shown) if heard else 0.0
    sure = [w.confidence for w in heard if w.confidence is not None]
    for n, text in enumerate(shown):
        begin = start + n * each
        yield word(text, begin, begin + each, min(sure, default=None))


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
