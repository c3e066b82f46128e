"""Words as speech services write them: one by one, punctuation on its own, a speaker each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qa.importers.making import word
from qa.records import Record, Utterance, Word

#: A pause (seconds) after which the same speaker's words are a new utterance.
PAUSE = 2.0


class Token(Record):
    """A word or a mark."""

    text: str
    #: Seconds; None for marks that have no time.
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    #: A punctuation mark that belongs to the word before it.
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
            made[-1] = last.model_copy(update={"text": last.text + "".join(one.text.split())})
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
